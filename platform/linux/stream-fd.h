/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing non-blocking descriptors under a call: for sockets and for the pipes of a program. */
#pragma once

#include "base/call.h"

/* At most N bytes; 0 at the end, -1 with ERROR. */
gssize ectl_fd_read (int fd, void *buffer, gsize n, EctlCall *call, GError **error);
gboolean ectl_fd_write (int fd, gboolean is_socket, const void *bytes, gsize n, EctlCall *call, GError **error);
