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

/* A pipe takes this much whole where it takes anything (pipe(7), PIPE_BUF). */
#define PIECE 4096

/* A reader that stands still (a pager, Ctrl-S) must not keep signals from the engine: what it does not take is not shown. */
static void
write_if_taken (int fd, const char *bytes, gsize n)
{
  while (n > 0)
    {
      GPollFD poll_fd = { .fd = fd, .events = G_IO_OUT };
      gssize written = g_poll (&poll_fd, 1, 0) > 0 && (poll_fd.revents & G_IO_OUT) ? write (fd, bytes, MIN (n, PIECE)) : -1;
      if (written <= 0)
        return;
      bytes += written;
      n -= (gsize) written;
    }
}

/* With --json standard output is for the document. */
static void
show_output (const char *bytes, gsize n, gpointer data)
{
  const Session *session = data;
  int fd = session->options.json ? STDERR_FILENO : STDOUT_FILENO;
  g_autofree char *shown = g_memdup2 (bytes, n);

  for (gsize i = 0; isatty (fd) && i < n; i++)
    if (((guchar) shown[i] < ' ' && shown[i] != '\n' && shown[i] != '\t') || shown[i] == 0x7f)
      shown[i] = '?';
  write_if_taken (fd, shown, n);
}

static void
show_event (const char *text, gpointer data)
{
  const Session *session = data;
  g_autofree char *plain = plain_text (text);

  if (!session->options.quiet)
    fprintf (stderr, "enginectl: %s\n", plain);
}

/* Whoever writes `run -H` means the engine's own option, which would be lost. */
static gboolean
check_endpoint (const Options *options, GError **error)
{
  if (options->host == NULL || !g_str_has_prefix (options->host, "unix://"))
    return TRUE;
  set_usage_error (error, _ ("run: -H is an option of the engine here, and stands behind --: enginectl run -- -H %s"), options->host);
  return FALSE;
}

int
run_run (Session *session)
{
  const Options *options = &session->options;
  g_autoptr (GError) error = NULL;
  int code = 0;
  EctlRunOptions run = { .log_file = options->log_file,
                         .background = options->background,
                         .dry_run = options->dry_run,
                         .arguments = (const char *const *) options->operands,
                         .output = show_output,
                         .event = show_event,
                         .user_data = session };

  if (!parse_policy (options->restart, &run.restart, &error) || !check_endpoint (options, &error))
    return tell_error (session, error);
  if (!ectl_engine_run (session->engine, &run, session->call, &code, &error))
    {
      error->code = EXIT_RUN_ITSELF;
      return tell_error (session, error);
    }
  if (options->json)
    json_print (json_pack ("{s:s, s:i, s:b}", "schema", "enginectl.run/1", "code", code, "dry_run", options->dry_run));
  return code;
}
