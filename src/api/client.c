/* SPDX-License-Identifier: Apache-2.0 */
/* What the user's docker would use, by the rules of the docker client (docker/cli: cli/command/cli.go, cli/context/store). */
#include "api/client.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

#define DEFAULT_ENDPOINT "unix:///var/run/docker.sock"
#define TLS_PORT 2376
#define MOST_BYTES (1024 * 1024)

void
ectl_target_free (EctlTarget *target)
{
  if (target == NULL)
    return;
  ectl_client_free (target->client);
  ectl_endpoint_free (target->endpoint);
  ectl_tls_files_free (target->tls);
  g_free (target);
}

/* An empty variable counts as unset, as it does for the client. */
static const char *
get_setting (EctlHost *host, const char *name)
{
  const char *value = ectl_host_getenv (host, name);
  return value != NULL && *value != '\0' ? value : NULL;
}

static char *
config_path (EctlHost *host, const char *first, const char *second)
{
  const char *folder = get_setting (host, "DOCKER_CONFIG");
  const char *home = ectl_host_home (host);

  if (folder != NULL)
    return g_build_filename (folder, first, second, NULL);
  return home != NULL ? g_build_filename (home, ".docker", first, second, NULL) : NULL;
}

/* The object in the file at PATH. NULL without an error where there is no such file, or where it has nothing in it and may be so. */
static json_t *
load_object (EctlHost *host, const char *path, gboolean may_be_blank, GError **error)
{
  json_error_t fault;
  gsize length;

  if (path == NULL || !ectl_host_test (host, path, G_FILE_TEST_EXISTS))
    return NULL;
  g_autoptr (GError) why = NULL;
  g_autofree char *text = ectl_host_read_file (host, path, MOST_BYTES, &length, &why);
  if (text == NULL)
    {
      gboolean denied = ectl_error_is (why, ECTL_ERROR_NOT_PERMITTED);
      ectl_set_error (error, denied ? ECTL_ERROR_NOT_PERMITTED : ECTL_ERROR_BAD_CONFIG, "%s", why->message);
      if (error != NULL && !denied)
        ectl_error_set_finding (*error, "cli-config-bad", NULL);
      return NULL;
    }
  if (may_be_blank && strspn (text, " \t\r\n") == length)
    return NULL;
  json_t *root = json_loadb (text, length, 0, &fault);
  if (json_is_object (root))
    return root;
  if (root == NULL)
    ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("%s:%d:%d: it is not valid JSON: %s"), path, fault.line, fault.column, fault.text);
  else
    ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("%s:1:1: it is not a JSON object"), path);
  if (error != NULL)
    ectl_error_set_finding (*error, "cli-config-bad", NULL);
  json_decref (root);
  return NULL;
}

/* --- TLS -------------------------------------------------------------------------------------------------------------------- */

static char *
pem_if_there (EctlHost *host, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return ectl_host_test (host, path, G_FILE_TEST_EXISTS) ? ectl_host_path (host, path) : NULL;
}

static EctlTlsFiles *
tls_in_folder (EctlHost *host, const char *folder, gboolean verify)
{
  EctlTlsFiles *files = g_new0 (EctlTlsFiles, 1);
  *files = (EctlTlsFiles){ pem_if_there (host, folder, "ca.pem"), pem_if_there (host, folder, "cert.pem"), pem_if_there (host, folder, "key.pem"), verify };
  if (files->key == NULL)
    g_clear_pointer (&files->certificate, g_free);
  return files;
}

/* DOCKER_TLS_VERIFY counts by being there, even as "0"; docker then refuses to work without the file of the authorities, whatever the endpoint is. */
static EctlTlsFiles *
tls_of_environment (EctlHost *host, GError **error)
{
  gboolean verify = get_setting (host, "DOCKER_TLS_VERIFY") != NULL;
  const char *named = get_setting (host, "DOCKER_CERT_PATH");

  if (!verify && get_setting (host, "DOCKER_TLS") == NULL)
    return NULL;
  g_autofree char *folder = named != NULL ? g_strdup (named) : config_path (host, NULL, NULL);
  EctlTlsFiles *files = tls_in_folder (host, folder != NULL ? folder : "/", verify);
  if (verify && files->ca == NULL && *error == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("DOCKER_TLS_VERIFY is set, and there is no %s/ca.pem"), folder);
      ectl_error_set_hint (*error, "unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH");
      ectl_error_set_finding (*error, "client-tls-env-no-certs", NULL);
    }
  return files;
}

/* --- contexts ---------------------------------------------------------------------------------------------------------------- */

static char *
context_path (EctlHost *host, const char *kind, const char *name)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *base = config_path (host, "contexts", kind);
  return base != NULL ? g_build_filename (base, digest, NULL) : NULL;
}

char *
ectl_client_context_dir (EctlHost *host, const char *name)
{
  return context_path (host, "meta", name);
}

static EctlTlsFiles *
tls_of_context (EctlHost *host, const char *name, const json_t *docker)
{
  g_autofree char *folder = context_path (host, "tls", name);
  g_autofree char *files = folder != NULL ? g_build_filename (folder, "docker", NULL) : NULL;

  gboolean skips = json_is_true (json_object_get (docker, "SkipTLSVerify"));
  if (files == NULL || (!skips && !ectl_host_test (host, files, G_FILE_TEST_EXISTS)))
    return NULL;
  return tls_in_folder (host, files, !skips);
}

/* The endpoint text of the context NAME, and its TLS files. */
static char *
read_context (EctlHost *host, const char *name, EctlTlsFiles **tls, GError **error)
{
  g_autofree char *folder = ectl_client_context_dir (host, name);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "meta.json", NULL) : NULL;
  g_autoptr (GError) why = NULL;
  json_t *meta = load_object (host, path, FALSE, &why);
  const json_t *docker = json_object_get (json_object_get (meta, "Endpoints"), "docker");
  char *text = g_strdup (json_string_value (json_object_get (docker, "Host")));

  if (meta == NULL && why == NULL)
    {
      ectl_set_error (&why, ECTL_ERROR_BAD_CONFIG, _ ("the docker context '%s' does not exist (no %s)"), name, path != NULL ? path : "meta.json");
      ectl_error_set_hint (why, "docker context use default");
      ectl_error_set_finding (why, "context-not-found", NULL);
    }
  else if (text == NULL && why == NULL)
    ectl_set_error (&why, ECTL_ERROR_BAD_CONFIG, _ ("the docker context '%s' names no endpoint (%s)"), name, path);
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (tls != NULL)
    *tls = tls_of_context (host, name, docker);
  json_decref (meta);
  return text;
}

static char *
read_current_context (EctlHost *host, GError **error)
{
  g_autofree char *path = config_path (host, "config.json", NULL);
  json_t *root = load_object (host, path, TRUE, error);
  char *name = g_strdup (json_string_value (json_object_get (root, "currentContext")));

  json_decref (root);
  if (name != NULL && (*name == '\0' || g_str_equal (name, "default")))
    g_clear_pointer (&name, g_free);
  return name;
}

/* --- resolving --------------------------------------------------------------------------------------------------------------- */

static void
use_text (EctlTarget *target, const char *from, const char *text, GError **error)
{
  g_autoptr (GError) why = NULL;

  g_free (target->client->from);
  target->client->from = g_strdup (from);
  target->endpoint = ectl_endpoint_parse (text, &why);
  if (target->endpoint != NULL)
    {
      target->client->endpoint = g_strdup (target->endpoint->url);
      return;
    }
  ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, "%s: %s", from, why->message);
  if (error == NULL)
    return;
  ectl_error_set_hint (*error, ectl_error_get_hint (why));
  g_autofree char *evidence = ectl_endpoint_hide_password (text);
  ectl_error_set_finding (*error, g_str_equal (from, "DOCKER_HOST") ? "docker-host-malformed" : NULL, evidence);
}

static void
use_context (EctlHost *host, EctlTarget *target, const char *from, const char *name, GError **error)
{
  target->client->from = g_strdup (from);
  target->client->context = g_strdup (name);
  g_autofree char *text = read_context (host, name, &target->tls, error);
  if (text != NULL)
    use_text (target, from, text, error);
}

/* Flag, DOCKER_HOST, DOCKER_CONTEXT, config.json, default: the first that is there decides. */
static void
use_first_source (EctlHost *host, EctlTarget *target, const EctlEndpoint *flag, GError **error)
{
  const char *docker_host = get_setting (host, "DOCKER_HOST");
  const char *docker_context = get_setting (host, "DOCKER_CONTEXT");
  g_autoptr (GError) bad_file = NULL;

  if (flag != NULL)
    use_text (target, "flag", flag->url, error);
  else if (docker_host != NULL)
    use_text (target, "DOCKER_HOST", docker_host, error);
  else if (docker_context != NULL && !g_str_equal (docker_context, "default"))
    use_context (host, target, "DOCKER_CONTEXT", docker_context, error);
  else
    {
      g_autofree char *current = docker_context == NULL ? read_current_context (host, &bad_file) : NULL;
      if (current != NULL)
        use_context (host, target, "context", current, error);
      else
        use_text (target, docker_context != NULL ? "DOCKER_CONTEXT" : "default", DEFAULT_ENDPOINT, error);
    }
  if (bad_file != NULL)
    g_propagate_error (error, g_steal_pointer (&bad_file));
}

/* The variables concern what no context has said. docker takes another port where the text has none. */
static void
use_environment_tls (EctlHost *host, EctlTarget *target, GError **error)
{
  const EctlEndpoint *plain = target->endpoint;
  gboolean is_tcp = plain != NULL && plain->scheme == ECTL_SCHEME_TCP;

  if (plain == NULL || target->client->context != NULL || (!is_tcp && g_str_equal (target->client->from, "flag")))
    return;
  g_autoptr (EctlTlsFiles) files = tls_of_environment (host, error);
  if (!is_tcp || files == NULL)
    return;
  target->tls = g_steal_pointer (&files);
  if (!plain->port_is_default)
    return;
  EctlEndpoint *secure = ectl_endpoint_new_tcp (plain->host, TLS_PORT);
  ectl_endpoint_free (target->endpoint);
  target->endpoint = secure;
  g_free (target->client->endpoint);
  target->client->endpoint = g_strdup (secure->url);
}

EctlTarget *
ectl_client_resolve (EctlHost *host, const EctlEndpoint *flag, GError **error)
{
  EctlTarget *target = g_new0 (EctlTarget, 1);
  g_autoptr (GError) why = NULL;

  target->client = g_new0 (EctlClient, 1);
  target->client->user = g_strdup (ectl_host_user (host));
  target->client->same_engine = ECTL_UNKNOWN;
  use_first_source (host, target, flag, &why);
  use_environment_tls (host, target, &why);
  if (why != NULL)
    {
      target->client->error = g_strdup (why->message);
      g_propagate_error (error, g_steal_pointer (&why));
    }
  return target;
}

/* --- listing ------------------------------------------------------------------------------------------------------------------ */

static void
free_context (gpointer data)
{
  EctlContextRow *row = data;
  g_free (row->name);
  g_free (row->endpoint);
  g_free (row->error);
  g_free (row);
}

/* One folder below contexts/meta: its name is a digest, the context's own stands in the file. */
static void
list_context (EctlHost *host, GPtrArray *list, const char *path, const char *current)
{
  g_autoptr (GError) why = NULL;
  json_t *meta = load_object (host, path, FALSE, &why);
  const char *name = json_string_value (json_object_get (meta, "Name"));

  if (name != NULL)
    {
      EctlContextRow *row = g_new0 (EctlContextRow, 1);
      const json_t *docker = json_object_get (json_object_get (meta, "Endpoints"), "docker");
      *row = (EctlContextRow){ g_strdup (name), g_strdup (json_string_value (json_object_get (docker, "Host"))), g_strcmp0 (name, current) == 0, NULL };
      g_ptr_array_add (list, row);
    }
  else if (why != NULL)
    {
      EctlContextRow *row = g_new0 (EctlContextRow, 1);
      *row = (EctlContextRow){ .name = g_strdup ("?"), .error = g_strdup (why->message) };
      g_ptr_array_add (list, row);
    }
  json_decref (meta);
}

GPtrArray *
ectl_client_list_contexts (EctlHost *host, EctlCall *call)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (free_context);
  g_autofree char *current = read_current_context (host, NULL);
  g_autofree char *base = config_path (host, "contexts", "meta");
  g_autofree char *folder = base != NULL ? ectl_host_path (host, base) : NULL;
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  EctlContextRow *standard = g_new0 (EctlContextRow, 1);
  const char *name;

  *standard = (EctlContextRow){ g_strdup ("default"), g_strdup (DEFAULT_ENDPOINT), current == NULL, NULL };
  g_ptr_array_add (list, standard);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && list->len < 200 && ectl_call_check (call, NULL))
    {
      g_autofree char *path = g_build_filename (base, name, "meta.json", NULL);
      list_context (host, list, path, current);
    }
  return list;
}
