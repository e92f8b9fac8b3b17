/* SPDX-License-Identifier: Apache-2.0 */
/* Door: what manages the engine. One const table of functions for each manager; a missing member is answered once, in the wrapper. */
#pragma once

#include "base/call.h"
#include "base/host.h"

typedef struct _EctlBackend EctlBackend;

typedef enum {
  ECTL_CLAIM_MINE,
  ECTL_CLAIM_NOT_MINE, /* ask the next one */
  ECTL_CLAIM_BESIDE,   /* it is here and could be chosen by name, but another one comes first; WHY is told with that one's */
  ECTL_CLAIM_ERROR,    /* it is mine, but it refuses us: stop asking */
} EctlClaim;

typedef struct {
  char *service;      /* the name asked for, without ".service"; NULL: docker, or another known one */
  gboolean user_mode; /* the caller's own manager */
} EctlBackendOptions;

/* The manager's word in a form that rules can read; the words of `service` are for people. */
typedef enum {
  ECTL_BELIEF_INACTIVE,
  ECTL_BELIEF_ACTIVATING,
  ECTL_BELIEF_AUTO_RESTART, /* between two tries */
  ECTL_BELIEF_ACTIVE,       /* reloading included */
  ECTL_BELIEF_DEACTIVATING,
  ECTL_BELIEF_FAILED,
} EctlActivity;

typedef struct {
  EctlService *service;
  EctlActivity activity;
  gboolean pending; /* the manager was asked and has not answered: it is not known yet whether it holds the service for running */
  gboolean masked;
  gboolean bad_setting; /* the unit file cannot be loaded; load_error has the manager's words */
  char *load_error;
  gboolean follows_processes; /* the manager notices when the engine dies (systemd, SCM) */
  gboolean active_is_ready;   /* "active" was said by the engine itself (Type=notify) */
  gboolean pid_is_proof;      /* main_pid comes from the manager or from the service's pid file */
  gboolean owns_what_runs;    /* there is nobody else who could own an engine (direct) */
  gboolean unseen;            /* its processes live where this host cannot look: the endpoint's answer is all there is */
  gboolean waits_for_login;   /* a user's service: where it is enabled it starts at login only (loginctl(1), enable-linger) */
  gboolean pid_file_left;     /* one is there and no engine that it names */
  gboolean stop_queued;       /* a job waits that will stop it: do not connect */
  gboolean socket_listens;    /* a socket unit holds the endpoint and would start the engine */
  gboolean socket_installed;
  gboolean socket_masked;
  char **known_alternatives; /* other engine services of this host that were found while the default was not; NULL-terminated or NULL */
  gint64 containerd_pid;     /* of the containerd service, 0 */
  char *endpoint_path;       /* where its API listens; NULL: where its socket unit does, or at the default path */
  const char *program;       /* path of the engine's program where it is no dockerd; static, or NULL */
} EctlBelief;

void ectl_belief_free (EctlBelief *belief);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlBelief, ectl_belief_free)

typedef enum {
  ECTL_UNIT_SERVICE = 1 << 0,
  ECTL_UNIT_SOCKET = 1 << 1,
} EctlUnits;

typedef struct {
  const char *name; /* systemd, sysv, openrc, windows, desktop, direct */

  /* Is this host managed by it? Looks at files only. WHY receives one translated sentence in each case but ERROR. */
  EctlClaim (*claim) (EctlHost *host, char **why, GError **error);

  EctlBackend *(*open) (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error);
  void (*close) (EctlBackend *backend);

  EctlBelief *(*get_belief) (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error);
  /* May be NULL, both: the same in two halves, where the manager's word takes a while. What `begin` returns has everything but the word if it is `pending`; `complete`
   * waits for that. A belief that is freed before has no word, and the next one asks anew. */
  EctlBelief *(*begin_belief) (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error);
  gboolean (*complete_belief) (EctlBackend *backend, EctlBelief *belief, EctlCall *call, GError **error);

  /* May be NULL. Where the manager keeps no note of it: is somebody stopping ENGINE (NULL: it is gone) at this moment? BELIEF says so then. Looks through all processes, and
   * so is for facts that the manager's word does not explain. */
  gboolean (*look_for_stop) (EctlBackend *backend, const EctlProcess *engine, EctlBelief *belief);

  /* Each returns when the manager is done (or, without WAIT, has taken the job). A job that failed, timed out, was replaced … is an error
   * whose message says which. RESET_FAILED: forget earlier failures of both units first. UNITS: the socket unit first, both in the same breath. */
  gboolean (*start) (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error);
  gboolean (*stop) (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error);

  /* May be NULL. */
  gboolean (*reload) (EctlBackend *backend, EctlCall *call, GError **error);
  /* CHANGED: did anything change? NOTES: translated sentences (masked socket unit left alone …). A dry run only finds out. */
  gboolean (*set_enabled) (EctlBackend *backend, gboolean enabled, gboolean dry_run, gboolean *changed, GPtrArray *notes, EctlCall *call, GError **error);
  gboolean (*read_log) (EctlBackend *backend, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call,
                        GError **error);
  /* A descriptor that becomes readable when the manager may have something new to say, and its drain: was it about the engine? -1 where there is none. */
  int (*subscribe) (EctlBackend *backend, EctlCall *call, GError **error);
  gboolean (*drain) (EctlBackend *backend);
} EctlBackendClass;

struct _EctlBackend {
  const EctlBackendClass *klass;
  const char
      *own_option; /* the engine is the caller's own: its commands need no root and say this option ("--user", "" for none). Static; NULL: it is the host's */
};

/* Every backend of this build in the order of claiming; NULL-terminated, static. The one list that a new backend is added to. */
const EctlBackendClass *const *ectl_backends (void);
