/* SPDX-License-Identifier: Apache-2.0 */
/* errors, calls (deadline, cancel, progress), the host below a root, daemon.json. */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/call.h"
#include "base/error.h"
#include "base/host.h"
#include "config/daemon-json.h"

static void
check_error (void)
{
  g_autoptr (GError) error = NULL;

  ectl_set_error_errno (&error, EACCES, "cannot read %s", "/x");
  g_assert_cmpint (error->code, ==, ECTL_ERROR_NOT_PERMITTED);
  g_assert_cmpstr (error->message, ==, "cannot read /x: Permission denied");
  g_assert_null (ectl_error_get_hint (error));
  ectl_error_set_hint (error, "sudo cat /x");
  ectl_error_set_finding (error, "some-id", "a line");
  g_autoptr (GError) copy = g_error_copy (error);
  g_assert_cmpstr (ectl_error_get_hint (copy), ==, "sudo cat /x");
  g_assert_cmpstr (ectl_error_get_finding (copy), ==, "some-id");
  g_assert_cmpstr (ectl_error_get_evidence (copy), ==, "a line");
  ectl_set_error (NULL, ECTL_ERROR_FAILED, "nobody listens");
}

static void
check_deadline (void)
{
  g_autoptr (EctlCall) call = ectl_call_new (20);
  g_autoptr (GError) error = NULL;

  ectl_call_begin (call, ECTL_CALL_READ, 60000);
  g_assert_cmpint (ectl_call_left_ms (call), <=, 20);
  g_assert_false (ectl_call_sleep (call, 60000, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
}

static void
check_no_deadline (void)
{
  g_autoptr (EctlCall) endless = ectl_call_new (ECTL_TIMEOUT_NONE);
  g_autoptr (EctlCall) reading = ectl_call_new (ECTL_TIMEOUT_NONE);

  ectl_call_begin (endless, ECTL_CALL_ENDLESS, 10);
  ectl_call_begin (reading, ECTL_CALL_READ, 10000);
  g_assert_cmpint (ectl_call_left_ms (endless), ==, -1);
  g_assert_cmpint (ectl_call_left_ms (reading), >, 0);
}

static void
check_extend (void)
{
  g_autoptr (EctlCall) ours = ectl_call_new (ECTL_TIMEOUT_DEFAULT);
  g_autoptr (EctlCall) named = ectl_call_new (1000);

  ectl_call_begin (ours, ECTL_CALL_ENDLESS, 1000);
  ectl_call_begin (named, ECTL_CALL_ENDLESS, 1);
  ectl_call_extend (ours, 100000);
  ectl_call_extend (named, 100000);
  g_assert_cmpint (ectl_call_left_ms (ours), >, 90000);
  g_assert_cmpint (ectl_call_left_ms (named), <=, 1000);
  ectl_call_extend (ours, -1);
  g_assert_cmpint (ectl_call_left_ms (ours), ==, -1);
}

static void
check_sub_call (void)
{
  g_autoptr (EctlCall) call = ectl_call_new (50);
  EctlCall longer, shorter;

  ectl_call_begin (call, ECTL_CALL_READ, 1);
  ectl_call_init_sub (&longer, call, 60000);
  ectl_call_init_sub (&shorter, call, 1);
  g_assert_cmpint (ectl_call_left_ms (&longer), <=, 50);
  g_assert_cmpint (ectl_call_left_ms (&shorter), <=, 1);
}

static gpointer
cancel_it (gpointer call)
{
  ectl_call_cancel (call);
  return NULL;
}

static void
check_cancel (void)
{
  g_autoptr (EctlCall) call = ectl_call_new (60000);
  g_autoptr (GError) error = NULL;

  ectl_call_begin (call, ECTL_CALL_READ, 60000);
  GThread *thread = g_thread_new ("cancel", cancel_it, call);
  g_assert_false (ectl_call_sleep (call, 60000, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void
check_poll (void)
{
  g_autoptr (EctlCall) call = ectl_call_new (60000);
  int ends[2];

  ectl_call_begin (call, ECTL_CALL_READ, 60000);
  g_assert_cmpint (pipe (ends), ==, 0);
  GPollFD fd = { .fd = ends[0], .events = G_IO_IN };
  g_assert_true (ectl_call_poll (call, &fd, 1, g_get_monotonic_time (), NULL));
  g_assert_cmpint (fd.revents, ==, 0);
  g_assert_cmpint (write (ends[1], "x", 1), ==, 1);
  g_assert_true (ectl_call_poll (call, &fd, 1, G_MAXINT64, NULL));
  g_assert_cmpint (fd.revents & G_IO_IN, !=, 0);
  close (ends[0]);
  close (ends[1]);
}

static void
count_progress (EctlProgressKind kind, const char *text, gint64 waited_ms, gint64 until_ms, gpointer user_data)
{
  guint *seen = user_data;
  g_assert_nonnull (text);
  g_assert_true (kind == ECTL_PROGRESS_NOTE || (waited_ms >= 0 && until_ms >= 0));
  seen[kind]++;
}

static void
check_progress (void)
{
  guint seen[2] = { 0, 0 };
  g_autoptr (EctlCall) call = ectl_call_new (600);

  ectl_call_set_progress (call, count_progress, seen);
  ectl_call_begin (call, ECTL_CALL_READ, 1);
  ectl_call_note (call, "3 containers stop with it");
  ectl_call_doing (call, "waiting for %s", "it");
  g_assert_false (ectl_call_sleep (call, 60000, NULL));
  g_assert_cmpuint (seen[ECTL_PROGRESS_NOTE], ==, 1);
  g_assert_cmpuint (seen[ECTL_PROGRESS_WAIT], >=, 1);
}

/* A root with a program in /usr/sbin that /sbin links to, and a daemon.json. */
static EctlHost *
make_host (char **root)
{
  static const char *const environment[] = { "PATH=relative:/usr/bin", "HOME=/root", "DOCKER_HOST=tcp://x", NULL };
  *root = g_dir_make_tmp ("ectl-host-XXXXXX", NULL);
  g_autofree char *sbin = g_build_filename (*root, "usr/sbin", NULL);
  g_autofree char *link = g_build_filename (*root, "sbin", NULL);
  g_autofree char *program = g_build_filename (sbin, "dockerd", NULL);
  g_autofree char *etc = g_build_filename (*root, "etc/docker", NULL);
  g_autofree char *file = g_build_filename (etc, "daemon.json", NULL);

  g_assert_cmpint (g_mkdir_with_parents (sbin, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (etc, 0755), ==, 0);
  g_assert_cmpint (symlink ("usr/sbin", link), ==, 0);
  g_assert_true (g_file_set_contents_full (program, "#!", -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  g_assert_true (g_file_set_contents (file, "{\"data-root\": \"/x\", \"debug\": true, \"shutdown-timeout\": 40}", -1, NULL));
  return ectl_host_new_at (*root, environment, 0);
}

static void
remove_root (char *root)
{
  char *argv[] = { (char *) "rm", (char *) "-r", root, NULL };
  g_assert_true (g_str_has_prefix (root, g_get_tmp_dir ()));
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

static void
check_host (void)
{
  g_autofree char *root = NULL;
  g_autoptr (EctlHost) host = make_host (&root);
  g_autoptr (GError) error = NULL;

  g_autofree char *program = ectl_host_find_program (host, "dockerd");
  g_auto (GStrv) programs = ectl_host_find_programs (host, "dockerd");
  g_assert_cmpstr (program, ==, "/usr/sbin/dockerd");
  g_assert_cmpuint (g_strv_length (programs), ==, 1);
  g_assert_null (ectl_host_find_program (host, "containerd"));
  g_assert_cmpstr (ectl_host_getenv (host, "DOCKER_HOST"), ==, "tcp://x");
  g_assert_null (ectl_host_getenv (host, "DOCKER_CONTEXT"));
  g_assert_cmpstr (ectl_host_user (host), ==, "root");
  g_assert_null (ectl_host_read_file (host, "/etc/docker", 100, NULL, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (ectl_host_read_file (host, "/etc/docker/daemon.json", 10, NULL, &error));
  g_assert_nonnull (strstr (error->message, "larger than 10 bytes"));
  remove_root (root);
}

static void
check_root_command (void)
{
  g_autoptr (EctlHost) root = ectl_host_new_at ("/nowhere", (const char *const[]){ NULL }, 0);
  g_autoptr (EctlHost) user = ectl_host_new_at ("/nowhere", (const char *const[]){ NULL }, 1000);
  g_autofree char *as_root = ectl_host_root_command (root, "enginectl start");
  g_autofree char *as_user = ectl_host_root_command (user, "enginectl start");

  g_assert_cmpstr (as_root, ==, "enginectl start");
  g_assert_cmpstr (as_user, ==, "sudo enginectl start");
}

static void
check_daemon_json (void)
{
  g_autofree char *root = NULL;
  g_autoptr (EctlHost) host = make_host (&root);
  g_auto (GStrv) keys = ectl_daemon_json_keys_for_restart (host, ECTL_DAEMON_JSON, 0);

  g_assert_cmpint (ectl_daemon_json_shutdown_timeout (host, ECTL_DAEMON_JSON, 15), ==, 40);
  g_assert_cmpint (ectl_daemon_json_shutdown_timeout (host, "/etc/none.json", 15), ==, 15);
  g_assert_cmpuint (g_strv_length (keys), ==, 1);
  g_assert_cmpstr (keys[0], ==, "data-root");
  /* Older than the engine: what it says is what runs. */
  g_assert_null (ectl_daemon_json_keys_for_restart (host, ECTL_DAEMON_JSON, g_get_real_time () + (gint64) 3600 * G_USEC_PER_SEC));
  g_assert_true (ectl_daemon_json_is_reloadable ("debug"));
  g_assert_false (ectl_daemon_json_is_reloadable ("hosts"));
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error", check_error);
  g_test_add_func ("/call/deadline", check_deadline);
  g_test_add_func ("/call/no-deadline", check_no_deadline);
  g_test_add_func ("/call/extend", check_extend);
  g_test_add_func ("/call/sub", check_sub_call);
  g_test_add_func ("/call/cancel", check_cancel);
  g_test_add_func ("/call/poll", check_poll);
  g_test_add_func ("/call/progress", check_progress);
  g_test_add_func ("/host/files-and-programs", check_host);
  g_test_add_func ("/host/root-command", check_root_command);
  g_test_add_func ("/daemon-json", check_daemon_json);
  return g_test_run ();
}
