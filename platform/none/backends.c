/* SPDX-License-Identifier: Apache-2.0 */
/* No service manager is known on this system: an empty table. A port begins here. */
#include "platform/backend.h"

const EctlBackendClass *const *
ectl_backends (void)
{
  static const EctlBackendClass *const table[] = { NULL };
  return table;
}
