/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering: the manager's word first, because only it tells whether a connection would start the engine. */
#include "engine/snapshot.h"

#include "base/i18n.h"
#include "engine/gather.h"
#include "engine/listening.h"

/* Kept back from the call's deadline, so that a silent API is told by a status and not by a time-out of the status itself. */
#define RESERVE_MS 100
/* How long the manager's word waits for an answer of the API, which else would seem to take as long as that. */
#define AT_ONCE_MS 50
#define MOST_LOOKS 3

static void
clear (EctlSnapshot *s)
{
  ectl_belief_free (s->belief);
  ectl_process_free (s->process);
  g_clear_pointer (&s->listeners, g_ptr_array_unref);
  g_clear_pointer (&s->ports, g_ptr_array_unref);
  ectl_endpoint_free (s->endpoint);
  ectl_docker_free (s->docker);
  ectl_api_free (s->api);
}

void
ectl_snapshot_free (EctlSnapshot *s)
{
  if (s == NULL)
    return;
  clear (s);
  g_free (s);
}

gboolean
ectl_would_wake (const EctlHost *host, const EctlBelief *belief, const char *path)
{
  const EctlUnit *socket = belief->service->socket;

  if (!belief->socket_listens || (belief->activity == ECTL_BELIEF_ACTIVE && !belief->stop_queued))
    return FALSE;
  for (char **listen = socket->listen; listen != NULL && *listen != NULL; listen++)
    if (ectl_is_same_file (host, *listen, path))
      return TRUE;
  return FALSE;
}

/* --- the answer -------------------------------------------------------------------------------------------------------- */

/* Only sockets that the service's engine holds, or that the user named; never one that would start it. */
static const char *
why_not_ask (EctlEngine *engine, const EctlSnapshot *s)
{
  EctlActivity activity = s->belief->activity;

  if (s->endpoint->path != NULL && ectl_would_wake (engine->host, s->belief, s->endpoint->path)
      && (s->process == NULL || s->evidence.process_is_its || s->evidence.listening != ECTL_LISTENING_HERE))
    return N_ ("not asked: connecting would start the engine");
  if (activity == ECTL_BELIEF_ACTIVATING || activity == ECTL_BELIEF_DEACTIVATING || s->belief->stop_queued)
    return N_ ("not asked while the service changes its state");
  if (engine->endpoint != NULL || s->belief->unseen)
    return NULL;
  if (s->process == NULL && !s->evidence.hidden)
    return N_ ("not asked: no engine process");
  if (s->evidence.listening == ECTL_LISTENING_ASTRAY)
    return N_ ("the engine listens, but the path does not lead to it");
  if (s->evidence.listening == ECTL_LISTENING_NO)
    return N_ ("the engine does not listen there");
  return NULL;
}

/* Only a silent API makes it matter whether "active" was the engine's own word. The call's time is all but up by now. */
static void
learn_what_active_means (EctlEngine *engine, EctlSnapshot *s)
{
  g_autoptr (EctlCall) fresh = ectl_call_new (ECTL_READ_MS);
  ectl_call_begin (fresh, ECTL_CALL_READ, ECTL_READ_MS);
  g_autoptr (EctlBelief) belief = ectl_engine_get_belief (engine, ECTL_DETAIL_DOCUMENT, fresh, NULL);
  if (belief != NULL)
    s->evidence.active_is_ready = belief->active_is_ready;
}

/* A part of the call's time is kept back, so that silence is told by the status and not by its own time-out. */
static void
limit_asking (EctlCall *sub, EctlCall *call)
{
  gint64 left = ectl_call_left_ms (call);
  ectl_call_init_sub (sub, call, MAX (1, (left < 0 ? ECTL_READ_MS : MIN (left, ECTL_READ_MS)) - RESERVE_MS));
}

static void
send_question (EctlEngine *engine, EctlSnapshot *s, EctlCall *call)
{
  EctlCall sub;
  const char *why_not = why_not_ask (engine, s);

  s->api = g_new0 (EctlApi, 1);
  *s->api = (EctlApi){ .endpoint = g_strdup (s->endpoint->url), .answers = ECTL_UNKNOWN, .latency_ms = -1 };
  if (why_not != NULL)
    {
      s->api->error = g_strdup (_ (why_not));
      return;
    }
  s->docker = ectl_docker_new (engine->host, s->endpoint, NULL);
  limit_asking (&sub, call);
  if (ectl_endpoint_is_local (s->endpoint))
    ectl_docker_send_ping (s->docker, &sub);
}

static void
take_answer (EctlEngine *engine, EctlSnapshot *s, EctlCall *call)
{
  EctlCall sub;

  if (s->docker == NULL)
    return;
  limit_asking (&sub, call);
  s->evidence.answer = ectl_docker_ping (s->docker, s->api, &sub);
  if (s->evidence.answer == ECTL_ANSWER_SILENT)
    learn_what_active_means (engine, s);
}

/* The manager's word may have been awaited while the question was under way. */
static void
withdraw_question (EctlEngine *engine, EctlSnapshot *s)
{
  const char *why_not = s->docker != NULL ? why_not_ask (engine, s) : NULL;

  if (why_not == NULL)
    return;
  g_clear_pointer (&s->docker, ectl_docker_free);
  s->api->error = g_strdup (_ (why_not));
}

/* --- all of it --------------------------------------------------------------------------------------------------------- */

static void
note_belief (EctlSnapshot *s)
{
  s->evidence.activity = s->belief->activity;
  s->evidence.follows_processes = s->belief->follows_processes;
  s->evidence.active_is_ready = s->belief->active_is_ready;
  s->evidence.pid_file_left = s->belief->pid_file_left;
  s->evidence.stop_queued = s->belief->stop_queued;
  s->evidence.socket_listens = s->belief->socket_listens;
}

static gboolean
look (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error)
{
  EctlDetail detail = s->detail;
  guint looks = s->looks + 1;

  clear (s);
  *s = (EctlSnapshot){ .detail = detail, .looks = looks };
  s->belief = ectl_engine_begin_belief (engine, detail, call, error);
  if (s->belief == NULL || !ectl_snapshot_find_process (s, engine, call, error))
    return FALSE;
  ectl_snapshot_find_endpoint (s, engine);
  send_question (engine, s, call);
  return TRUE;
}

/* A script that is asked for its word takes longer than an engine that is well. */
static gboolean
hear_manager (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error)
{
  if (s->belief->pending && s->docker != NULL)
    ectl_docker_await_ping (s->docker, AT_ONCE_MS, call);
  if (!ectl_engine_complete_belief (engine, s->belief, call, error))
    return FALSE;
  note_belief (s);
  ectl_snapshot_note_owner (s, engine);
  withdraw_question (engine, s);
  return TRUE;
}

EctlSnapshot *
ectl_snapshot_begin (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlSnapshot) s = g_new0 (EctlSnapshot, 1);
  s->detail = detail;
  return look (s, engine, call, error) ? g_steal_pointer (&s) : NULL;
}

/* An engine on its way down no longer listens, then is gone and its pid file is not yet. */
static void
look_for_stop (EctlSnapshot *s, EctlEngine *engine)
{
  const EctlBackendClass *klass = engine->backend->klass;
  gboolean looks_so = s->ground == ECTL_GROUND_NOT_LISTENING || s->ground == ECTL_GROUND_NOT_LISTENING_YOUNG || s->ground == ECTL_GROUND_PATH_ASTRAY
                      || s->ground == ECTL_GROUND_PID_FILE_LEFT || s->ground == ECTL_GROUND_ONLY_BELIEVED;

  if (!looks_so || klass->look_for_stop == NULL || !klass->look_for_stop (engine->backend, s->process, s->belief))
    return;
  note_belief (s);
  s->state = ectl_verdict (&s->evidence, &s->ground);
}

/* Facts that contradict the manager's word may only be newer than it: it was the engine's start or end that was seen. One that follows processes has a word for a failure. */
static gboolean
has_moved_on (const EctlSnapshot *s, EctlEngine *engine, EctlCall *call)
{
  gboolean doubtful = s->state == ECTL_STATE_UNMANAGED || s->state == ECTL_STATE_DEGRADED || (s->state == ECTL_STATE_FAILED && !s->belief->follows_processes);

  if (s->looks >= MOST_LOOKS || !doubtful)
    return FALSE;
  g_autoptr (EctlBelief) now = ectl_engine_get_belief (engine, ECTL_DETAIL_VERDICT, call, NULL);
  return now != NULL
         && (now->activity != s->belief->activity || now->service->main_pid != s->belief->service->main_pid || now->stop_queued != s->belief->stop_queued
             || now->socket_listens != s->belief->socket_listens || now->pid_file_left != s->belief->pid_file_left);
}

gboolean
ectl_snapshot_complete (EctlSnapshot *s, EctlEngine *engine, EctlCall *call, GError **error)
{
  do
    {
      if (!hear_manager (s, engine, call, error))
        return FALSE;
      take_answer (engine, s, call);
      s->state = ectl_verdict (&s->evidence, &s->ground);
      look_for_stop (s, engine);
      if (ectl_wakeup_is_raised (call->wakeup) && !ectl_call_check (call, error))
        return FALSE;
      if (!has_moved_on (s, engine, call))
        return TRUE;
  } while (look (s, engine, call, error));
  return FALSE;
}

EctlSnapshot *
ectl_snapshot_take (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlSnapshot) s = ectl_snapshot_begin (engine, detail, call, error);
  return s != NULL && ectl_snapshot_complete (s, engine, call, error) ? g_steal_pointer (&s) : NULL;
}
