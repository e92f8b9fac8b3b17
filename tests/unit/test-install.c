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

static void
load (const EctlHost *host, EctlInstallList *list)
{
  g_autoptr (GError) error = NULL;
  ectl_install_list_clear (list);
  g_assert_true (ectl_install_list_load (host, list, &error));
  g_assert_no_error (error);
}

/* Until a file is replaced, and where that fails, what it was is no edit. */
static void
check_list (void)
{
  g_autofree char *root = make_root (), *folder = g_build_filename (root, "var/lib/enginectl", NULL);
  g_autofree char *leftover = g_strdup_printf ("var/lib/enginectl/.installed.json.%d.new", G_MAXINT), *left = g_build_filename (root, leftover, NULL);
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_auto (EctlInstallList) list = { 0 };

  load (host, &list);
  g_assert_true (ectl_install_list_is_empty (&list));
  ectl_install_list_add (&list, "/etc/x", "old", NULL);
  g_assert_true (ectl_install_list_save (host, &list, NULL));
  lay_file (root, leftover, "", -1);
  load (host, &list);
  g_assert_true (ectl_install_list_knows (&list, "/etc/x", "old") && !ectl_install_list_knows (&list, "/etc/x", "new"));
  ectl_install_list_add (&list, "/etc/x", "new", "old");
  g_assert_true (ectl_install_list_save (host, &list, NULL));
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  load (host, &list);
  g_assert_true (ectl_install_list_knows (&list, "/etc/x", "old") && ectl_install_list_knows (&list, "/etc/x", "new"));
  g_assert_false (ectl_install_list_knows (&list, "/etc/x", "edited") || ectl_install_list_knows (&list, "/etc/y", "new"));
  ectl_install_list_add (&list, "/etc/x", "newer", "new");
  g_assert_false (ectl_install_list_knows (&list, "/etc/x", "old"));
  g_hash_table_remove_all (list.sums);
  g_assert_true (ectl_install_list_save (host, &list, NULL));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  remove_root (root);
}

/* A group alone is worth a list; a folder that was there stays. */
static void
check_list_of_group (void)
{
  g_autofree char *root = make_root (), *folder = g_build_filename (root, "var/lib/enginectl", NULL);
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_auto (EctlInstallList) list = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  load (host, &list);
  list.group_is_ours = TRUE;
  g_assert_true (ectl_install_list_save (host, &list, NULL));
  load (host, &list);
  g_assert_true (list.group_is_ours && !ectl_install_list_is_empty (&list));
  list.group_is_ours = FALSE;
  g_assert_true (ectl_install_list_save (host, &list, NULL));
  load (host, &list);
  g_assert_true (ectl_install_list_is_empty (&list));
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/install/fill", check_fill);
  g_test_add_func ("/install/quote-unit", check_quote_unit);
  g_test_add_func ("/install/fits-unit", check_fits_unit);
  g_test_add_func ("/install/folders", check_folders);
  g_test_add_func ("/install/list", check_list);
  g_test_add_func ("/install/list-of-group", check_list_of_group);
  return g_test_run ();
}
