/* SPDX-License-Identifier: Apache-2.0 */
/* wait: looks that are spaced by the manager's signals. */
#include "engine/wait.h"

#include "base/error.h"
#include "base/i18n.h"
#include "engine/reason.h"

#define LOOK_EVERY_MS 1000
/* A silent API must not hold up the look for longer than this. */
#define LOOK_MS 1000

static gboolean
sleep_until_signal (EctlEngine *engine, int fd, gint64 look_every_ms, EctlCall *call, GError **error)
{
  GPollFD poll_fd = { .fd = fd, .events = G_IO_IN };
  gint64 limit = g_get_monotonic_time () + look_every_ms * 1000;

  if (!ectl_call_poll (call, &poll_fd, fd >= 0 ? 1 : 0, limit, error))
    return FALSE;
  if (fd >= 0 && engine->backend->klass->drain != NULL)
    engine->backend->klass->drain (engine->backend);
  return TRUE;
}

static void
keep (EctlSnapshot **last, EctlSnapshot *snapshot)
{
  if (last == NULL)
    {
      ectl_snapshot_free (snapshot);
      return;
    }
  ectl_snapshot_free (*last);
  *last = snapshot;
}

/* FALSE where it makes no sense to look again. A look that ran out of its own time (SNAPSHOT is NULL then) is no reason to give up while the call has some left. */
static gboolean
look (EctlEngine *engine, EctlCall *call, EctlSnapshot **snapshot, GError **error)
{
  g_autoptr (GError) why = NULL;
  EctlCall sub;

  ectl_call_init_sub (&sub, call, LOOK_MS);
  *snapshot = ectl_snapshot_take (engine, ECTL_DETAIL_VERDICT, &sub, &why);
  if (*snapshot != NULL)
    return TRUE;
  if (ectl_error_is (why, ECTL_ERROR_DEADLINE))
    return ectl_call_check (call, error);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
ectl_wait_until (EctlEngine *engine, EctlDoneFunc done, gpointer user_data, gint64 look_every_ms, EctlCall *call, EctlSnapshot **last, GError **error)
{
  if (!ectl_engine_open (engine, call, error))
    return FALSE;
  /* Subscribed before the first look, so that nothing is missed between a look and the sleep after it. */
  const EctlBackendClass *klass = engine->backend->klass;
  int fd = klass->subscribe != NULL ? klass->subscribe (engine->backend, call, NULL) : -1;

  for (;;)
    {
      EctlSnapshot *snapshot;
      if (!look (engine, call, &snapshot, error))
        return FALSE;
      gboolean reached = snapshot != NULL && done (snapshot, user_data);
      if (snapshot != NULL)
        keep (last, snapshot);
      if (reached)
        return TRUE;
      if (!sleep_until_signal (engine, fd, look_every_ms, call, error))
        return FALSE;
    }
}

typedef struct {
  guint states;
  gboolean hopeless; /* what is waited for will not come without somebody's act */
} Wish;

static gboolean
is_fulfilled (const EctlSnapshot *snapshot, gpointer data)
{
  Wish *wish = data;

  if (wish->states & ECTL_STATE_MASK (snapshot->state))
    return TRUE;
  if (wish->states == ECTL_STATE_MASK (ECTL_STATE_RUNNING))
    wish->hopeless = snapshot->state == ECTL_STATE_FAILED || snapshot->state == ECTL_STATE_NOT_INSTALLED;
  return wish->hopeless;
}

static gboolean
fail_hopeless (const EctlSnapshot *last, GError **error)
{
  g_autofree char *reason = ectl_reason (last);
  ectl_set_error (error, last->state == ECTL_STATE_FAILED ? ECTL_ERROR_FAILED : ECTL_ERROR_NOT_INSTALLED, _ ("docker will not be running: %s"), reason);
  return FALSE;
}

/* An endpoint elsewhere has no manager that we could listen to: it is asked until it answers. */
static gboolean
wait_for_answer (EctlEngine *engine, EctlCall *call, EctlState *state, GError **error)
{
  for (;;)
    {
      EctlCall look;
      g_autoptr (GError) why = NULL;
      ectl_call_init_sub (&look, call, ECTL_READ_MS);
      if (ectl_engine_ping (engine, &look, NULL, &why))
        {
          *state = ECTL_STATE_RUNNING;
          return TRUE;
        }
      if (ectl_error_is (why, ECTL_ERROR_CANCELLED) || ectl_error_is (why, ECTL_ERROR_NOT_SUPPORTED) || ectl_error_is (why, ECTL_ERROR_BAD_CONFIG))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (!ectl_call_sleep (call, LOOK_EVERY_MS, error))
        return FALSE;
    }
}

gboolean
ectl_engine_wait (EctlEngine *engine, guint states, EctlCall *call, EctlState *state, GError **error)
{
  g_autoptr (EctlCall) own = NULL;
  g_autoptr (EctlSnapshot) last = NULL;
  Wish wish = { .states = states };
  EctlState ignored;

  if (state == NULL)
    state = &ignored;
  *state = ECTL_STATE_UNKNOWN;
  call = ectl_engine_begin (call, ECTL_CALL_ENDLESS, ECTL_WAIT_MS, &own);
  if (wish.states & ECTL_STATE_MASK (ECTL_STATE_STOPPED))
    wish.states |= ECTL_STATE_MASK (ECTL_STATE_ARMED);
  if (engine->endpoint != NULL && !ectl_endpoint_is_local (engine->endpoint) && states == ECTL_STATE_MASK (ECTL_STATE_RUNNING))
    return wait_for_answer (engine, call, state, error);
  if (!ectl_engine_is_here (engine, "wait", error))
    return FALSE;
  ectl_call_doing (call, _ ("waiting for the state"));
  gboolean reached = ectl_wait_until (engine, is_fulfilled, &wish, LOOK_EVERY_MS, call, &last, error);
  ectl_call_doing (call, NULL);
  if (last != NULL)
    *state = last->state;
  return reached && wish.hopeless && last != NULL ? fail_hopeless (last, error) : reached;
}
