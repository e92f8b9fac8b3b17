/* SPDX-License-Identifier: Apache-2.0 */
/* The Docker Engine API: one connection to an endpoint and the calls that the verbs need. Connects only where it is told to. */
#pragma once

#include "api/endpoint.h"
#include "api/http.h"
#include "api/tls.h"
#include "base/host.h"

/* How far an attempt came; what the verdict reads. */
typedef enum {
  ECTL_ANSWER_NOT_TRIED,
  ECTL_ANSWER_OK,      /* a good answer */
  ECTL_ANSWER_ERROR,   /* HTTP, but 5xx */
  ECTL_ANSWER_OTHER,   /* something answers that is no Engine API on this endpoint: other status, garbage, TLS wanted */
  ECTL_ANSWER_SILENT,  /* accepted (a full backlog counts), then silent past the deadline */
  ECTL_ANSWER_REFUSED, /* nobody listens there */
  ECTL_ANSWER_MISSING, /* the path is not there */
  ECTL_ANSWER_DENIED,  /* the caller may not connect */
  ECTL_ANSWER_FAILED,  /* unknown host, no route, cancelled … */
} EctlAnswer;

typedef struct _EctlDocker EctlDocker;

/* TLS may be NULL (plain). ENDPOINT is copied. Does not connect yet. */
EctlDocker *ectl_docker_new (EctlHost *host, const EctlEndpoint *endpoint, const EctlTlsFiles *tls);
void ectl_docker_free (EctlDocker *docker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlDocker, ectl_docker_free)

/* GET PATH over the kept connection (made when needed; made again once when the engine had closed it). NULL with ERROR where there is no HTTP
 * answer at all; every status is an answer. ANSWER, where not NULL, always receives how far it came. */
EctlHttpResponse *ectl_docker_get (EctlDocker *docker, const char *path, EctlCall *call, EctlAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sends the ping, if a connection can be made at once; ectl_docker_ping then takes its answer. Only to win time: it says nothing. */
void ectl_docker_send_ping (EctlDocker *docker, EctlCall *call);

/* Waits for the first byte of its answer, at most MS milliseconds, and reads nothing: so that what the caller does next does not count as the engine's time. */
void ectl_docker_await_ping (EctlDocker *docker, gint64 ms, EctlCall *call);

/* `/_ping`: fills API's tried, answers, version, api_version, os, latency_ms and error (its endpoint is the caller's). Never fails: the answer says it. */
EctlAnswer ectl_docker_ping (EctlDocker *docker, EctlApi *api, EctlCall *call);

/* Why the last ping had no good answer, with its hint and its finding; NULL after a good one. Owned by DOCKER. */
const GError *ectl_docker_get_fault (const EctlDocker *docker);

/* `Server: Docker/20.10.24+dfsg1 (linux)` -> "20.10.24+dfsg1", or NULL. Pure. */
char *ectl_docker_parse_server (const char *header);

typedef struct {
  char *id;
  char *name;            /* without the slash */
  gint64 stop_timeout_s; /* 10 where the container has none of its own; -1: waits for ever */
} EctlContainer;
void ectl_container_free (EctlContainer *container);

typedef struct {
  GPtrArray *containers; /* (element-type EctlContainer) the running ones */
  gboolean live_restore;
} EctlWorkload;
void ectl_workload_free (EctlWorkload *workload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlWorkload, ectl_workload_free)

/* Running containers; only if there are some, live-restore and their stop time-outs as well. */
EctlWorkload *ectl_docker_get_workload (EctlDocker *docker, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The engine's own event of a reload (`/events`, type daemon, event reload): `begin` subscribes, `next` reads what is there without waiting. */
gboolean ectl_docker_watch_reload (EctlDocker *docker, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_docker_read_reload (EctlDocker *docker, gboolean *reloaded, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int ectl_docker_get_fd (EctlDocker *docker);
