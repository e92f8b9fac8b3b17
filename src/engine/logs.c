/* SPDX-License-Identifier: Apache-2.0 */
/* logs: the backend's log, followed or collected. */
#include "engine/logs.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

static gboolean
read_log (EctlEngine *engine, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  const EctlBackendClass *klass = engine->backend->klass;
  if (klass->read_log == NULL)
    return ectl_engine_lacks (engine, "logs", error);
  return klass->read_log (engine->backend, query, source, func, user_data, call, error);
}

gboolean
ectl_engine_logs (EctlEngine *engine, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  g_autoptr (EctlCall) own = NULL;

  if (call == NULL)
    call = own = ectl_call_new (query->follow ? ECTL_TIMEOUT_NONE : ECTL_TIMEOUT_DEFAULT);
  ectl_call_begin (call, ECTL_CALL_READ, query->follow && call->timeout_ms <= 0 ? G_MAXINT64 : ECTL_READ_MS);
  if (!ectl_engine_is_here (engine, "logs", error) || !ectl_engine_open (engine, call, error))
    return FALSE;
  return read_log (engine, query, source, func, user_data, call, error);
}

static gboolean
keep_line (const EctlLogLine *line, gpointer lines)
{
  EctlLogLine *copy = g_new0 (EctlLogLine, 1);
  *copy = (EctlLogLine){ .time_us = line->time_us, .level = g_strdup (line->level), .text = g_strdup (line->text), .from_engine = line->from_engine };
  g_ptr_array_add (lines, copy);
  return TRUE;
}

GPtrArray *
ectl_logs_collect (EctlEngine *engine, const EctlLogQuery *query, EctlCall *call, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_log_line_free);
  if (!read_log (engine, query, NULL, keep_line, lines, call, error))
    return NULL;
  return g_steal_pointer (&lines);
}

/* In `key="…"` logrus escapes as Go's strconv.Quote does. */
static char *
unquote (const char *quoted)
{
  const char *end = quoted;
  while (*end != '\0' && *end != '"')
    end += *end == '\\' && end[1] != '\0' ? 2 : 1;
  g_autofree char *inner = g_strndup (quoted, (gsize) (end - quoted));
  return g_strcompress (inner);
}

char *
ectl_log_message (const char *text)
{
  const char *message = g_str_has_prefix (text, "time=\"") ? strstr (text, " msg=\"") : NULL;

  if (message == NULL)
    return g_strdup (text);
  g_autofree char *plain = unquote (message + strlen (" msg=\""));
  const char *reason = strstr (text, " error=\"");
  if (reason == NULL)
    return g_steal_pointer (&plain);
  g_autofree char *why = unquote (reason + strlen (" error=\""));
  return g_strdup_printf ("%s: %s", plain, why);
}
