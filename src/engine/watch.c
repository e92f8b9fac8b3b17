/* SPDX-License-Identifier: Apache-2.0 */
/* watch: a look after each event, told where it shows another state. */
#include "base/error.h"
#include "base/i18n.h"
#include "engine/reason.h"
#include "engine/wait.h"

/* On the way from one state to another no event tells when it has arrived: the API's first answer has none. */
#define UNSETTLED_MS 100

typedef struct {
  EctlEngine *engine;
  EctlChangeFunc func;
  gpointer user_data;
  gint64 every_us; /* G_MAXINT64: never */
  EctlState state;
  gboolean told; /* the first state was told */
  gboolean enough;
} Watch;

static void
tell (Watch *watch, EctlState state, const char *why)
{
  if (watch->told && state == watch->state)
    return;
  const EctlChange change = { ectl_host_now_us (watch->engine->host), state, watch->told ? watch->state : ECTL_STATE_UNKNOWN, !watch->told, (char *) why };
  watch->state = state;
  watch->told = TRUE;
  watch->enough = !watch->func (&change, watch->user_data);
}

/* Not finding out is a state too: the manager may come back. FALSE where the call is over. */
static gboolean
look (Watch *watch, EctlCall *call, GError **error)
{
  EctlCall sub;
  g_autoptr (GError) why = NULL;

  ectl_call_init_sub (&sub, call, ECTL_READ_MS);
  g_autoptr (EctlSnapshot) snapshot = ectl_snapshot_take (watch->engine, ECTL_DETAIL_VERDICT, &sub, &why);
  if (snapshot == NULL && !ectl_call_check (call, error))
    return FALSE;
  g_autofree char *reason = snapshot != NULL ? ectl_reason (snapshot) : g_strdup (why->message);
  tell (watch, snapshot != NULL ? snapshot->state : ECTL_STATE_UNKNOWN, reason);
  return TRUE;
}

static gint64
next_look (const Watch *watch)
{
  gboolean unsettled = watch->state == ECTL_STATE_STARTING || watch->state == ECTL_STATE_STOPPING || watch->state == ECTL_STATE_UNKNOWN;
  gint64 span = unsettled ? UNSETTLED_MS * 1000 : watch->every_us;
  return span == G_MAXINT64 ? G_MAXINT64 : g_get_monotonic_time () + span;
}

/* Where nothing can be subscribed to, looking is all there is. */
static gboolean
sleep_until_event (Watch *watch, EctlCall *call, GError **error)
{
  const EctlBackendClass *klass = watch->engine->backend->klass;
  int fd = klass->subscribe != NULL ? klass->subscribe (watch->engine->backend, call, NULL) : -1;
  gint64 until = fd >= 0 ? next_look (watch) : MIN (next_look (watch), g_get_monotonic_time () + G_USEC_PER_SEC);
  GPollFD poll_fd;

  do
    {
      poll_fd = (GPollFD){ .fd = fd, .events = G_IO_IN };
      if (!ectl_call_poll (call, &poll_fd, fd >= 0 ? 1 : 0, until, error))
        return FALSE;
  } while (poll_fd.revents != 0 && !klass->drain (watch->engine->backend));
  return TRUE;
}

gboolean
ectl_engine_watch (EctlEngine *engine, gint64 every_ms, EctlChangeFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  g_autoptr (EctlCall) own = NULL;
  Watch watch = { .engine = engine, .func = func, .user_data = user_data, .every_us = every_ms > 0 ? every_ms * 1000 : G_MAXINT64 };

  if (call == NULL)
    call = own = ectl_call_new (ECTL_TIMEOUT_NONE);
  ectl_call_begin (call, ECTL_CALL_ENDLESS, G_MAXINT64);
  if (!ectl_engine_is_here (engine, "watch", error) || !ectl_engine_open (engine, call, error))
    return FALSE;
  /* Subscribed before the first look, so that nothing is missed between a look and the sleep after it. */
  const EctlBackendClass *klass = engine->backend->klass;
  if (klass->subscribe != NULL && klass->subscribe (engine->backend, call, NULL) < 0)
    g_debug ("watch: no events");
  do
    if (!look (&watch, call, error))
      return FALSE;
  while (!watch.enough && sleep_until_event (&watch, call, error));
  return watch.enough;
}
