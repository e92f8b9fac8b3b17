/* SPDX-License-Identifier: Apache-2.0 */
/* watch: a line a change. */
#include <stdio.h>

#include "i18n.h"
#include "json.h"
#include "output.h"

static void
print_text (const EctlChange *change)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (change->time_us / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
  g_autofree char *why = change->why != NULL ? plain_text (change->why) : NULL;

  printf ("%s  %-13s%s%s\n", stamp, ectl_state_to_string (change->state), why != NULL ? "  " : "", why != NULL ? why : "");
}

static gboolean
show (const EctlChange *change, gpointer data)
{
  const Session *session = data;

  if (session->options.json)
    json_print (json_of_change (change));
  else
    print_text (change);
  fflush (stdout);
  return !ferror (stdout);
}

int
run_watch (Session *session)
{
  const Options *options = &session->options;
  g_autoptr (GError) error = NULL;

  if (options->every_ms == 0 && !options->quiet && !options->json)
    fputs (_ ("enginectl: without --probe-every an engine that hangs is not seen\n"), stderr);
  if (!ectl_engine_watch (session->engine, options->every_ms, show, session, session->call, &error))
    return tell_error (session, error);
  return 0;
}
