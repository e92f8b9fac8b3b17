/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a verb that changes something: the state before, the steps, the state after. */
#pragma once

#include "engine/plan.h"
#include "engine/snapshot.h"

typedef struct {
  EctlEngine *engine;
  EctlCall *call;
  EctlCall *own_call; /* where the caller gave none */
  EctlFlags flags;
  EctlSnapshot *before;
  EctlAction *action;
  EctlSituation now;
  gint64 begun_us;
  gboolean touched; /* the manager was told something: the state after has to be looked at */
} EctlRun;

/* Looks at the state before. On failure nothing is left to end. */
gboolean ectl_run_begin (EctlRun *run, EctlEngine *engine, const char *verb, EctlFlags flags, EctlCall *call, EctlCallKind kind, gint64 default_ms,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Looks at the state after, completes the action, gives it to OUT (or frees it) and completes ERROR with what to do next. Returns OK. */
gboolean ectl_run_end (EctlRun *run, gboolean ok, EctlAction **out, GError **error);

gboolean ectl_run_is_dry (const EctlRun *run);

/* Fails with the error of a refusal; TRUE for every other plan. */
gboolean ectl_run_may (EctlRun *run, EctlPlan plan, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A step that began at BEGUN_US (monotonic) is done; in a dry run: would be done. */
void ectl_run_step (EctlRun *run, gint64 begun_us, const char *format, ...) G_GNUC_PRINTF (3, 4);
void ectl_run_note (EctlRun *run, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ectl_run_sum_up (EctlRun *run, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* How long the run has taken, for people: "12 ms", "4.2 s". Free it. */
char *ectl_run_elapsed (const EctlRun *run);

/* The units that the run is about: "docker.service, docker.socket". Free it. */
char *ectl_run_units (const EctlRun *run);

/* The name of the service that the run is about. */
const char *ectl_run_service (const EctlRun *run);

/* The parts of which the verbs are made. Each does a plan that was allowed and waits for its end. */
gboolean ectl_run_start (EctlRun *run, EctlPlan plan, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_run_stop (EctlRun *run, EctlPlan plan, GError **error) G_GNUC_WARN_UNUSED_RESULT;
