/* SPDX-License-Identifier: Apache-2.0 */
/* The Engine API over a real socket: how each way to be ill is told, the work that runs, the event of a reload. */
#include "api/docker.h"

#include "base/error.h"
#include "engine-bed.h"

#define SHORT_MS 200
#define ID_1 "0000000000000000000000000000000000000000000000000000000000000001"

/* A ping of what listens at URL; the sentence of a bad answer is in api->error. */
static EctlAnswer
ping_at (Bed *bed, const char *url, EctlApi *api)
{
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_parse (url, &bed->error);
  g_assert_no_error (bed->error);
  g_autoptr (EctlDocker) docker = ectl_docker_new (bed->host, endpoint, NULL);
  EctlAnswer answer = ectl_docker_ping (docker, api, bed->call);
  const GError *fault = ectl_docker_get_fault (docker);

  g_assert_true (api->tried);
  g_assert_cmpint (api->answers, ==, answer == ECTL_ANSWER_DENIED ? ECTL_UNKNOWN : answer == ECTL_ANSWER_OK ? ECTL_YES : ECTL_NO);
  g_assert_true ((api->error == NULL) == (answer == ECTL_ANSWER_OK));
  g_assert_true ((fault == NULL) == (answer == ECTL_ANSWER_OK));
  g_assert_cmpstr (api->error, ==, fault != NULL ? fault->message : NULL);
  if (api->error != NULL)
    g_test_message ("%s", api->error);
  return answer;
}

static EctlAnswer
ping_socket (Bed *bed, EctlApi *api)
{
  g_autofree char *url = g_strconcat ("unix://", bed->socket, NULL);
  return ping_at (bed, url, api);
}

static void
expect (const EctlApi *api, const char *word)
{
  g_assert_nonnull (api->error);
  g_assert_nonnull (strstr (api->error, word));
}

/* --- an engine in each mode -------------------------------------------------------------------------------------------------- */

static const struct {
  const char *mode;
  gint64 timeout_ms;
  EctlAnswer answer;
  const char *word; /* of the sentence; NULL: none is said */
} modes[] = {
  { "ok", LIMIT_MS, ECTL_ANSWER_OK, NULL },
  { "slow", LIMIT_MS, ECTL_ANSWER_OK, NULL },
  { "chunked", LIMIT_MS, ECTL_ANSWER_OK, NULL },
  { "close-delimited", LIMIT_MS, ECTL_ANSWER_OK, NULL },
  { "silent", SHORT_MS, ECTL_ANSWER_SILENT, "accepts, and is silent" },
  { "not-accepting", SHORT_MS, ECTL_ANSWER_SILENT, "does not accept" },
  { "garbage", LIMIT_MS, ECTL_ANSWER_OTHER, "does not speak HTTP" },
  { "endless-body", LIMIT_MS, ECTL_ANSWER_OTHER, "larger than 16 MiB" },
  { "cut", LIMIT_MS, ECTL_ANSWER_OTHER, "ends in the middle" },
  { "big-header", LIMIT_MS, ECTL_ANSWER_OTHER, "16 KiB" },
  { "bad-chunk", LIMIT_MS, ECTL_ANSWER_OTHER, "size that is no number" },
  { "lying-chunk", LIMIT_MS, ECTL_ANSWER_OTHER, "not as long as it says" },
  { "status-500", LIMIT_MS, ECTL_ANSWER_ERROR, "status 500" },
  { "status-503", LIMIT_MS, ECTL_ANSWER_ERROR, "status 503" },
};

static void
check_mode (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, modes[i].mode, NULL);
  renew_call (&bed, modes[i].timeout_ms);
  g_assert_cmpint (ping_socket (&bed, api), ==, modes[i].answer);
  if (modes[i].word != NULL)
    expect (api, modes[i].word);
  if (modes[i].answer == ECTL_ANSWER_OK)
    {
      g_assert_cmpstr (api->version, ==, "20.10.24+dfsg1");
      g_assert_cmpstr (api->api_version, ==, "1.41");
      g_assert_cmpstr (api->os, ==, "linux");
      g_assert_cmpfloat (api->latency_ms, >=, 0);
    }
  tear_down (&bed);
}

static void
check_tcp (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", ARGUMENTS ("--tcp", "127.0.0.1:0"));
  g_autofree char *url = g_strdup_printf ("tcp://127.0.0.1:%u", bed.port);
  g_assert_cmpint (ping_at (&bed, url, api), ==, ECTL_ANSWER_OK);
  tear_down (&bed);
}

/* --- no engine at all -------------------------------------------------------------------------------------------------------- */

static void
check_tcp_refused (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", ARGUMENTS ("--tcp", "127.0.0.1:0"));
  g_autofree char *url = g_strdup_printf ("tcp://127.0.0.1:%u", bed.port);
  end_engine (&bed);
  g_assert_cmpint (ping_at (&bed, url, api), ==, ECTL_ANSWER_REFUSED);
  expect (api, "127.0.0.1");
  tear_down (&bed);
}

static void
check_socket_refused (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", NULL);
  end_engine (&bed);
  g_assert_cmpint (ping_socket (&bed, api), ==, ECTL_ANSWER_REFUSED);
  expect (api, "nobody listens");
  tear_down (&bed);
}

static void
check_missing (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_assert_cmpint (ping_socket (&bed, api), ==, ECTL_ANSWER_MISSING);
  expect (api, bed.socket);
  tear_down (&bed);
}

static void
check_folder (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_assert_cmpint (g_mkdir (bed.socket, 0700), ==, 0);
  g_assert_cmpint (ping_socket (&bed, api), ==, ECTL_ANSWER_REFUSED);
  expect (api, "is a folder");
  tear_down (&bed);
}

static void
check_file (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  write_file (&bed, "engine.sock", "no socket\n");
  g_assert_cmpint (ping_socket (&bed, api), ==, ECTL_ANSWER_REFUSED);
  expect (api, "is a file");
  tear_down (&bed);
}

static void
check_dangling (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_assert_cmpint (symlink ("/nonexistent/engine.sock", bed.socket), ==, 0);
  g_assert_cmpint (ping_socket (&bed, api), ==, ECTL_ANSWER_MISSING);
  expect (api, "/nonexistent/engine.sock");
  tear_down (&bed);
}

static void
check_denied (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can become somebody who may not connect");
      return;
    }
  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", NULL);
  g_assert_cmpint (g_chmod (bed.socket, 0600), ==, 0);
  g_assert_cmpint (g_chmod (bed.folder, 0755), ==, 0);
  g_assert_cmpint (seteuid (65534), ==, 0);
  EctlAnswer answer = ping_socket (&bed, api);
  g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_cmpint (answer, ==, ECTL_ANSWER_DENIED);
  expect (api, "Permission denied");
  tear_down (&bed);
}

static void
check_cancelled (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "silent", NULL);
  ectl_call_cancel (bed.call);
  g_assert_cmpint (ping_socket (&bed, api), ==, ECTL_ANSWER_FAILED);
  expect (api, "interrupted");
  tear_down (&bed);
}

/* --- one connection ------------------------------------------------------------------------------------------------------------ */

static EctlDocker *
connect_to (Bed *bed)
{
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_new_unix (bed->socket);
  return ectl_docker_new (bed->host, endpoint, NULL);
}

static void
check_sent_ahead (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", NULL);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  g_assert_cmpint (ectl_docker_get_fd (docker), ==, -1);
  ectl_docker_send_ping (docker, bed.call);
  g_assert_cmpint (ectl_docker_get_fd (docker), >=, 0);
  g_assert_cmpint (ectl_docker_ping (docker, api, bed.call), ==, ECTL_ANSWER_OK);
  g_assert_cmpstr (api->version, ==, "20.10.24+dfsg1");
  tear_down (&bed);
}

/* That nothing could be sent ahead is no verdict. */
static void
check_sent_too_early (void)
{
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  ectl_docker_send_ping (docker, bed.call);
  start_engine (&bed, "ok", NULL);
  g_assert_cmpint (ectl_docker_ping (docker, api, bed.call), ==, ECTL_ANSWER_OK);
  tear_down (&bed);
}

static void
check_kept (void)
{
  Bed bed;
  EctlAnswer answer;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", NULL);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  g_autoptr (EctlHttpResponse) version = ectl_docker_get (docker, "/version", bed.call, &answer, &bed.error);
  g_assert_no_error (bed.error);
  g_assert_nonnull (strstr (version->body->str, "\"MinAPIVersion\""));
  /* With its name gone, a second answer can only come over the first connection. */
  g_assert_cmpint (g_unlink (bed.socket), ==, 0);
  g_autoptr (EctlHttpResponse) none = ectl_docker_get (docker, "/nothing", bed.call, &answer, &bed.error);
  g_assert_no_error (bed.error);
  g_assert_cmpint (none->status, ==, 404);
  g_assert_cmpint (answer, ==, ECTL_ANSWER_OTHER);
  tear_down (&bed);
}

/* The engine was started anew: the dead connection says nothing about it. */
static void
check_restarted (void)
{
  Bed bed;
  EctlAnswer answer;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", NULL);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  g_autoptr (EctlHttpResponse) first = ectl_docker_get (docker, "/_ping", bed.call, &answer, &bed.error);
  g_assert_no_error (bed.error);
  end_engine (&bed);
  g_assert_cmpint (g_unlink (bed.socket), ==, 0);
  start_engine (&bed, "ok", NULL);
  g_autoptr (EctlHttpResponse) second = ectl_docker_get (docker, "/_ping", bed.call, &answer, &bed.error);
  g_assert_no_error (bed.error);
  g_assert_cmpint (answer, ==, ECTL_ANSWER_OK);
  tear_down (&bed);
}

/* A dead connection, and nobody behind it: that is what is said. */
static void
check_stopped (void)
{
  Bed bed;
  EctlAnswer answer;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", NULL);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  g_autoptr (EctlHttpResponse) first = ectl_docker_get (docker, "/_ping", bed.call, &answer, &bed.error);
  g_assert_no_error (bed.error);
  end_engine (&bed);
  g_assert_null (ectl_docker_get (docker, "/_ping", bed.call, &answer, &bed.error));
  g_assert_cmpint (answer, ==, ECTL_ANSWER_REFUSED);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  tear_down (&bed);
}

/* --- the work, and the reload --------------------------------------------------------------------------------------------------- */

static EctlWorkload *
workload_of (Bed *bed, const char *const *options)
{
  start_engine (bed, "ok", options);
  g_autoptr (EctlDocker) docker = connect_to (bed);
  EctlWorkload *workload = ectl_docker_get_workload (docker, bed->call, &bed->error);
  g_assert_no_error (bed->error);
  return workload;
}

static void
check_no_work (void)
{
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlWorkload) workload = workload_of (&bed, NULL);
  g_assert_cmpuint (workload->containers->len, ==, 0);
  g_assert_false (workload->live_restore);
  tear_down (&bed);
}

static void
check_stop_timeouts (void)
{
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlWorkload) workload = workload_of (&bed, ARGUMENTS ("--containers", "3", "--stop-timeout", "120"));
  g_assert_cmpuint (workload->containers->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (((EctlContainer *) workload->containers->pdata[i])->stop_timeout_s, ==, 120);
  g_assert_cmpstr (((EctlContainer *) workload->containers->pdata[0])->id, ==, ID_1);
  g_assert_cmpstr (((EctlContainer *) workload->containers->pdata[0])->name, ==, "c0");
  tear_down (&bed);
}

static void
check_default_stop_timeout (void)
{
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlWorkload) workload = workload_of (&bed, ARGUMENTS ("--containers", "1"));
  g_assert_cmpint (((EctlContainer *) workload->containers->pdata[0])->stop_timeout_s, ==, 10);
  tear_down (&bed);
}

static void
check_waits_for_ever (void)
{
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlWorkload) workload = workload_of (&bed, ARGUMENTS ("--containers", "1", "--stop-timeout", "-1"));
  g_assert_cmpint (((EctlContainer *) workload->containers->pdata[0])->stop_timeout_s, ==, -1);
  tear_down (&bed);
}

static void
check_live_restore (void)
{
  Bed bed;

  set_up (&bed, LIMIT_MS);
  g_autoptr (EctlWorkload) workload = workload_of (&bed, ARGUMENTS ("--containers", "2", "--live-restore"));
  g_assert_cmpuint (workload->containers->len, ==, 2);
  g_assert_true (workload->live_restore);
  tear_down (&bed);
}

static void
check_no_list (void)
{
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "status-500", NULL);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  g_assert_null (ectl_docker_get_workload (docker, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_nonnull (strstr (bed.error->message, "/containers/json"));
  g_assert_nonnull (strstr (bed.error->message, "500"));
  tear_down (&bed);
}

static void
check_reload (void)
{
  Bed bed;
  gboolean reloaded = FALSE;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "ok", NULL);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  g_assert_true (ectl_docker_watch_reload (docker, bed.call, &bed.error));
  while (!reloaded)
    {
      GPollFD fd = { .fd = ectl_docker_get_fd (docker), .events = G_IO_IN };
      gboolean read = ectl_docker_read_reload (docker, &reloaded, bed.call, &bed.error);
      g_assert_no_error (bed.error);
      g_assert_true (read);
      if (!reloaded)
        g_assert_true (ectl_call_poll (bed.call, &fd, 1, G_MAXINT64, &bed.error));
    }
  /* Nothing more is there: it says so without waiting. */
  reloaded = FALSE;
  g_assert_true (ectl_docker_read_reload (docker, &reloaded, bed.call, &bed.error));
  g_assert_false (reloaded);
  end_engine (&bed);
  g_assert_false (ectl_docker_read_reload (docker, &reloaded, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  tear_down (&bed);
}

static void
check_reload_refused (void)
{
  Bed bed;

  set_up (&bed, LIMIT_MS);
  start_engine (&bed, "status-503", NULL);
  g_autoptr (EctlDocker) docker = connect_to (&bed);
  g_assert_false (ectl_docker_watch_reload (docker, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_nonnull (strstr (bed.error->message, "503"));
  tear_down (&bed);
}

/* --- the Server: header ----------------------------------------------------------------------------------------------------------- */

static void
check_parse_server (void)
{
  static const struct {
    const char *header;
    const char *version;
  } headers[] = {
    { "Docker/20.10.24+dfsg1 (linux)", "20.10.24+dfsg1" },
    { "Docker/27.3.1", "27.3.1" },
    { "Docker/dev (windows)", "dev" },
    { "Docker/", NULL },
    { "Docker/ (linux)", NULL },
    { "docker/20.10", NULL },
    { "Libpod/5.0.0 (linux)", NULL },
    { "nginx", NULL },
    { "", NULL },
    { NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *version = ectl_docker_parse_server (headers[i].header);
      g_assert_cmpstr (version, ==, headers[i].version);
    }
}

static void
add_no_engine (void)
{
  g_test_add_func ("/docker/ping/tcp-refused", check_tcp_refused);
  g_test_add_func ("/docker/ping/socket-refused", check_socket_refused);
  g_test_add_func ("/docker/ping/missing", check_missing);
  g_test_add_func ("/docker/ping/folder", check_folder);
  g_test_add_func ("/docker/ping/file", check_file);
  g_test_add_func ("/docker/ping/dangling", check_dangling);
  g_test_add_func ("/docker/ping/denied", check_denied);
  g_test_add_func ("/docker/ping/cancelled", check_cancelled);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *path = g_strconcat ("/docker/mode/", modes[i].mode, NULL);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_mode);
    }
  g_test_add_func ("/docker/ping/tcp", check_tcp);
  add_no_engine ();
  g_test_add_func ("/docker/connection/sent-ahead", check_sent_ahead);
  g_test_add_func ("/docker/connection/sent-too-early", check_sent_too_early);
  g_test_add_func ("/docker/connection/kept", check_kept);
  g_test_add_func ("/docker/connection/restarted", check_restarted);
  g_test_add_func ("/docker/connection/stopped", check_stopped);
  g_test_add_func ("/docker/work/none", check_no_work);
  g_test_add_func ("/docker/work/stop-timeouts", check_stop_timeouts);
  g_test_add_func ("/docker/work/default-stop-timeout", check_default_stop_timeout);
  g_test_add_func ("/docker/work/waits-for-ever", check_waits_for_ever);
  g_test_add_func ("/docker/work/live-restore", check_live_restore);
  g_test_add_func ("/docker/work/no-list", check_no_list);
  g_test_add_func ("/docker/reload/event", check_reload);
  g_test_add_func ("/docker/reload/refused", check_reload_refused);
  g_test_add_func ("/docker/parse-server", check_parse_server);
  return g_test_run ();
}
