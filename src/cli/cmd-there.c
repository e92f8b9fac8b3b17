/* SPDX-License-Identifier: Apache-2.0 */
/* A command that concerns a host, at an ssh:// endpoint: the enginectl there answers. */
#include "options.h"
#include "output.h"

int
run_there (Session *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) words = words_of_options (&session->options);
  int code = 0;

  g_ptr_array_insert (words, 0, g_strdup (session->command->name));
  g_ptr_array_add (words, NULL);
  if (ectl_engine_ask_there (session->engine, (const char *const *) words->pdata, &code, &error))
    return code;
  if (session->command->run == run_status)
    error->code = ectl_state_to_exit_code (ECTL_STATE_UNKNOWN);
  return tell_error (session, error);
}
