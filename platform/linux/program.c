/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a program and waiting for its end. A shell ignores SIGINT for what it runs in the background, and that would be inherited: signals are reset. */
#include "platform/linux/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/logline.h"

#define MOST_KEPT_BYTES (16 * 1024)
#define MOST_PRINTED_BYTES (4 * 1024 * 1024)
#define LOOK_EVERY_US (50 * 1000)
#define END_PATIENCE_MS 500

void
ectl_program_reset_signals (gpointer unused)
{
  sigset_t none;
  (void) unused;

  for (int number = 1; number < NSIG; number++)
    if (number != SIGKILL && number != SIGSTOP)
      signal (number, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

char *
ectl_program_find (const EctlHost *host, const char *name)
{
  g_auto (GStrv) folders = g_strsplit (ECTL_PROGRAM_PATH, ":", -1);

  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *path = g_build_filename (*folder, name, NULL);
      g_autofree char *file = ectl_host_path (host, path);
      if (g_file_test (file, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (file, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&file);
    }
  return NULL;
}

void
ectl_program_end_clear (EctlProgramEnd *end)
{
  g_clear_pointer (&end->text, g_free);
}

int
ectl_program_open_output (void)
{
  char *name = NULL;
  int fd = memfd_create ("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  /* Whoever opens it again (> /dev/stderr) writes behind the others, not over them. */
  if (fd >= 0 && fcntl (fd, F_SETFL, O_APPEND) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  fd = g_file_open_tmp ("enginectl-XXXXXX", &name, NULL);
  if (fd >= 0)
    unlink (name);
  g_free (name);
  return fd;
}

static void
stop_growth (int output)
{
  fcntl (output, F_ADD_SEALS, F_SEAL_GROW);
}

void
ectl_program_close_output (int output)
{
  stop_growth (output);
  close (output);
}

struct _EctlRunning {
  pid_t pid;
  int pidfd; /* -1 where the kernel has none (before 5.3) */
  int output;
};

GArray *
ectl_program_list_inherited (void)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (int));
  DIR *descriptors = opendir ("/proc/self/fd");
  struct dirent *entry;

  while (descriptors != NULL && (entry = readdir (descriptors)) != NULL)
    {
      int fd = (int) g_ascii_strtoll (entry->d_name, NULL, 10), flags = fd > STDERR_FILENO ? fcntl (fd, F_GETFD) : -1;
      if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
        g_array_append_val (found, fd);
    }
  if (descriptors != NULL)
    closedir (descriptors);
  return found;
}

/* closefrom(3) is no action of every C library yet. */
static void
add_closing (posix_spawn_file_actions_t *actions)
{
  g_autoptr (GArray) inherited = ectl_program_list_inherited ();
  for (guint i = 0; i < inherited->len; i++)
    posix_spawn_file_actions_addclose (actions, g_array_index (inherited, int, i));
}

/* posix_spawn(3) does not copy this process first, as fork(2) would. */
static int
spawn (const char *const *argv, EctlRunning *running)
{
  static const char *const environment[] = { ECTL_PROGRAM_LOCALE, "PATH=" ECTL_PROGRAM_PATH, "TERM=dumb", NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;

  sigfillset (&all);
  sigemptyset (&none);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, running->output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, running->output, STDERR_FILENO);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  add_closing (&actions);
  posix_spawn_file_actions_addchdir_np (&actions, "/");
  int code = posix_spawn (&running->pid, argv[0], &actions, &attributes, (char **) argv, (char **) environment);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  return code;
}

/* A script without a line that names its interpreter is sh's, as for execvp(3). */
static int
spawn_by_sh (const char *const *argv, EctlRunning *running)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  g_ptr_array_add (words, (gpointer) "/bin/sh");
  for (guint i = 0; argv[i] != NULL; i++)
    g_ptr_array_add (words, (gpointer) argv[i]);
  g_ptr_array_add (words, NULL);
  return spawn ((const char *const *) words->pdata, running);
}

EctlRunning *
ectl_program_start (const char *const *argv, GError **error)
{
  EctlRunning *running = g_new0 (EctlRunning, 1);

  running->output = ectl_program_open_output ();
  int code = spawn (argv, running);
  if (code == ENOEXEC)
    code = spawn_by_sh (argv, running);
  if (code != 0)
    {
      ectl_set_error (error, code == EACCES ? ECTL_ERROR_NOT_PERMITTED : ECTL_ERROR_FAILED, _ ("cannot start %s: %s"), argv[0], g_strerror (code));
      close (running->output);
      g_free (running);
      return NULL;
    }
  running->pidfd = (int) syscall (SYS_pidfd_open, running->pid, 0);
  return running;
}

typedef enum {
  RUNS_ON,
  HAS_ENDED,
  HAS_VANISHED, /* somebody else of this process took its exit code, or SIGCHLD is ignored */
} Progress;

static Progress
look (const EctlRunning *running, int *status)
{
  pid_t got = waitpid (running->pid, status, WNOHANG);
  if (got == running->pid)
    return HAS_ENDED;
  return got < 0 && errno != EINTR ? HAS_VANISHED : RUNS_ON;
}

static gboolean
wait_for_end (const EctlRunning *running, int *status, EctlCall *call, GError **error)
{
  GPollFD poll_fd = { .fd = running->pidfd, .events = G_IO_IN };
  struct stat output;
  Progress progress;

  while ((progress = look (running, status)) == RUNS_ON)
    {
      if (fstat (running->output, &output) == 0 && output.st_size > MOST_PRINTED_BYTES)
        stop_growth (running->output);
      if (!ectl_call_poll (call, &poll_fd, running->pidfd >= 0 ? 1 : 0, g_get_monotonic_time () + LOOK_EVERY_US, error))
        return FALSE;
    }
  if (progress == HAS_VANISHED)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("its exit code is not known: this process ignores the end of its children"));
  return progress == HAS_ENDED;
}

static char *
clean_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      char *clean = ectl_log_text_clean (*line);
      g_free (*line);
      *line = clean;
    }
  return g_strchomp (g_strjoinv ("\n", lines));
}

static char *
read_output (const EctlRunning *running)
{
  g_autofree char *text = g_malloc0 (MOST_KEPT_BYTES + 1);
  gssize length = pread (running->output, text, MOST_KEPT_BYTES, 0);

  for (gssize i = 0; i < length; i++)
    if (text[i] == '\0')
      text[i] = ' ';
  return length > 0 ? clean_lines (text) : g_strdup ("");
}

/* Its group, so that what it started goes too. One that the kernel does not let go (a dead mount) is left behind. */
static void
kill_group (const EctlRunning *running)
{
  GPollFD poll_fd = { .fd = running->pidfd, .events = G_IO_IN };

  kill (-running->pid, SIGKILL);
  g_poll (&poll_fd, running->pidfd >= 0 ? 1 : 0, END_PATIENCE_MS);
  waitpid (running->pid, NULL, WNOHANG);
}

static void
free_program (EctlRunning *running)
{
  close (running->output);
  if (running->pidfd >= 0)
    close (running->pidfd);
  g_free (running);
}

gboolean
ectl_program_finish (EctlRunning *running, EctlProgramLate late, EctlCall *call, EctlProgramEnd *end, GError **error)
{
  int status = 0;

  *end = (EctlProgramEnd){ 0 };
  gboolean ended = wait_for_end (running, &status, call, error);
  if (ended)
    *end = (EctlProgramEnd){ WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status), read_output (running) };
  else if (late == ECTL_PROGRAM_KILL)
    kill_group (running);
  /* One that is left to go on may still speak: it would end over the first word that it cannot say. */
  if (ended || late == ECTL_PROGRAM_KILL)
    stop_growth (running->output);
  free_program (running);
  return ended;
}

void
ectl_program_give_up (EctlRunning *running)
{
  if (running == NULL)
    return;
  kill_group (running);
  stop_growth (running->output);
  free_program (running);
}

gboolean
ectl_program_run (const char *const *argv, EctlProgramLate late, EctlCall *call, EctlProgramEnd *end, GError **error)
{
  EctlRunning *running = ectl_program_start (argv, error);

  *end = (EctlProgramEnd){ 0 };
  return running != NULL && ectl_program_finish (running, late, call, end, error);
}

gboolean
ectl_program_run_well (const char *const *argv, EctlCall *call, GError **error)
{
  g_auto (EctlProgramEnd) end = { 0 };

  if (!ectl_program_run (argv, ECTL_PROGRAM_LEAVE, call, &end, error))
    return FALSE;
  if (end.code != 0)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s ended with exit code %d: %s"), argv[0], end.code, *end.text != '\0' ? end.text : _ ("it gave no reason"));
  return end.code == 0;
}
