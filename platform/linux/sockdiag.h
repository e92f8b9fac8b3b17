/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's tables of listening sockets: sock_diag(7) where it is there, else /proc/PID/net. */
#pragma once

#include "platform/sockets.h"

/* Listening unix sockets (element-type EctlListener) of this network namespace (PID 0) or of PID's. */
GPtrArray *ectl_sockdiag_unix (const EctlHost *host, gint64 pid);

/* Listening TCP sockets, likewise. */
GPtrArray *ectl_sockdiag_tcp (const EctlHost *host, gint64 pid);
