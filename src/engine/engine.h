/* SPDX-License-Identifier: Apache-2.0 */
/* The engine object inside the library. */
#pragma once

#include "api/client.h"
#include "api/docker.h"
#include "platform/backend.h"

struct _EctlEngine {
  EctlHost *host;
  const char *backend_name; /* asked for; NULL: the first that claims the host */
  EctlBackendOptions options;
  EctlEndpoint *endpoint; /* of -H, or NULL */
  char *user_socket;      /* of a rootless engine; NULL until it is asked for */
  EctlBackend *backend;   /* opened at the first need */
  char *backend_why;
};

/* Deadlines of the contract, in milliseconds. */
#define ECTL_READ_MS (3 * 1000)
#define ECTL_START_MS (120 * 1000)
#define ECTL_WAIT_MS (60 * 1000)
#define ECTL_RELOAD_MS (10 * 1000)

/* Begins CALL as a read; every public function that only looks starts with it. OWN receives a call of its own where the caller gave none: free it (g_autoptr). */
EctlCall *ectl_engine_begin (EctlCall *call, EctlCallKind kind, gint64 default_ms, EctlCall **own);

/* Chooses and opens the backend; no effect if it is open. ECTL_ERROR_NOT_SUPPORTED where no backend claims this host. */
gboolean ectl_engine_open (EctlEngine *engine, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The manager's word; the wrapper that opens the backend first. */
EctlBelief *ectl_engine_get_belief (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same in two halves (platform/backend.h); where the backend has none, the first half has it all. */
EctlBelief *ectl_engine_begin_belief (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_complete_belief (EctlEngine *engine, EctlBelief *belief, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a function that BACKEND lacks: "not supported by sysv". Always FALSE. */
gboolean ectl_engine_lacks (EctlEngine *engine, const char *verb, GError **error);

/* The verbs that concern this host cannot be asked of an endpoint elsewhere: fails with ECTL_ERROR_NOT_SUPPORTED then. */
gboolean ectl_engine_is_here (EctlEngine *engine, const char *verb, GError **error) G_GNUC_WARN_UNUSED_RESULT;
