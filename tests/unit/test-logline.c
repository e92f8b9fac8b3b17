/* SPDX-License-Identifier: Apache-2.0 */
/* What one line of the engine's log says: made harmless, its level, its time. */
#include <string.h>

#include "base/logline.h"

static void
check_clean (void)
{
  static const struct {
    const char *text;
    const char *clean;
  } rows[] = {
    { "", "" },
    { "plain", "plain" },
    { "\033[31mred\033[0m", " [31mred [0m" },
    { "title \033]0;x\007y", "title  ]0;x y" },
    { "a\rb\nc\vd\fe\bf", "a b c d e f" },
    { "tab\tstays", "tab\tstays" },
    { "delete\x7f!", "delete !" },
    { "\x01\x02\x1f!", "   !" },
    { "csi \xc2\x9b"
      "31m",
      "csi   31m" },
    { "c1 \xc2\x80\xc2\x9f.", "c1     ." },
    { "not c1: \xc2\xa0\xc2\xa9.", "not c1: \xc2\xa0\xc2\xa9." },
    { "other letters: \xc4\x9b \xd0\x9b \xe3\x82\x9b", "other letters: \xc4\x9b \xd0\x9b \xe3\x82\x9b" },
    { "raw c1 \x9b!", "raw c1 \xef\xbf\xbd!" },
    { "half \xc2", "half \xef\xbf\xbd" },
    { "half \xe2\x82", NULL },
    { "overlong \xc0\x9b", NULL },
    { "surrogate \xed\xa0\x80", NULL },
    { "lone \xc2\x1b[31m", NULL },
    { "white space at the end \t\r\n", "white space at the end" },
    { " \t at the beginning", " \t at the beginning" },
    { "\033", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *clean = ectl_log_text_clean (rows[i].text);
      if (rows[i].clean != NULL)
        g_assert_cmpstr (clean, ==, rows[i].clean);
      g_assert_true (g_utf8_validate (clean, -1, NULL));
    }
}

/* Of every byte and of every pair with the lead byte of C1, nothing is left that a terminal obeys. */
static void
check_clean_every_byte (void)
{
  for (int first = 1; first < 256; first++)
    for (int second = 1; second < 256; second++)
      {
        const char text[] = { (char) first, (char) second, '.', '\0' };
        g_autofree char *clean = ectl_log_text_clean (text);
        g_assert_true (g_utf8_validate (clean, -1, NULL));
        g_assert_true (g_str_has_suffix (clean, "."));
        for (const char *at = clean; *at != '\0'; at = g_utf8_next_char (at))
          g_assert_true (*at == '\t' || !g_unichar_iscntrl (g_utf8_get_char (at)));
      }
}

static void
check_level (void)
{
  static const struct {
    const char *text;
    const char *level;
  } rows[] = {
    { "time=\"2026-01-02T03:04:05Z\" level=info msg=\"Starting up\"", "info" },
    { "time=\"2026-01-02T03:04:05.123456789+02:00\" level=warning msg=\"level=error\"", "warning" },
    { "time=\"2026-01-02T03:04:05Z\" level=fatal", "fatal" },
    { "{\"level\":\"error\",\"msg\":\"x\",\"time\":\"2026-01-02T03:04:05Z\"}", "error" },
    { "{\"msg\":\"\\\"level\\\":\\\"debug\\\"\",\"level\":\"info\"}", "info" },
    { "{\"msg\":\"level=debug level=debug\"}", NULL },
    { "time=\"2026-01-02T03:04:05Z\" msg=\"no level\"", NULL },
    { "failed to start daemon: level=error", NULL },
    { "panic: runtime error", NULL },
    { " time=\"2026-01-02T03:04:05Z\" level=info", NULL },
    { "", NULL },
    { "{", NULL },
    { "{\"level\":\"", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *level = ectl_log_text_level (rows[i].text);
      g_assert_cmpstr (level, ==, rows[i].level);
    }
}

static gint64
utc_us (int year, int month, int day, int hour, int minute, double seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (year, month, day, hour, minute, seconds);
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
}

static void
check_time (void)
{
  const gint64 second = utc_us (2026, 1, 2, 3, 4, 5);
  const struct {
    const char *text;
    gint64 time_us;
  } rows[] = {
    { "time=\"2026-01-02T03:04:05Z\" level=info msg=x", second },
    { "time=\"2026-01-02T03:04:05.5Z\" level=info", second + 500000 },
    { "time=\"2026-01-02T03:04:05.123456789Z\" level=info", second + 123456 },
    { "time=\"2026-01-02T05:34:05+02:30\" level=info", second },
    { "time=\"2026-01-01T22:04:05.000000000-05:00\" level=info", second },
    { "time=\"2024-02-29T00:00:00Z\"", utc_us (2024, 2, 29, 0, 0, 0) },
    { "{\"level\":\"info\",\"time\":\"2026-01-02T03:04:05Z\"}", second },
    { "{\"time\":\"2026-01-02T03:04:05.25Z\",\"msg\":\"\"}", second + 250000 },
    { "{\"msg\":\"\\\"time\\\":\\\"1999-01-02T03:04:05Z\\\"\",\"time\":\"2026-01-02T03:04:05Z\"}", second },
    { "time=\"2026-01-02T03:04:05\" level=info", 0 }, /* of no zone */
    { "time=\"2026-02-30T03:04:05Z\"", 0 },
    { "time=\"2026-01-02\"", 0 },
    { "time=\"\"", 0 },
    { "time=\"", 0 },
    { "time=2026-01-02T03:04:05Z", 0 },
    { "level=info time=\"2026-01-02T03:04:05Z\"", 0 },
    { "2026-01-02T03:04:05Z x", 0 },
    { "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (ectl_log_text_time_us (rows[i].text), ==, rows[i].time_us);
    }
}

/* What is made is read like the engine's own. */
static void
check_make (void)
{
  g_autofree char *line = ectl_log_text_make ("info", "a \"b\" \\ 가");
  g_autofree char *level = ectl_log_text_level (line);
  gint64 age_us = g_get_real_time () - ectl_log_text_time_us (line);

  g_assert_true (g_str_has_suffix (line, " level=info msg=\"a \\\"b\\\" \\\\ 가\"\n"));
  g_assert_cmpstr (level, ==, "info");
  g_assert_cmpint (age_us, >=, 0);
  g_assert_cmpint (age_us, <, 600 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_test_add_func ("/logline/clean", check_clean);
  g_test_add_func ("/logline/clean/every-byte", check_clean_every_byte);
  g_test_add_func ("/logline/level", check_level);
  g_test_add_func ("/logline/time", check_time);
  g_test_add_func ("/logline/make", check_make);
  return g_test_run ();
}
