/* SPDX-License-Identifier: Apache-2.0 */
/* Options on a dockerd's command line. */
#include "config/command-line.h"

#include <string.h>

#include "config/daemon-json.h"

static const struct {
  const char *words, *name;
  char letter;
  const char *values; /* all of them; the last is what counts */
} rows[] = {
  { "dockerd", "--host", 'H', "" },
  { "dockerd --host unix:///a --host=tcp://b", "--host", 'H', "unix:///a tcp://b" },
  { "dockerd -H unix:///a -Htcp://b -H=fd://", "--host", 'H', "unix:///a tcp://b fd://" },
  { "dockerd -DH unix:///a -DHtcp://b", "--host", 'H', "unix:///a tcp://b" },
  { "dockerd --hosts=x --hostx y", "--host", 'H', "" },
  { "dockerd -D -H", "--host", 'H', "" },
  { "dockerd --host=x --host=", "--host", 'H', "x " }, /* an empty value is one */
  { "dockerd -p /run/a.pid --pidfile=/run/b.pid", "--pidfile", 'p', "/run/a.pid /run/b.pid" },
  { "dockerd --shutdown-timeout=5 -g /x --shutdown-timeout -1", "--shutdown-timeout", 0, "5 -1" },
  { "dockerd --data-root=/a=b", "--data-root", 'g', "/a=b" },
  { "dockerd -g/a -g=/b", "--data-root", 'g', "/a /b" },
};

static void
check_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_auto (GStrv) argv = g_strsplit (rows[i].words, " ", -1), expected = g_strsplit (rows[i].values, " ", -1);
  const char *const *words = (const char *const *) argv;
  guint n = 0;

  for (const char *value = NULL; (value = ectl_command_line_next (&words, rows[i].name, rows[i].letter)) != NULL; n++)
    g_assert_cmpstr (value, ==, n < g_strv_length (expected) ? expected[n] : "no more");
  guint last = g_strv_length (expected);
  g_assert_cmpuint (n, ==, last);
  g_assert_cmpstr (ectl_command_line_find ((const char *const *) argv, rows[i].name, rows[i].letter), ==, last > 0 ? expected[last - 1] : NULL);
}

static void
check_config_file (void)
{
  const char *const elsewhere[] = { "dockerd", "--config-file", "/srv/daemon.json", NULL };

  g_assert_cmpstr (ectl_command_line_config_file (NULL), ==, ECTL_DAEMON_JSON);
  g_assert_cmpstr (ectl_command_line_config_file (elsewhere), ==, "/srv/daemon.json");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/command-line/%s", rows[i].words);
      g_strdelimit (path + strlen ("/command-line/"), "/", '_');
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_row);
    }
  g_test_add_func ("/command-line/config-file", check_config_file);
  return g_test_run ();
}
