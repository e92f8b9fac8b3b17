/* SPDX-License-Identifier: Apache-2.0 */
/* From the library's structures to the documents of the contract. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>

json_t *
json_text (const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  return valid != NULL ? json_string (valid) : json_null ();
}

static json_t *
number (gint64 value, gint64 unknown)
{
  return value != unknown ? json_integer (value) : json_null ();
}

static json_t *
tri (EctlTri value)
{
  return value == ECTL_UNKNOWN ? json_null () : json_boolean (value == ECTL_YES);
}

/* RFC 3339, UTC. */
static json_t *
timestamp (gint64 us)
{
  g_autoptr (GDateTime) time = us > 0 ? g_date_time_new_from_unix_utc (us / G_USEC_PER_SEC) : NULL;
  g_autofree char *seconds = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S") : NULL;
  g_autofree char *text = seconds != NULL ? g_strdup_printf ("%s.%03dZ", seconds, (int) (us % G_USEC_PER_SEC / 1000)) : NULL;
  return json_text (text);
}

json_t *
json_ms (double ms)
{
  return ms >= 0 ? json_real ((double) (gint64) (ms * 1000 + 0.5) / 1000) : json_null ();
}

json_t *
json_of_error (const GError *error)
{
  return json_pack ("{s:i, s:o, s:o, s:o, s:o}", "code", error->code, "message", json_text (error->message), "hint", json_text (ectl_error_get_hint (error)),
                    "finding", json_text (ectl_error_get_finding (error)), "evidence", json_text (ectl_error_get_evidence (error)));
}

/* --- parts ------------------------------------------------------------------------------------------------------------------ */

static json_t *
of_process (const EctlProcess *process)
{
  char state[] = { process->run_state, '\0' };
  json_t *object = json_object ();

  json_object_set_new (object, "pid", json_integer (process->pid));
  json_object_set_new (object, "ppid", json_integer (process->ppid));
  json_object_set_new (object, "name", json_text (process->name));
  json_object_set_new (object, "role", json_string (ectl_role_to_string (process->role)));
  json_object_set_new (object, "exe", json_text (process->exe));
  json_object_set_new (object, "user", json_text (process->user));
  json_object_set_new (object, "rss_bytes", number (process->rss_bytes, -1));
  json_object_set_new (object, "cpu_ms", number (process->cpu_ms, -1));
  json_object_set_new (object, "started", timestamp (process->started_us));
  json_object_set_new (object, "session", json_null ());
  json_object_set_new (object, "state", json_text (process->run_state != 0 ? state : NULL));
  json_object_set_new (object, "replaced", json_boolean (process->replaced));
  json_object_set_new (object, "foreign", json_boolean (process->foreign));
  return object;
}

typedef json_t *(*RowFunc) (gconstpointer row);

static json_t *
list (const GPtrArray *rows, RowFunc func)
{
  json_t *array = json_array ();
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    json_array_append_new (array, func (rows->pdata[i]));
  return array;
}

static json_t *
of_socket (const EctlUnit *socket)
{
  if (socket == NULL)
    return json_null ();
  return json_pack ("{s:o, s:o, s:o}", "name", json_text (socket->name), "active", json_text (socket->active), "enabled", json_text (socket->enabled));
}

static json_t *
of_service (const EctlService *service)
{
  json_t *object = json_object ();

  if (service == NULL)
    {
      json_decref (object);
      return json_null ();
    }
  json_object_set_new (object, "name", json_text (service->name));
  json_object_set_new (object, "installed", json_boolean (service->installed));
  json_object_set_new (object, "active", json_text (service->active));
  json_object_set_new (object, "sub", json_text (service->sub));
  json_object_set_new (object, "enabled", json_text (service->enabled));
  json_object_set_new (object, "at_boot", json_text (ectl_at_boot_to_string (service->at_boot)));
  json_object_set_new (object, "main_pid", number (service->main_pid, 0));
  json_object_set_new (object, "since", timestamp (service->since_us));
  json_object_set_new (object, "result", json_text (service->result));
  json_object_set_new (object, "restarts", number (service->restarts, -1));
  json_object_set_new (object, "socket", of_socket (service->socket));
  return object;
}

static json_t *
of_api (const EctlApi *api)
{
  json_t *object = json_object ();

  json_object_set_new (object, "endpoint", json_text (api->endpoint));
  json_object_set_new (object, "tried", json_boolean (api->tried));
  json_object_set_new (object, "answers", tri (api->answers));
  json_object_set_new (object, "version", json_text (api->version));
  json_object_set_new (object, "api_version", json_text (api->api_version));
  json_object_set_new (object, "os", json_text (api->os));
  json_object_set_new (object, "latency_ms", json_ms (api->latency_ms));
  json_object_set_new (object, "error", json_text (api->error));
  return object;
}

static json_t *
of_client (const EctlClient *client, gboolean with_program)
{
  json_t *object = json_object ();

  if (client == NULL)
    {
      json_decref (object);
      return json_null ();
    }
  if (with_program)
    json_object_set_new (object, "program", json_text (client->program));
  json_object_set_new (object, "user", json_text (client->user));
  json_object_set_new (object, "endpoint", json_text (client->endpoint));
  json_object_set_new (object, "from", json_text (client->from));
  json_object_set_new (object, "context", json_text (client->context));
  if (!with_program)
    json_object_set_new (object, "same_engine", tri (client->same_engine));
  json_object_set_new (object, "error", json_text (client->error));
  return object;
}

/* --- documents ---------------------------------------------------------------------------------------------------------------- */

json_t *
json_of_log_line (const EctlLogLine *line)
{
  return json_pack ("{s:o, s:o, s:o}", "time", timestamp (line->time_us), "level", json_text (line->level), "text", json_text (line->text));
}

json_t *
json_of_change (const EctlChange *change)
{
  const char *previous = change->is_first ? NULL : ectl_state_to_string (change->previous);
  return json_pack ("{s:s, s:o, s:s, s:o, s:o}", "schema", "enginectl.watch/1", "time", timestamp (change->time_us), "state",
                    ectl_state_to_string (change->state), "previous", json_text (previous), "why", json_text (change->why));
}

json_t *
json_of_status (const EctlStatus *status)
{
  json_t *object = json_object ();

  json_object_set_new (object, "schema", json_string ("enginectl.status/1"));
  json_object_set_new (object, "state", json_string (ectl_state_to_string (status->state)));
  json_object_set_new (object, "reason", json_text (status->reason));
  json_object_set_new (object, "backend", json_text (status->backend));
  json_object_set_new (object, "service", of_service (status->service));
  json_object_set_new (object, "processes", list (status->processes, (RowFunc) of_process));
  json_object_set_new (object, "api", of_api (status->api));
  json_object_set_new (object, "client", of_client (status->client, FALSE));
  json_object_set_new (object, "finding", json_text (status->finding));
  json_object_set_new (object, "evidence", json_text (status->evidence));
  json_object_set_new (object, "hint", json_text (status->hint));
  if (status->log != NULL)
    json_object_set_new (object, "log", list (status->log, (RowFunc) json_of_log_line));
  return object;
}

static json_t *
of_point (const EctlPoint *point)
{
  return json_pack ("{s:s, s:o}", "state", ectl_state_to_string (point->state), "enabled", json_text (point->enabled));
}

static json_t *
of_step (const EctlStep *step)
{
  return json_pack ("{s:o, s:o}", "do", json_text (step->text), "ms", json_ms (step->ms));
}

static json_t *
of_text (const char *text)
{
  return json_text (text);
}

json_t *
json_of_action (const EctlAction *action)
{
  json_t *object = json_object ();

  json_object_set_new (object, "schema", json_string ("enginectl.action/1"));
  json_object_set_new (object, "action", json_text (action->name));
  json_object_set_new (object, "changed", json_boolean (action->changed));
  json_object_set_new (object, "dry_run", json_boolean (action->dry_run));
  json_object_set_new (object, "before", of_point (&action->before));
  json_object_set_new (object, "after", of_point (&action->after));
  json_object_set_new (object, "steps", list (action->steps, (RowFunc) of_step));
  json_object_set_new (object, "notes", list (action->notes, (RowFunc) of_text));
  json_object_set_new (object, "duration_ms", json_ms (action->duration_ms));
  return object;
}

json_t *
json_of_ping (const EctlPing *ping, gboolean with_engine)
{
  json_t *object = json_object ();

  json_object_set_new (object, "schema", json_string (with_engine ? "enginectl.version/1" : "enginectl.ping/1"));
  json_object_set_new (object, "api", of_api (ping->api));
  json_object_set_new (object, "client", of_client (ping->client, FALSE));
  if (with_engine)
    {
      json_t *engine = ping->engine_json != NULL ? json_loads (ping->engine_json, 0, NULL) : NULL;
      json_object_set_new (object, "engine", engine != NULL ? engine : json_null ());
    }
  return object;
}

static json_t *
of_program (const EctlProgram *program)
{
  return json_pack ("{s:o, s:o, s:s}", "name", json_text (program->name), "path", json_text (program->path), "role", ectl_role_to_string (program->role));
}

static json_t *
of_service_row (const EctlServiceRow *row)
{
  return json_pack ("{s:o, s:o, s:o, s:o}", "backend", json_text (row->backend), "name", json_text (row->name), "active", json_text (row->active), "enabled",
                    json_text (row->enabled));
}

static json_t *
of_endpoint_row (const EctlEndpointRow *row)
{
  g_autofree char *mode = row->mode >= 0 ? g_strdup_printf ("%04o", (guint) row->mode) : NULL;
  json_t *object = json_object ();

  json_object_set_new (object, "endpoint", json_text (row->endpoint));
  json_object_set_new (object, "kind", json_text (row->kind));
  json_object_set_new (object, "listening", tri (row->listening));
  json_object_set_new (object, "owner_pid", number (row->owner_pid, 0));
  json_object_set_new (object, "mode", json_text (mode));
  json_object_set_new (object, "group", json_text (row->group));
  json_object_set_new (object, "tls", tri (row->tls));
  json_object_set_new (object, "answers", tri (row->answers));
  json_object_set_new (object, "note", json_text (row->note));
  return object;
}

static json_t *
of_context_row (const EctlContextRow *row)
{
  return json_pack ("{s:o, s:o, s:b, s:o}", "name", json_text (row->name), "endpoint", json_text (row->endpoint), "current", row->current, "error",
                    json_text (row->error));
}

json_t *
json_of_probe (const EctlProbe *probe)
{
  json_t *object = json_object ();

  json_object_set_new (object, "schema", json_string ("enginectl.probe/1"));
  json_object_set_new (object, "processes", list (probe->processes, (RowFunc) of_process));
  json_object_set_new (object, "shims", json_integer (probe->shims));
  json_object_set_new (object, "proxies", json_integer (probe->proxies));
  json_object_set_new (object, "programs", list (probe->programs, (RowFunc) of_program));
  json_object_set_new (object, "services", list (probe->services, (RowFunc) of_service_row));
  json_object_set_new (object, "endpoints", list (probe->endpoints, (RowFunc) of_endpoint_row));
  json_object_set_new (object, "contexts", list (probe->contexts, (RowFunc) of_context_row));
  json_object_set_new (object, "client", of_client (probe->client, TRUE));
  json_object_set_new (object, "notes", list (probe->notes, (RowFunc) of_text));
  return object;
}

/* --- printing ------------------------------------------------------------------------------------------------------------------ */

/* JSON leaves DEL and U+0080 to U+009F as they are; to some terminals they are the same as an escape. */
static void
print_escaped (const char *text)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      g_string_append_printf (line, "\\u%04x", g_utf8_get_char (c));
    else
      g_string_append_len (line, c, g_utf8_next_char (c) - c);
  puts (line->str);
}

void
json_print (json_t *document)
{
  char *text = json_dumps (document, JSON_COMPACT | JSON_REAL_PRECISION (12));
  if (text != NULL)
    print_escaped (text);
  free (text);
  json_decref (document);
}

void
json_print_error (const GError *error)
{
  json_print (json_pack ("{s:s, s:o}", "schema", "enginectl.error/1", "error", json_of_error (error)));
}
