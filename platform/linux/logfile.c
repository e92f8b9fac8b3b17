/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a log file: its newest part, then what is added to it. */
#include "platform/linux/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/logline.h"

/* Of a file that grew for months only this much is looked at. */
#define MOST_BYTES (16 * 1024 * 1024)
#define LONGEST_LINE 8192
#define CHECK_EVERY_LINES 64
/* Without inotify the file is looked at so often. */
#define LOOK_EVERY_US (1 * G_USEC_PER_SEC)

typedef struct {
  char *file; /* below the host's root */
  int fd;
  guint64 offset;   /* of the next byte to read */
  gint64 time_us;   /* of the last line that had one */
  GString *pending; /* a line whose end is not there yet */
  GPtrArray *lines; /* (element-type EctlLogLine) */
} LogFile;

static void
close_file (LogFile *log)
{
  if (log->fd >= 0)
    close (log->fd);
  g_free (log->file);
  g_string_free (log->pending, TRUE);
  g_ptr_array_unref (log->lines);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LogFile, close_file)

static gboolean
open_file (LogFile *log, struct stat *info, GError **error)
{
  int fd = open (log->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int failed = fd < 0 || fstat (fd, info) < 0 ? errno : (S_ISREG (info->st_mode) ? 0 : EINVAL);

  if (failed == 0)
    {
      log->fd = fd;
      return TRUE;
    }
  if (fd >= 0)
    close (fd);
  ectl_set_error_errno (error, failed, _ ("cannot read the engine's log %s"), log->file);
  return FALSE;
}

static void
add_line (LogFile *log, const char *text)
{
  gint64 time = ectl_log_text_time_us (text);
  EctlLogLine *line = g_new0 (EctlLogLine, 1);

  if (time > 0)
    log->time_us = time;
  g_autofree char *cut = g_strndup (text, LONGEST_LINE);
  *line = (EctlLogLine){ .time_us = log->time_us, .level = ectl_log_text_level (text), .text = ectl_log_text_clean (cut), .from_engine = TRUE };
  g_ptr_array_add (log->lines, line);
}

static void
add_bytes (LogFile *log, const char *bytes, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      const char *end = memchr (bytes + at, '\n', length - at);
      gsize size = end != NULL ? (gsize) (end - bytes) - at : length - at;
      g_string_append_len (log->pending, bytes + at, (gssize) size);
      at += size + 1;
      if (end == NULL && log->pending->len < LONGEST_LINE)
        continue;
      add_line (log, log->pending->str);
      g_string_truncate (log->pending, 0);
    }
}

/* From the offset to the end that the file has now. */
static gboolean
read_on (LogFile *log, EctlCall *call, GError **error)
{
  g_autofree char *buffer = g_malloc (65536);
  gssize got;

  while ((got = pread (log->fd, buffer, 65536, (off_t) log->offset)) > 0)
    {
      log->offset += (guint64) got;
      add_bytes (log, buffer, (gsize) got);
      if (!ectl_call_check (call, error))
        return FALSE;
    }
  if (got < 0)
    ectl_set_error_errno (error, errno, _ ("cannot read the engine's log %s"), log->file);
  return got == 0;
}

/* A first part of a line, where the reading began in the middle of one. */
static void
drop_first (LogFile *log)
{
  if (log->lines->len > 0)
    g_ptr_array_remove_index (log->lines, 0);
}

static gboolean
tell (LogFile *log, guint first, gint64 since_us, EctlLogFunc func, gpointer user_data)
{
  for (guint i = first; i < log->lines->len; i++)
    {
      const EctlLogLine *line = log->lines->pdata[i];
      if (line->time_us >= since_us && !func (line, user_data))
        return FALSE;
    }
  g_ptr_array_set_size (log->lines, 0);
  return TRUE;
}

/* The last LINES of those that are new enough. */
static guint
first_of_newest (const LogFile *log, const EctlLogQuery *query)
{
  guint first = log->lines->len;
  gint64 wanted = query->lines < 0 ? G_MAXINT64 : query->lines;

  for (gint64 n = 0; first > 0 && n < wanted && ((const EctlLogLine *) log->lines->pdata[first - 1])->time_us >= query->since_us; n++)
    first--;
  return first;
}

/* Rotated: another file has the name. Truncated: it is shorter than what was read. Both begin anew. */
static gboolean
catch_up (LogFile *log, EctlCall *call, GError **error)
{
  struct stat by_name, opened;
  gboolean named = stat (log->file, &by_name) == 0;

  if (fstat (log->fd, &opened) == 0 && (guint64) opened.st_size < log->offset)
    log->offset = 0;
  if (!read_on (log, call, error))
    return FALSE;
  if (!named || (by_name.st_dev == opened.st_dev && by_name.st_ino == opened.st_ino))
    return TRUE;
  close (log->fd);
  log->fd = -1;
  log->offset = 0;
  return open_file (log, &opened, error) && read_on (log, call, error);
}

static gboolean
follow (LogFile *log, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  char events[4096];
  g_autofree char *folder = g_path_get_dirname (log->file);
  int watch = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  gboolean ok = TRUE, enough = FALSE;

  if (watch >= 0)
    inotify_add_watch (watch, folder, IN_MODIFY | IN_CREATE | IN_MOVED_TO);
  while (ok && !enough)
    {
      GPollFD poll_fd = { .fd = watch, .events = G_IO_IN };
      ok = catch_up (log, call, error);
      enough = ok && !tell (log, 0, 0, func, user_data);
      ok = ok && (enough || ectl_call_poll (call, &poll_fd, watch >= 0 ? 1 : 0, watch >= 0 ? G_MAXINT64 : g_get_monotonic_time () + LOOK_EVERY_US, error));
      while (watch >= 0 && read (watch, events, sizeof events) > 0)
        ;
    }
  if (watch >= 0)
    close (watch);
  return ok;
}

gboolean
ectl_logfile_read (const EctlHost *host, const char *path, gint64 from, const EctlLogQuery *query, EctlLogFunc func, gpointer user_data, EctlCall *call,
                   GError **error)
{
  struct stat info;
  g_auto (LogFile) log = { .file = ectl_host_path (host, path), .fd = -1, .pending = g_string_new (NULL) };

  log.lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  if (!open_file (&log, &info, error))
    return FALSE;
  guint64 size = (guint64) info.st_size;
  guint64 newest = size > MOST_BYTES ? size - MOST_BYTES : 0;
  gboolean is_marked = from >= 0 && (guint64) from <= size && (guint64) from >= newest;
  log.offset = is_marked ? (guint64) from : newest;
  log.time_us = is_marked ? query->since_us : (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
  gboolean in_the_middle = !is_marked && newest > 0;
  if (!read_on (&log, call, error))
    return FALSE;
  if (in_the_middle)
    drop_first (&log);
  if (log.pending->len > 0 && !query->follow)
    add_line (&log, log.pending->str);
  return !tell (&log, first_of_newest (&log, query), query->since_us, func, user_data) || !query->follow || follow (&log, func, user_data, call, error);
}
