/* SPDX-License-Identifier: Apache-2.0 */
/* Which endpoint docker would use: every source, their order, and what is said of a broken one. The user's files lie below a root of the test. */
#include "api/client.h"

#include "base/error.h"
#include "engine-bed.h"

#define HOME "HOME=/home/ann"
#define FOLDER "home/ann/.docker/"
#define SOCKET "unix:///var/run/docker.sock"
#define FAR "tcp://far.example:2375"

/* A host whose files are the bed's folder, and whose caller has ENVIRONMENT. */
static void
set_up_host (Bed *bed, const char *const *environment, guint uid)
{
  set_up (bed, LIMIT_MS);
  ectl_host_free (bed->host);
  bed->host = ectl_host_new_at (bed->folder, environment, uid);
}

static void
write_context (Bed *bed, const char *name, const char *meta)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *path = g_strconcat (FOLDER "contexts/meta/", digest, "/meta.json", NULL);
  write_file (bed, path, meta);
}

static void
write_context_at (Bed *bed, const char *name, const char *endpoint)
{
  g_autofree char *meta =
      g_strdup_printf ("{\"Name\":\"%s\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":\"%s\",\"SkipTLSVerify\":false}}}", name, endpoint);
  write_context (bed, name, meta);
}

static void
write_context_tls (Bed *bed, const char *name, const char *file)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *path = g_strconcat (FOLDER "contexts/tls/", digest, "/docker/", file, NULL);
  write_file (bed, path, "pem\n");
}

/* A target without a fault. */
static EctlTarget *
resolve (Bed *bed, const char *flag)
{
  g_autoptr (EctlEndpoint) endpoint = flag != NULL ? ectl_endpoint_parse (flag, NULL) : NULL;
  EctlTarget *target = ectl_client_resolve (bed->host, endpoint, &bed->error);

  g_assert_no_error (bed->error);
  g_assert_null (target->client->error);
  g_assert_nonnull (target->endpoint);
  g_assert_cmpstr (target->client->endpoint, ==, target->endpoint->url);
  return target;
}

static void
expect (const EctlTarget *target, const char *url, const char *from, const char *context)
{
  g_assert_cmpstr (target->client->endpoint, ==, url);
  g_assert_cmpstr (target->client->from, ==, from);
  g_assert_cmpstr (target->client->context, ==, context);
}

/* The target is there, names its source, and says what is wrong with it. */
static void
expect_fault (Bed *bed, const char *from, const char *word, const char *finding)
{
  g_autoptr (EctlTarget) target = ectl_client_resolve (bed->host, NULL, &bed->error);
  g_autoptr (EctlTarget) quiet = ectl_client_resolve (bed->host, NULL, NULL);

  g_assert_error (bed->error, ECTL_ERROR, ECTL_ERROR_BAD_CONFIG);
  g_test_message ("%s", bed->error->message);
  g_assert_nonnull (strstr (bed->error->message, word));
  g_assert_cmpstr (ectl_error_get_finding (bed->error), ==, finding);
  g_assert_cmpstr (target->client->error, ==, bed->error->message);
  g_assert_cmpstr (quiet->client->error, ==, bed->error->message);
  g_assert_cmpstr (target->client->from, ==, from);
}

/* --- where from -------------------------------------------------------------------------------------------------------------- */

/* CONFIG, where not NULL, is config.json; the contexts `blue` and `red` exist. */
static const struct {
  const char *name;
  const char *environment[4];
  const char *config;
  const char *flag;
  const char *url;
  const char *from;
  const char *context;
} sources[] = {
  { "default", { HOME }, NULL, NULL, SOCKET, "default", NULL },
  { "no-home", { "PATH=/bin" }, NULL, NULL, SOCKET, "default", NULL },
  { "config-object-empty", { HOME }, "{}", NULL, SOCKET, "default", NULL },
  { "config-empty", { HOME }, "", NULL, SOCKET, "default", NULL },
  { "config-blank", { HOME }, " \n\t\n", NULL, SOCKET, "default", NULL },
  { "flag", { HOME, "DOCKER_HOST=" FAR, "DOCKER_CONTEXT=blue" }, "{\"currentContext\":\"red\"}", "unix:///run/x.sock", "unix:///run/x.sock", "flag", NULL },
  { "docker-host", { HOME, "DOCKER_HOST=" FAR, "DOCKER_CONTEXT=blue" }, "{\"currentContext\":\"red\"}", NULL, FAR, "DOCKER_HOST", NULL },
  { "docker-host-empty", { HOME, "DOCKER_HOST=", "DOCKER_CONTEXT=blue" }, NULL, NULL, "tcp://blue:2375", "DOCKER_CONTEXT", "blue" },
  { "docker-context", { HOME, "DOCKER_CONTEXT=blue" }, "{\"currentContext\":\"red\"}", NULL, "tcp://blue:2375", "DOCKER_CONTEXT", "blue" },
  { "docker-context-empty", { HOME, "DOCKER_CONTEXT=" }, "{\"currentContext\":\"red\"}", NULL, "tcp://red:2375", "context", "red" },
  { "docker-context-default", { HOME, "DOCKER_CONTEXT=default" }, "{\"currentContext\":\"red\"}", NULL, SOCKET, "DOCKER_CONTEXT", NULL },
  { "current-context", { HOME }, "{\"currentContext\":\"red\"}", NULL, "tcp://red:2375", "context", "red" },
  { "current-context-default", { HOME }, "{\"currentContext\":\"default\"}", NULL, SOCKET, "default", NULL },
  { "current-context-empty", { HOME }, "{\"currentContext\":\"\"}", NULL, SOCKET, "default", NULL },
  { "all-empty", { HOME, "DOCKER_HOST=", "DOCKER_CONTEXT=" }, NULL, NULL, SOCKET, "default", NULL },
  { "docker-config-empty", { HOME, "DOCKER_CONFIG=" }, "{\"currentContext\":\"red\"}", NULL, "tcp://red:2375", "context", "red" },
  /* SUDO_USER counts for root only. */
  { "sudo-user-of-nobody", { HOME, "SUDO_USER=bob" }, "{\"currentContext\":\"red\"}", NULL, "tcp://red:2375", "context", "red" },
};

static void
check_source (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Bed bed;

  set_up_host (&bed, sources[i].environment, 1000);
  write_context_at (&bed, "blue", "tcp://blue:2375");
  write_context_at (&bed, "red", "tcp://red:2375");
  if (sources[i].config != NULL)
    write_file (&bed, FOLDER "config.json", sources[i].config);
  g_autoptr (EctlTarget) target = resolve (&bed, sources[i].flag);
  expect (target, sources[i].url, sources[i].from, sources[i].context);
  g_assert_null (target->tls);
  g_assert_cmpint (target->client->same_engine, ==, ECTL_UNKNOWN);
  tear_down (&bed);
}

static void
check_docker_config (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_CONFIG=/etc/ann"), 1000);
  write_file (&bed, FOLDER "config.json", "{ this one is not read");
  write_file (&bed, "etc/ann/config.json", "{\"currentContext\":\"default\"}");
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  expect (target, SOCKET, "default", NULL);
  tear_down (&bed);
}

/* --- what is broken ------------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *name;
  const char *environment[4];
  const char *config;
  const char *meta; /* of the context `blue` */
  const char *from;
  const char *word;
  const char *finding;
} faults[] = {
  { "docker-host", { HOME, "DOCKER_HOST=http://far:2375" }, NULL, NULL, "DOCKER_HOST", "DOCKER_HOST: the endpoint 'http://far:2375'", "docker-host-malformed" },
  { "docker-host-control", { HOME, "DOCKER_HOST=tcp://far\033:1" }, NULL, NULL, "DOCKER_HOST", "control character", "docker-host-malformed" },
  { "context-missing", { HOME, "DOCKER_CONTEXT=green" }, NULL, NULL, "DOCKER_CONTEXT", "'green' does not exist", "context-not-found" },
  { "context-traversal", { HOME, "DOCKER_CONTEXT=../../x" }, NULL, NULL, "DOCKER_CONTEXT", "does not exist", "context-not-found" },
  { "current-missing", { HOME }, "{\"currentContext\":\"green\"}", NULL, "context", "'green' does not exist", "context-not-found" },
  { "config-syntax", { HOME }, "{\n  \"currentContext\": \"red\",\n}", NULL, "default", ".docker/config.json:3:", "cli-config-bad" },
  { "config-array", { HOME }, "[]", NULL, "default", "not a JSON object", "cli-config-bad" },
  { "config-bom", { HOME }, "\357\273\277{}", NULL, "default", "not valid JSON", "cli-config-bad" },
  { "meta-syntax", { HOME, "DOCKER_CONTEXT=blue" }, NULL, "{", "DOCKER_CONTEXT", "not valid JSON", "cli-config-bad" },
  { "meta-empty", { HOME, "DOCKER_CONTEXT=blue" }, NULL, "", "DOCKER_CONTEXT", "not valid JSON", "cli-config-bad" },
  { "meta-no-endpoint", { HOME, "DOCKER_CONTEXT=blue" }, NULL, "{\"Name\":\"blue\"}", "DOCKER_CONTEXT", "'blue' names no endpoint", NULL },
  { "meta-host-number",
    { HOME, "DOCKER_CONTEXT=blue" },
    NULL,
    "{\"Endpoints\":{\"docker\":{\"Host\":7}}}",
    "DOCKER_CONTEXT",
    "'blue' names no endpoint",
    NULL },
  { "meta-host-bad",
    { HOME, "DOCKER_CONTEXT=blue" },
    NULL,
    "{\"Endpoints\":{\"docker\":{\"Host\":\"tcp://far:70000\"}}}",
    "DOCKER_CONTEXT",
    "a port is a number",
    NULL },
};

static void
check_broken (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Bed bed;

  set_up_host (&bed, faults[i].environment, 1000);
  if (faults[i].config != NULL)
    write_file (&bed, FOLDER "config.json", faults[i].config);
  if (faults[i].meta != NULL)
    write_context (&bed, "blue", faults[i].meta);
  expect_fault (&bed, faults[i].from, faults[i].word, faults[i].finding);
  tear_down (&bed);
}

/* docker itself goes on with the default, and complains: so does this. */
static void
check_config_broken_goes_on (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME), 1000);
  write_file (&bed, FOLDER "config.json", "{");
  g_autoptr (EctlTarget) target = ectl_client_resolve (bed.host, NULL, NULL);
  expect (target, SOCKET, "default", NULL);
  g_assert_nonnull (target->client->error);
  tear_down (&bed);
}

/* What config.json would say is not asked where something else decides. */
static void
check_config_broken_unread (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_HOST=" FAR), 1000);
  write_file (&bed, FOLDER "config.json", "{");
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  expect (target, FAR, "DOCKER_HOST", NULL);
  tear_down (&bed);
}

static void
check_no_endpoint (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_HOST=ftp://far"), 1000);
  g_autoptr (EctlTarget) target = ectl_client_resolve (bed.host, NULL, NULL);
  g_assert_null (target->endpoint);
  g_assert_null (target->client->endpoint);
  g_assert_null (target->tls);
  tear_down (&bed);
}

/* --- TLS ------------------------------------------------------------------------------------------------------------------------- */

static void
expect_file (Bed *bed, const char *file, const char *path)
{
  g_autofree char *expected = g_strconcat (bed->folder, path, NULL);
  g_assert_cmpstr (file, ==, expected);
}

static void
write_pems (Bed *bed, const char *folder)
{
  static const char *const names[] = { "ca.pem", "cert.pem", "key.pem" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      write_file (bed, path, "pem\n");
    }
}

static void
check_tls_named (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_HOST=tcp://far:2377", "DOCKER_TLS_VERIFY=1", "DOCKER_CERT_PATH=/etc/pem"), 1000);
  write_pems (&bed, "etc/pem");
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  g_assert_nonnull (target->tls);
  g_assert_true (target->tls->verify);
  expect_file (&bed, target->tls->ca, "/etc/pem/ca.pem");
  expect_file (&bed, target->tls->certificate, "/etc/pem/cert.pem");
  expect_file (&bed, target->tls->key, "/etc/pem/key.pem");
  g_assert_cmpstr (target->client->endpoint, ==, "tcp://far:2377");
  tear_down (&bed);
}

/* The variable counts by being there; the files are the user's own, and the port is the one for TLS. */
static void
check_tls_home (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_HOST=tcp://far", "DOCKER_TLS_VERIFY=0"), 1000);
  write_pems (&bed, FOLDER);
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  g_assert_true (target->tls->verify);
  expect_file (&bed, target->tls->ca, "/home/ann/.docker/ca.pem");
  g_assert_cmpstr (target->client->endpoint, ==, "tcp://far:2376");
  tear_down (&bed);
}

static void
check_tls_unverified (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_HOST=" FAR, "DOCKER_TLS=1", "DOCKER_TLS_VERIFY="), 1000);
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  g_assert_false (target->tls->verify);
  g_assert_null (target->tls->ca);
  tear_down (&bed);
}

/* A certificate without its key is of no use. */
static void
check_tls_half (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_HOST=" FAR, "DOCKER_TLS=1"), 1000);
  write_file (&bed, FOLDER "cert.pem", "pem\n");
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  g_assert_null (target->tls->certificate);
  g_assert_null (target->tls->key);
  tear_down (&bed);
}

static void
check_tls_without_authority (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_HOST=" FAR, "DOCKER_TLS_VERIFY=1"), 1000);
  expect_fault (&bed, "DOCKER_HOST", "ca.pem", "client-tls-env-no-certs");
  tear_down (&bed);
}

/* A socket of this host needs no certificate. */
static void
check_tls_not_for_sockets (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_TLS_VERIFY=1"), 1000);
  write_pems (&bed, FOLDER);
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  expect (target, SOCKET, "default", NULL);
  g_assert_null (target->tls);
  tear_down (&bed);
}

/* The files of a context are its own, whatever the variables say. */
static void
check_tls_of_context (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_CONTEXT=blue", "DOCKER_CERT_PATH=/etc/pem"), 1000);
  write_pems (&bed, "etc/pem");
  write_context_at (&bed, "blue", "tcp://blue:2376");
  write_context_tls (&bed, "blue", "ca.pem");
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  g_assert_nonnull (target->tls);
  g_assert_true (target->tls->verify);
  g_assert_nonnull (strstr (target->tls->ca, "/contexts/tls/"));
  g_assert_null (target->tls->certificate);
  tear_down (&bed);
}

static void
check_tls_context_skips (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME, "DOCKER_CONTEXT=blue"), 1000);
  write_context (&bed, "blue", "{\"Name\":\"blue\",\"Endpoints\":{\"docker\":{\"Host\":\"tcp://blue:2376\",\"SkipTLSVerify\":true}}}");
  g_autoptr (EctlTarget) target = resolve (&bed, NULL);
  g_assert_nonnull (target->tls);
  g_assert_false (target->tls->verify);
  tear_down (&bed);
}

/* --- all contexts ------------------------------------------------------------------------------------------------------------- */

static const EctlContextRow *
find_row (const GPtrArray *list, const char *name)
{
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((const EctlContextRow *) list->pdata[i])->name, name))
      return list->pdata[i];
  return NULL;
}

static void
check_list (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME), 1000);
  write_context_at (&bed, "blue", "tcp://blue:2375");
  write_context_at (&bed, "red", "tcp://red:2375");
  write_context (&bed, "torn", "{");
  write_file (&bed, FOLDER "config.json", "{\"currentContext\":\"red\"}");
  g_autoptr (EctlCall) call = ectl_call_new (ECTL_TIMEOUT_DEFAULT);
  g_autoptr (GPtrArray) list = ectl_client_list_contexts (bed.host, call);
  g_assert_cmpuint (list->len, ==, 4);
  g_assert_cmpstr (((EctlContextRow *) list->pdata[0])->name, ==, "default");
  g_assert_false (find_row (list, "default")->current);
  g_assert_false (find_row (list, "blue")->current);
  g_assert_true (find_row (list, "red")->current);
  g_assert_cmpstr (find_row (list, "blue")->endpoint, ==, "tcp://blue:2375");
  g_assert_nonnull (find_row (list, "?")->error);
  tear_down (&bed);
}

static void
check_list_none (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME), 1000);
  g_autoptr (EctlCall) call = ectl_call_new (ECTL_TIMEOUT_DEFAULT);
  g_autoptr (GPtrArray) list = ectl_client_list_contexts (bed.host, call);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpstr (find_row (list, "default")->endpoint, ==, SOCKET);
  g_assert_true (find_row (list, "default")->current);
  tear_down (&bed);
}

static void
check_context_dir (void)
{
  Bed bed;

  set_up_host (&bed, ARGUMENTS (HOME), 1000);
  g_autofree char *dir = ectl_client_context_dir (bed.host, "default");
  /* sha256sum of "default" */
  g_assert_cmpstr (dir, ==, "/home/ann/.docker/contexts/meta/37a8eec1ce19687d132fe29051dca629d164e2c4958ba141d5f4133a33f0688f");
  tear_down (&bed);
}

#define ADD_TABLE(table, check)                                                                                                                                \
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)                                                                                                             \
    {                                                                                                                                                          \
      g_autofree char *path = g_strconcat ("/client/" #table "/", table[i].name, NULL);                                                                        \
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check);                                                                                                \
    }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_TABLE (sources, check_source)
  ADD_TABLE (faults, check_broken)
  g_test_add_func ("/client/docker-config", check_docker_config);
  g_test_add_func ("/client/config-broken/goes-on", check_config_broken_goes_on);
  g_test_add_func ("/client/config-broken/unread", check_config_broken_unread);
  g_test_add_func ("/client/no-endpoint", check_no_endpoint);
  g_test_add_func ("/client/tls/named", check_tls_named);
  g_test_add_func ("/client/tls/home", check_tls_home);
  g_test_add_func ("/client/tls/unverified", check_tls_unverified);
  g_test_add_func ("/client/tls/half", check_tls_half);
  g_test_add_func ("/client/tls/without-authority", check_tls_without_authority);
  g_test_add_func ("/client/tls/not-for-sockets", check_tls_not_for_sockets);
  g_test_add_func ("/client/tls/of-context", check_tls_of_context);
  g_test_add_func ("/client/tls/context-skips", check_tls_context_skips);
  g_test_add_func ("/client/list/all", check_list);
  g_test_add_func ("/client/list/none", check_list_none);
  g_test_add_func ("/client/context-dir", check_context_dir);
  return g_test_run ();
}
