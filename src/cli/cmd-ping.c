/* SPDX-License-Identifier: Apache-2.0 */
/* ping and version: the endpoint that `docker` would use. */
#include <string.h>

#include "i18n.h"
#include "json.h"
#include "output.h"

#define LABEL 11

static void
print_ping (const Session *session, const EctlPing *ping)
{
  g_autofree char *text = g_strdup_printf (_ ("%s answers in %.1f ms (%s)"), ping->api->endpoint, ping->api->latency_ms, ping->client->from);
  g_autofree char *right = g_strdup_printf (_ ("Docker %s, API %s"), ping->api->version != NULL ? ping->api->version : "?",
                                            ping->api->api_version != NULL ? ping->api->api_version : "?");
  print_verdict (session, MARK_WELL, text, right);
}

static void
print_row (const char *label, json_t *object, const char *key)
{
  const char *text = json_string_value (json_object_get (object, key));
  if (text != NULL)
    print_layer (label, LABEL, "%s", text);
}

/* What people compare: the rest of the answer is in --json. */
static void
print_version (const Session *session, const EctlPing *ping)
{
  json_t *engine = ping->engine_json != NULL ? json_loads (ping->engine_json, 0, NULL) : NULL;
  json_t *component;
  size_t i;

  print_ping (session, ping);
  print_row (_ ("Engine"), engine, "Version");
  print_row ("API", engine, "ApiVersion");
  print_row (_ ("Oldest API"), engine, "MinAPIVersion");
  print_row (_ ("System"), engine, "Os");
  print_row (_ ("Kernel"), engine, "KernelVersion");
  json_array_foreach (json_object_get (engine, "Components"), i, component)
  {
    const char *name = json_string_value (json_object_get (component, "Name"));
    if (name != NULL && !g_str_equal (name, "Engine"))
      print_row (name, component, "Version");
  }
  json_decref (engine);
}

typedef gboolean (*AskFunc) (EctlEngine *engine, EctlCall *call, EctlPing **ping, GError **error);

static int
ask (Session *session, AskFunc func, gboolean with_engine)
{
  g_autoptr (EctlPing) ping = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = func (session->engine, session->call, &ping, &error);

  clear_live_line (session);
  if (session->options.json)
    {
      json_t *document = json_of_ping (ping, with_engine);
      if (!ok)
        json_object_set_new (document, "error", json_of_error (error));
      json_print (document);
    }
  else if (!ok)
    print_error (error);
  else if (!session->options.quiet && with_engine)
    print_version (session, ping);
  else if (!session->options.quiet)
    print_ping (session, ping);
  return ok ? 0 : error->code;
}

int
run_ping (Session *session)
{
  return ask (session, ectl_engine_ping, FALSE);
}

int
run_version (Session *session)
{
  return ask (session, ectl_engine_get_version, TRUE);
}
