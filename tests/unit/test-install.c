/* SPDX-License-Identifier: Apache-2.0 */
/* What install writes: templates, quoting, folders; and the list of it. */
#include "engine/install-list.h"
#include "engine/install-text.h"

#include "children.h"

static void
check_fill (void)
{
  static const EctlInstallMark marks[] = { { "@A@", "one @B@" }, { "@B@", "" }, { "@C@", NULL }, { NULL, NULL } };
  static const char *const rows[][2] = {
    { "x=@A@\ny=@B@.\n", "x=one @B@\ny=.\n" }, { "a\nb @C@ c @A@\nd\n", "a\nd\n" }, { "a\nb@C@", "a\n" }, { "@D@ @A", "@D@ @A" }, { "@C@\n", "" }, { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = ectl_install_fill (rows[i][0], marks);
      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

static void
check_quote_unit (void)
{
  static const char *const rows[][2] = {
    { "/usr/local/bin/dockerd", "/usr/local/bin/dockerd" },
    { "/opt/my docker/dockerd", "\"/opt/my docker/dockerd\"" },
    { "/opt/50%/dockerd", "/opt/50%%/dockerd" },
    { "/opt/a$HOME/dockerd", "\"/opt/a$HOME/dockerd\"" },
    { "PATH=/opt/a\"b\\c'd:/bin", "\"PATH=/opt/a\\\"b\\\\c'd:/bin\"" },
    { "/a;b", "\"/a;b\"" },
    { "a\nb", "\"a\\x0ab\"" },
    { "/opt/dökker", "/opt/dökker" },
    { "", "\"\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *quoted = ectl_install_quote_unit (rows[i][0]);
      g_assert_cmpstr (quoted, ==, rows[i][1]);
    }
}

static void
check_fits_unit (void)
{
  g_assert_true (ectl_install_fits_unit ("/opt/my $docker 50%;/dockerd"));
  g_assert_false (ectl_install_fits_unit ("/opt/a\"b/dockerd"));
  g_assert_false (ectl_install_fits_unit ("/opt/a'b/dockerd"));
  g_assert_false (ectl_install_fits_unit ("/opt/a\\b/dockerd"));
  g_assert_false (ectl_install_fits_unit ("/opt/a\nb/dockerd"));
}

static void
check_folders (void)
{
  static const struct {
    const char *programs[3], *found;
  } rows[] = {
    { { "/usr/bin/dockerd", "/usr/local/bin/containerd", NULL }, NULL },
    { { "/opt/docker/dockerd", "/usr/bin/containerd", "/opt/docker/runc" }, "/opt/docker" },
    { { "/opt/docker/dockerd", NULL, "/opt/my run/runc" }, "/opt/docker:/opt/my run" },
    { { "/opt/a:b/dockerd", NULL, NULL }, NULL },
    { { "/usr/dockerd", "/usr/bin/x/containerd", NULL }, "/usr:/usr/bin/x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *found = ectl_install_folders (rows[i].programs, G_N_ELEMENTS (rows[i].programs), "/usr/local/bin:/usr/bin");
      g_assert_cmpstr (found, ==, rows[i].found);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/install/fill", check_fill);
  g_test_add_func ("/install/quote-unit", check_quote_unit);
  g_test_add_func ("/install/fits-unit", check_fits_unit);
  g_test_add_func ("/install/folders", check_folders);
  return g_test_run ();
}
