/* SPDX-License-Identifier: Apache-2.0 */
/* OpenRC: rc-service and rc-update. Its own notes (rc-status) say started after a stop or a death, so only the script's status counts, and that as belief. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/initscript.h"
#include "platform/process.h"

extern const EctlBackendClass ectl_openrc_backend;

typedef struct {
  EctlInitScript script;
  char *rc_service; /* NULL where it is missing */
} Openrc;

static EctlClaim
claim (EctlHost *host, char **why, GError **error)
{
  (void) error;

  /* Written by openrc(8) when it enters a run level; under sysvinit's /sbin/init as well. */
  if (ectl_host_test (host, "/run/openrc/softlevel", G_FILE_TEST_IS_REGULAR))
    {
      *why = g_strdup (_ ("OpenRC runs here (/run/openrc/softlevel is there)"));
      return ECTL_CLAIM_MINE;
    }
  *why = g_strdup (_ ("OpenRC does not run here (no /run/openrc/softlevel)"));
  return ECTL_CLAIM_NOT_MINE;
}

/* --- words and run levels ------------------------------------------------------------------------------------------------------------------- */

/* What openrc-run.sh returns from `status` beyond the LSB's codes. */
enum {
  OPENRC_STOPPING = 4,
  OPENRC_STARTING = 8,
  OPENRC_INACTIVE = 16,
  OPENRC_CRASHED = 32,
  OPENRC_UNSUPERVISED = 64,
};

static void
take_word (EctlBelief *belief, int code)
{
  switch (code)
    {
    case OPENRC_STOPPING:
      ectl_initscript_take_state (belief, ECTL_BELIEF_DEACTIVATING, "deactivating", "stopping");
      break;
    case OPENRC_STARTING:
      ectl_initscript_take_state (belief, ECTL_BELIEF_ACTIVATING, "activating", "starting");
      break;
    case OPENRC_INACTIVE:
      ectl_initscript_take_state (belief, ECTL_BELIEF_INACTIVE, "inactive", "inactive");
      break;
    case OPENRC_CRASHED:
    case OPENRC_UNSUPERVISED:
      ectl_initscript_take_state (belief, ECTL_BELIEF_FAILED, "failed", code == OPENRC_CRASHED ? "crashed" : "unsupervised");
      belief->service->result = g_strdup (belief->service->sub);
      break;
    case 1:
    case 2:
      /* What the LSB means by it, of a script that is not OpenRC's own; a usage ends so too. */
      ectl_initscript_take_word (belief, belief->pid_file_left ? code : -1);
      break;
    default:
      ectl_initscript_take_word (belief, code);
    }
}

/* Does the folder of the host hold an entry named as the service is, be it a link to nowhere? OpenRC keeps its levels and states so. */
static gboolean
is_listed (const Openrc *openrc, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, openrc->script.name, NULL);
  return ectl_host_test (openrc->script.host, path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
}

/* OpenRC's notes of what is at work (openrc-run(8)). */
static gboolean
is_busy (const Openrc *openrc)
{
  return is_listed (openrc, "/run/openrc/starting") || is_listed (openrc, "/run/openrc/stopping");
}

/* Is a supervise-daemon(8) of the service alive? It starts the engine again when that has died. */
static gboolean
is_supervised (const Openrc *openrc)
{
  g_autofree char *path = g_strdup_printf ("/run/supervise-%s.pid", openrc->script.name);
  g_autofree char *text = ectl_host_read_file (openrc->script.host, path, 64, NULL, NULL);
  gint64 pid = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
  g_autoptr (EctlProcess) process = pid > 0 ? ectl_process_read (openrc->script.host, pid, NULL) : NULL;
  return process != NULL && g_str_has_prefix (process->name, "supervise-daemo") && ectl_process_is_alive (openrc->script.host, process);
}

/* What the script's status does not tell: its supervisor has given up, or waits for its next try. */
static void
take_supervision (const Openrc *openrc, EctlBelief *belief)
{
  if (belief->service->main_pid > 0 || belief->activity == ECTL_BELIEF_ACTIVATING || belief->activity == ECTL_BELIEF_DEACTIVATING)
    return;
  if (is_supervised (openrc))
    ectl_initscript_take_state (belief, ECTL_BELIEF_AUTO_RESTART, "activating", "auto-restart");
  else if (is_listed (openrc, "/run/openrc/failed"))
    ectl_initscript_take_state (belief, ECTL_BELIEF_FAILED, "failed", "failed");
  else
    return;
  g_free (belief->service->result);
  belief->service->result = g_strdup ("exit-code");
}

/* The run level that is entered at boot, and those that come before it (openrc(8)). */
static const char *const boot_levels[] = { "default", "boot", "sysinit" };

static gboolean
is_in_level (const Openrc *openrc, const char *level)
{
  g_autofree char *folder = g_build_filename ("/etc/runlevels", level, NULL);
  return is_listed (openrc, folder);
}

static gboolean
is_enabled (EctlInitScript *script)
{
  const Openrc *openrc = (const Openrc *) script;
  for (guint i = 0; i < G_N_ELEMENTS (boot_levels); i++)
    if (is_in_level (openrc, boot_levels[i]))
      return TRUE;
  return FALSE;
}

/* Enabled is a link in the level `default`; disabled is none in any level that is entered at boot. */
static gboolean
switch_links (EctlInitScript *script, gboolean enabled, EctlCall *call, GError **error)
{
  g_autofree char *rc_update = ectl_program_find (script->host, "rc-update");
  const char *const add[] = { rc_update, "add", script->name, "default", NULL };

  if (rc_update == NULL)
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("rc-update is not installed here"));
  if (rc_update == NULL || enabled)
    return rc_update != NULL && ectl_program_run_well (add, call, error);
  for (guint i = 0; i < G_N_ELEMENTS (boot_levels); i++)
    {
      const char *const del[] = { rc_update, "del", script->name, boot_levels[i], NULL };
      if (is_in_level ((const Openrc *) script, boot_levels[i]) && !ectl_program_run_well (del, call, error))
        return FALSE;
    }
  return TRUE;
}

static const EctlScriptLinks links = { is_enabled, switch_links };

/* --- open and close ---------------------------------------------------------------------------------------------------------- */

static void
close_backend (EctlBackend *backend)
{
  Openrc *openrc = (Openrc *) backend;
  g_free (openrc->rc_service);
  ectl_initscript_free (&openrc->script);
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  Openrc *openrc = ectl_initscript_new (sizeof *openrc, &ectl_openrc_backend, &links, host, options, error);
  (void) call;

  if (openrc == NULL)
    return NULL;
  openrc->rc_service = ectl_program_find (host, "rc-service");
  return &openrc->script.base;
}

/* --- belief ------------------------------------------------------------------------------------------------------------------- */

/* What rc-service would execute, without its own start. */
static EctlBelief *
begin_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error)
{
  Openrc *openrc = (Openrc *) backend;
  g_autoptr (EctlBelief) belief = ectl_initscript_new_belief (&openrc->script);
  (void) call;

  if (!belief->service->installed)
    return g_steal_pointer (&belief);
  ectl_initscript_take_links (&openrc->script, belief);
  if (detail == ECTL_DETAIL_FULL)
    belief->service->command = ectl_initscript_read_command (&openrc->script);
  if (ectl_initscript_check (&openrc->script, belief) && !ectl_initscript_ask (&openrc->script, belief, error))
    return NULL;
  return g_steal_pointer (&belief);
}

static gboolean
complete_belief (EctlBackend *backend, EctlBelief *belief, EctlCall *call, GError **error)
{
  Openrc *openrc = (Openrc *) backend;
  g_auto (EctlProgramEnd) end = { 0 };

  if (!ectl_initscript_hear (&openrc->script, belief, call, &end, error))
    return FALSE;
  take_word (belief, end.code);
  take_supervision (openrc, belief);
  return TRUE;
}

/* --- verbs -------------------------------------------------------------------------------------------------------------------- */

/* OpenRC holds a service that died for started, and only warns at a start, until it is told to forget. A script that is not its own knows no such word. */
static void
forget_failure (Openrc *openrc, EctlCall *call)
{
  g_auto (EctlProgramEnd) end = { 0 };
  g_autoptr (GError) ignored = NULL;

  if (ectl_initscript_run (&openrc->script, openrc->rc_service, "zap", TRUE, call, &end, &ignored) && end.code != 0)
    g_debug ("zap: %s", end.text);
}

static gboolean
start (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error)
{
  Openrc *openrc = (Openrc *) backend;
  (void) units;
  (void) wait;

  if (!ectl_initscript_may_act (&openrc->script, "start", error))
    return FALSE;
  const EctlScriptVerb verb = { "start", openrc->rc_service, ECTL_BELIEF_ACTIVE, is_busy (openrc) };
  if (reset_failed)
    forget_failure (openrc, call);
  ectl_initscript_mark_log (&openrc->script);
  return ectl_initscript_change (&openrc->script, &verb, call, error);
}

static gboolean
stop (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error)
{
  Openrc *openrc = (Openrc *) backend;
  (void) units;
  const EctlScriptVerb verb = { "stop", openrc->rc_service, ECTL_BELIEF_INACTIVE, is_busy (openrc) };
  return ectl_initscript_change (&openrc->script, &verb, call, error);
}

const EctlBackendClass ectl_openrc_backend = {
  .name = "openrc",
  .claim = claim,
  .open = open_backend,
  .close = close_backend,
  .get_belief = ectl_initscript_get_belief,
  .begin_belief = begin_belief,
  .complete_belief = complete_belief,
  .look_for_stop = ectl_initscript_look_for_stop,
  .start = start,
  .stop = stop,
  .reload = ectl_initscript_reload,
  .set_enabled = ectl_initscript_set_enabled,
  .read_log = ectl_initscript_read_log,
  .subscribe = ectl_initscript_subscribe,
  .drain = ectl_initscript_drain,
};
