/* SPDX-License-Identifier: Apache-2.0 */
/* status: the verdict first, then one line for each witness. */
#include <string.h>

#include "i18n.h"
#include "json.h"
#include "output.h"

static const char *
known (const char *word)
{
  return word != NULL ? word : "?";
}

/* And something is to be done about it. */
static gboolean
runs_but_not_at_boot (const EctlStatus *status)
{
  return status->hint != NULL && status->state == ECTL_STATE_RUNNING && status->service != NULL && status->service->enabled != NULL
         && status->service->at_boot == ECTL_AT_BOOT_NO;
}

/* Of a user's service, whose manager begins at the login. */
static gboolean
waits_for_login (const EctlService *service)
{
  return service->at_boot == ECTL_AT_BOOT_NO && g_strcmp0 (service->enabled, "enabled") == 0;
}

static void
print_first_line (const Session *session, const EctlStatus *status)
{
  g_autoptr (GString) text = g_string_new (state_phrase (status->state));
  g_autoptr (GString) right = g_string_new (NULL);
  gboolean off_at_boot = runs_but_not_at_boot (status);

  if (off_at_boot && waits_for_login (status->service))
    g_string_append (text, _ (", but only after its user has logged in: there is no linger"));
  else if (off_at_boot)
    g_string_append (text, _ (", but disabled: it will be off after the next boot"));
  else if (status->reason != NULL)
    g_string_append_printf (text, ": %s", status->reason);
  if (status->finding != NULL)
    g_string_append_printf (right, "[%s]", status->finding);
  else if (status->api->version != NULL && !off_at_boot)
    g_string_append_printf (right, _ ("Docker %s, API %s"), status->api->version, status->api->api_version != NULL ? status->api->api_version : "?");
  print_verdict (session, off_at_boot ? MARK_WARNING : mark_of_state (status->state), text->str, right->str);
}

static const char *
at_boot_phrase (const EctlService *service)
{
  if (waits_for_login (service))
    return _ ("starts when its user logs in");
  switch (service->at_boot)
    {
    case ECTL_AT_BOOT_YES:
      return _ ("starts at boot");
    case ECTL_AT_BOOT_ON_DEMAND:
      return _ ("starts after boot with the first client");
    case ECTL_AT_BOOT_NO:
      return _ ("does not start at boot (disabled)");
    default:
      return _ ("at boot: not known");
    }
}

/* Of an engine that runs, its own age; else how long the service has been as it is. */
static void
append_span (GString *text, const EctlStatus *status)
{
  const EctlProcess *engine = status->processes->len > 0 ? status->processes->pdata[0] : NULL;

  if (engine != NULL && engine->pid == status->service->main_pid)
    {
      g_autofree char *up = span_to_string (engine->age_ms);
      g_string_append_printf (text, _ ("; up %s"), up);
    }
  else if (status->service->since_us > 0)
    {
      g_autofree char *span = span_to_string ((g_get_real_time () - status->service->since_us) / 1000);
      g_string_append_printf (text, _ ("; for %s"), span);
    }
}

static char *
describe_service (const EctlStatus *status)
{
  const EctlService *service = status->service;
  GString *text = g_string_new (NULL);

  if (!service->installed)
    {
      g_string_printf (text, _ ("%s: there is no %s"), status->backend, service->name);
      return g_string_free (text, FALSE);
    }
  g_string_printf (text, "%s: %s %s (%s), %s", status->backend, service->name, known (service->active), known (service->sub), at_boot_phrase (service));
  if (g_strcmp0 (service->result, "success") != 0 && service->result != NULL)
    g_string_append_printf (text, _ ("; result: %s"), service->result);
  append_span (text, status);
  return g_string_free (text, FALSE);
}

static char *
describe_socket (const EctlUnit *socket)
{
  return g_strdup_printf ("%s %s (%s), %s", socket->name, known (socket->active), known (socket->sub), socket->enabled != NULL ? socket->enabled : "-");
}

static char *
describe_processes (const EctlStatus *status)
{
  const GPtrArray *processes = status->processes;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < processes->len; i++)
    {
      const EctlProcess *process = processes->pdata[i];
      g_autofree char *size = size_to_string (process->rss_bytes);
      g_string_append_printf (text, "%s%s[%" G_GINT64_FORMAT "], %s", i > 0 ? "; " : "", process->name, process->pid, size);
      if (process->replaced)
        g_string_append (text, _ (" (its program was replaced: restart it)"));
    }
  if (processes->len == 0)
    g_string_append (text, status->state == ECTL_STATE_RUNNING || status->state == ECTL_STATE_UNKNOWN ? _ ("not to be seen from here") : _ ("none"));
  return g_string_free (text, FALSE);
}

static char *
describe_api (const EctlApi *api)
{
  if (api->endpoint == NULL)
    return g_strdup (api->error != NULL ? api->error : _ ("not asked"));
  if (api->answers == ECTL_YES)
    return g_strdup_printf (_ ("%s answers in %.1f ms"), api->endpoint, api->latency_ms);
  return g_strdup_printf ("%s: %s", api->endpoint, api->error != NULL ? api->error : _ ("not asked"));
}

static char *
describe_client (const EctlClient *client)
{
  if (client->error != NULL)
    return g_strdup_printf (_ ("%s's docker: %s"), known (client->user), client->error);
  if (client->same_engine == ECTL_YES)
    return g_strdup_printf (_ ("docker uses this engine (%s)"), client->from);
  if (client->same_engine == ECTL_NO)
    return g_strdup_printf (_ ("%s's docker asks %s (%s), not this engine"), known (client->user), known (client->endpoint), client->from);
  return g_strdup_printf (_ ("%s's docker asks %s (%s)"), known (client->user), known (client->endpoint), client->from);
}

static guint
label_width (void)
{
  const char *const labels[] = { _ ("Service"), _ ("Process"), _ ("API"),  _ ("Client"),  _ ("Cause"),
                                 _ ("Fix"),     _ ("Backend"), _ ("Unit"), _ ("Options"), _ ("Log") };
  guint width = 0;
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    width = MAX (width, width_of (labels[i]));
  return width;
}

static void
print_strings (const char *label, guint width, char **strings)
{
  for (char **text = strings; text != NULL && *text != NULL; text++)
    print_layer (text == strings ? label : "", width, "%s", *text);
}

static void
print_details (const EctlStatus *status, guint width)
{
  const EctlService *service = status->service;

  if (status->backend != NULL)
    print_layer (_ ("Backend"), width, "%s: %s", status->backend, status->backend_why != NULL ? status->backend_why : "-");
  if (service != NULL && service->fragment_path != NULL)
    {
      g_autofree char *command = service->command != NULL ? g_strjoinv (" ", service->command) : NULL;
      print_layer (_ ("Unit"), width, "%s", service->fragment_path);
      print_strings ("", width, service->drop_in_paths);
      if (command != NULL)
        print_layer ("", width, "%s", command);
    }
  if (service != NULL && service->needs_daemon_reload == ECTL_YES)
    print_layer ("", width, "%s", _ ("unit files changed on disk: sudo systemctl daemon-reload"));
  print_strings (_ ("Options"), width, status->option_files);
  print_strings ("", width, status->options);
  for (guint i = 0; status->log != NULL && i < status->log->len; i++)
    print_layer (i == 0 ? _ ("Log") : "", width, "%s", ((const EctlLogLine *) status->log->pdata[i])->text);
}

static void
print_layers (const Session *session, const EctlStatus *status)
{
  guint width = label_width ();
  g_autofree char *processes = describe_processes (status), *api = describe_api (status->api), *client = describe_client (status->client);

  if (status->service != NULL)
    {
      g_autofree char *service = describe_service (status);
      print_layer (_ ("Service"), width, "%s", service);
    }
  if (status->service != NULL && status->service->socket != NULL && status->service->socket->enabled != NULL)
    {
      g_autofree char *socket = describe_socket (status->service->socket);
      print_layer ("", width, "%s", socket);
    }
  print_layer (_ ("Process"), width, "%s", processes);
  print_layer (_ ("API"), width, "%s", api);
  print_layer (_ ("Client"), width, "%s", client);
  if (status->evidence != NULL)
    print_layer (_ ("Cause"), width, "%s", status->evidence);
  if (status->hint != NULL && (status->state != ECTL_STATE_RUNNING || runs_but_not_at_boot (status)))
    print_layer (_ ("Fix"), width, "%s", status->hint);
  if (session->options.verbose)
    print_details (status, width);
}

int
run_status (Session *session)
{
  g_autoptr (GError) error = NULL;
  EctlDetail detail = session->options.verbose ? ECTL_DETAIL_FULL : (session->options.json ? ECTL_DETAIL_DOCUMENT : ECTL_DETAIL_VERDICT);
  g_autoptr (EctlStatus) status = ectl_engine_get_status (session->engine, detail, session->call, &error);

  if (status == NULL)
    {
      /* An init script's status says "unknown" with 4; 3 would mean stopped. */
      if (error->code == ECTL_ERROR_NOT_SUPPORTED)
        error->code = ectl_state_to_exit_code (ECTL_STATE_UNKNOWN);
      return tell_error (session, error);
    }
  clear_live_line (session);
  if (session->options.json)
    json_print (json_of_status (status));
  else if (!session->options.quiet)
    {
      print_first_line (session, status);
      print_layers (session, status);
    }
  return ectl_state_to_exit_code (status->state);
}
