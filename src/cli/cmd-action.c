/* SPDX-License-Identifier: Apache-2.0 */
/* start, stop, restart, reload, enable, disable. */
#include <string.h>

#include "i18n.h"
#include "json.h"
#include "output.h"

typedef gboolean (*Verb) (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error);

static Verb
verb_of (const char *name)
{
  static const struct {
    const char *name;
    Verb verb;
  } verbs[] = {
    { "start", ectl_engine_start },   { "stop", ectl_engine_stop },       { "restart", ectl_engine_restart }, { "reload", ectl_engine_reload },
    { "enable", ectl_engine_enable }, { "disable", ectl_engine_disable }, { "install", ectl_engine_install }, { "uninstall", ectl_engine_uninstall },
  };
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, name))
      return verbs[i].verb;
  return NULL;
}

static EctlFlags
flags_of (const Options *options)
{
  return (options->dry_run ? ECTL_FLAG_DRY_RUN : 0) | (options->no_wait ? ECTL_FLAG_NO_WAIT : 0) | (options->keep_socket ? ECTL_FLAG_KEEP_SOCKET : 0)
         | (options->force ? ECTL_FLAG_FORCE : 0) | (options->now ? ECTL_FLAG_NOW : 0);
}

static void
print_document (const EctlAction *action, const GError *error)
{
  if (action == NULL)
    {
      json_print_error (error);
      return;
    }
  json_t *document = json_of_action (action);
  if (error != NULL)
    json_object_set_new (document, "error", json_of_error (error));
  json_print (document);
}

static void
print_success (const Session *session, const EctlAction *action)
{
  print_verdict (session, mark_of_state (action->after.state), action->summary, NULL);
  for (guint i = 0; action->dry_run && i < action->steps->len; i++)
    printf (_ ("  would %s\n"), ((const EctlStep *) action->steps->pdata[i])->text);
}

int
run_action (Session *session)
{
  g_autoptr (EctlAction) action = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = verb_of (session->command->name) (session->engine, flags_of (&session->options), session->call, &action, &error);

  clear_live_line (session);
  if (session->options.json)
    print_document (action, error);
  else if (!ok)
    print_error (error);
  else if (!session->options.quiet)
    print_success (session, action);
  return ok ? 0 : error->code;
}
