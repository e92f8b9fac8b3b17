/* SPDX-License-Identifier: Apache-2.0 */
/* probe: everything of Docker on this host, in columns. */
#include <string.h>

#include "i18n.h"
#include "json.h"
#include "output.h"

#define LABEL 10

static void
print_process (const char *label, const EctlProcess *process)
{
  g_autofree char *size = size_to_string (process->rss_bytes);
  g_autofree char *age = span_to_string (process->age_ms);
  g_autoptr (GString) program = g_string_new (process->exe != NULL ? process->exe : process->name);

  if (process->role == ECTL_ROLE_CLIENT && process->command != NULL)
    g_string_assign (program, process->command);
  if (process->replaced)
    g_string_append (program, _ (" (replaced: restart it)"));
  if (process->foreign)
    g_string_append (program, _ (" (in a container: not this host's engine)"));
  print_layer (label, LABEL, "%7" G_GINT64_FORMAT "  %-14s %-8s %8s  %-10s %s", process->pid, process->name, process->user != NULL ? process->user : "?", size,
               age, program->str);
}

static void
print_processes (const EctlProbe *probe, EctlRole role, const char *label)
{
  gboolean first = TRUE;

  for (guint i = 0; i < probe->processes->len; i++)
    {
      const EctlProcess *process = probe->processes->pdata[i];
      if (process->role != role)
        continue;
      print_process (first ? label : "", process);
      first = FALSE;
    }
  if (first && role == ECTL_ROLE_ENGINE)
    print_layer (label, LABEL, "%s", _ ("none"));
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
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "%-28s", row->endpoint);
  if (row->owner_pid > 0)
    g_string_append_printf (text, " %s[%" G_GINT64_FORMAT "]", row->owner_name != NULL ? row->owner_name : "?", row->owner_pid);
  if (row->mode >= 0)
    g_string_append_printf (text, "  %04o %s", (guint) row->mode, row->group);
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
  print_processes (probe, ECTL_ROLE_ENGINE, _ ("Engines"));
  print_processes (probe, ECTL_ROLE_HELPER, _ ("Helpers"));
  print_processes (probe, ECTL_ROLE_CLIENT, _ ("Clients"));
  print_processes (probe, ECTL_ROLE_SHIM, _ ("Shims"));
  print_processes (probe, ECTL_ROLE_PROXY, _ ("Proxies"));
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
  clear_live_line ();
  if (session->options.json)
    json_print (json_of_probe (probe));
  else if (!session->options.quiet)
    print_probe (probe);
  return 0;
}
