/* SPDX-License-Identifier: Apache-2.0 */
/* A program as a stream: ssh, whose standard input and output are the far side. */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/program.h"
#include "platform/linux/stream-fd.h"
#include "platform/stream.h"

#define MOST_ERROR_BYTES 4096
#define END_MS 250
#define LOOK_EVERY_MS 10

typedef struct {
  EctlStream base;
  GPid pid;
  char *name;
  int in, out, err;
  gboolean heard; /* a byte came already */
} ProgramStream;

/* What it complained about, in one line. */
static char *
read_complaint (ProgramStream *program)
{
  char text[MOST_ERROR_BYTES + 1];
  gssize got = pread (program->err, text, MOST_ERROR_BYTES, 0);

  text[MAX (got, 0)] = '\0';
  g_strdelimit (g_strchomp (text), "\r\n\t", ' ');
  return g_utf8_make_valid (text, -1);
}

static gssize
program_read (EctlStream *stream, void *buffer, gsize n, EctlCall *call, GError **error)
{
  ProgramStream *program = (ProgramStream *) stream;
  gssize got = ectl_fd_read (program->out, buffer, n, call, error);

  if (got == 0 && !program->heard)
    {
      g_autofree char *complaint = read_complaint (program);
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s ended without an answer: %s"), program->name, *complaint != '\0' ? complaint : _ ("it gave no reason"));
      return -1;
    }
  program->heard |= got > 0;
  return got;
}

static gboolean
program_write (EctlStream *stream, const void *bytes, gsize n, EctlCall *call, GError **error)
{
  ProgramStream *program = (ProgramStream *) stream;
  g_autoptr (GError) why = NULL;
  sigset_t pipe_signal, before;

  /* A pipe has no MSG_NOSIGNAL, and the library leaves signals as they are: only this thread does not see this one. */
  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &pipe_signal, &before);
  gboolean ok = ectl_fd_write (program->in, FALSE, bytes, n, call, &why);
  sigtimedwait (&pipe_signal, NULL, &(struct timespec){ 0 });
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  /* That the program is gone shows when its answer is read, with its own words. */
  if (!ok && ectl_error_is (why, ECTL_ERROR_FAILED))
    return TRUE;
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&why));
  return ok;
}

/* A program that ignores TERM is killed soon; one that the kernel does not let go is left behind. */
static void
end_program (GPid pid)
{
  kill (pid, SIGTERM);
  for (guint waited = 0; waited <= 2 * END_MS && waitpid (pid, NULL, WNOHANG) == 0; waited += LOOK_EVERY_MS)
    {
      if (waited == END_MS)
        kill (pid, SIGKILL);
      g_poll (NULL, 0, LOOK_EVERY_MS);
    }
}

static void
program_close (EctlStream *stream)
{
  ProgramStream *program = (ProgramStream *) stream;

  close (program->in);
  close (program->out);
  end_program (program->pid);
  ectl_program_close_output (program->err);
  g_free (program->name);
  g_free (program);
}

static int
program_get_fd (EctlStream *stream)
{
  return ((ProgramStream *) stream)->out;
}

static const EctlStreamClass program_class = { program_read, program_write, program_close, program_get_fd };

/* What ssh needs of the caller's environment, and nothing else. */
static char **
make_environment (void)
{
  static const char *const kept[] = { "HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK", "TERM" };
  char **environment = g_environ_setenv (NULL, "LC_ALL", "C.UTF-8", TRUE);

  environment = g_environ_setenv (environment, "PATH", ECTL_PROGRAM_PATH, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]) != NULL)
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  return environment;
}

static void
set_up_child (gpointer err)
{
  ectl_program_reset_signals (NULL);
  dup2 (*(const int *) err, STDERR_FILENO);
}

EctlStream *
ectl_stream_spawn (const char *const *argv, EctlCall *call, GError **error)
{
  g_auto (GStrv) environment = make_environment ();
  g_autoptr (GError) why = NULL;
  ProgramStream *program = g_new0 (ProgramStream, 1);
  (void) call;

  *program = (ProgramStream){ .base.klass = &program_class, .name = g_path_get_basename (argv[0]), .err = ectl_program_open_output () };
  if (!g_spawn_async_with_pipes (NULL, (char **) argv, environment, G_SPAWN_DO_NOT_REAP_CHILD, set_up_child, &program->err, &program->pid, &program->in,
                                 &program->out, NULL, &why))
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot start %s: %s"), argv[0], why->message);
      close (program->err);
      g_free (program->name);
      g_free (program);
      return NULL;
    }
  g_unix_set_fd_nonblocking (program->in, TRUE, NULL);
  g_unix_set_fd_nonblocking (program->out, TRUE, NULL);
  return &program->base;
}

gboolean
ectl_pass_through (const char *const *argv, int *code, GError **error)
{
  g_auto (GStrv) environment = make_environment ();
  g_autoptr (GError) why = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_CHILD_INHERITS_STDIN, ectl_program_reset_signals, NULL, NULL, NULL, &status, &why))
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot start %s: %s"), argv[0], why->message);
      return FALSE;
    }
  *code = WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
  return TRUE;
}
