/* SPDX-License-Identifier: Apache-2.0 */
/* ping and version: what answers at the endpoint that `docker` would use. */
#include <jansson.h>

#include "base/error.h"
#include "base/i18n.h"
#include "engine/snapshot.h"

static EctlApi *
new_api (const EctlTarget *target)
{
  EctlApi *api = g_new0 (EctlApi, 1);
  *api = (EctlApi){ .endpoint = g_strdup (target->client->endpoint), .answers = ECTL_UNKNOWN, .latency_ms = -1 };
  return api;
}

/* A user's docker would start the engine by asking; a command that only reads must not. Without a manager that can be asked there is no socket unit. */
static gboolean
is_armed (EctlEngine *engine, const EctlEndpoint *endpoint, EctlCall *call)
{
  if (endpoint->scheme != ECTL_SCHEME_UNIX)
    return FALSE;
  g_autoptr (EctlBelief) belief = ectl_engine_get_belief (engine, ECTL_DETAIL_VERDICT, call, NULL);
  return belief != NULL && ectl_would_wake (engine->host, belief, endpoint->path);
}

/* What the fault itself knows better than the way that it came. */
static EctlErrorCode
code_of_fault (const GError *fault)
{
  gboolean telling =
      ectl_error_is (fault, ECTL_ERROR_NOT_SUPPORTED) || ectl_error_is (fault, ECTL_ERROR_BAD_CONFIG) || ectl_error_is (fault, ECTL_ERROR_DEADLINE);
  return telling ? (EctlErrorCode) fault->code : ECTL_ERROR_FAILED;
}

static EctlErrorCode
code_of_answer (EctlAnswer answer, const GError *fault)
{
  switch (answer)
    {
    case ECTL_ANSWER_SILENT:
      return ECTL_ERROR_DEADLINE;
    case ECTL_ANSWER_REFUSED:
    case ECTL_ANSWER_MISSING:
      return ECTL_ERROR_NOT_RUNNING;
    case ECTL_ANSWER_DENIED:
      return ECTL_ERROR_NOT_PERMITTED;
    default:
      return code_of_fault (fault);
    }
}

static gboolean
fail_ping (const EctlDocker *docker, EctlAnswer answer, const EctlTarget *target, const EctlPing *ping, GError **error)
{
  const GError *fault = ectl_docker_get_fault (docker);

  ectl_set_error (error, code_of_answer (answer, fault), _ ("%s does not answer: %s"), target->client->endpoint, ping->api->error);
  if (error == NULL || fault == NULL)
    return FALSE;
  ectl_error_set_hint (*error, ectl_error_get_hint (fault));
  ectl_error_set_finding (*error, ectl_error_get_finding (fault), ectl_error_get_evidence (fault));
  return FALSE;
}

/* What an engine says of its versions has a few KiB; parsed, a text takes up to eighty times its size. */
#define MOST_ENGINE_BYTES (256 * 1024)

static gboolean
is_object (const GString *text)
{
  json_t *root = text->len <= MOST_ENGINE_BYTES ? json_loadb (text->str, text->len, 0, NULL) : NULL;
  gboolean object = json_is_object (root);
  json_decref (root);
  return object;
}

/* Asks for the ping alone, or for the ping and PATH on the same connection. */
static gboolean
ask (EctlEngine *engine, const EctlTarget *target, const char *path, EctlPing *ping, EctlCall *call, GError **error)
{
  g_autoptr (EctlDocker) docker = ectl_docker_new (engine->host, target->endpoint, target->tls);
  EctlAnswer answer = ectl_docker_ping (docker, ping->api, call);

  if (!ectl_call_check (call, NULL) && ectl_wakeup_is_raised (call->wakeup))
    return ectl_call_check (call, error);
  if (answer != ECTL_ANSWER_OK)
    return fail_ping (docker, answer, target, ping, error);
  if (path == NULL)
    return TRUE;
  g_autoptr (EctlHttpResponse) response = ectl_docker_get (docker, path, call, NULL, error);
  if (response == NULL)
    return FALSE;
  if (response->status != 200)
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s answers %s with status %d"), target->client->endpoint, path, response->status);
      return FALSE;
    }
  if (!is_object (response->body))
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("%s answers %s with something that is no JSON object"), target->client->endpoint, path);
      return FALSE;
    }
  ping->engine_json = g_strdup (response->body->str);
  return TRUE;
}

static void
fail_armed (EctlEngine *engine, const EctlTarget *target, EctlPing *ping, GError **error)
{
  g_autofree char *hint = ectl_host_root_command (engine->host, "enginectl start");

  ping->api->error = g_strdup (_ ("not asked: connecting would start the engine"));
  ectl_set_error (error, ECTL_ERROR_NOT_RUNNING, _ ("docker is not running, but armed: the first client that connects to %s starts it"),
                  target->client->endpoint);
  if (error != NULL)
    ectl_error_set_hint (*error, hint);
}

static gboolean
resolve_and_ask (EctlEngine *engine, const char *path, EctlPing *ping, EctlCall *call, GError **error)
{
  g_autoptr (GError) malformed = NULL;
  g_autoptr (EctlTarget) target = ectl_client_resolve (engine->host, engine->endpoint, &malformed);

  gboolean ok = FALSE;

  ping->api = new_api (target);
  if (malformed != NULL)
    g_propagate_error (error, g_steal_pointer (&malformed));
  else if (is_armed (engine, target->endpoint, call))
    fail_armed (engine, target, ping, error);
  else
    ok = ask (engine, target, path, ping, call, error);
  ping->client = g_steal_pointer (&target->client);
  return ok;
}

static gboolean
ping_or_version (EctlEngine *engine, const char *path, EctlCall *call, EctlPing **out, GError **error)
{
  g_autoptr (EctlCall) own = NULL;
  g_autoptr (EctlPing) ping = g_new0 (EctlPing, 1);

  call = ectl_engine_begin (call, ECTL_CALL_READ, ECTL_READ_MS, &own);
  gboolean ok = resolve_and_ask (engine, path, ping, call, error);
  if (out != NULL)
    *out = g_steal_pointer (&ping);
  return ok;
}

gboolean
ectl_engine_ping (EctlEngine *engine, EctlCall *call, EctlPing **ping, GError **error)
{
  return ping_or_version (engine, NULL, call, ping, error);
}

gboolean
ectl_engine_get_version (EctlEngine *engine, EctlCall *call, EctlPing **ping, GError **error)
{
  return ping_or_version (engine, "/version", call, ping, error);
}
