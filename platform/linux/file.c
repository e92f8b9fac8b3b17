/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a file of the system: the way to it is walked by descriptor, so that nobody can bend it meanwhile. */
#include "platform/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"

#define FOLDER_MODE 0755

static gboolean
fail (GError **error, int failed, const char *path)
{
  ectl_set_error_errno (error, failed, _ ("cannot write %s"), path);
  return FALSE;
}

/* Who may write into a folder decides what its files are. A sticky one (/tmp) is the caller's to choose. */
static gboolean
is_trusted (int folder, const char *name, const char *path, GError **error)
{
  struct stat info;

  if (fstat (folder, &info) < 0)
    return fail (error, errno, name);
  if ((info.st_uid == 0 || info.st_uid == geteuid ()) && ((info.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (info.st_mode & S_ISVTX) != 0))
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_NOT_PERMITTED, _ ("%s is not written: others may change what is in the folder %s on the way to it"), path, name);
  return FALSE;
}

/* The folder NAME below FOLDER, made where it is missing; takes FOLDER over. Links lead on only where root made them (/var/run). */
static int
enter (int folder, const char *name, const char *path, gboolean make, GError **error)
{
  int next = openat (folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (next < 0 && errno == ENOENT && make && mkdirat (folder, name, FOLDER_MODE) == 0)
    next = openat (folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  int failed = errno;
  close (folder);
  if (next < 0)
    fail (error, failed, name);
  else if (!is_trusted (next, name, path, error))
    {
      close (next);
      return -1;
    }
  return next;
}

/* Of PATH's folder; BASE receives its last word. -1 with ERROR. */
static int
open_folder (const EctlHost *host, const char *path, gboolean make, const char **base, GError **error)
{
  g_autofree char *root = ectl_host_path (host, "/");
  g_auto (GStrv) words = g_strsplit (path + 1, "/", -1);
  int folder = open (root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  *base = strrchr (path, '/') + 1;
  if (folder < 0)
    fail (error, errno, root);
  for (char **word = words; folder >= 0 && word[1] != NULL; word++)
    folder = enter (folder, *word, path, make, error);
  return folder;
}

static gboolean
may_replace (int folder, const char *base, const char *path, GError **error)
{
  struct stat info;

  if (fstatat (folder, base, &info, AT_SYMLINK_NOFOLLOW) < 0)
    return errno == ENOENT || fail (error, errno, path);
  if (S_ISREG (info.st_mode) && info.st_nlink == 1)
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED,
                  S_ISREG (info.st_mode) ? _ ("%s has more than one name and is not replaced") : _ ("%s is no plain file and is not replaced"), path);
  return FALSE;
}

static gboolean
write_whole (int fd, const char *text, guint mode)
{
  for (gsize left = strlen (text); left > 0;)
    {
      gssize written = write (fd, text, left);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return FALSE;
      text += written;
      left -= (gsize) written;
    }
  return fchmod (fd, mode) == 0 && fsync (fd) == 0;
}

/* What a writer that was killed left beside the file: ".NAME.PID.new". */
static void
remove_leftovers (int folder, const char *base)
{
  g_autofree char *head = g_strdup_printf (".%s.", base);
  int again = openat (folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = again >= 0 ? fdopendir (again) : NULL;
  struct dirent *entry;

  while (entries != NULL && (entry = readdir (entries)) != NULL)
    {
      char *end = NULL;
      gint64 pid = g_str_has_prefix (entry->d_name, head) ? g_ascii_strtoll (entry->d_name + strlen (head), &end, 10) : 0;
      if (pid > 0 && g_str_equal (end, ".new") && kill ((pid_t) pid, 0) < 0 && errno == ESRCH)
        unlinkat (folder, entry->d_name, 0);
    }
  if (entries != NULL)
    closedir (entries);
}

gboolean
ectl_file_write (const EctlHost *host, const char *path, const char *text, guint mode, GError **error)
{
  const char *base;
  int folder = open_folder (host, path, TRUE, &base, error);
  g_autofree char *beside = folder >= 0 ? g_strdup_printf (".%s.%d.new", base, (int) getpid ()) : NULL;

  if (folder < 0 || !may_replace (folder, base, path, error))
    {
      if (folder >= 0)
        close (folder);
      return FALSE;
    }
  remove_leftovers (folder, base);
  int fd = openat (folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean ok = fd >= 0 && write_whole (fd, text, mode) && renameat (folder, beside, folder, base) == 0 && fsync (folder) == 0;
  int failed = errno;
  if (fd >= 0)
    close (fd);
  if (fd >= 0 && !ok)
    unlinkat (folder, beside, 0);
  close (folder);
  return ok || fail (error, failed, path);
}

gboolean
ectl_file_remove (const EctlHost *host, const char *path, GError **error)
{
  const char *base;
  g_autofree char *file = ectl_host_path (host, path);

  if (access (file, F_OK) < 0 && errno == ENOENT)
    return TRUE;
  int folder = open_folder (host, path, FALSE, &base, error);
  if (folder < 0)
    return FALSE;
  remove_leftovers (folder, base);
  gboolean ok = unlinkat (folder, base, 0) == 0 || errno == ENOENT;
  int failed = errno;
  close (folder);
  if (!ok)
    ectl_set_error_errno (error, failed, _ ("cannot remove %s"), path);
  return ok;
}

void
ectl_file_remove_folder (const EctlHost *host, const char *path)
{
  const char *base;
  int folder = open_folder (host, path, FALSE, &base, NULL);

  if (folder < 0)
    return;
  if (unlinkat (folder, base, AT_REMOVEDIR) < 0)
    g_debug ("%s stays: %s", path, g_strerror (errno));
  close (folder);
}
