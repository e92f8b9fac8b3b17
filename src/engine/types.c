/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the public types, and how each of them is freed. */
#include "enginectl.h"

static const struct {
  const char *word;
  int exit_code;
} states[] = {
  [ECTL_STATE_UNKNOWN] = { "unknown", 4 },
  [ECTL_STATE_RUNNING] = { "running", 0 },
  [ECTL_STATE_STARTING] = { "starting", 151 },
  [ECTL_STATE_STOPPING] = { "stopping", 152 },
  [ECTL_STATE_STOPPED] = { "stopped", 3 },
  [ECTL_STATE_ARMED] = { "armed", 3 },
  [ECTL_STATE_FAILED] = { "failed", 1 },
  [ECTL_STATE_HUNG] = { "hung", 153 },
  [ECTL_STATE_DEGRADED] = { "degraded", 154 },
  [ECTL_STATE_UNMANAGED] = { "unmanaged", 155 },
  [ECTL_STATE_NOT_INSTALLED] = { "not-installed", 5 },
};

const char *
ectl_state_to_string (EctlState state)
{
  return states[state].word;
}

int
ectl_state_to_exit_code (EctlState state)
{
  return states[state].exit_code;
}

gboolean
ectl_state_from_string (const char *word, EctlState *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].word, word))
      {
        *state = (EctlState) i;
        return TRUE;
      }
  return FALSE;
}

const char *
ectl_role_to_string (EctlRole role)
{
  static const char *const words[] = {
    [ECTL_ROLE_ENGINE] = "engine", [ECTL_ROLE_HELPER] = "helper", [ECTL_ROLE_CLIENT] = "client",
    [ECTL_ROLE_SHIM] = "shim",     [ECTL_ROLE_PROXY] = "proxy",   [ECTL_ROLE_OTHER] = "other",
  };
  return words[role];
}

const char *
ectl_at_boot_to_string (EctlAtBoot at_boot)
{
  static const char *const words[] = { NULL, "yes", "on-demand", "no" };
  return words[at_boot];
}

void
ectl_process_free (EctlProcess *process)
{
  if (process == NULL)
    return;
  g_free (process->name);
  g_free (process->exe);
  g_free (process->user);
  g_free (process->command);
  g_free (process);
}

void
ectl_unit_free (EctlUnit *unit)
{
  if (unit == NULL)
    return;
  g_free (unit->name);
  g_free (unit->load);
  g_free (unit->active);
  g_free (unit->sub);
  g_free (unit->enabled);
  g_strfreev (unit->listen);
  g_free (unit);
}

void
ectl_service_free (EctlService *service)
{
  if (service == NULL)
    return;
  g_free (service->name);
  g_free (service->load);
  g_free (service->active);
  g_free (service->sub);
  g_free (service->enabled);
  g_free (service->result);
  ectl_unit_free (service->socket);
  g_free (service->type);
  g_free (service->fragment_path);
  g_strfreev (service->drop_in_paths);
  g_strfreev (service->command);
  g_strfreev (service->triggered_by);
  g_free (service->invocation_id);
  g_free (service);
}

void
ectl_api_free (EctlApi *api)
{
  if (api == NULL)
    return;
  g_free (api->endpoint);
  g_free (api->version);
  g_free (api->api_version);
  g_free (api->os);
  g_free (api->error);
  g_free (api);
}

void
ectl_client_free (EctlClient *client)
{
  if (client == NULL)
    return;
  g_free (client->program);
  g_free (client->user);
  g_free (client->endpoint);
  g_free (client->from);
  g_free (client->context);
  g_free (client->error);
  g_free (client);
}

void
ectl_log_line_free (EctlLogLine *line)
{
  if (line == NULL)
    return;
  g_free (line->level);
  g_free (line->text);
  g_free (line);
}

void
ectl_status_free (EctlStatus *status)
{
  if (status == NULL)
    return;
  g_free (status->reason);
  g_free (status->backend);
  g_free (status->backend_why);
  ectl_service_free (status->service);
  g_clear_pointer (&status->processes, g_ptr_array_unref);
  ectl_api_free (status->api);
  ectl_client_free (status->client);
  g_free (status->finding);
  g_free (status->evidence);
  g_free (status->hint);
  g_clear_pointer (&status->log, g_ptr_array_unref);
  g_strfreev (status->option_files);
  g_strfreev (status->options);
  g_free (status);
}

void
ectl_action_free (EctlAction *action)
{
  if (action == NULL)
    return;
  g_free (action->name);
  g_free (action->before.enabled);
  g_free (action->after.enabled);
  g_clear_pointer (&action->steps, g_ptr_array_unref);
  g_clear_pointer (&action->notes, g_ptr_array_unref);
  g_free (action->summary);
  g_free (action);
}

void
ectl_ping_free (EctlPing *ping)
{
  if (ping == NULL)
    return;
  ectl_api_free (ping->api);
  ectl_client_free (ping->client);
  g_free (ping->engine_json);
  g_free (ping);
}

void
ectl_probe_free (EctlProbe *probe)
{
  if (probe == NULL)
    return;
  g_clear_pointer (&probe->processes, g_ptr_array_unref);
  g_clear_pointer (&probe->programs, g_ptr_array_unref);
  g_clear_pointer (&probe->services, g_ptr_array_unref);
  g_clear_pointer (&probe->endpoints, g_ptr_array_unref);
  g_clear_pointer (&probe->contexts, g_ptr_array_unref);
  ectl_client_free (probe->client);
  g_clear_pointer (&probe->notes, g_ptr_array_unref);
  g_free (probe);
}
