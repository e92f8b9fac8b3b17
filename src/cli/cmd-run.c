/* SPDX-License-Identifier: Apache-2.0 */
/* run: what the engine prints on standard output, what happens to it on standard error. */
#include <stdio.h>
#include <unistd.h>

#include "i18n.h"
#include "json.h"
#include "options.h"
#include "output.h"

static const char *const policies[] = { [ECTL_RESTART_NO] = "no", [ECTL_RESTART_ON_FAILURE] = "on-failure", [ECTL_RESTART_ALWAYS] = "always" };

static gboolean
parse_policy (const char *word, EctlRestart *restart, GError **error)
{
  *restart = ECTL_RESTART_NO;
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    if (word == NULL || g_str_equal (policies[i], word))
      {
        *restart = (EctlRestart) i;
        return TRUE;
      }
  set_usage_error (error, _ ("--restart: '%s' is none of no, on-failure, always"), word);
  return FALSE;
}

/* With --json standard output is for the document. */
static void
show_output (const char *bytes, gsize n, gpointer data)
{
  const Session *session = data;
  FILE *file = session->options.json ? stderr : stdout;
  gboolean terminal = isatty (fileno (file));

  for (gsize i = 0; i < n; i++)
    {
      guchar c = (guchar) bytes[i];
      fputc (terminal && ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f) ? '?' : c, file);
    }
  fflush (file);
}

static void
show_event (const char *text, gpointer data)
{
  const Session *session = data;
  g_autofree char *plain = plain_text (text);

  if (!session->options.quiet)
    fprintf (stderr, "enginectl: %s\n", plain);
}

int
run_run (Session *session)
{
  const Options *options = &session->options;
  g_autoptr (GError) error = NULL;
  int code = 0;
  EctlRunOptions run = { .log_file = options->log_file,
                         .background = options->background,
                         .arguments = (const char *const *) options->operands,
                         .output = show_output,
                         .event = show_event,
                         .user_data = session };

  if (!parse_policy (options->restart, &run.restart, &error))
    return tell_error (session, error);
  if (!ectl_engine_run (session->engine, &run, session->call, &code, &error))
    {
      error->code = EXIT_RUN_ITSELF;
      return tell_error (session, error);
    }
  if (options->json)
    json_print (json_pack ("{s:s, s:i}", "schema", "enginectl.run/1", "code", code));
  return code;
}
