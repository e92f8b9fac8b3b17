/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of init scripts assign, read without a shell. */
#include "config/option-file.h"

#include "children.h"

static char *
assignments (const char *path, const char *text)
{
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);

  lay_file (root, path, text, -1);
  g_auto (GStrv) found = ectl_option_assignments (host);
  g_auto (GStrv) files = ectl_option_files (host);
  g_assert_cmpuint (g_strv_length (files), ==, 1);
  g_autofree char *absolute = g_strconcat ("/", path, NULL);
  g_assert_cmpstr (files[0], ==, absolute);
  remove_root (root);
  return g_strjoinv ("|", found);
}

static const struct {
  const char *name, *path, *text, *found;
} rows[] = {
  { "debian", "etc/default/docker", "# comment\nDOCKER_OPTS=\"--debug\"\n", "DOCKER_OPTS=\"--debug\" (/etc/default/docker:2)" },
  { "exported", "etc/default/docker", "  export DOCKER_OPTS=--debug", "DOCKER_OPTS=--debug (/etc/default/docker:1)" },
  { "red-hat", "etc/sysconfig/docker", "other_args='-H unix:///x'\nOPTIONS=\n",
    "other_args='-H unix:///x' (/etc/sysconfig/docker:1)|OPTIONS= (/etc/sysconfig/docker:2)" },
  { "commented", "etc/conf.d/docker", "#DOCKER_OPTS=--debug\nDOCKER_OPTSX=1\nDOCKER_OPTS\n", "" },
  { "twice", "etc/conf.d/docker", "DOCKER_OPTS=a\nDOCKER_OPTS=b\n", "DOCKER_OPTS=a (/etc/conf.d/docker:1)|DOCKER_OPTS=b (/etc/conf.d/docker:2)" },
};

static void
check_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *found = assignments (rows[i].path, rows[i].text);
  g_assert_cmpstr (found, ==, rows[i].found);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/option-file/", rows[i].name, NULL);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_row);
    }
  return g_test_run ();
}
