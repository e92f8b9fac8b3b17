/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict over belief, fact and answer. Pure: what was seen goes in, the state and its ground come out. */
#pragma once

#include "api/docker.h"
#include "platform/backend.h"

/* Where the listener of the service's engine stands. */
typedef enum {
  ECTL_LISTENING_NO,
  ECTL_LISTENING_HERE,   /* its path leads to it; or it is a port */
  ECTL_LISTENING_ASTRAY, /* it listens, but its path is gone or leads to something else */
  ECTL_LISTENING_UNSEEN, /* the caller may not look */
} EctlListening;

typedef struct {
  /* belief */
  EctlActivity activity;
  gboolean follows_processes;
  gboolean active_is_ready;
  gboolean stop_queued;
  gboolean socket_listens;
  /* fact */
  gboolean program;        /* an engine program is installed */
  gboolean any_engine;     /* some engine process runs on this host; matters only without a program */
  gboolean process;        /* the service's engine process is there */
  gboolean process_is_its; /* the manager's pid or its script's pid file names it, or the backend owns what runs */
  gboolean process_halted; /* state T: stopped by a signal */
  gint64 process_age_ms;
  gboolean unseen;   /* the process cannot be seen from here */
  gboolean hidden;   /* there may be one: this caller may not see the processes of others */
  gboolean is_owned; /* by `enginectl run`, or by a backend that owns whatever runs */
  gboolean pid_file_left;
  EctlListening listening;
  /* answer */
  EctlAnswer answer;
} EctlEvidence;

/* Why the verdict is what it is: one for each way through the rules. */
typedef enum {
  ECTL_GROUND_NONE,
  ECTL_GROUND_NO_PROGRAM,
  ECTL_GROUND_DEACTIVATING,
  ECTL_GROUND_STOP_QUEUED,
  ECTL_GROUND_ACTIVATING,
  ECTL_GROUND_ANSWERS,
  ECTL_GROUND_NOT_ASKED, /* there and listening; the caller may not connect */
  ECTL_GROUND_BY_HAND,
  ECTL_GROUND_PATH_ASTRAY,
  ECTL_GROUND_API_ERROR,
  ECTL_GROUND_HALTED,
  ECTL_GROUND_SILENT,
  ECTL_GROUND_SILENT_YOUNG,
  ECTL_GROUND_NOT_LISTENING_YOUNG,
  ECTL_GROUND_NOT_LISTENING,
  ECTL_GROUND_UNIT_FAILED,
  ECTL_GROUND_AUTO_RESTART,
  ECTL_GROUND_PID_FILE_LEFT,
  ECTL_GROUND_ONLY_BELIEVED, /* the init script says started, no process */
  ECTL_GROUND_PROCESS_MISSING,
  ECTL_GROUND_HIDDEN,
  ECTL_GROUND_ARMED,
  ECTL_GROUND_STOPPED,
} EctlGround;

/* An engine is young for so long after its start: not yet listening or answering is then no fault. */
#define ECTL_YOUNG_MS (60 * 1000)

EctlState ectl_verdict (const EctlEvidence *evidence, EctlGround *ground);
