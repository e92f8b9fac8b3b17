/* SPDX-License-Identifier: Apache-2.0 */
/* All processes in one pass: one system call each for those that are none of ours. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/proc.h"
#include "platform/process.h"

/* As the kernel fills it (getdents64(2)). */
typedef struct {
  guint64 inode;
  gint64 offset;
  guint16 length;
  guint8 type;
  char name[];
} Entry;

/* readdir would cost a quarter more: it allocates, and asks for smaller pieces. */
void
ectl_proc_for_each_pid (int proc, EctlPidFunc func, gpointer data)
{
  char buffer[32768] __attribute__ ((aligned (8)));
  long got;

  while ((got = syscall (SYS_getdents64, proc, buffer, sizeof buffer)) > 0)
    for (long at = 0; at < got;)
      {
        const Entry *entry = (const Entry *) (gpointer) (buffer + at);
        if (g_ascii_isdigit (entry->name[0]))
          func (proc, strtoll (entry->name, NULL, 10), data);
        at += entry->length;
      }
}

/* The base name of the program decides; comm only where the link may not be read. Kernel threads have no program. */
static EctlRole
role_of_pid (int proc, gint64 pid)
{
  char target[4096];

  if (!ectl_proc_read_exe (proc, pid, target, sizeof target, NULL))
    {
      if (errno != EACCES || ectl_proc_read (proc, pid, "comm", target, sizeof target) <= 0)
        return ECTL_ROLE_OTHER;
      return ectl_role_of_program (g_strchomp (target));
    }
  const char *slash = strrchr (target, '/');
  return ectl_role_of_program (slash != NULL ? slash + 1 : target);
}

typedef struct {
  EctlProcessList *list;
  gboolean all;
} Scan;

static void
scan_pid (int proc, gint64 pid, gpointer data)
{
  Scan *scan = data;
  EctlRole role = role_of_pid (proc, pid);

  scan->list->shims += role == ECTL_ROLE_SHIM;
  scan->list->proxies += role == ECTL_ROLE_PROXY;
  if (role == ECTL_ROLE_OTHER || (!scan->all && (role == ECTL_ROLE_SHIM || role == ECTL_ROLE_PROXY)))
    return;
  EctlProcess *process = ectl_proc_load (proc, pid, NULL);
  if (process != NULL && process->run_state != 'Z')
    g_ptr_array_add (scan->list->list, process);
  else
    ectl_process_free (process);
}

static int
by_role_and_pid (gconstpointer a, gconstpointer b)
{
  const EctlProcess *first = *(EctlProcess *const *) a, *second = *(EctlProcess *const *) b;
  if (first->role != second->role)
    return first->role < second->role ? -1 : 1;
  return first->pid < second->pid ? -1 : first->pid > second->pid;
}

void
ectl_process_list_free (EctlProcessList *list)
{
  if (list == NULL)
    return;
  g_ptr_array_unref (list->list);
  g_free (list);
}

/* --- whose containerd? -------------------------------------------------------------------------------------------------- */

#define DEFAULT_CONTAINERD "/run/containerd/containerd.sock"

/* The value of OPTION ("--address X", "--address=X") or of SHORT ("-a X"); NULL where it is not given. Free it. */
static char *
find_option (char **argv, const char *option, const char *short_option)
{
  gsize length = strlen (option);

  for (guint i = 1; argv != NULL && argv[0] != NULL && argv[i] != NULL; i++)
    {
      if ((g_str_equal (argv[i], option) || g_strcmp0 (argv[i], short_option) == 0) && argv[i + 1] != NULL)
        return g_strdup (argv[i + 1]);
      if (strncmp (argv[i], option, length) == 0 && argv[i][length] == '=')
        return g_strdup (argv[i] + length + 1);
    }
  return NULL;
}

static char *
address_of (const EctlHost *host, gint64 pid, const char *option, const char *short_option)
{
  g_auto (GStrv) argv = ectl_process_get_argv (host, pid);
  char *address = find_option (argv, option, short_option);
  return address != NULL ? address : g_strdup (DEFAULT_CONTAINERD);
}

/* Started by an engine, or at the address that an engine uses; where no engine runs, at the one that it would use. Another one serves something else
 * (Kubernetes). An address means something only among processes on the same side of a container's wall. */
static gboolean
is_ours (const EctlHost *host, const EctlProcess *containerd, const GPtrArray *list)
{
  g_autofree char *address = address_of (host, containerd->pid, "--address", "-a");
  gboolean any_engine = FALSE;

  for (guint i = 0; i < list->len; i++)
    {
      const EctlProcess *engine = list->pdata[i];
      if (engine->role != ECTL_ROLE_ENGINE || engine->foreign != containerd->foreign)
        continue;
      any_engine = TRUE;
      if (ectl_process_is_desktop (engine))
        continue;
      g_autofree char *used = address_of (host, engine->pid, "--containerd", NULL);
      if (containerd->ppid == engine->pid || g_str_equal (address, used))
        return TRUE;
    }
  return !any_engine && g_str_equal (address, DEFAULT_CONTAINERD);
}

static void
drop_others (const EctlHost *host, GPtrArray *list)
{
  for (guint i = list->len; i > 0; i--)
    {
      const EctlProcess *process = list->pdata[i - 1];
      if (g_str_equal (process->name, "containerd") && !is_ours (host, process, list))
        g_ptr_array_remove_index (list, i - 1);
    }
}

EctlProcessList *
ectl_processes_scan (const EctlHost *host, gboolean all, EctlCall *call, GError **error)
{
  Scan scan = { .all = all };
  int proc = ectl_proc_open (host);

  if (proc < 0)
    {
      ectl_set_error_errno (error, errno, _ ("cannot open /proc"));
      return NULL;
    }
  scan.list = g_new0 (EctlProcessList, 1);
  scan.list->list = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_process_free);
  ectl_proc_for_each_pid (proc, scan_pid, &scan);
  close (proc);
  if (call != NULL && !ectl_call_check (call, error))
    {
      ectl_process_list_free (scan.list);
      return NULL;
    }
  drop_others (host, scan.list->list);
  g_ptr_array_sort (scan.list->list, by_role_and_pid);
  return scan.list;
}

static void
note_engine (int proc, gint64 pid, gpointer pids)
{
  if (role_of_pid (proc, pid) == ECTL_ROLE_ENGINE && !ectl_proc_is_foreign (proc, pid))
    g_array_append_val (pids, pid);
}

GArray *
ectl_processes_find_engines (const EctlHost *host)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (gint64));
  int proc = ectl_proc_open (host);

  if (proc < 0)
    return pids;
  ectl_proc_for_each_pid (proc, note_engine, pids);
  close (proc);
  return pids;
}

/* --- the control group -------------------------------------------------------------------------------------------------- */

/* The path in LINE ("N:CONTROLLERS:PATH", and the path may hold colons) if it is of the hierarchy that CONTROLLERS names; NULL for the root group, which tells
 * nothing. */
static const char *
group_in_line (const char *line, const char *controllers)
{
  const char *named = strchr (line, ':');
  gsize length = strlen (controllers);

  if (named == NULL || strncmp (named + 1, controllers, length) != 0 || named[1 + length] != ':')
    return NULL;
  const char *path = named + 1 + length + 1;
  return g_str_equal (path, "/") ? NULL : path;
}

/* Member list of PID's control group in the hierarchy that the service manager made, or NULL. */
static char *
find_group (const EctlHost *host, int proc, gint64 pid)
{
  static const struct {
    const char *controllers;
    const char *mount;
  } hierarchies[] = { { "name=systemd", "/sys/fs/cgroup/systemd" }, { "", "/sys/fs/cgroup/unified" }, { "", "/sys/fs/cgroup" } };
  char text[4096];

  if (ectl_proc_read (proc, pid, "cgroup", text, sizeof text) <= 0)
    return NULL;
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);
  for (guint i = 0; i < G_N_ELEMENTS (hierarchies); i++)
    for (char **line = lines; *line != NULL; line++)
      {
        const char *path = group_in_line (*line, hierarchies[i].controllers);
        if (path == NULL)
          continue;
        g_autofree char *members = g_strconcat (hierarchies[i].mount, path, "/cgroup.procs", NULL);
        g_autofree char *file = ectl_host_path (host, members);
        if (access (file, R_OK) == 0)
          return g_steal_pointer (&members);
      }
  return NULL;
}

/* Pids, parted by blanks or line ends: of its control group; where no manager made one (init scripts), its own children. */
static char *
list_companions (const EctlHost *host, int proc, gint64 pid)
{
  g_autofree char *group = find_group (host, proc, pid);
  char children[4096];

  if (group != NULL)
    return ectl_host_read_file (host, group, 1024 * 1024, NULL, NULL);
  g_autofree char *name = g_strdup_printf ("task/%" G_GINT64_FORMAT "/children", pid);
  return ectl_proc_read (proc, pid, name, children, sizeof children) > 0 ? g_strdup (children) : NULL;
}

GPtrArray *
ectl_process_find_companions (const EctlHost *host, gint64 pid)
{
  GPtrArray *companions = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_process_free);
  int proc = ectl_proc_open (host);

  if (proc < 0)
    return companions;
  g_autofree char *text = list_companions (host, proc, pid);
  for (char *at = text, *end; at != NULL && *at != '\0'; at = end + strcspn (end, "0123456789"))
    {
      gint64 member = strtoll (at, &end, 10);
      EctlRole role = member != pid ? role_of_pid (proc, member) : ECTL_ROLE_OTHER;
      EctlProcess *process = role == ECTL_ROLE_ENGINE || role == ECTL_ROLE_HELPER ? ectl_proc_load (proc, member, NULL) : NULL;
      if (process != NULL)
        g_ptr_array_add (companions, process);
    }
  close (proc);
  return companions;
}
