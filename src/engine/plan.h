/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verb and state: what a verb does in which state, or why it refuses. Pure. */
#pragma once

#include "enginectl.h"

typedef enum {
  ECTL_PLAN_NOTHING, /* it is so already */
  ECTL_PLAN_START,
  ECTL_PLAN_JOIN_START,      /* it is on its way: wait with it */
  ECTL_PLAN_WAIT_THEN_START, /* a stop is on its way */
  ECTL_PLAN_RESET_THEN_START,
  ECTL_PLAN_STOP,
  ECTL_PLAN_STOP_SOCKET, /* nothing runs; only the socket unit is there to be stopped */
  ECTL_PLAN_SIGNAL,      /* an engine that no manager owns: TERM, then KILL */
  ECTL_PLAN_STOP_THEN_START,
  ECTL_PLAN_RELOAD,
  /* refusals, each with its error */
  ECTL_PLAN_NOT_INSTALLED,
  ECTL_PLAN_NO_SERVICE,
  ECTL_PLAN_MASKED,
  ECTL_PLAN_BAD_SETTING,
  ECTL_PLAN_UNMANAGED,
  ECTL_PLAN_SICK, /* hung or degraded, or on its way: this verb is not what helps */
  ECTL_PLAN_NOT_RUNNING,
  ECTL_PLAN_UNKNOWN,
} EctlPlan;

typedef struct {
  EctlState state;
  gboolean has_service;  /* a service file is there */
  gboolean masked;       /* starting is impossible */
  gboolean bad_setting;  /* likewise: the unit cannot be loaded */
  gboolean foreign;      /* the engine that is there is not the service's own */
  gboolean socket_up;    /* the socket unit is active */
  gboolean auto_restart; /* failed, and about to be tried again */
} EctlSituation;

EctlPlan ectl_plan_start (const EctlSituation *now);
EctlPlan ectl_plan_stop (const EctlSituation *now, gboolean keep_socket, gboolean force);
EctlPlan ectl_plan_restart (const EctlSituation *now);
EctlPlan ectl_plan_reload (const EctlSituation *now);
EctlPlan ectl_plan_enable (const EctlSituation *now);

gboolean ectl_plan_is_refusal (EctlPlan plan);
