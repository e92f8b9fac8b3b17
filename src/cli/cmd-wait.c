/* SPDX-License-Identifier: Apache-2.0 */
/* wait STATE[,STATE…]. */
#include <string.h>

#include "i18n.h"
#include "json.h"
#include "options.h"
#include "output.h"
#include "suggest.h"

static void
fail_state (const char *word, GError **error)
{
  const char *words[ECTL_STATE_LAST + 2] = { NULL };

  for (guint i = 0; i <= ECTL_STATE_LAST; i++)
    words[i] = ectl_state_to_string ((EctlState) i);
  const char *near = suggest (word, words);
  if (near != NULL)
    set_usage_error (error, _ ("there is no state '%s'; did you mean %s?"), word, near);
  else
    set_usage_error (error, _ ("there is no state '%s'"), word);
}

static gboolean
parse_states (char **words, guint *states, GError **error)
{
  if (*words == NULL)
    {
      fail_state ("", error);
      return FALSE;
    }
  for (; *words != NULL; words++)
    {
      EctlState state;
      if (!ectl_state_from_string (*words, &state))
        {
          fail_state (*words, error);
          return FALSE;
        }
      *states |= ECTL_STATE_MASK (state);
    }
  return TRUE;
}

static json_t *
document (EctlState state, char **wanted, gboolean reached, gint64 begun_us)
{
  json_t *words = json_array ();
  for (; *wanted != NULL; wanted++)
    json_array_append_new (words, json_text (*wanted));
  return json_pack ("{s:s, s:s, s:o, s:b, s:o}", "schema", "enginectl.wait/1", "state", ectl_state_to_string (state), "wanted", words, "reached", reached,
                    "duration_ms", json_ms ((double) (g_get_monotonic_time () - begun_us) / 1000));
}

int
run_wait (Session *session)
{
  char **operands = session->options.operands;
  g_autoptr (GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();
  guint states = 0;
  EctlState state = ECTL_STATE_UNKNOWN;

  if (operands[0] == NULL || (operands[1] != NULL && operands[2] != NULL))
    {
      set_usage_error (&error, _ ("wait wants STATE[,STATE…], and perhaps a service"));
      return tell_error (session, error);
    }
  g_auto (GStrv) wanted = g_strsplit (operands[0], ",", -1);
  if (!parse_states (wanted, &states, &error) || (operands[1] != NULL && !ectl_engine_set_service (session->engine, operands[1], &error)))
    return tell_error (session, error);
  gboolean reached = ectl_engine_wait (session->engine, states, session->call, &state, &error);
  clear_live_line (session);
  /* The deadline alone would not say what there is instead. */
  if (!reached && error->code == ECTL_ERROR_DEADLINE)
    g_prefix_error (&error, "%s: ", state_phrase (state));
  if (session->options.json)
    {
      json_t *told = document (state, wanted, reached, begun);
      if (!reached)
        json_object_set_new (told, "error", json_of_error (error));
      json_print (told);
    }
  else if (!reached)
    print_error (error);
  else if (!session->options.quiet)
    print_verdict (session, mark_of_state (state), state_phrase (state), NULL);
  return reached ? 0 : error->code;
}
