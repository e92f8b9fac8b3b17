/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, listeners and who holds them, looked at without connecting. */
#include "platform/sockets.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/proc.h"
#include "platform/linux/sockdiag.h"

/* --- the path ----------------------------------------------------------------------------------------------------------- */

static EctlPathKind
kind_of_failure (int failed, gboolean is_link)
{
  if (failed == EACCES)
    return ECTL_PATH_DENIED;
  return is_link ? ECTL_PATH_DANGLING : ECTL_PATH_MISSING;
}

void
ectl_path_look (const EctlHost *host, const char *path, EctlPathFacts *facts)
{
  g_autofree char *file = ectl_host_path (host, path);
  struct stat info;

  *facts = (EctlPathFacts){ .kind = ECTL_PATH_MISSING, .mode = -1 };
  if (lstat (file, &info) < 0)
    {
      facts->kind = kind_of_failure (errno, FALSE);
      return;
    }
  gboolean is_link = S_ISLNK (info.st_mode);
  if (is_link)
    facts->target = g_file_read_link (file, NULL);
  if (is_link && stat (file, &info) < 0)
    {
      facts->kind = kind_of_failure (errno, TRUE);
      return;
    }
  facts->mode = info.st_mode & 07777;
  facts->gid = info.st_gid;
  facts->kind = S_ISDIR (info.st_mode) ? ECTL_PATH_DIRECTORY : ECTL_PATH_FILE;
  if (!S_ISSOCK (info.st_mode))
    return;
  facts->kind = ECTL_PATH_SOCKET;
  facts->device = info.st_dev;
  facts->inode = info.st_ino;
}

void
ectl_path_facts_clear (EctlPathFacts *facts)
{
  g_clear_pointer (&facts->target, g_free);
}

const char *
ectl_path_kind_to_string (EctlPathKind kind)
{
  static const char *const words[] = {
    [ECTL_PATH_MISSING] = "missing",           [ECTL_PATH_SOCKET] = "socket",  [ECTL_PATH_DIRECTORY] = "directory", [ECTL_PATH_FILE] = "file",
    [ECTL_PATH_DANGLING] = "dangling-symlink", [ECTL_PATH_DENIED] = "missing",
  };
  return words[kind];
}

void
ectl_listener_free (EctlListener *listener)
{
  if (listener == NULL)
    return;
  g_free (listener->path);
  g_free (listener->address);
  g_free (listener);
}

/* --- which file a listener is bound to ----------------------------------------------------------------------------------- */

/* "/var/run/docker.sock" and "/run/docker.sock" have one folder and one name. Where a name begins that does not begin at the root is not known here. */
static gboolean
is_same_name (const EctlHost *host, const char *a, const char *b)
{
  if (g_str_equal (a, b))
    return TRUE;
  if (*a != '/')
    return FALSE;
  g_autofree char *name_a = g_path_get_basename (a), *name_b = g_path_get_basename (b);
  if (!g_str_equal (name_a, name_b))
    return FALSE;
  g_autofree char *folder_a = g_path_get_dirname (a), *folder_b = g_path_get_dirname (b);
  g_autofree char *file_a = ectl_host_path (host, folder_a), *file_b = ectl_host_path (host, folder_b);
  struct stat info_a, info_b;
  return stat (file_a, &info_a) == 0 && stat (file_b, &info_b) == 0 && info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino;
}

/* On an overlay and on btrfs stat(2) shows a device, and an overlay another inode, than the kernel has inside. */
static gboolean
shows_other_numbers (const EctlHost *host, const char *path)
{
  g_autofree char *file = ectl_host_path (host, path);
  struct statfs info;
  return statfs (file, &info) == 0 && (info.f_type == OVERLAYFS_SUPER_MAGIC || info.f_type == BTRFS_SUPER_MAGIC);
}

/* unix_diag has 32 bits for the inode of the file. */
static EctlTri
leads_to (const EctlHost *host, const EctlListener *listener, const char *path, const EctlPathFacts *facts)
{
  gboolean known = listener->file_inode != 0;

  if (facts->kind != ECTL_PATH_SOCKET || listener->path == NULL)
    return ECTL_NO;
  if (known && (guint32) facts->inode == (guint32) listener->file_inode && facts->device == listener->device)
    return ECTL_YES;
  if (!is_same_name (host, listener->path, path) || (known && !shows_other_numbers (host, path)))
    return ECTL_NO;
  return ECTL_UNKNOWN;
}

EctlTri
ectl_listener_is_at (const EctlHost *host, const EctlListener *listener, const char *path)
{
  g_auto (EctlPathFacts) facts = { 0 };

  ectl_path_look (host, path, &facts);
  return leads_to (host, listener, path, &facts);
}

GPtrArray *
ectl_listeners_at_path (const EctlHost *host, const char *path, GError **error)
{
  g_autoptr (GPtrArray) all = ectl_sockdiag_unix (host, 0);
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_listener_free);
  g_auto (EctlPathFacts) facts = { 0 };
  (void) error;

  ectl_path_look (host, path, &facts);
  for (guint i = 0; i < all->len; i++)
    {
      const EctlListener *listener = all->pdata[i];
      if (is_same_name (host, listener->path, path) || leads_to (host, listener, path, &facts) == ECTL_YES)
        g_ptr_array_add (found, g_steal_pointer (&all->pdata[i]));
    }
  return found;
}

/* --- who holds it --------------------------------------------------------------------------------------------------------- */

/* For each socket among PID's descriptors, in their order, until FUNC answers FALSE. FALSE with errno where they may not be seen. */
typedef gboolean (*SocketFunc) (int descriptor, guint64 inode, gpointer data);

static gboolean
for_each_socket (const EctlHost *host, gint64 pid, SocketFunc func, gpointer data)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/fd", pid);
  g_autofree char *folder = ectl_host_path (host, path);
  DIR *dir = opendir (folder);
  struct dirent *entry;
  gboolean more = TRUE;

  if (dir == NULL)
    return FALSE;
  while (more && (entry = readdir (dir)) != NULL)
    {
      char target[64];
      ssize_t length = *entry->d_name != '.' ? readlinkat (dirfd (dir), entry->d_name, target, sizeof target - 1) : 0;
      target[MAX (length, 0)] = '\0';
      if (g_str_has_prefix (target, "socket:["))
        more = func (atoi (entry->d_name), strtoull (target + strlen ("socket:["), NULL, 10), data);
    }
  closedir (dir);
  return TRUE;
}

static gboolean
is_in_other_network (const EctlHost *host, gint64 pid)
{
  char theirs[64] = "", ours[64] = "";
  int proc = ectl_proc_open (host);

  if (proc < 0)
    return FALSE;
  gboolean seen = ectl_proc_read_link (proc, pid, "ns/net", theirs, sizeof theirs) && readlinkat (proc, "self/ns/net", ours, sizeof ours - 1) > 0;
  close (proc);
  return seen && !g_str_equal (theirs, ours);
}

/* A name that does not begin at the root begins where the process stands: it may be bound so because a socket's name may have but 107 bytes. */
static void
complete_name (const EctlHost *host, gint64 pid, EctlListener *listener)
{
  char folder[4096];
  int proc = listener->path != NULL && *listener->path != '/' ? ectl_proc_open (host) : -1;

  if (proc < 0)
    return;
  if (ectl_proc_read_link (proc, pid, "cwd", folder, sizeof folder))
    {
      g_autofree char *name = g_steal_pointer (&listener->path);
      listener->path = g_build_filename (folder, name, NULL);
    }
  close (proc);
}

typedef struct {
  const EctlHost *host;
  gint64 pid;
  GPtrArray *table; /* all listeners; those that were found are taken out */
  GPtrArray *found;
  EctlEnoughFunc enough;
  gpointer user_data;
} Search;

static gboolean
take_if_listed (int descriptor, guint64 inode, gpointer data)
{
  Search *search = data;

  for (guint i = 0; i < search->table->len; i++)
    {
      EctlListener *listener = search->table->pdata[i];
      if (listener == NULL || listener->inode != inode)
        continue;
      search->table->pdata[i] = NULL;
      listener->descriptor = descriptor;
      complete_name (search->host, search->pid, listener);
      g_ptr_array_add (search->found, listener);
      return search->enough == NULL || !search->enough (listener, search->user_data);
    }
  return TRUE;
}

static GPtrArray *
search_held (const EctlHost *host, gint64 pid, Search *search, GError **error)
{
  search->found = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_listener_free);
  gboolean seen = for_each_socket (host, pid, take_if_listed, search);
  int failed = errno;

  g_ptr_array_unref (search->table);
  if (seen)
    return search->found;
  g_ptr_array_unref (search->found);
  ectl_set_error_errno (error, failed, _ ("cannot see the descriptors of process %" G_GINT64_FORMAT), pid);
  return NULL;
}

/* The process's own tables, where it lives in a network of its own. */
static gint64
table_owner (const EctlHost *host, gint64 pid)
{
  return is_in_other_network (host, pid) ? pid : 0;
}

GPtrArray *
ectl_listeners_of_process (const EctlHost *host, gint64 pid, EctlEnoughFunc enough, gpointer user_data, GError **error)
{
  Search search = { .host = host, .pid = pid, .table = ectl_sockdiag_unix (host, table_owner (host, pid)), .enough = enough, .user_data = user_data };
  return search_held (host, pid, &search, error);
}

GPtrArray *
ectl_ports_of_process (const EctlHost *host, gint64 pid, GError **error)
{
  Search search = { .host = host, .pid = pid, .table = ectl_sockdiag_tcp (host, table_owner (host, pid)) };
  return search_held (host, pid, &search, error);
}

typedef struct {
  guint64 inode;
  gboolean held;
} Holder;

static gboolean
note_holder (int descriptor, guint64 inode, gpointer data)
{
  (void) descriptor;
  Holder *holder = data;
  holder->held = inode == holder->inode;
  return !holder->held;
}

gint64
ectl_listener_find_owner (const EctlHost *host, guint64 inode, const gint64 *pids, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      Holder holder = { .inode = inode };
      if (for_each_socket (host, pids[i], note_holder, &holder) && holder.held)
        return pids[i];
    }
  return 0;
}
