/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of logrus, as text and as JSON (moby cmd/dockerd/daemon.go, configureDaemonLogs). */
#include "base/logline.h"

#include <string.h>

char *
ectl_log_text_clean (const char *text)
{
  char *valid = g_utf8_make_valid (text, -1);
  for (char *c = valid; *c != '\0'; c++)
    if (((guchar) *c < ' ' && *c != '\t') || *c == 0x7f)
      *c = ' ';
    else if ((guchar) *c == 0xc2 && (guchar) c[1] < 0xa0)
      c[0] = c[1] = ' '; /* U+0080 to U+009F: to some terminals the same as an escape */
  return g_strchomp (valid);
}

/* The value of KEY, up to the quote or blank that ends it. */
static char *
find_value (const char *text, const char *as_text, const char *as_json)
{
  const char *mark = *text == '{' ? as_json : as_text;
  const char *found = *text == '{' || g_str_has_prefix (text, "time=\"") ? strstr (text, mark) : NULL;
  return found != NULL ? g_strndup (found + strlen (mark), strcspn (found + strlen (mark), " \"")) : NULL;
}

char *
ectl_log_text_level (const char *text)
{
  return find_value (text, " level=", "\"level\":\"");
}

gint64
ectl_log_text_time_us (const char *text)
{
  g_autofree char *word = find_value (text, "time=\"", "\"time\":\"");
  g_autoptr (GDateTime) time = word != NULL ? g_date_time_new_from_iso8601 (word, NULL) : NULL;
  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time) : 0;
}

char *
ectl_log_text_make (const char *level, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
  g_autoptr (GString) quoted = g_string_new (text);

  g_string_replace (quoted, "\\", "\\\\", 0);
  g_string_replace (quoted, "\"", "\\\"", 0);
  return g_strdup_printf ("time=\"%s\" level=%s msg=\"%s\"\n", time, level, quoted->str);
}
