/* SPDX-License-Identifier: Apache-2.0 */
/* The backends of Linux, in the order in which they are asked whether the host is theirs. */
#include "platform/backend.h"

#ifdef WITH_SYSTEMD
extern const EctlBackendClass ectl_systemd_backend;
#endif

const EctlBackendClass *const *
ectl_backends (void)
{
  static const EctlBackendClass *const table[] = {
#ifdef WITH_SYSTEMD
    &ectl_systemd_backend,
#endif
    NULL,
  };
  return table;
}
