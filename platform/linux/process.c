/* SPDX-License-Identifier: Apache-2.0 */
/* One process, read from /proc. */
#include "platform/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/proc.h"
#include "platform/system.h"

#define COMMAND_SHOWN 120 /* bytes */
#define COMMAND_READ 160  /* so that what is cut is seen to be cut */

/* Docker Desktop's own names; its newest command line client is one of them. comm, where the link to the program may not be read, is cut after 15 bytes. */
static EctlRole
role_in_desktop (const char *name)
{
  static const char *const engines[] = { "com.docker.backend", "com.docker.backend.exe", "com.docker.back", NULL };

  if (g_strv_contains (engines, name))
    return ECTL_ROLE_ENGINE;
  if (g_str_equal (name, "com.docker.cli"))
    return ECTL_ROLE_CLIENT;
  return g_str_has_prefix (name, "com.docker.") || g_str_equal (name, "Docker Desktop") || g_str_equal (name, "Docker Desktop.exe") ? ECTL_ROLE_HELPER
                                                                                                                                    : ECTL_ROLE_OTHER;
}

EctlRole
ectl_role_of_program (const char *name)
{
  static const struct {
    const char *name;
    EctlRole role;
  } known[] = {
    { "dockerd", ECTL_ROLE_ENGINE }, { "containerd", ECTL_ROLE_HELPER }, { "rootlesskit", ECTL_ROLE_HELPER },
    { "docker", ECTL_ROLE_CLIENT },  { "docker.exe", ECTL_ROLE_CLIENT }, { "docker-proxy", ECTL_ROLE_PROXY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      return known[i].role;
  return g_str_has_prefix (name, "containerd-shim") ? ECTL_ROLE_SHIM : role_in_desktop (name);
}

gboolean
ectl_process_is_desktop (const EctlProcess *process)
{
  return process->role == ECTL_ROLE_ENGINE && g_str_has_prefix (process->name, "com.docker.");
}

int
ectl_proc_open (const EctlHost *host)
{
  g_autofree char *path = ectl_host_path (host, "/proc");
  return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

gboolean
ectl_proc_read_link (int proc, gint64 pid, const char *name, char *target, gsize size)
{
  char path[64];
  g_snprintf (path, sizeof path, "%" G_GINT64_FORMAT "/%s", pid, name);
  gssize length = readlinkat (proc, path, target, size - 1);
  target[MAX (length, 0)] = '\0';
  return length >= 0;
}

gssize
ectl_proc_read (int proc, gint64 pid, const char *name, char *buffer, gsize size)
{
  char path[64];
  g_snprintf (path, sizeof path, "%" G_GINT64_FORMAT "/%s", pid, name);
  int fd = openat (proc, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  gssize length = read (fd, buffer, size - 1);
  close (fd);
  buffer[MAX (length, 0)] = '\0';
  return length;
}

gboolean
ectl_proc_read_exe (int proc, gint64 pid, char *exe, gsize size, gboolean *replaced)
{
  static const char deleted[] = " (deleted)";

  if (!ectl_proc_read_link (proc, pid, "exe", exe, size))
    return FALSE;
  gboolean is_deleted = g_str_has_suffix (exe, deleted);
  if (is_deleted)
    exe[strlen (exe) - strlen (deleted)] = '\0';
  if (replaced != NULL)
    *replaced = is_deleted;
  return TRUE;
}

/* Anybody may read the pids that a process has: one for each namespace from that of /proc inwards. */
static gboolean
has_inner_pid (int proc, gint64 pid)
{
  char text[4096];

  if (ectl_proc_read (proc, pid, "status", text, sizeof text) <= 0)
    return FALSE;
  char *pids = strstr (text, "\nNSpid:\t");
  if (pids == NULL)
    return FALSE;
  pids += strlen ("\nNSpid:\t");
  return pids[strcspn (pids, "\t\n")] == '\t';
}

gboolean
ectl_proc_is_foreign (int proc, gint64 pid)
{
  char theirs[64], ours[64] = "";

  if (!ectl_proc_read_link (proc, pid, "ns/pid", theirs, sizeof theirs))
    return has_inner_pid (proc, pid);
  return readlinkat (proc, "self/ns/pid", ours, sizeof ours - 1) > 0 && !g_str_equal (theirs, ours);
}

/* --- one process ------------------------------------------------------------------------------------------------------- */

/* Fields of proc(5) stat by their numbers there; the name before them may hold anything, so they are counted from its closing parenthesis. */
typedef struct {
  char state;
  gint64 ppid;
  guint64 user_ticks, system_ticks, start_ticks;
  gint64 rss_pages;
} Stat;

static gboolean
read_stat (int proc, gint64 pid, Stat *stat)
{
  char text[1024];
  const char *rest = ectl_proc_read (proc, pid, "stat", text, sizeof text) > 0 ? strrchr (text, ')') : NULL;
  return rest != NULL
         && sscanf (rest + 1,
                    " %c %" G_GINT64_FORMAT " %*d %*d %*d %*d %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                    " %*d %*d %*d %*d %*d %*d %" G_GUINT64_FORMAT " %*u %" G_GINT64_FORMAT,
                    &stat->state, &stat->ppid, &stat->user_ticks, &stat->system_ticks, &stat->start_ticks, &stat->rss_pages)
                == 6;
}

static void
take_stat (EctlProcess *process, const Stat *stat)
{
  gint64 hz = sysconf (_SC_CLK_TCK);
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  process->ppid = stat->ppid;
  process->run_state = stat->state;
  process->start_ticks = stat->start_ticks;
  process->rss_bytes = stat->rss_pages * sysconf (_SC_PAGESIZE);
  process->cpu_ms = (gint64) (stat->user_ticks + stat->system_ticks) * 1000 / hz;
  process->age_ms = MAX (0, (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000 - (gint64) stat->start_ticks * 1000 / hz);
  process->started_us = g_get_real_time () - process->age_ms * 1000;
}

static char *
name_of_owner (int proc, gint64 pid)
{
  char path[32];
  struct stat info;
  char *user, *home;

  g_snprintf (path, sizeof path, "%" G_GINT64_FORMAT, pid);
  if (fstatat (proc, path, &info, 0) < 0)
    return NULL;
  if (info.st_uid == 0)
    return g_strdup ("root");
  if (!ectl_system_find_user (info.st_uid, NULL, &user, &home))
    return g_strdup_printf ("%u", info.st_uid);
  g_free (home);
  return user;
}

/* For people: arguments joined, nothing that a terminal would obey, cut between two characters. */
static char *
read_command (int proc, gint64 pid)
{
  char buffer[COMMAND_READ + 1];
  gssize length = ectl_proc_read (proc, pid, "cmdline", buffer, sizeof buffer);

  if (length <= 0)
    return NULL;
  for (gssize i = 0; i < length; i++)
    if (buffer[i] == '\0')
      buffer[i] = ' ';
  g_autofree char *text = g_utf8_make_valid (g_strchomp (buffer), -1);
  GString *command = g_string_new (NULL);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (command->len >= COMMAND_SHOWN)
        {
          g_string_append (command, "…");
          break;
        }
      g_string_append_unichar (command, g_unichar_iscntrl (g_utf8_get_char (at)) ? ' ' : g_utf8_get_char (at));
    }
  return g_string_free (command, FALSE);
}

EctlProcess *
ectl_proc_load (int proc, gint64 pid, GError **error)
{
  char text[4096];
  Stat stat;
  g_autoptr (EctlProcess) process = g_new0 (EctlProcess, 1);

  errno = 0;
  if (!read_stat (proc, pid, &stat))
    {
      if (errno == EACCES || errno == EPERM)
        ectl_set_error_errno (error, errno, _ ("cannot look at process %" G_GINT64_FORMAT), pid);
      return NULL;
    }
  process->pid = pid;
  take_stat (process, &stat);
  if (ectl_proc_read_exe (proc, pid, text, sizeof text, &process->replaced))
    {
      process->exe = g_strdup (text);
      process->name = g_path_get_basename (text);
    }
  else if (ectl_proc_read (proc, pid, "comm", text, sizeof text) > 0)
    process->name = g_strdup (g_strchomp (text));
  else
    return NULL;
  process->role = ectl_role_of_program (process->name);
  process->user = name_of_owner (proc, pid);
  process->command = read_command (proc, pid);
  process->foreign = ectl_proc_is_foreign (proc, pid);
  return g_steal_pointer (&process);
}

EctlProcess *
ectl_process_read (const EctlHost *host, gint64 pid, GError **error)
{
  int proc = ectl_proc_open (host);
  if (proc < 0)
    {
      ectl_set_error_errno (error, errno, _ ("cannot open /proc"));
      return NULL;
    }
  EctlProcess *process = ectl_proc_load (proc, pid, error);
  close (proc);
  return process;
}

gboolean
ectl_process_is_alive (const EctlHost *host, const EctlProcess *process)
{
  Stat stat;
  int proc = ectl_proc_open (host);

  if (proc < 0)
    return FALSE;
  gboolean seen = read_stat (proc, process->pid, &stat);
  close (proc);
  return seen && stat.start_ticks == process->start_ticks && stat.state != 'Z' && stat.state != 'X';
}

/* Everybody may read this of everybody else, and there is always a first process. */
gboolean
ectl_processes_are_hidden (const EctlHost *host)
{
  g_autofree char *file = ectl_host_path (host, "/proc/1/stat");
  return access (file, R_OK) != 0;
}
