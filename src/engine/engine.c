/* SPDX-License-Identifier: Apache-2.0 */
/* The engine object: what the caller asked for, and the backend that was chosen. */
#include "engine/engine.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

EctlEngine *
ectl_engine_new (void)
{
  EctlEngine *engine = g_new0 (EctlEngine, 1);
  engine->host = ectl_host_new ();
  return engine;
}

static void
close_backend (EctlEngine *engine)
{
  if (engine->backend != NULL)
    engine->backend->klass->close (engine->backend);
  engine->backend = NULL;
  ectl_host_set_own_option (engine->host, engine->options.user_mode ? "--user" : NULL);
  g_clear_pointer (&engine->backend_why, g_free);
}

void
ectl_engine_free (EctlEngine *engine)
{
  if (engine == NULL)
    return;
  close_backend (engine);
  ectl_endpoint_free (engine->endpoint);
  g_free (engine->options.service);
  g_free (engine->user_socket);
  ectl_host_free (engine->host);
  g_free (engine);
}

static const char *const all_backend_names[] = { "systemd", "sysv", "openrc", "windows", "desktop", "direct", NULL };

const char *const *
ectl_backend_names (void)
{
  return all_backend_names;
}

gboolean
ectl_engine_set_backend (EctlEngine *engine, const char *name, GError **error)
{
  for (guint i = 0; all_backend_names[i] != NULL; i++)
    if (g_str_equal (all_backend_names[i], name))
      {
        close_backend (engine);
        engine->backend_name = all_backend_names[i];
        return TRUE;
      }
  g_autofree char *known = g_strjoinv (", ", (char **) all_backend_names);
  ectl_set_error (error, ECTL_ERROR_USAGE, _ ("there is no backend '%s' (there are: %s)"), name, known);
  return FALSE;
}

/* What every init takes in a service's name; in particular no slash, no leading dash, no glob. */
static gboolean
is_service_name (const char *name)
{
  return *name != '\0' && *name != '-' && *name != '.' && strlen (name) < 200
         && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@") == strlen (name);
}

gboolean
ectl_engine_set_service (EctlEngine *engine, const char *name, GError **error)
{
  gsize length = strlen (name) - (g_str_has_suffix (name, ".service") ? strlen (".service") : 0);
  g_autofree char *base = g_strndup (name, length);

  if (!is_service_name (base) || g_str_has_suffix (base, "@") || g_str_has_suffix (name, ".socket"))
    {
      ectl_set_error (error, ECTL_ERROR_USAGE, _ ("'%s' is no name of a service"), name);
      return FALSE;
    }
  close_backend (engine);
  g_free (engine->options.service);
  engine->options.service = g_steal_pointer (&base);
  return TRUE;
}

gboolean
ectl_engine_set_endpoint (EctlEngine *engine, const char *endpoint, GError **error)
{
  EctlEndpoint *parsed = ectl_endpoint_parse (endpoint, error);
  if (parsed == NULL)
    return FALSE;
  ectl_endpoint_free (engine->endpoint);
  engine->endpoint = parsed;
  return TRUE;
}

void
ectl_engine_set_user_mode (EctlEngine *engine, gboolean user_mode)
{
  engine->options.user_mode = user_mode;
  close_backend (engine);
}

EctlCall *
ectl_engine_begin (EctlCall *call, EctlCallKind kind, gint64 default_ms, EctlCall **own)
{
  if (call == NULL)
    call = *own = ectl_call_new (ECTL_TIMEOUT_DEFAULT);
  ectl_call_begin (call, kind, default_ms);
  return call;
}

static gboolean
adopt (EctlEngine *engine, const EctlBackendClass *klass, char *why, EctlCall *call, GError **error)
{
  engine->backend = klass->open (engine->host, &engine->options, call, error);
  if (engine->backend == NULL)
    {
      g_free (why);
      return FALSE;
    }
  engine->backend_why = why;
  if (engine->backend->own_option != NULL)
    ectl_host_set_own_option (engine->host, engine->backend->own_option);
  return TRUE;
}

static gboolean
open_by_name (EctlEngine *engine, EctlCall *call, GError **error)
{
  for (const EctlBackendClass *const *klass = ectl_backends (); *klass != NULL; klass++)
    if (g_str_equal ((*klass)->name, engine->backend_name))
      return adopt (engine, *klass, g_strdup (_ ("it was asked for")), call, error);
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("this build has no backend '%s'"), engine->backend_name);
  return FALSE;
}

/* The sentences of those that could be chosen by name go with that of the one that is chosen. */
static char *
explain_choice (const char *why, const GString *beside)
{
  return beside->len > 0 ? g_strdup_printf ("%s; %s", why, beside->str) : g_strdup (why);
}

static void
append_part (GString *text, const char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", part);
}

static void
note_refusal (GString *refusals, const char *name, const char *why)
{
  g_autofree char *part = g_strconcat (name, ": ", why, NULL);
  append_part (refusals, part);
}

static gboolean
open_by_claim (EctlEngine *engine, EctlCall *call, GError **error)
{
  g_autoptr (GString) refusals = g_string_new (NULL), beside = g_string_new (NULL);

  for (const EctlBackendClass *const *klass = ectl_backends (); *klass != NULL; klass++)
    {
      g_autofree char *why = NULL;
      switch ((*klass)->claim (engine->host, &why, error))
        {
        case ECTL_CLAIM_MINE:
          return adopt (engine, *klass, explain_choice (why, beside), call, error);
        case ECTL_CLAIM_ERROR:
          return FALSE;
        case ECTL_CLAIM_BESIDE:
          append_part (beside, why);
          G_GNUC_FALLTHROUGH;
        case ECTL_CLAIM_NOT_MINE:
          note_refusal (refusals, (*klass)->name, why);
          break;
        }
    }
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("no service manager of this host is known to this build (%s)"),
                  refusals->len > 0 ? refusals->str : _ ("it was built without any"));
  return FALSE;
}

gboolean
ectl_engine_open (EctlEngine *engine, EctlCall *call, GError **error)
{
  if (engine->backend != NULL)
    return TRUE;
  return engine->backend_name != NULL ? open_by_name (engine, call, error) : open_by_claim (engine, call, error);
}

EctlBelief *
ectl_engine_get_belief (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  if (!ectl_engine_open (engine, call, error))
    return NULL;
  return engine->backend->klass->get_belief (engine->backend, detail, call, error);
}

EctlBelief *
ectl_engine_begin_belief (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  if (!ectl_engine_open (engine, call, error))
    return NULL;
  const EctlBackendClass *klass = engine->backend->klass;
  return (klass->begin_belief != NULL ? klass->begin_belief : klass->get_belief) (engine->backend, detail, call, error);
}

gboolean
ectl_engine_complete_belief (EctlEngine *engine, EctlBelief *belief, EctlCall *call, GError **error)
{
  return !belief->pending || engine->backend->klass->complete_belief (engine->backend, belief, call, error);
}

gboolean
ectl_engine_lacks (EctlEngine *engine, const char *verb, GError **error)
{
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("%s is not supported by the backend %s"), verb, engine->backend->klass->name);
  return FALSE;
}

gboolean
ectl_engine_is_here (EctlEngine *engine, const char *verb, GError **error)
{
  if (engine->endpoint == NULL || ectl_endpoint_is_local (engine->endpoint))
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("%s concerns the engine of this host, and %s is elsewhere"), verb, engine->endpoint->url);
  if (error != NULL && engine->endpoint->scheme == ECTL_SCHEME_SSH)
    {
      g_autofree char *hint = g_strdup_printf ("ssh %s%s%s enginectl %s", engine->endpoint->user != NULL ? engine->endpoint->user : "",
                                               engine->endpoint->user != NULL ? "@" : "", engine->endpoint->host, verb);
      ectl_error_set_hint (*error, hint);
    }
  return FALSE;
}

void
ectl_belief_free (EctlBelief *belief)
{
  if (belief == NULL)
    return;
  ectl_service_free (belief->service);
  g_free (belief->load_error);
  g_free (belief->endpoint_path);
  g_strfreev (belief->known_alternatives);
  g_free (belief);
}

EctlService *
ectl_engine_get_service (EctlEngine *engine, EctlCall *call, GError **error)
{
  g_autoptr (EctlCall) own = NULL;
  call = ectl_engine_begin (call, ECTL_CALL_READ, ECTL_READ_MS, &own);
  if (!ectl_engine_is_here (engine, "status", error))
    return NULL;
  g_autoptr (EctlBelief) belief = ectl_engine_get_belief (engine, ECTL_DETAIL_VERDICT, call, error);
  if (belief == NULL)
    return NULL;
  if (!belief->service->installed)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_INSTALLED, _ ("there is no service %s on this host"), belief->service->name);
      return NULL;
    }
  return g_steal_pointer (&belief->service);
}

const char *
ectl_version (void)
{
  return ECTL_VERSION;
}

const char *const *
ectl_features (void)
{
  static const char *const table[][3] = { { NULL }, { "systemd", NULL }, { "tls", NULL }, { "systemd", "tls", NULL } };
  gboolean systemd = FALSE;

  for (const EctlBackendClass *const *klass = ectl_backends (); *klass != NULL; klass++)
    systemd |= g_str_equal ((*klass)->name, "systemd") && (*klass)->get_belief != NULL;
  return table[(systemd ? 1 : 0) + (ectl_tls_is_available () ? 2 : 0)];
}
