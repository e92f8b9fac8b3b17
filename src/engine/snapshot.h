/* SPDX-License-Identifier: Apache-2.0 */
/* One look at the engine: belief, fact and answer gathered in this order, each only as far as the verdict needs it. */
#pragma once

#include "engine/engine.h"
#include "engine/verdict.h"
#include "platform/process.h"
#include "platform/sockets.h"

typedef struct {
  EctlBelief *belief;
  EctlProcess *process;   /* the service's engine, or NULL */
  gint64 supervisor;      /* pid of the `enginectl run` whose child the process is, and that no manager knows; 0 */
  GPtrArray *listeners;   /* unix sockets of the process; NULL where the caller may not see them */
  GPtrArray *ports;       /* likewise; only where no unix socket is for clients, or a port was asked for */
  EctlEndpoint *endpoint; /* the one that is asked, or would be */
  EctlDocker *docker;     /* its connection, kept for further questions */
  EctlApi *api;
  EctlEvidence evidence;
  EctlState state;
  EctlGround ground;
  EctlDetail detail;
  guint looks; /* more than one where the manager's word changed meanwhile */
} EctlSnapshot;

/* Never wakes the engine. Fails where the manager cannot be asked, or the call was cancelled. */
EctlSnapshot *ectl_snapshot_take (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same in two halves: `begin` has put its questions to the manager and to the API and does not wait for what takes long, `complete` does, and judges. FALSE as above. */
EctlSnapshot *ectl_snapshot_begin (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_snapshot_complete (EctlSnapshot *snapshot, EctlEngine *engine, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ectl_snapshot_free (EctlSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlSnapshot, ectl_snapshot_free)

/* Would a connection to PATH reach a socket unit's listener while its service is not up, and so start the engine? */
gboolean ectl_would_wake (const EctlHost *host, const EctlBelief *belief, const char *path);
