/* SPDX-License-Identifier: Apache-2.0 */
/* Reading assignments without a shell: one a line, as the packages write them. */
#include "config/option-file.h"

#include <string.h>

#include "config/daemon-json.h"

#define MOST_BYTES (256 * 1024)

static const char *const files[] = { "/etc/default/docker", "/etc/sysconfig/docker", "/etc/conf.d/docker" };

char **
ectl_option_files (const EctlHost *host)
{
  GPtrArray *found = g_ptr_array_new ();

  if (ectl_host_test (host, ECTL_DAEMON_JSON, G_FILE_TEST_EXISTS))
    g_ptr_array_add (found, g_strdup (ECTL_DAEMON_JSON));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (ectl_host_test (host, files[i], G_FILE_TEST_EXISTS))
      g_ptr_array_add (found, g_strdup (files[i]));
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}

/* Debian and OpenRC; Red Hat; Alpine. */
static gboolean
is_option_variable (const char *name, gsize length)
{
  static const char *const names[] = { "DOCKER_OPTS", "other_args", "OPTIONS", "DOCKERD_OPTS" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == length && strncmp (names[i], name, length) == 0)
      return TRUE;
  return FALSE;
}

static void
add_assignments (const EctlHost *host, const char *path, GPtrArray *found)
{
  g_autofree char *text = ectl_host_read_file (host, path, MOST_BYTES, NULL, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = lines[i] + strspn (lines[i], " \t");
      line += g_str_has_prefix (line, "export ") ? strlen ("export ") : 0;
      const char *equals = strchr (line, '=');
      if (equals != NULL && is_option_variable (line, (gsize) (equals - line)))
        g_ptr_array_add (found, g_strdup_printf ("%s (%s:%u)", line, path, i + 1));
    }
}

char **
ectl_option_assignments (const EctlHost *host)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    add_assignments (host, files[i], found);
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}
