/* SPDX-License-Identifier: Apache-2.0 */
/* A log file that does not grow without bound. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/logline.h"
#include "platform/supervise.h"

struct _EctlLogSink {
  char *file;
  int fd;
  guint64 size, most;
  guint64 lost; /* bytes since the last that could be written */
  guint kept;
};

static gboolean
open_file (EctlLogSink *sink)
{
  struct stat info;

  sink->fd = open (sink->file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (sink->fd < 0 || fstat (sink->fd, &info) < 0)
    return FALSE;
  sink->size = (guint64) info.st_size;
  if (!S_ISREG (info.st_mode))
    errno = EINVAL;
  return S_ISREG (info.st_mode);
}

EctlLogSink *
ectl_log_sink_open (const EctlHost *host, const char *file, guint64 most, guint kept, GError **error)
{
  g_autoptr (EctlLogSink) sink = g_new0 (EctlLogSink, 1);

  *sink = (EctlLogSink){ .file = ectl_host_path (host, file), .fd = -1, .most = most, .kept = kept };
  if (open_file (sink))
    return g_steal_pointer (&sink);
  ectl_set_error_errno (error, errno, _ ("cannot write the log %s"), sink->file);
  return NULL;
}

/* Better the file of before than none. */
static void
open_again (EctlLogSink *sink)
{
  int before = sink->fd;
  guint64 size = sink->size;

  if (open_file (sink))
    {
      close (before);
      return;
    }
  if (sink->fd >= 0)
    close (sink->fd);
  sink->fd = before;
  sink->size = size;
}

static void
set_aside (EctlLogSink *sink)
{
  for (guint i = sink->kept; i > 0; i--)
    {
      g_autofree char *older = g_strdup_printf ("%s.%u", sink->file, i);
      g_autofree char *newer = i > 1 ? g_strdup_printf ("%s.%u", sink->file, i - 1) : g_strdup (sink->file);
      rename (newer, older);
    }
  open_again (sink);
}

void
ectl_log_sink_follow (EctlLogSink *sink)
{
  struct stat ours, there;
  gboolean same = fstat (sink->fd, &ours) == 0 && stat (sink->file, &there) == 0 && ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;

  if (!same)
    open_again (sink);
}

/* All of it, or as much as there is room for. */
static gsize
write_all (EctlLogSink *sink, const char *bytes, gsize n)
{
  gsize done = 0;

  for (gssize written; done < n && (written = write (sink->fd, bytes + done, n - done)) > 0;)
    done += (gsize) written;
  sink->size += done;
  return done;
}

/* Half a note would spoil the line behind it. */
static gboolean
tell_loss (EctlLogSink *sink)
{
  g_autofree char *text = g_strdup_printf ("enginectl: %" G_GUINT64_FORMAT " bytes of the log are lost here, there was no room for them", sink->lost);
  g_autofree char *line = ectl_log_text_make ("warning", text);
  guint64 before = sink->size;

  if (write_all (sink, line, strlen (line)) == strlen (line))
    return TRUE;
  if (ftruncate (sink->fd, (off_t) before) == 0)
    sink->size = before;
  return FALSE;
}

gboolean
ectl_log_sink_write (EctlLogSink *sink, const void *bytes, gsize n)
{
  if (sink->size > 0 && sink->size + n > sink->most)
    set_aside (sink);
  if (sink->lost > 0 && tell_loss (sink))
    sink->lost = 0;
  sink->lost += sink->lost > 0 ? n : n - write_all (sink, bytes, n);
  return sink->lost == 0;
}

void
ectl_log_sink_free (EctlLogSink *sink)
{
  if (sink == NULL)
    return;
  if (sink->fd >= 0)
    close (sink->fd);
  g_free (sink->file);
  g_free (sink);
}
