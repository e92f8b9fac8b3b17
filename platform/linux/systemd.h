/* SPDX-License-Identifier: Apache-2.0 */
/* The systemd backend: what its files share. */
#pragma once

#include "platform/backend.h"
#include "platform/linux/sdbus.h"

typedef struct {
  EctlBackend base;
  EctlHost *host;
  EctlBus bus;
  char *service;  /* docker.service */
  char *socket;   /* docker.socket */
  gboolean named; /* the caller named the service */
  gboolean user_mode;
  gboolean hears_jobs;
  gboolean hears_changes;
  gboolean changed;    /* a unit changed since this was last cleared */
  gboolean absent;     /* nobody owns the manager's name: it died, or executes itself anew */
  GHashTable *results; /* path of a removed job -> its result; since ectl_systemd_hear_jobs */
} EctlSystemd;

EctlBelief *ectl_systemd_get_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error);

/* Asks for the manager's signals: of jobs that end, of units that change. Sent, not waited for: the order on the connection is kept. */
gboolean ectl_systemd_hear_jobs (EctlSystemd *systemd, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_systemd_hear_changes (EctlSystemd *systemd, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What undoes the mask of the units; ERROR may be NULL. */
void ectl_systemd_hint_unmask (const EctlSystemd *systemd, GError *error);

gboolean ectl_systemd_start (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error);
gboolean ectl_systemd_stop (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error);
gboolean ectl_systemd_reload (EctlBackend *backend, EctlCall *call, GError **error);
gboolean ectl_systemd_set_enabled (EctlBackend *backend, gboolean enabled, gboolean dry_run, gboolean *changed, GPtrArray *notes, EctlCall *call,
                                   GError **error);
