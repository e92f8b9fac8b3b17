/* SPDX-License-Identifier: Apache-2.0 */
/* When a supervised engine is started again, and when it is given up. Pure: times come in, decisions go out. */
#pragma once

#include "enginectl.h"

/* The first delay, doubled with each failure up to the ceiling; after a healthy time it begins anew. More tries than the limit within the window: no more. */
#define ECTL_POLICY_FIRST_MS 100
#define ECTL_POLICY_CEILING_MS 30000
#define ECTL_POLICY_HEALTHY_MS 10000
#define ECTL_POLICY_WINDOW_MS 600000
#define ECTL_POLICY_MOST_TRIES 20

/* An engine that is silent and uses less than this share of one processor does nothing: a dockerd 20.10 that nobody asked used less than 10 ms in a minute. */
#define ECTL_POLICY_BUSY_SHARE 20 /* a twentieth */

typedef struct {
  EctlRestart restart;
  gint64 delay_ms;  /* before the next start */
  guint tries;      /* restarts within the window */
  gint64 window_ms; /* when it began */
} EctlPolicy;

typedef enum {
  ECTL_POLICY_END,     /* the exit code is the engine's */
  ECTL_POLICY_RESTART, /* after delay_ms */
  ECTL_POLICY_GIVE_UP, /* it failed too often */
} EctlPolicyWord;

void ectl_policy_init (EctlPolicy *policy, EctlRestart restart);

/* The engine has ended at NOW_MS (monotonic; a clock that is set back counts as no time) with CODE (0: well; 128 + N: by signal N) after UP_MS, of which it was
 * READY for some or not at all; ASKED: it was told to end. DELAY_MS receives how long to wait before the next start. */
EctlPolicyWord ectl_policy_ended (EctlPolicy *policy, gint64 now_ms, int code, gboolean ready, gint64 up_ms, gboolean asked, gint64 *delay_ms);

/* Busy is not hung: did an engine that used CPU_MS of processor time within OVER_MS work? */
gboolean ectl_policy_is_busy (gint64 cpu_ms, gint64 over_ms);
