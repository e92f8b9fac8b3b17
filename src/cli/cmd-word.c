/* SPDX-License-Identifier: Apache-2.0 */
/* is-active and is-enabled: the manager's word, as systemctl has it. */
#include <string.h>

#include "i18n.h"
#include "json.h"
#include "output.h"

#define NOT_ACTIVE 3
#define NOT_ENABLED 1

static void
print_word (const Session *session, const char *word)
{
  if (session->options.json)
    json_print (json_pack ("{s:s, s:o}", "schema", "enginectl.word/1", "word", json_text (word)));
  else if (!session->options.quiet)
    puts (word);
}

static EctlService *
get_service (Session *session, int *code)
{
  g_autoptr (GError) error = NULL;
  EctlService *service = ectl_engine_get_service (session->engine, session->call, &error);
  if (service == NULL)
    *code = tell_error (session, error);
  return service;
}

int
run_is_active (Session *session)
{
  int code = 0;
  g_autoptr (EctlService) service = get_service (session, &code);

  if (service == NULL)
    return code;
  const char *word = service->active != NULL ? service->active : "unknown";
  print_word (session, word);
  return g_str_equal (word, "active") || g_str_equal (word, "reloading") ? 0 : NOT_ACTIVE;
}

int
run_is_enabled (Session *session)
{
  static const char *const yes[] = { "enabled", "enabled-runtime", "static", "alias", "indirect", "generated", NULL };
  int code = 0;
  g_autoptr (EctlService) service = get_service (session, &code);

  if (service == NULL)
    return code;
  const char *word = service->enabled != NULL ? service->enabled : "unknown";
  print_word (session, word);
  return g_strv_contains (yes, word) ? 0 : NOT_ENABLED;
}
