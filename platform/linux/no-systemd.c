/* SPDX-License-Identifier: Apache-2.0 */
/* systemd in a program that was built without libsystemd: it is recognised, and cannot be asked. */
#include "base/error.h"
#include "base/i18n.h"
#include "platform/backend.h"
#include "platform/supervise.h"

static EctlClaim
claim (EctlHost *host, char **why, GError **error)
{
  *why = g_strdup (_ ("this program was built without libsystemd"));
  if (!ectl_host_test (host, "/run/systemd/system", G_FILE_TEST_IS_DIR))
    return ECTL_CLAIM_NOT_MINE;
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED,
                  _ ("systemd is the init here, and this program was built without libsystemd: ping, version and probe are what it can do"));
  return ECTL_CLAIM_ERROR;
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  (void) host;
  (void) options;
  (void) call;
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("this program was built without libsystemd"));
  return NULL;
}

extern const EctlBackendClass ectl_systemd_backend;
const EctlBackendClass ectl_systemd_backend = { .name = "systemd", .claim = claim, .open = open_backend };

void
ectl_init_notify (const char *state)
{
  (void) state;
}

guint64
ectl_init_watchdog_us (void)
{
  return 0;
}
