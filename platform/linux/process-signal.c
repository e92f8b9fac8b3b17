/* SPDX-License-Identifier: Apache-2.0 */
/* Signals and waiting: a pid together with its start time, held as a pidfd where the kernel has them. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/process.h"

#define LOOK_EVERY_MS 20

/* A pidfd of exactly this process: opened first, checked after, so that the pid cannot be reused in between. -1 where it is gone or the kernel has none (before 5.3). */
static int
open_pidfd (const EctlHost *host, const EctlProcess *process)
{
  int fd = (int) syscall (SYS_pidfd_open, (pid_t) process->pid, 0);
  if (fd >= 0 && !ectl_process_is_alive (host, process))
    {
      close (fd);
      return -1;
    }
  return fd;
}

static int
send_signal (int pidfd, const EctlProcess *process, int number)
{
  return pidfd >= 0 ? (int) syscall (SYS_pidfd_send_signal, pidfd, number, NULL, 0) : kill ((pid_t) process->pid, number);
}

gboolean
ectl_process_signal (const EctlHost *host, const EctlProcess *process, EctlSignal signal, GError **error)
{
  static const int numbers[] = { [ECTL_SIGNAL_TERMINATE] = SIGTERM, [ECTL_SIGNAL_KILL] = SIGKILL, [ECTL_SIGNAL_RELOAD] = SIGHUP };
  int pidfd = open_pidfd (host, process);

  if (pidfd < 0 && !ectl_process_is_alive (host, process))
    return TRUE;
  int failed = send_signal (pidfd, process, numbers[signal]) < 0 ? errno : 0;
  if (pidfd >= 0)
    close (pidfd);
  if (failed == 0 || failed == ESRCH)
    return TRUE;
  ectl_set_error_errno (error, failed, _ ("cannot send %s to %s[%" G_GINT64_FORMAT "]"), strsignal (numbers[signal]), process->name, process->pid);
  return FALSE;
}

gboolean
ectl_process_wait_gone (const EctlHost *host, const EctlProcess *process, EctlCall *call, GError **error)
{
  int pidfd = open_pidfd (host, process);
  GPollFD poll_fd = { .fd = pidfd, .events = G_IO_IN };
  gboolean ok = TRUE;

  /* A pidfd becomes readable when the process ends, also as a zombie. */
  if (pidfd >= 0)
    ok = ectl_call_poll (call, &poll_fd, 1, G_MAXINT64, error);
  else
    while (ok && ectl_process_is_alive (host, process))
      ok = ectl_call_sleep (call, LOOK_EVERY_MS, error);
  if (pidfd >= 0)
    close (pidfd);
  return ok;
}

/* --- arguments and environment ------------------------------------------------------------------------------------------ */

#define MOST_BYTES (256 * 1024)

static char *
read_words (const EctlHost *host, gint64 pid, const char *name, gsize *length)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/%s", pid, name);
  return ectl_host_read_file (host, path, MOST_BYTES, length, NULL);
}

char **
ectl_process_get_argv (const EctlHost *host, gint64 pid)
{
  gsize length = 0;
  g_autofree char *text = read_words (host, pid, "cmdline", &length);
  GPtrArray *words = text != NULL ? g_ptr_array_new () : NULL;

  for (gsize at = 0; words != NULL && at < length; at += strlen (text + at) + 1)
    g_ptr_array_add (words, g_strdup (text + at));
  if (words == NULL)
    return NULL;
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (words, FALSE);
}

char *
ectl_process_getenv (const EctlHost *host, gint64 pid, const char *name)
{
  gsize length = 0, size = strlen (name);
  g_autofree char *text = read_words (host, pid, "environ", &length);

  for (gsize at = 0; text != NULL && at < length; at += strlen (text + at) + 1)
    if (strncmp (text + at, name, size) == 0 && text[at + size] == '=')
      return g_strdup (text + at + size + 1);
  return NULL;
}
