/* SPDX-License-Identifier: Apache-2.0 */
/* logs [-f] [-n N] [--since T]. */
#include <string.h>
#include <unistd.h>

#include "i18n.h"
#include "json.h"
#include "options.h"
#include "output.h"

#define DEFAULT_LINES 100

/* "90s", "10m", "2h", "1d", "1d ago". */
static gboolean
parse_span (const char *text, gint64 *us)
{
  static const struct {
    char unit;
    gint64 seconds;
  } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
  char *end;
  gint64 count = g_ascii_strtoll (text, &end, 10);

  for (guint i = 0; end != text && count >= 0 && count < 1000000 && i < G_N_ELEMENTS (units); i++)
    if (*end == units[i].unit && (end[1] == '\0' || g_str_equal (end + 1, " ago")))
      {
        *us = g_get_real_time () - count * units[i].seconds * G_USEC_PER_SEC;
        return TRUE;
      }
  return FALSE;
}

/* RFC 3339, or the local "2026-01-31[ 12:00[:30]]". */
static gboolean
parse_since (const char *text, gint64 *us, GError **error)
{
  static const char *const endings[] = { "", ":00", "T00:00:00" };
  g_autofree char *iso = g_strdelimit (g_strdup (text), " ", 'T');
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();

  if (parse_span (text, us))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *full = g_strconcat (iso, endings[i], NULL);
      g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (full, local);
      if (time != NULL)
        {
          *us = MAX (1, g_date_time_to_unix (time) * G_USEC_PER_SEC);
          return TRUE;
        }
    }
  set_usage_error (error, _ ("--since: '%s' is no time (2026-01-31T12:00:00Z, \"2026-01-31 12:00\", 10m, 2h, 1d)"), text);
  return FALSE;
}

/* To a pipe or a file the bytes of the log; a terminal obeys none of them. */
static void
print_text_line (const EctlLogLine *line)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (line->time_us / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
  g_autofree char *plain = isatty (STDOUT_FILENO) ? plain_text (line->text) : NULL;

  printf ("%s  %s\n", line->time_us > 0 ? stamp : "-", plain != NULL ? plain : line->text);
}

static gboolean
print_line (const EctlLogLine *line, gpointer data)
{
  const Session *session = data;

  if (session->options.json)
    json_print (json_of_log_line (line));
  else
    print_text_line (line);
  if (session->options.follow)
    fflush (stdout);
  return !ferror (stdout);
}

static gboolean
keep_line (const EctlLogLine *line, gpointer lines)
{
  json_array_append_new (lines, json_of_log_line (line));
  return TRUE;
}

/* Without -f one document; its lines are few or were asked for. */
static int
print_document (Session *session, const EctlLogQuery *query)
{
  g_autoptr (GError) error = NULL;
  const char *source = NULL;
  json_t *lines = json_array ();

  if (!ectl_engine_logs (session->engine, query, &source, keep_line, lines, session->call, &error))
    {
      json_decref (lines);
      return tell_error (session, error);
    }
  json_print (json_pack ("{s:s, s:o, s:o}", "schema", "enginectl.logs/1", "source", json_text (source), "lines", lines));
  return 0;
}

int
run_logs (Session *session)
{
  const Options *options = &session->options;
  EctlLogQuery query = { .lines = options->lines, .follow = options->follow };
  g_autoptr (GError) error = NULL;

  if (query.lines == G_MININT64)
    query.lines = options->since != NULL ? -1 : DEFAULT_LINES;
  if (options->since != NULL && !parse_since (options->since, &query.since_us, &error))
    return tell_error (session, error);
  if (options->json && !options->follow)
    return print_document (session, &query);
  if (!ectl_engine_logs (session->engine, &query, NULL, print_line, session, session->call, &error))
    return tell_error (session, error);
  return 0;
}
