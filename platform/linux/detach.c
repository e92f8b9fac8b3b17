/* SPDX-License-Identifier: Apache-2.0 */
/* Running in the background: a pid file that is locked and not only written, and leaving the terminal. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/program.h"
#include "platform/supervise.h"

struct _EctlLock {
  int fd;
  char *file;
};

/* The byte that says that somebody is at work; those behind it are marks. */
#define AT_WORK 0

#define MOST_TRIES 10

static struct flock
byte_lock (int byte)
{
  return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
}

/* fcntl(2): such a lock tells its holder (0 where that lives in another pid namespace), and a child does not inherit it. A lock for reading is nobody's of ours: whoever
 * may read the file can have one. */
static gboolean
is_locked (int fd, int byte, gint64 *holder)
{
  struct flock lock = byte_lock (byte);
  gboolean locked = fcntl (fd, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
  *holder = locked ? lock.l_pid : 0;
  return locked;
}

/* Is it still the file at its path? Whoever held it may have removed it meanwhile. */
static gboolean
is_at (int fd, const char *file)
{
  struct stat ours, there;
  return fstat (fd, &ours) == 0 && lstat (file, &there) == 0 && ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static int
open_lock (const char *file, GError **error)
{
  int fd = open (file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  struct stat info;

  if (fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    return fd;
  ectl_set_error_errno (error, fd < 0 ? errno : EINVAL, _ ("cannot make %s"), file);
  if (fd >= 0)
    close (fd);
  return -1;
}

EctlLock *
ectl_lock_take (const EctlHost *host, const char *path, gint64 *holder, GError **error)
{
  g_autofree char *file = ectl_host_path (host, path);
  struct flock lock = byte_lock (AT_WORK);

  *holder = 0;
  for (guint i = 0; i < MOST_TRIES; i++)
    {
      int fd = open_lock (file, error);
      if (fd < 0)
        return NULL;
      gboolean locked = fcntl (fd, F_SETLK, &lock) == 0, ours = locked && is_at (fd, file);
      if (ours)
        {
          EctlLock *taken = g_new0 (EctlLock, 1);
          *taken = (EctlLock){ fd, g_steal_pointer (&file) };
          return taken;
        }
      gboolean held = !locked && is_locked (fd, AT_WORK, holder);
      close (fd);
      if (held)
        return NULL;
      /* Held for reading: by somebody who cannot follow to a new file. */
      if (!locked)
        unlink (file);
    }
  return NULL;
}

static gboolean
ask_lock (const EctlHost *host, const char *path, int byte, gint64 *holder)
{
  g_autofree char *file = ectl_host_path (host, path);
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  *holder = 0;
  if (fd < 0)
    return FALSE;
  gboolean locked = is_locked (fd, byte, holder);
  close (fd);
  return locked;
}

gint64
ectl_lock_find_holder (const EctlHost *host, const char *path)
{
  gint64 holder;
  return ask_lock (host, path, AT_WORK, &holder) ? holder : 0;
}

gboolean
ectl_lock_has_mark (const EctlHost *host, const char *path, EctlLockMark mark)
{
  gint64 holder;
  return ask_lock (host, path, (int) mark, &holder);
}

void
ectl_lock_mark (EctlLock *lock, EctlLockMark mark, gboolean on)
{
  struct flock byte = byte_lock ((int) mark);

  byte.l_type = on ? F_WRLCK : F_UNLCK;
  if (fcntl (lock->fd, F_SETLK, &byte) < 0)
    g_debug ("%s: %s", lock->file, g_strerror (errno));
}

void
ectl_lock_sign (EctlLock *lock)
{
  char text[32];
  int length = g_snprintf (text, sizeof text, "%d\n", (int) getpid ());

  if (ftruncate (lock->fd, 0) < 0 || pwrite (lock->fd, text, (gsize) length, 0) < 0)
    g_debug ("%s: %s", lock->file, g_strerror (errno));
}

void
ectl_lock_free (EctlLock *lock)
{
  if (lock == NULL)
    return;
  unlink (lock->file);
  close (lock->fd);
  g_free (lock->file);
  g_free (lock);
}

/* --- detaching ---------------------------------------------------------------------------------------------------------------- */

static void
leave_terminal (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  setsid ();
  for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
    dup2 (null, fd);
  if (null > STDERR_FILENO)
    close (null);
  /* What somebody waits for, or has locked. */
  g_autoptr (GArray) inherited = ectl_program_list_inherited ();
  for (guint i = 0; i < inherited->len; i++)
    close (g_array_index (inherited, int, i));
}

int
ectl_detach (gint64 *pid, GError **error)
{
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) < 0)
    {
      ectl_set_error_errno (error, errno, _ ("cannot make a pipe"));
      return -1;
    }
  fflush (NULL);
  pid_t child = fork ();
  if (child < 0)
    {
      ectl_set_error_errno (error, errno, _ ("cannot start a process"));
      close (ends[0]);
      close (ends[1]);
      return -1;
    }
  *pid = child;
  close (ends[child == 0 ? 0 : 1]);
  if (child == 0)
    leave_terminal ();
  return ends[child == 0 ? 1 : 0];
}

void
ectl_detached_report (int *pipe, const char *text, gsize n)
{
  if (*pipe < 0)
    return;
  if (write (*pipe, text, n) < 0)
    g_debug ("nobody waits any more: %s", g_strerror (errno));
  close (*pipe);
  *pipe = -1;
}

void
ectl_detached_exit (void)
{
  _exit (0);
}

char *
ectl_detached_wait (int pipe, EctlCall *call, GError **error)
{
  GPollFD poll_fd = { .fd = pipe, .events = G_IO_IN };
  char text[1024];
  gboolean heard = ectl_call_poll (call, &poll_fd, 1, G_MAXINT64, error);
  gssize got = heard ? read (pipe, text, sizeof text - 1) : -1;

  close (pipe);
  if (!heard)
    return NULL;
  text[MAX (got, 0)] = '\0';
  return g_strdup (text);
}
