/* SPDX-License-Identifier: Apache-2.0 */
/* Docker Desktop as a Linux of WSL sees it: a link to its socket below /mnt/wsl. Its processes live elsewhere, and nothing here starts or stops them. */
#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/desktop.h"

typedef struct {
  EctlBackend base;
} Desktop;

static void
close_backend (EctlBackend *backend)
{
  g_free (backend);
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  Desktop *desktop = g_new0 (Desktop, 1);
  (void) host;
  (void) options;
  (void) call;
  (void) error;

  desktop->base.klass = &ectl_desktop_on_windows;
  return &desktop->base;
}

static EctlBelief *
get_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error)
{
  EctlBelief *belief = g_new0 (EctlBelief, 1);
  (void) backend;
  (void) detail;
  (void) call;
  (void) error;

  belief->service = g_new0 (EctlService, 1);
  *belief->service = (EctlService){ .name = g_strdup ("Docker Desktop"),
                                    .installed = TRUE,
                                    .active = g_strdup ("unknown"),
                                    .sub = g_strdup ("on the Windows side"),
                                    .at_boot = ECTL_AT_BOOT_UNKNOWN,
                                    .restarts = -1,
                                    .stop_timeout_ms = -1,
                                    .needs_daemon_reload = ECTL_UNKNOWN };
  belief->owns_what_runs = TRUE;
  belief->unseen = TRUE;
  return belief;
}

static gboolean
fail_elsewhere (GError **error)
{
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("Docker Desktop runs on the Windows side, and is started and stopped there"));
  return FALSE;
}

static gboolean
start (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error)
{
  (void) backend;
  (void) units;
  (void) reset_failed;
  (void) wait;
  (void) call;
  return fail_elsewhere (error);
}

static gboolean
stop (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error)
{
  (void) backend;
  (void) units;
  (void) call;
  return fail_elsewhere (error);
}

const EctlBackendClass ectl_desktop_on_windows = {
  .name = "desktop",
  .open = open_backend,
  .close = close_backend,
  .get_belief = get_belief,
  .start = start,
  .stop = stop,
};
