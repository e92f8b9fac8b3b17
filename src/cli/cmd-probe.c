/* SPDX-License-Identifier: Apache-2.0 */
/* probe: everything of Docker on this host, in columns. */
#include <string.h>

#include "i18n.h"
#include "json.h"
#include "output.h"

#define LABEL 10

enum { PID, NAME, USER, MEMORY, UP, PROGRAM, N_CELLS };

/* NULL-terminated; free it. */
static char **
cells_of (const EctlProcess *process)
{
  g_autoptr (GString) program = g_string_new (process->exe != NULL ? process->exe : process->name);
  char **cells = g_new0 (char *, N_CELLS + 1);

  if (process->role == ECTL_ROLE_CLIENT && process->command != NULL)
    g_string_assign (program, process->command);
  if (process->replaced)
    g_string_append (program, _ (" (replaced: restart it)"));
  if (process->foreign)
    g_string_append (program, _ (" (in a container: not this host's engine)"));
  cells[PID] = g_strdup_printf ("%" G_GINT64_FORMAT, process->pid);
  cells[NAME] = plain_text (process->name);
  cells[USER] = plain_text (process->user != NULL ? process->user : "?");
  cells[MEMORY] = size_to_string (process->rss_bytes);
  cells[UP] = span_to_string (process->age_ms);
  cells[PROGRAM] = g_strdup (program->str);
  return cells;
}

static void
print_cells (const char *label, char **cells, const guint *widths)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < PROGRAM; i++)
    {
      append_padded (line, cells[i], widths[i], i == PID || i == MEMORY);
      g_string_append (line, "  ");
    }
  print_layer (label, LABEL, "%s%s", line->str, cells[PROGRAM]);
}

/* The rows of one role; LABEL stands before the first. */
static void
print_role (const EctlProbe *probe, const GPtrArray *rows, const guint *widths, EctlRole role, const char *label)
{
  gboolean first = TRUE;

  for (guint i = 0; i < probe->processes->len; i++)
    {
      const EctlProcess *process = probe->processes->pdata[i];
      if (process->role != role)
        continue;
      print_cells (first ? label : "", rows->pdata[i], widths);
      first = FALSE;
    }
  if (first && role == ECTL_ROLE_ENGINE)
    print_layer (label, LABEL, "%s", _ ("none"));
}

static void
print_processes (const EctlProbe *probe)
{
  char *head[] = { "PID", _ ("NAME"), _ ("USER"), _ ("MEMORY"), _ ("UP"), _ ("PROGRAM"), NULL };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  guint widths[PROGRAM];

  for (guint c = 0; c < PROGRAM; c++)
    widths[c] = width_of (head[c]);
  for (guint i = 0; i < probe->processes->len; i++)
    {
      char **cells = cells_of (probe->processes->pdata[i]);
      g_ptr_array_add (rows, cells);
      for (guint c = 0; c < PROGRAM; c++)
        widths[c] = MAX (widths[c], width_of (cells[c]));
    }
  if (rows->len > 0)
    print_cells ("", head, widths);
  print_role (probe, rows, widths, ECTL_ROLE_ENGINE, _ ("Engines"));
  print_role (probe, rows, widths, ECTL_ROLE_HELPER, _ ("Helpers"));
  print_role (probe, rows, widths, ECTL_ROLE_CLIENT, _ ("Clients"));
  print_role (probe, rows, widths, ECTL_ROLE_SHIM, _ ("Shims"));
  print_role (probe, rows, widths, ECTL_ROLE_PROXY, _ ("Proxies"));
}

static void
print_programs (const EctlProbe *probe)
{
  for (guint i = 0; i < probe->programs->len; i++)
    {
      const EctlProgram *program = probe->programs->pdata[i];
      print_layer (i == 0 ? _ ("Programs") : "", LABEL, program->role == ECTL_ROLE_CLIENT ? _ ("%s (client, not the engine)") : "%s", program->path);
    }
  if (probe->programs->len == 0)
    print_layer (_ ("Programs"), LABEL, "%s", _ ("none"));
}

static void
print_services (const EctlProbe *probe)
{
  for (guint i = 0; i < probe->services->len; i++)
    {
      const EctlServiceRow *row = probe->services->pdata[i];
      print_layer (i == 0 ? _ ("Services") : "", LABEL, "%s %s %s, %s", row->backend, row->name, row->active != NULL ? row->active : "?",
                   row->enabled != NULL ? row->enabled : "-");
    }
  if (probe->services->len == 0)
    print_layer (_ ("Services"), LABEL, "%s", _ ("none"));
}

static const char *
answer_word (const EctlEndpointRow *row)
{
  if (row->answers == ECTL_YES)
    return _ ("answers");
  if (row->answers == ECTL_NO)
    return _ ("does not answer");
  return row->listening == ECTL_YES ? _ ("not asked") : _ ("nobody listens");
}

static void
print_endpoint (const char *label, const EctlEndpointRow *row)
{
  g_autofree char *endpoint = plain_text (row->endpoint);
  g_autoptr (GString) text = g_string_new (NULL);

  append_padded (text, endpoint, 28, FALSE);
  if (row->owner_pid > 0)
    g_string_append_printf (text, " %s[%" G_GINT64_FORMAT "]", row->owner_name != NULL ? row->owner_name : "?", row->owner_pid);
  if (row->mode >= 0)
    g_string_append_printf (text, "  %04o %s", (guint) row->mode, row->group != NULL ? row->group : "?");
  if (row->tls != ECTL_UNKNOWN && g_str_equal (row->kind, "port"))
    g_string_append_printf (text, "  %s", row->tls == ECTL_YES ? "TLS" : _ ("no TLS"));
  if (!g_str_equal (row->kind, "socket") && !g_str_equal (row->kind, "port"))
    g_string_append_printf (text, "  %s", row->kind);
  g_string_append_printf (text, "  %s", answer_word (row));
  if (row->note != NULL)
    g_string_append_printf (text, "  (%s)", row->note);
  print_layer (label, LABEL, "%s", text->str);
}

static void
print_contexts (const EctlProbe *probe)
{
  for (guint i = 0; probe->contexts->len > 1 && i < probe->contexts->len; i++)
    {
      const EctlContextRow *row = probe->contexts->pdata[i];
      print_layer (i == 0 ? _ ("Contexts") : "", LABEL, "%s%s  %s", row->name, row->current ? " *" : "",
                   row->error != NULL ? row->error : (row->endpoint != NULL ? row->endpoint : "-"));
    }
}

static void
print_probe (const EctlProbe *probe)
{
  print_processes (probe);
  if (probe->shims + probe->proxies > 0)
    print_layer (_ ("Counted"), LABEL, _ ("%u shims, %u proxies"), probe->shims, probe->proxies);
  print_programs (probe);
  print_services (probe);
  for (guint i = 0; i < probe->endpoints->len; i++)
    print_endpoint (i == 0 ? _ ("Endpoints") : "", probe->endpoints->pdata[i]);
  print_contexts (probe);
  if (probe->client->error != NULL)
    print_layer (_ ("Client"), LABEL, _ ("%s's docker: %s"), probe->client->user, probe->client->error);
  else
    print_layer (_ ("Client"), LABEL, _ ("%s's docker asks %s (%s)"), probe->client->user, probe->client->endpoint, probe->client->from);
  for (guint i = 0; i < probe->notes->len; i++)
    print_layer (i == 0 ? _ ("Not seen") : "", LABEL, "%s", (const char *) probe->notes->pdata[i]);
}

int
run_probe (Session *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlProbe) probe =
      ectl_engine_probe (session->engine, session->options.verbose ? ECTL_PROBE_ALL_PROCESSES : ECTL_PROBE_NONE, session->call, &error);

  if (probe == NULL)
    return tell_error (session, error);
  clear_live_line (session);
  if (session->options.json)
    json_print (json_of_probe (probe));
  else if (!session->options.quiet)
    print_probe (probe);
  return 0;
}
