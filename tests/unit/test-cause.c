/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of a log is the cause, and which finding it is. Lines as the engines and systemd wrote them. */
#include "engine/cause.h"
#include "engine/logs.h"

static void
add (GPtrArray *lines, gboolean from_engine, const char *level, const char *text)
{
  EctlLogLine *line = g_new0 (EctlLogLine, 1);
  *line = (EctlLogLine){ .time_us = 1, .level = g_strdup (level), .text = g_strdup (text), .from_engine = from_engine };
  g_ptr_array_add (lines, line);
}

static const struct {
  const char *text;
  const char *finding;
  EctlErrorCode code;
} known[] = {
  { "unable to configure the Docker daemon with file /etc/docker/daemon.json: invalid character '}' looking for beginning of object key string",
    "daemon-json-syntax", ECTL_ERROR_BAD_CONFIG },
  { "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives don't match any configuration option: foo",
    "daemon-json-unknown-key", ECTL_ERROR_BAD_CONFIG },
  { "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives are specified both as a flag and in the configuration "
    "file: hosts: (from "
    "flag: [fd://], from file: [tcp://0.0.0.0:2375])",
    "hosts-flag-and-file", ECTL_ERROR_BAD_CONFIG },
  { "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives are specified both as a flag and in the configuration "
    "file: debug: (from "
    "flag: true, from file: true)",
    "other-flag-and-file", ECTL_ERROR_BAD_CONFIG },
  { "unable to configure the Docker daemon with file /etc/docker/daemon.json: json: cannot unmarshal string into Go struct field Config.debug of type bool",
    "daemon-json-wrong-type", ECTL_ERROR_BAD_CONFIG },
  { "unable to configure the Docker daemon with file /etc/docker/daemon.json: EOF", "json-bom-or-utf16-or-empty", ECTL_ERROR_BAD_CONFIG },
  { "Status: unknown flag: --bogus", "unknown-flag", ECTL_ERROR_BAD_CONFIG },
  { "failed to load listeners: no sockets found via socket activation: make sure the service was started by systemd", "no-socket-activation",
    ECTL_ERROR_BAD_CONFIG },
  { "failed to load listeners: listen tcp 127.0.0.1:2399: bind: address already in use", "port-in-use", ECTL_ERROR_FAILED },
  { "failed to create API server: Could not load X509 key pair (cert: \"/x.pem\", key: \"/x.key\"): open /x.pem: no such file or directory",
    "tls-files-missing-or-bad", ECTL_ERROR_BAD_CONFIG },
  { "failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid", "stale-pid-file", ECTL_ERROR_FAILED },
};

static void
check_known (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  g_auto (EctlCause) cause = { 0 };

  add (lines, FALSE, "info", "Starting docker.service - Docker Application Container Engine...");
  add (lines, TRUE, NULL, known[i].text);
  add (lines, FALSE, "notice", "docker.service: Failed with result 'exit-code'.");
  ectl_cause_find_in (lines, FALSE, &cause);
  g_assert_cmpstr (cause.line, ==, known[i].text);
  g_assert_cmpstr (cause.finding, ==, known[i].finding);
  g_assert_cmpint (cause.code, ==, known[i].code);
  g_assert_nonnull (cause.title);
}

static void
check_cause_before_consequence (void)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  g_auto (EctlCause) cause = { 0 };

  add (lines, FALSE, "notice", "docker.service: Start request repeated too quickly.");
  ectl_cause_find_in (lines, FALSE, &cause);
  g_assert_cmpstr (cause.finding, ==, "start-limit-hit");
  ectl_cause_clear (&cause);

  add (lines, TRUE, "error", "time=\"2026-01-01T00:00:00Z\" level=error msg=\"failed to mount overlay: no such device\" storage-driver=overlay2");
  add (lines, TRUE, NULL, "failed to start daemon: error initializing graphdriver: driver not supported");
  add (lines, TRUE, NULL, "failed to start daemon: something that came later");
  ectl_cause_find_in (lines, FALSE, &cause);
  g_assert_cmpstr (cause.line, ==, "failed to start daemon: error initializing graphdriver: driver not supported");
  ectl_cause_clear (&cause);
  ectl_cause_find_in (lines, TRUE, &cause);
  g_assert_cmpstr (cause.line, ==, "failed to start daemon: something that came later");
  g_assert_null (cause.finding);
}

/* An engine that was started again after a failure and ran on: the old failure is not why it ended. */
static void
check_last_try_only (void)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  g_auto (EctlCause) cause = { 0 };

  add (lines, FALSE, "info", "Starting docker.service - Docker Application Container Engine...");
  add (lines, TRUE, NULL, known[0].text);
  add (lines, FALSE, "info", "Starting docker.service - Docker Application Container Engine...");
  add (lines, TRUE, "error", "time=\"t\" level=error msg=\"Handler for POST /containers/create returned error: no such image\"");
  ectl_cause_find_in (lines, TRUE, &cause);
  g_assert_null (cause.line);
  g_assert_null (cause.finding);
}

/* The same in a log file, where no manager announces anything. */
static void
check_last_try_of_engine (void)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  g_auto (EctlCause) cause = { 0 };

  add (lines, TRUE, "info", "time=\"t\" level=info msg=\"Starting up\"");
  add (lines, TRUE, NULL, known[0].text);
  ectl_cause_find_in (lines, TRUE, &cause);
  g_assert_cmpstr (cause.finding, ==, known[0].finding);
  ectl_cause_clear (&cause);

  add (lines, TRUE, "info", "time=\"t\" level=info msg=\"Starting up\"");
  add (lines, TRUE, "info", "time=\"t\" level=info msg=\"API listen on /var/run/docker.sock\"");
  ectl_cause_find_in (lines, TRUE, &cause);
  g_assert_null (cause.line);
}

static void
check_silence (void)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  g_auto (EctlCause) cause = { 0 };

  add (lines, TRUE, "info", "time=\"2026-01-01T00:00:00Z\" level=info msg=\"Starting up\"");
  add (lines, TRUE, "warning", "time=\"2026-01-01T00:00:00Z\" level=warning msg=\"Your kernel does not support swap memory limit\"");
  add (lines, FALSE, "info", "Started docker.service.");
  ectl_cause_find_in (lines, FALSE, &cause);
  g_assert_null (cause.line);
  g_assert_cmpint (cause.code, ==, ECTL_ERROR_FAILED);
}

static void
check_message (void)
{
  g_autofree char *plain = ectl_log_message ("failed to start daemon: x");
  g_autofree char *quoted = ectl_log_message ("time=\"t\" level=error msg=\"a \\\"b\\\" c\" module=x");
  g_autofree char *with_error = ectl_log_message ("time=\"t\" level=error msg=\"cannot\" error=\"open /x: no such file\"");
  g_autofree char *cut = ectl_log_message ("time=\"t\" level=error msg=\"never closed");

  g_assert_cmpstr (plain, ==, "failed to start daemon: x");
  g_assert_cmpstr (quoted, ==, "a \"b\" c");
  g_assert_cmpstr (with_error, ==, "cannot: open /x: no such file");
  g_assert_cmpstr (cut, ==, "never closed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cause/known/%s-%u", known[i].finding, i);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_known);
    }
  g_test_add_func ("/cause/before-consequence", check_cause_before_consequence);
  g_test_add_func ("/cause/last-try-only", check_last_try_only);
  g_test_add_func ("/cause/last-try-of-engine", check_last_try_of_engine);
  g_test_add_func ("/cause/silence", check_silence);
  g_test_add_func ("/cause/message", check_message);
  return g_test_run ();
}
