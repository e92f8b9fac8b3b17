/* SPDX-License-Identifier: Apache-2.0 */
/* Which endpoint the user's `docker` would use: -H, DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json, the default; and with which TLS files. */
#pragma once

#include "api/endpoint.h"
#include "api/tls.h"
#include "base/host.h"

typedef struct {
  EctlClient *client;     /* user, endpoint, from, context, error; program and same_engine are left to the caller */
  EctlEndpoint *endpoint; /* NULL where client->error says why */
  EctlTlsFiles *tls;      /* NULL: plain */
} EctlTarget;

void ectl_target_free (EctlTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlTarget, ectl_target_free)

/* FLAG is the endpoint of -H, or NULL. Reads files and the environment, connects to nothing. A malformed or missing source fills client->error, and ERROR (which
 * may be NULL) with ECTL_ERROR_BAD_CONFIG; the target is returned in every case. */
EctlTarget *ectl_client_resolve (EctlHost *host, const EctlEndpoint *flag, GError **error);

/* All contexts of the user (element-type EctlContextRow), `default` first; those that could be read while CALL lasts. */
GPtrArray *ectl_client_list_contexts (EctlHost *host, EctlCall *call);

/* The folder of a context's meta.json: contexts live under the SHA-256 of their name. Free it. */
char *ectl_client_context_dir (EctlHost *host, const char *name);
