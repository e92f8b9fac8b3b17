/* SPDX-License-Identifier: Apache-2.0 */
/* How another host is reached: by the installed ssh, as the docker client does it. */
#pragma once

#include "api/endpoint.h"
#include "base/host.h"

/* The words up to the host of an ssh:// endpoint ("ssh [options] -- HOST"), to which the far command is to be added. Never asks where nobody could answer. NULL with
 * ECTL_ERROR_NOT_SUPPORTED where there is no ssh program. (element-type utf8) */
GPtrArray *ectl_ssh_words (EctlHost *host, const EctlEndpoint *endpoint, GError **error);
