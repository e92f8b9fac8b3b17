/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the verdict, in the order in which the first that fits decides. */
#include "engine/verdict.h"

static EctlState
decide (EctlGround *out, EctlState state, EctlGround ground)
{
  *out = ground;
  return state;
}

static gboolean
manager_says_up (const EctlEvidence *e)
{
  return e->activity == ECTL_BELIEF_ACTIVE;
}

/* Something that speaks for the engine came back, or would have if the caller were allowed to ask. */
static gboolean
counts_as_answer (const EctlEvidence *e)
{
  switch (e->answer)
    {
    case ECTL_ANSWER_OK:
    case ECTL_ANSWER_OTHER:
      return TRUE;
    case ECTL_ANSWER_DENIED:
      return e->listening != ECTL_LISTENING_ASTRAY && e->listening != ECTL_LISTENING_NO;
    default:
      return FALSE;
    }
}

static EctlState
judge_silence (const EctlEvidence *e, EctlGround *ground)
{
  if (e->process_halted)
    return decide (ground, ECTL_STATE_HUNG, ECTL_GROUND_HALTED);
  if ((manager_says_up (e) && e->active_is_ready) || e->process_age_ms > ECTL_YOUNG_MS)
    return decide (ground, ECTL_STATE_HUNG, ECTL_GROUND_SILENT);
  return decide (ground, ECTL_STATE_STARTING, ECTL_GROUND_SILENT_YOUNG);
}

static EctlState
judge_process (const EctlEvidence *e, EctlGround *ground)
{
  if (counts_as_answer (e))
    {
      if (!e->is_owned && (!manager_says_up (e) || !e->process_is_its))
        return decide (ground, ECTL_STATE_UNMANAGED, ECTL_GROUND_BY_HAND);
      return decide (ground, ECTL_STATE_RUNNING, e->answer == ECTL_ANSWER_DENIED ? ECTL_GROUND_NOT_ASKED : ECTL_GROUND_ANSWERS);
    }
  if (e->listening == ECTL_LISTENING_ASTRAY)
    return decide (ground, ECTL_STATE_DEGRADED, ECTL_GROUND_PATH_ASTRAY);
  if (e->answer == ECTL_ANSWER_ERROR)
    return decide (ground, ECTL_STATE_DEGRADED, ECTL_GROUND_API_ERROR);
  if (e->answer == ECTL_ANSWER_SILENT)
    return judge_silence (e, ground);
  if (e->process_age_ms <= ECTL_YOUNG_MS)
    return decide (ground, ECTL_STATE_STARTING, ECTL_GROUND_NOT_LISTENING_YOUNG);
  return decide (ground, ECTL_STATE_DEGRADED, ECTL_GROUND_NOT_LISTENING);
}

static EctlState
judge_absence (const EctlEvidence *e, EctlGround *ground)
{
  if (e->activity == ECTL_BELIEF_FAILED)
    return decide (ground, ECTL_STATE_FAILED, ECTL_GROUND_UNIT_FAILED);
  if (e->activity == ECTL_BELIEF_AUTO_RESTART)
    return decide (ground, ECTL_STATE_FAILED, ECTL_GROUND_AUTO_RESTART);
  if (e->pid_file_left)
    return decide (ground, ECTL_STATE_FAILED, ECTL_GROUND_PID_FILE_LEFT);
  if (manager_says_up (e) && e->follows_processes)
    return decide (ground, ECTL_STATE_DEGRADED, ECTL_GROUND_PROCESS_MISSING);
  if (manager_says_up (e))
    return decide (ground, ECTL_STATE_FAILED, ECTL_GROUND_ONLY_BELIEVED);
  if (e->socket_listens)
    return decide (ground, ECTL_STATE_ARMED, ECTL_GROUND_ARMED);
  return decide (ground, ECTL_STATE_STOPPED, ECTL_GROUND_STOPPED);
}

/* Whose processes this caller may not see: the word of a manager that follows them is worth as much, and an answer is one. */
static EctlState
judge_hidden (const EctlEvidence *e, EctlGround *ground)
{
  if (e->follows_processes && !manager_says_up (e))
    return judge_absence (e, ground);
  if (counts_as_answer (e))
    return decide (ground, ECTL_STATE_RUNNING, e->answer == ECTL_ANSWER_DENIED ? ECTL_GROUND_NOT_ASKED : ECTL_GROUND_ANSWERS);
  return decide (ground, ECTL_STATE_UNKNOWN, ECTL_GROUND_HIDDEN);
}

EctlState
ectl_verdict (const EctlEvidence *e, EctlGround *ground)
{
  if (e->unseen)
    return counts_as_answer (e) ? decide (ground, ECTL_STATE_RUNNING, ECTL_GROUND_ANSWERS) : decide (ground, ECTL_STATE_STOPPED, ECTL_GROUND_STOPPED);
  if (!e->program && !e->process && !e->any_engine)
    return decide (ground, ECTL_STATE_NOT_INSTALLED, ECTL_GROUND_NO_PROGRAM);
  if (e->activity == ECTL_BELIEF_DEACTIVATING)
    return decide (ground, ECTL_STATE_STOPPING, ECTL_GROUND_DEACTIVATING);
  if (e->stop_queued && manager_says_up (e))
    return decide (ground, ECTL_STATE_STOPPING, ECTL_GROUND_STOP_QUEUED);
  if (e->activity == ECTL_BELIEF_ACTIVATING)
    return decide (ground, ECTL_STATE_STARTING, ECTL_GROUND_ACTIVATING);
  if (e->process)
    return judge_process (e, ground);
  return e->hidden ? judge_hidden (e, ground) : judge_absence (e, ground);
}
