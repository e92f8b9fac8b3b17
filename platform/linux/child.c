/* SPDX-License-Identifier: Apache-2.0 */
/* A supervised child on Linux: pidfd, a pipe, signalfd. */
#include "platform/supervise.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/program.h"

/* sd_listen_fds(3) */
#define FIRST_PASSED 3
#define MOST_PASSED 64

struct _EctlChild {
  GPid pid;
  int end_fd;
  int output;
  gboolean ended, killed;
  int code;
};

/* What has to be ready before the fork: between fork and exec nothing may be allocated. */
typedef struct {
  pid_t parent;
  char *listen_pid; /* "LISTEN_PID=" and room for a number, in the child's environment; NULL: nothing was passed */
} Setup;

static void
write_number (char *at, pid_t number)
{
  char digits[16];
  int n = 0;

  do
    digits[n++] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0)
    *at++ = digits[--n];
  *at = '\0';
}

static void
set_up_child (gpointer data)
{
  const Setup *setup = data;

  ectl_program_reset_signals (NULL);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != setup->parent)
    _exit (1);
  dup2 (STDOUT_FILENO, STDERR_FILENO);
  if (setup->listen_pid != NULL)
    write_number (setup->listen_pid + strlen ("LISTEN_PID="), getpid ());
}

/* How many sockets the init passed to exactly this process. */
static int
count_passed (void)
{
  const char *pid = g_getenv ("LISTEN_PID"), *fds = g_getenv ("LISTEN_FDS");
  if (pid == NULL || fds == NULL || g_ascii_strtoll (pid, NULL, 10) != getpid ())
    return 0;
  return (int) CLAMP (g_ascii_strtoll (fds, NULL, 10), 0, MOST_PASSED);
}

static char **
make_environment (int passed, char **listen_pid)
{
  static const char *const ours[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID" };
  char **environment = g_get_environ ();
  guint n;

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    environment = g_environ_unsetenv (environment, ours[i]);
  if (passed == 0)
    return environment;
  n = g_strv_length (environment);
  environment = g_renew (char *, environment, n + 2);
  *listen_pid = environment[n] = g_strdup ("LISTEN_PID=                ");
  environment[n + 1] = NULL;
  return environment;
}

EctlChild *
ectl_child_start (const char *const *argv, GError **error)
{
  int passed = count_passed (), same[MOST_PASSED];
  Setup setup = { .parent = getpid () };
  g_auto (GStrv) environment = make_environment (passed, &setup.listen_pid);
  g_autoptr (GError) why = NULL;
  EctlChild *child = g_new0 (EctlChild, 1);

  for (int i = 0; i < passed; i++)
    same[i] = FIRST_PASSED + i;
  if (!g_spawn_async_with_pipes_and_fds (NULL, argv, (const char *const *) environment, G_SPAWN_DO_NOT_REAP_CHILD, set_up_child, &setup, -1, -1, -1, same, same,
                                         (gsize) passed, &child->pid, NULL, &child->output, NULL, &why))
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot start %s: %s"), argv[0], why->message);
      g_free (child);
      return NULL;
    }
  g_unix_set_fd_nonblocking (child->output, TRUE, NULL);
  child->end_fd = (int) syscall (SYS_pidfd_open, child->pid, 0);
  return child;
}

void
ectl_child_free (EctlChild *child)
{
  if (child == NULL)
    return;
  if (child->end_fd >= 0)
    close (child->end_fd);
  if (child->output >= 0)
    close (child->output);
  g_free (child);
}

gint64
ectl_child_get_pid (const EctlChild *child)
{
  return child->pid;
}

int
ectl_child_get_end_fd (const EctlChild *child)
{
  return child->end_fd;
}

int
ectl_child_get_output_fd (const EctlChild *child)
{
  return child->output;
}

gboolean
ectl_child_has_ended (EctlChild *child, int *code)
{
  int status = 0;

  if (!child->ended && waitpid (child->pid, &status, WNOHANG) == child->pid)
    {
      child->ended = TRUE;
      child->killed = WIFSIGNALED (status);
      child->code = WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
    }
  *code = child->code;
  return child->ended;
}

gboolean
ectl_child_was_killed (const EctlChild *child)
{
  return child->killed;
}

gsize
ectl_child_read (EctlChild *child, void *buffer, gsize n)
{
  gssize got = child->output >= 0 ? read (child->output, buffer, n) : -1;

  if (got == 0)
    {
      close (child->output);
      child->output = -1;
    }
  return got > 0 ? (gsize) got : 0;
}

void
ectl_child_signal (EctlChild *child, EctlChildSignal signal)
{
  static const int numbers[] = { [ECTL_CHILD_RELOAD] = SIGHUP, [ECTL_CHILD_TERMINATE] = SIGTERM, [ECTL_CHILD_KILL] = SIGKILL };

  /* Not reaped yet, the pid is still its own. */
  if (!child->ended)
    kill (child->pid, numbers[signal]);
}

/* --- signals that we are sent --------------------------------------------------------------------------------------------- */

struct _EctlSignals {
  int fd;
  sigset_t before;
};

EctlSignals *
ectl_signals_new (void)
{
  EctlSignals *signals = g_new0 (EctlSignals, 1);
  sigset_t ours;

  sigemptyset (&ours);
  sigaddset (&ours, SIGTERM);
  sigaddset (&ours, SIGINT);
  sigaddset (&ours, SIGHUP);
  pthread_sigmask (SIG_BLOCK, &ours, &signals->before);
  signals->fd = signalfd (-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
  return signals;
}

void
ectl_signals_free (EctlSignals *signals)
{
  if (signals == NULL)
    return;
  close (signals->fd);
  pthread_sigmask (SIG_SETMASK, &signals->before, NULL);
  g_free (signals);
}

int
ectl_signals_get_fd (const EctlSignals *signals)
{
  return signals->fd;
}

EctlSignalled
ectl_signals_read (EctlSignals *signals)
{
  struct signalfd_siginfo info;

  if (read (signals->fd, &info, sizeof info) != sizeof info)
    return ECTL_SIGNALLED_NOTHING;
  return info.ssi_signo == SIGHUP ? ECTL_SIGNALLED_RELOAD : ECTL_SIGNALLED_END;
}
