/* SPDX-License-Identifier: Apache-2.0 */
/* What tells of changes where no manager does: the engine's pidfd, and the folder of the pid files and the socket. One descriptor stands for both. */
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/initscript.h"
#include "platform/supervise.h"

#define FOLDER "/run"
/* Not what is written: sysvinit writes /run/runlevel every five seconds, and an engine makes its socket anew where it finds a pid file. */
#define FILES_COME_AND_GO (IN_CREATE | IN_DELETE | IN_MOVED_TO)

static void
listen_to (int epoll, int fd)
{
  struct epoll_event event = { .events = EPOLLIN };
  epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &event);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* The engine of now; the one before is let go, also where its end is what woke us. */
static void
follow_engine (EctlScriptEvents *events, gint64 pid)
{
  if (pid == events->pid && pid > 0)
    return;
  close_fd (&events->pidfd);
  events->pid = pid;
  events->pidfd = pid > 0 ? (int) syscall (SYS_pidfd_open, (pid_t) pid, 0) : -1;
  if (events->pidfd >= 0)
    listen_to (events->epoll, events->pidfd);
}

static gint64
engine_of (EctlInitScript *self)
{
  g_autoptr (EctlProcess) engine = ectl_initscript_find_engine (self);
  return engine != NULL ? engine->pid : 0;
}

void
ectl_script_events_init (EctlScriptEvents *events)
{
  *events = (EctlScriptEvents){ -1, -1, -1, 0 };
}

void
ectl_script_events_clear (EctlScriptEvents *events)
{
  close_fd (&events->pidfd);
  close_fd (&events->inotify);
  close_fd (&events->epoll);
}

int
ectl_initscript_subscribe (EctlBackend *backend, EctlCall *call, GError **error)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  EctlScriptEvents *events = &self->events;
  g_autofree char *folder = ectl_host_path (self->host, FOLDER);
  (void) call;

  if (events->epoll >= 0)
    return events->epoll;
  events->epoll = epoll_create1 (EPOLL_CLOEXEC);
  events->inotify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (events->epoll < 0 || events->inotify < 0 || inotify_add_watch (events->inotify, folder, FILES_COME_AND_GO) < 0)
    {
      ectl_script_events_clear (events);
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("changes below %s cannot be watched"), folder);
      return -1;
    }
  listen_to (events->epoll, events->inotify);
  follow_engine (events, engine_of (self));
  return events->epoll;
}

/* docker.pid, docker-ssd.pid, docker.sock, the lock of `run`: the rest of the folder is no business of ours, and an init script that is asked may itself write there. */
static gboolean
is_about_engine (const EctlInitScript *self, const char *bytes, gssize length)
{
  const struct inotify_event *event;

  for (gssize at = 0; at + (gssize) sizeof *event <= length; at += (gssize) sizeof *event + event->len)
    {
      event = (const struct inotify_event *) (gconstpointer) (bytes + at);
      if (event->len == 0 || g_str_has_prefix (event->name, self->name) || g_str_has_suffix (ECTL_RUN_LOCK, event->name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_ended (const EctlScriptEvents *events)
{
  GPollFD poll_fd = { .fd = events->pidfd, .events = G_IO_IN };
  return events->pidfd >= 0 && g_poll (&poll_fd, 1, 0) > 0;
}

gboolean
ectl_initscript_drain (EctlBackend *backend)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  char buffer[4096] __attribute__ ((aligned (__alignof__(struct inotify_event))));
  gboolean about_engine = has_ended (&self->events);
  gssize length;

  for (guint i = 0; i < 1000 && (length = read (self->events.inotify, buffer, sizeof buffer)) > 0; i++)
    about_engine |= is_about_engine (self, buffer, length);
  follow_engine (&self->events, engine_of (self));
  return about_engine;
}
