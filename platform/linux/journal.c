/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the journal: what journalctl -u shows, and what it loses. */
#include "platform/linux/journal.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/logline.h"

#define LONGEST_LINE 8192
#define CHECK_EVERY_LINES 64

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sd_journal, sd_journal_close)

static void
match (sd_journal *journal, const char *field, const char *value)
{
  g_autofree char *text = g_strconcat (field, "=", value, NULL);
  sd_journal_add_match (journal, text, 0);
}

/* Whoever may log can set a field without an underscore; what root's processes say about a unit is believed. */
static void
add_root_match (sd_journal *journal, const char *field, const char *unit)
{
  sd_journal_add_disjunction (journal);
  match (journal, "_UID", "0");
  match (journal, field, unit);
}

/* The same of a user's manager (systemd.journal-fields(7)); everything of this user is the user's own word. */
static void
add_user_matches (sd_journal *journal, const EctlJournalUnits *units)
{
  g_autofree char *uid = g_strdup_printf ("%u", (guint) geteuid ());

  match (journal, "_UID", uid);
  match (journal, "_SYSTEMD_USER_UNIT", units->service);
  sd_journal_add_disjunction (journal);
  match (journal, "_UID", uid);
  match (journal, "USER_UNIT", units->service);
}

/* The engine's own lines, and the manager's about it. UNIT= from any of root's processes also finds what journald could not attribute in time: lines of systemd's
 * short-lived children, such as (sd-chown) with a socket unit whose group is missing. */
static void
add_matches (sd_journal *journal, const EctlJournalUnits *units)
{
  if (units->user_mode)
    {
      add_user_matches (journal, units);
      return;
    }
  match (journal, "_SYSTEMD_UNIT", units->service);
  add_root_match (journal, "UNIT", units->service);
  add_root_match (journal, "UNIT", units->socket);
  add_root_match (journal, "OBJECT_SYSTEMD_UNIT", units->service);
}

static void
add_boot_match (sd_journal *journal)
{
  char text[SD_ID128_STRING_MAX];
  sd_id128_t boot;

  if (sd_id128_get_boot (&boot) < 0)
    return;
  sd_journal_add_conjunction (journal);
  match (journal, "_BOOT_ID", sd_id128_to_string (boot, text));
}

/* The value of FIELD, at most LONGEST_LINE bytes; NULL where the entry has none. */
static char *
get_field (sd_journal *journal, const char *field)
{
  const void *data;
  size_t length, prefix = strlen (field) + 1;

  if (sd_journal_get_data (journal, field, &data, &length) < 0 || length < prefix)
    return NULL;
  return g_strndup ((const char *) data + prefix, MIN (length - prefix, LONGEST_LINE));
}

/* The engine's own word, else the journal's priority (sd-daemon(3)). */
static char *
level_of (sd_journal *journal, const char *text)
{
  static const char *const names[] = { "emergency", "alert", "critical", "error", "warning", "notice", "info", "debug" };
  char *level = ectl_log_text_level (text);
  g_autofree char *priority = level == NULL ? get_field (journal, "PRIORITY") : NULL;

  return priority != NULL && *priority >= '0' && *priority <= '7' && priority[1] == '\0' ? g_strdup (names[*priority - '0']) : level;
}

static EctlLogLine *
read_line (sd_journal *journal, const EctlJournalUnits *units)
{
  g_autofree char *text = get_field (journal, "MESSAGE");
  g_autofree char *unit = get_field (journal, units->user_mode ? "_SYSTEMD_USER_UNIT" : "_SYSTEMD_UNIT");
  g_autofree char *pid = get_field (journal, "_PID");
  /* A container's line, by the log driver journald. */
  g_autofree char *container = get_field (journal, "CONTAINER_ID");
  guint64 time = 0;

  if (text == NULL)
    return NULL;
  EctlLogLine *line = g_new0 (EctlLogLine, 1);
  sd_journal_get_realtime_usec (journal, &time);
  line->time_us = (gint64) time;
  line->level = level_of (journal, text);
  line->text = ectl_log_text_clean (text);
  line->from_engine = g_strcmp0 (unit, units->service) == 0 && g_strcmp0 (pid, "1") != 0 && container == NULL;
  return line;
}

/* To the first of the wanted lines. Newest first, as far back as asked for. */
static int
seek (sd_journal *journal, const EctlLogQuery *query)
{
  int code = 0;

  if (query->lines < 0)
    {
      code = query->since_us > 0 ? sd_journal_seek_realtime_usec (journal, (guint64) query->since_us) : sd_journal_seek_head (journal);
      return code < 0 ? code : sd_journal_next (journal);
    }
  code = sd_journal_seek_tail (journal);
  if (code < 0)
    return code;
  /* The tail is behind the last entry, and counts as a place only once the last one was visited. */
  if (query->lines == 0)
    return MIN (sd_journal_previous (journal), 0);
  code = sd_journal_previous_skip (journal, (guint64) query->lines);
  guint64 time = 0;
  while (code > 0 && query->since_us > 0 && sd_journal_get_realtime_usec (journal, &time) >= 0 && (gint64) time < query->since_us)
    code = sd_journal_next (journal);
  return code;
}

/* From the current entry to the end. STOPPED where FUNC has enough. */
static gboolean
tell_lines (sd_journal *journal, int code, const EctlJournalUnits *units, EctlLogFunc func, gpointer user_data, gboolean *stopped, EctlCall *call,
            GError **error)
{
  for (guint n = 1; code > 0; n++)
    {
      g_autoptr (EctlLogLine) line = read_line (journal, units);
      if (line != NULL && !func (line, user_data))
        {
          *stopped = TRUE;
          return TRUE;
        }
      if (n % CHECK_EVERY_LINES == 0 && !ectl_call_check (call, error))
        return FALSE;
      code = sd_journal_next (journal);
    }
  if (code < 0)
    ectl_set_error_errno (error, -code, _ ("cannot read the journal"));
  return code >= 0;
}

static gboolean
follow (sd_journal *journal, const EctlJournalUnits *units, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  gboolean stopped = FALSE;

  while (!stopped)
    {
      GPollFD poll_fd = { .fd = sd_journal_get_fd (journal), .events = (gushort) sd_journal_get_events (journal) };
      guint64 limit = UINT64_MAX;
      sd_journal_get_timeout (journal, &limit);
      if (!ectl_call_poll (call, &poll_fd, 1, limit > G_MAXINT64 ? G_MAXINT64 : (gint64) limit, error))
        return FALSE;
      if (sd_journal_process (journal) < 0)
        {
          ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot follow the journal"));
          return FALSE;
        }
      if (!tell_lines (journal, sd_journal_next (journal), units, func, user_data, &stopped, call, error))
        return FALSE;
    }
  return TRUE;
}

/* Without rights the journal opens, and is empty. */
static gboolean
is_readable (sd_journal *journal, GError **error)
{
  if (sd_journal_has_runtime_files (journal) > 0 || sd_journal_has_persistent_files (journal) > 0)
    return TRUE;
  if (geteuid () == 0)
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("no journal is kept on this host"));
      return FALSE;
    }
  ectl_set_error (error, ECTL_ERROR_NOT_PERMITTED, _ ("cannot read the journal: not permitted"));
  if (error != NULL)
    ectl_error_set_hint (*error, _ ("read it as root, or as a member of the group adm or systemd-journal"));
  return FALSE;
}

gboolean
ectl_journal_read (const EctlJournalUnits *units, const EctlLogQuery *query, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  g_autoptr (sd_journal) journal = NULL;
  gboolean stopped = FALSE;
  int code = sd_journal_open (&journal, SD_JOURNAL_LOCAL_ONLY | (units->user_mode ? 0 : SD_JOURNAL_SYSTEM));

  if (code < 0)
    {
      ectl_set_error_errno (error, -code, _ ("cannot open the journal"));
      return FALSE;
    }
  if (!is_readable (journal, error))
    return FALSE;
  /* What is written from here on raises the descriptor: nothing is lost between the last line and the first sleep. */
  if (query->follow && (code = sd_journal_get_fd (journal)) < 0)
    {
      ectl_set_error_errno (error, -code, _ ("cannot follow the journal"));
      return FALSE;
    }
  add_matches (journal, units);
  if (query->since_us == 0)
    add_boot_match (journal);
  code = seek (journal, query);
  if (!tell_lines (journal, code, units, func, user_data, &stopped, call, error))
    return FALSE;
  return !query->follow || stopped || follow (journal, units, func, user_data, call, error);
}
