/* SPDX-License-Identifier: Apache-2.0 */
/* What a listener means to this host: the endpoint at which it is reached, and whether two paths are one place. */
#pragma once

#include "api/endpoint.h"
#include "platform/sockets.h"

#define ECTL_DEFAULT_SOCKET "/var/run/docker.sock"

/* Do both paths lead to the same place, whether or not anything is there? "/run/docker.sock" and "/var/run/docker.sock" do. */
gboolean ectl_is_same_file (const EctlHost *host, const char *a, const char *b);

/* The address at which this host reaches a listener: 0.0.0.0 is 127.0.0.1. NULL for an internal one. Free it. */
EctlEndpoint *ectl_endpoint_of_listener (const EctlListener *listener);
EctlEndpoint *ectl_endpoint_of_port (const char *address, guint16 port);

gboolean ectl_has_port (const GPtrArray *listeners, guint16 port);
