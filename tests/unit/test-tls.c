/* SPDX-License-Identifier: Apache-2.0 */
/* TLS to a fake engine: the good case, and each fault of a certificate with a sentence of its own. The certificates are made when the test begins. */
#include "api/docker.h"
#include "api/tls.h"

#include <errno.h>

#include "base/error.h"
#include "engine-bed.h"

#define MODULE "tls.so"

/* What all tests share: a folder of certificates, made once. */
typedef struct {
  char *folder;
  const char *skip; /* why there can be no test; NULL: there can */
} Certificates;

/* --- making certificates ------------------------------------------------------------------------------------------------------ */

static void
openssl (const Certificates *certificates, const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;
  int status = 0;

  g_ptr_array_add (argv, (gpointer) "openssl");
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (certificates->folder, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &complaint, &status,
                &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("openssl: %s", complaint);
}

static char *
file_of (const char *name, const char *ending)
{
  return g_strconcat (name, ending, NULL);
}

/* NAME.pem and NAME-key.pem, which sign others. */
static void
make_authority (const Certificates *certificates, const char *name)
{
  g_autofree char *pem = file_of (name, ".pem");
  g_autofree char *key = file_of (name, "-key.pem");
  g_autofree char *subject = g_strconcat ("/CN=", name, NULL);

  openssl (certificates, ARGUMENTS ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", subject, "-keyout",
                                    key, "-out", pem));
}

/* NAME.pem and NAME-key.pem for NAMES (subjectAltName), signed by AUTHORITY; DAYS may be before now. */
static void
make_certificate (const Certificates *certificates, const char *name, const char *authority, const char *names, const char *days)
{
  g_autofree char *pem = file_of (name, ".pem");
  g_autofree char *key = file_of (name, "-key.pem");
  g_autofree char *request = file_of (name, ".csr");
  g_autofree char *extension = file_of (name, ".ext");
  g_autofree char *path = g_build_filename (certificates->folder, extension, NULL);
  g_autofree char *text = g_strdup_printf ("subjectAltName=%s\n", names);
  g_autofree char *signer = file_of (authority, ".pem");
  g_autofree char *signer_key = file_of (authority, "-key.pem");
  g_autofree char *subject = g_strconcat ("/CN=", name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  openssl (certificates,
           ARGUMENTS ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", key, "-out", request));
  openssl (certificates, ARGUMENTS ("x509", "-req", "-in", request, "-CA", signer, "-CAkey", signer_key, "-CAcreateserial", "-extfile", extension, "-days",
                                    days, "-out", pem));
}

static void
make_certificates (Certificates *certificates)
{
  certificates->folder = g_dir_make_tmp ("ectl-tls-XXXXXX", NULL);
  g_assert_nonnull (certificates->folder);
  make_authority (certificates, "ca");
  make_authority (certificates, "stranger");
  make_certificate (certificates, "server", "ca", "IP:127.0.0.1,DNS:localhost", "1");
  make_certificate (certificates, "expired", "ca", "IP:127.0.0.1", "-1");
  make_certificate (certificates, "renamed", "ca", "DNS:other.example", "1");
  make_certificate (certificates, "foreign", "stranger", "IP:127.0.0.1", "1");
  make_certificate (certificates, "client", "ca", "DNS:client", "1");
  make_certificate (certificates, "stranger-client", "stranger", "DNS:client", "1");
  g_autofree char *torn = g_build_filename (certificates->folder, "torn.pem", NULL);
  g_assert_true (g_file_set_contents (torn, "no certificate\n", -1, NULL));
}

/* The module lies beside the library; the test program lies elsewhere. */
static const char *
lay_module (void)
{
  g_autofree char *built = g_test_build_filename (G_TEST_BUILT, "..", "..", "lib", "enginectl", MODULE, NULL);
  g_autofree char *link = g_test_build_filename (G_TEST_BUILT, "enginectl", NULL);

  if (!g_file_test (built, G_FILE_TEST_EXISTS))
    return "the TLS module was not built";
  if (symlink ("../../lib/enginectl", link) < 0)
    g_assert_cmpint (errno, ==, EEXIST);
  g_assert_true (ectl_tls_is_available ());
  return NULL;
}

static const char *
find_obstacle (void)
{
  g_autofree char *program = g_find_program_in_path ("openssl");
  return program == NULL ? "openssl is not installed" : lay_module ();
}

/* --- asking -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *server;    /* its certificate; NULL: it speaks plain */
  const char *host;      /* as it is asked for */
  const char *authority; /* the client's files; NULL: it asks plain */
  const char *client;    /* NULL: no certificate */
  gboolean unverified;   /* the client does not look */
  EctlAnswer answer;
  const char *word;    /* of the sentence; NULL: none */
  const char *finding; /* NULL: none */
} Case;

static const Case cases[] = {
  { "good", "server", "127.0.0.1", "ca", "client", FALSE, ECTL_ANSWER_OK, NULL, NULL },
  { "good-name", "server", "localhost", "ca", "client", FALSE, ECTL_ANSWER_OK, NULL, NULL },
  { "unverified", "foreign", "127.0.0.1", "ca", "client", TRUE, ECTL_ANSWER_OK, NULL, NULL },
  { "expired", "expired", "127.0.0.1", "ca", "client", FALSE, ECTL_ANSWER_OTHER, "expired on", "tls-server-cert-expired-or-san" },
  { "other-name", "renamed", "127.0.0.1", "ca", "client", FALSE, ECTL_ANSWER_OTHER, "other.example", "tls-server-cert-expired-or-san" },
  { "other-authority", "foreign", "127.0.0.1", "ca", "client", FALSE, ECTL_ANSWER_OTHER, "unknown authority", "tls-server-cert-expired-or-san" },
  { "other-authority-here", "server", "127.0.0.1", "stranger", "client", FALSE, ECTL_ANSWER_OTHER, "unknown authority", "tls-server-cert-expired-or-san" },
  { "no-client-certificate", "server", "127.0.0.1", "ca", NULL, FALSE, ECTL_ANSWER_OTHER, "client certificate", "tls-client-cert-rejected" },
  { "other-client-certificate", "server", "127.0.0.1", "ca", "stranger-client", FALSE, ECTL_ANSWER_OTHER, "client certificate", "tls-client-cert-rejected" },
  { "plain-to-tls", "server", "127.0.0.1", NULL, NULL, FALSE, ECTL_ANSWER_OTHER, "speaks TLS, and was asked without", "tls-plain-mismatch" },
  { "tls-to-plain", NULL, "127.0.0.1", "ca", "client", FALSE, ECTL_ANSWER_OTHER, "does not speak TLS", "tls-plain-mismatch" },
  { "torn-authority", "server", "127.0.0.1", "torn", "client", FALSE, ECTL_ANSWER_FAILED, "torn.pem", NULL },
  { "missing-authority", "server", "127.0.0.1", "nowhere", "client", FALSE, ECTL_ANSWER_FAILED, "nowhere.pem", NULL },
  { "torn-client-certificate", "server", "127.0.0.1", "ca", "torn", FALSE, ECTL_ANSWER_FAILED, "torn-key.pem", NULL },
};

static char *
path_of (const Certificates *certificates, const char *name, const char *ending)
{
  g_autofree char *file = name != NULL ? file_of (name, ending) : NULL;
  return file != NULL ? g_build_filename (certificates->folder, file, NULL) : NULL;
}

static void
start_server (Bed *bed, const Certificates *certificates, const char *mode, const char *server)
{
  g_autofree char *pem = path_of (certificates, server, ".pem");
  g_autofree char *key = path_of (certificates, server, "-key.pem");
  g_autofree char *authority = path_of (certificates, "ca", ".pem");

  if (server == NULL)
    start_engine (bed, mode, ARGUMENTS ("--tcp", "127.0.0.1:0"));
  else
    start_engine (bed, mode, ARGUMENTS ("--tcp", "127.0.0.1:0", "--tls-cert", pem, "--tls-key", key, "--tls-ca", authority));
}

static EctlTlsFiles *
files_of (const Certificates *certificates, const Case *one)
{
  EctlTlsFiles *files = one->authority != NULL ? g_new0 (EctlTlsFiles, 1) : NULL;
  if (files != NULL)
    *files = (EctlTlsFiles){ path_of (certificates, one->authority, ".pem"), path_of (certificates, one->client, ".pem"),
                             path_of (certificates, one->client, "-key.pem"), !one->unverified };
  return files;
}

typedef struct {
  const Certificates *certificates;
  const Case *one;
} Task;

static void
check_case (gconstpointer data)
{
  const Task *task = data;
  const Case *one = task->one;
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  g_autoptr (EctlTlsFiles) files = NULL;
  Bed bed;

  if (task->certificates->skip != NULL)
    {
      g_test_skip (task->certificates->skip);
      return;
    }
  files = files_of (task->certificates, one);
  set_up (&bed, LIMIT_MS);
  start_server (&bed, task->certificates, "ok", one->server);
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_new_tcp (one->host, (guint16) bed.port);
  g_autoptr (EctlDocker) docker = ectl_docker_new (bed.host, endpoint, files);
  EctlAnswer answer = ectl_docker_ping (docker, api, bed.call);
  g_test_message ("%s", api->error != NULL ? api->error : "answers");
  g_assert_cmpint (answer, ==, one->answer);
  g_assert_true ((api->error != NULL) == (one->word != NULL));
  if (one->word != NULL)
    {
      g_assert_nonnull (strstr (api->error, one->word));
      g_assert_cmpstr (ectl_error_get_finding (ectl_docker_get_fault (docker)), ==, one->finding);
    }
  else
    g_assert_cmpstr (api->version, ==, "20.10.24+dfsg1");
  tear_down (&bed);
}

/* A connection that is kept serves a second question; a body that is longer than one record comes whole. */
static void
check_kept (gconstpointer data)
{
  const Task *task = data;
  g_autoptr (EctlTlsFiles) files = NULL;
  Bed bed;

  if (task->certificates->skip != NULL)
    {
      g_test_skip (task->certificates->skip);
      return;
    }
  files = files_of (task->certificates, task->one);
  set_up (&bed, LIMIT_MS);
  g_autofree char *pem = path_of (task->certificates, "server", ".pem");
  g_autofree char *key = path_of (task->certificates, "server", "-key.pem");
  start_engine (&bed, "ok", ARGUMENTS ("--tcp", "127.0.0.1:0", "--tls-cert", pem, "--tls-key", key, "--containers", "400", "--live-restore"));
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_new_tcp ("127.0.0.1", (guint16) bed.port);
  g_autoptr (EctlDocker) docker = ectl_docker_new (bed.host, endpoint, files);
  g_autoptr (EctlWorkload) workload = ectl_docker_get_workload (docker, bed.call, &bed.error);
  g_assert_no_error (bed.error);
  g_assert_cmpuint (workload->containers->len, ==, 400);
  g_assert_true (workload->live_restore);
  tear_down (&bed);
}

/* Accepted, and then nothing: neither a handshake nor an answer is waited for beyond the deadline. */
static void
check_silent (gconstpointer data)
{
  const Task *task = data;
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);
  g_autoptr (EctlTlsFiles) files = NULL;
  Bed bed;

  if (task->certificates->skip != NULL)
    {
      g_test_skip (task->certificates->skip);
      return;
    }
  files = files_of (task->certificates, task->one);
  set_up (&bed, LIMIT_MS);
  start_server (&bed, task->certificates, "silent", task->one->server);
  renew_call (&bed, 500);
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_new_tcp ("127.0.0.1", (guint16) bed.port);
  g_autoptr (EctlDocker) docker = ectl_docker_new (bed.host, endpoint, files);
  g_assert_cmpint (ectl_docker_ping (docker, api, bed.call), ==, ECTL_ANSWER_SILENT);
  g_assert_nonnull (strstr (api->error, "silent"));
  tear_down (&bed);
}

static void
add_task (const char *name, GTestDataFunc check, const Certificates *certificates, const Case *one)
{
  g_autofree char *path = g_strconcat ("/tls/", name, NULL);
  Task *task = g_new (Task, 1);

  *task = (Task){ certificates, one };
  g_test_add_data_func_full (path, task, check, g_free);
}

int
main (int argc, char **argv)
{
  Certificates certificates = { 0 };

  g_test_init (&argc, &argv, NULL);
  certificates.skip = find_obstacle ();
  if (certificates.skip == NULL)
    make_certificates (&certificates);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    add_task (cases[i].name, check_case, &certificates, &cases[i]);
  add_task ("kept", check_kept, &certificates, &cases[0]);
  add_task ("silent", check_silent, &certificates, &cases[0]);
  int failed = g_test_run ();
  if (certificates.folder != NULL)
    remove_tree (certificates.folder);
  g_free (certificates.folder);
  return failed;
}
