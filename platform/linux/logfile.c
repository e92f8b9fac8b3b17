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
/* Without inotify the file is looked at so often. */
#define LOOK_EVERY_US (1 * G_USEC_PER_SEC)

typedef struct {
  char *file; /* below the host's root */
  int fd;
  guint opened;      /* how often: a rotated log is another file */
  guint64 offset;    /* of the next byte to read */
  gint64 time_us;    /* of the last line that had one */
  GString *pending;  /* a line whose end is not there yet */
  gboolean skipping; /* to the end of a line whose beginning was not read */
  gint64 most;       /* lines to keep; -1: all */
  GPtrArray *lines;  /* (element-type EctlLogLine) */
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
      log->opened++;
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

/* The last line that is wanted and those before it: the rest of a huge file is not kept. */
static void
drop_oldest (LogFile *log)
{
  if (log->most < 0 || log->lines->len < 2 * (guint64) log->most + 1024)
    return;
  g_ptr_array_remove_range (log->lines, 0, log->lines->len - (guint) log->most);
}

static void
end_line (LogFile *log)
{
  if (!log->skipping)
    add_line (log, log->pending->str);
  log->skipping = FALSE;
  g_string_truncate (log->pending, 0);
  drop_oldest (log);
}

/* What is left by a crash of the machine (NULs) are blanks; of a line that is too long the beginning is told. */
static void
add_bytes (LogFile *log, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] == '\n')
      end_line (log);
    else if (log->pending->len < LONGEST_LINE)
      g_string_append_c (log->pending, bytes[i] != '\0' ? bytes[i] : ' ');
}

/* From the offset to END, or to the end that the file has now. */
static gboolean
read_on (LogFile *log, guint64 end, EctlCall *call, GError **error)
{
  g_autofree char *buffer = g_malloc (65536);
  gssize got = 0;

  while (log->offset < end && (got = pread (log->fd, buffer, MIN (65536, end - log->offset), (off_t) log->offset)) > 0)
    {
      log->offset += (guint64) got;
      add_bytes (log, buffer, (gsize) got);
      if (!ectl_call_check (call, error))
        return FALSE;
    }
  if (got < 0)
    ectl_set_error_errno (error, errno, _ ("cannot read the engine's log %s"), log->file);
  return got >= 0;
}

/* A line that never ended: what comes next is another file's. */
static void
flush_pending (LogFile *log)
{
  if (log->pending->len > 0)
    end_line (log);
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
first_of_newest (const LogFile *log, gint64 lines, gint64 since_us)
{
  guint first = log->lines->len;
  gint64 wanted = lines < 0 ? G_MAXINT64 : lines;

  for (gint64 n = 0; first > 0 && n < wanted && ((const EctlLogLine *) log->lines->pdata[first - 1])->time_us >= since_us; n++)
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
    {
      flush_pending (log);
      log->offset = 0;
    }
  if (!read_on (log, G_MAXUINT64, call, error))
    return FALSE;
  if (!named || (by_name.st_dev == opened.st_dev && by_name.st_ino == opened.st_ino))
    return TRUE;
  flush_pending (log);
  close (log->fd);
  log->fd = -1;
  log->offset = 0;
  return open_file (log, &opened, error) && read_on (log, G_MAXUINT64, call, error);
}

/* The folder tells of a new file with the name, the file itself of what is written, wherever a link has led to it. -1 where one cannot be watched. */
static int
open_watch (const LogFile *log)
{
  g_autofree char *folder = g_path_get_dirname (log->file), *opened = g_strdup_printf ("/proc/self/fd/%d", log->fd);
  int watch = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);

  if (watch >= 0 && inotify_add_watch (watch, folder, IN_CREATE | IN_MOVED_TO) >= 0 && inotify_add_watch (watch, opened, IN_MODIFY) >= 0)
    return watch;
  if (watch >= 0)
    close (watch);
  return -1;
}

/* Watched before it is read, and anew each time: the file may be another one by now. */
static gboolean
follow (LogFile *log, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  gboolean ok = TRUE, enough = FALSE;

  while (ok && !enough)
    {
      guint opened = log->opened;
      int watch = open_watch (log);
      GPollFD poll_fd = { .fd = watch, .events = G_IO_IN };
      gboolean is_watched = watch >= 0;
      ok = catch_up (log, call, error);
      enough = ok && !tell (log, 0, 0, func, user_data);
      if (ok && !enough && (log->opened == opened || !is_watched))
        ok = ectl_call_poll (call, &poll_fd, is_watched ? 1 : 0, is_watched ? G_MAXINT64 : g_get_monotonic_time () + LOOK_EVERY_US, error);
      if (is_watched)
        close (watch);
    }
  return ok;
}

gboolean
ectl_logfile_read (const EctlHost *host, const char *path, gint64 from, const EctlLogQuery *query, EctlLogFunc func, gpointer user_data, EctlCall *call,
                   GError **error)
{
  struct stat info = { 0 };
  g_auto (LogFile) log = { .file = ectl_host_path (host, path), .fd = -1, .pending = g_string_new (NULL), .most = query->lines };

  log.lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  if (!open_file (&log, &info, error))
    return FALSE;
  guint64 size = (guint64) info.st_size;
  guint64 newest = size > MOST_BYTES ? size - MOST_BYTES : 0;
  gboolean is_marked = from >= 0 && (guint64) from <= size && (guint64) from >= newest;
  gint64 since = is_marked ? 0 : query->since_us;
  log.offset = is_marked ? (guint64) from : newest;
  log.time_us = is_marked ? query->since_us : (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
  log.skipping = !is_marked && newest > 0;
  if (!read_on (&log, size, call, error))
    return FALSE;
  if (!query->follow)
    flush_pending (&log);
  return !tell (&log, first_of_newest (&log, query->lines, since), since, func, user_data) || !query->follow || follow (&log, func, user_data, call, error);
}
