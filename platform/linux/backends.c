/* SPDX-License-Identifier: Apache-2.0 */
/* The backends of Linux, in the order in which they are asked whether the host is theirs. */
#include "platform/backend.h"

extern const EctlBackendClass ectl_systemd_backend; /* systemd.c, or no-systemd.c where libsystemd is left out */
extern const EctlBackendClass ectl_desktop_backend;
extern const EctlBackendClass ectl_openrc_backend;
extern const EctlBackendClass ectl_sysv_backend;
extern const EctlBackendClass ectl_direct_backend;

const EctlBackendClass *const *
ectl_backends (void)
{
  static const EctlBackendClass *const table[] = { &ectl_desktop_backend, &ectl_systemd_backend, &ectl_openrc_backend,
                                                   &ectl_sysv_backend,    &ectl_direct_backend,  NULL };
  return table;
}
