/* SPDX-License-Identifier: Apache-2.0 */
/* Init scripts: their pid files as facts, their exit codes as belief. */
#include "platform/linux/initscript.h"

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/logfile.h"
#include "platform/linux/pidfile.h"

#define SCRIPTS "/etc/init.d"
#define MOST_SCRIPT_BYTES (256 * 1024)
/* A pid file is written when the engine starts: one that is older than its process names another one that had the number before. */
#define TOLERANCE_US (2 * G_USEC_PER_SEC)

gpointer
ectl_initscript_new (gsize size, const EctlBackendClass *klass, const EctlScriptLinks *links, EctlHost *host, const EctlBackendOptions *options, GError **error)
{
  if (options->user_mode)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("the backend %s has no services of a user's own (--user)"), klass->name);
      return NULL;
    }
  EctlInitScript *self = g_malloc0 (size);
  self->base.klass = klass;
  self->links = links;
  self->host = host;
  self->name = g_strdup (options->service != NULL ? options->service : "docker");
  self->script = g_strconcat (SCRIPTS "/", self->name, NULL);
  self->own_pid_file = g_strdup_printf ("/run/%s-ssd.pid", self->name);
  self->pid_file = g_strdup_printf ("/run/%s.pid", self->name);
  self->log = g_strconcat ("/var/log/", self->name, ".log", NULL);
  ectl_script_events_init (&self->events);
  return self;
}

void
ectl_initscript_free (EctlInitScript *self)
{
  ectl_script_events_clear (&self->events);
  ectl_program_give_up (self->asked);
  g_free (self->name);
  g_free (self->script);
  g_free (self->own_pid_file);
  g_free (self->pid_file);
  g_free (self->log);
  g_free (self);
}

/* --- pid files ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_about (gint64 a, gint64 b)
{
  return ABS (a - b) <= TOLERANCE_US;
}

/* The script's own pid file before the engine's. Where the clock was set between, times of the two files still agree with each other. */
static void
look_at_pid_files (EctlInitScript *self, EctlBelief *belief)
{
  const EctlPidFile own = ectl_pidfile_read (self->host, self->own_pid_file), engines = ectl_pidfile_read (self->host, self->pid_file), *by = &own;
  g_autoptr (EctlProcess) engine = ectl_pidfile_find_engine (self->host, by);

  if (engine == NULL)
    engine = ectl_pidfile_find_engine (self->host, by = &engines);
  if (engine == NULL)
    {
      belief->pid_file_left = own.there || engines.there;
      return;
    }
  belief->service->main_pid = engine->pid;
  belief->pid_is_proof = is_about (by->written_us, engine->started_us) || (own.pid == engines.pid && is_about (own.written_us, engines.written_us));
}

EctlProcess *
ectl_initscript_find_engine (EctlInitScript *self)
{
  const EctlPidFile own = ectl_pidfile_read (self->host, self->own_pid_file), engines = ectl_pidfile_read (self->host, self->pid_file);
  EctlProcess *engine = ectl_pidfile_find_engine (self->host, &own);
  return engine != NULL ? engine : ectl_pidfile_find_engine (self->host, &engines);
}

/* --- belief ----------------------------------------------------------------------------------------------------------------- */

/* Debian's script gives a number of seconds to start-stop-daemon's --retry, OpenRC's a schedule (TERM/60/KILL/10): how long until KILL, or -1. */
static gint64
time_until_kill_ms (const char *script)
{
  static const char *const marks[] = { "--retry ", "--retry=", "retry=\"", "retry=" };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      const char *value = strstr (script, marks[i]);
      if (value == NULL)
        continue;
      value += strlen (marks[i]);
      value += strcspn (value, "0123456789\n");
      gint64 seconds = g_ascii_isdigit (*value) ? g_ascii_strtoll (value, NULL, 10) : 0;
      if (seconds > 0)
        return seconds * 1000;
    }
  return -1;
}

EctlBelief *
ectl_initscript_new_belief (EctlInitScript *self)
{
  EctlBelief *belief = g_new0 (EctlBelief, 1);
  g_autofree char *text = ectl_host_read_file (self->host, self->script, MOST_SCRIPT_BYTES, NULL, NULL);

  belief->service = g_new0 (EctlService, 1);
  *belief->service = (EctlService){ .name = g_strdup (self->name), .restarts = -1, .stop_timeout_ms = -1, .needs_daemon_reload = ECTL_UNKNOWN };
  belief->service->load = g_strdup ("not-found");
  if (ectl_host_test (self->host, self->script, G_FILE_TEST_IS_REGULAR))
    ectl_initscript_set_file (belief, self->script);
  belief->service->stop_timeout_ms = text != NULL ? time_until_kill_ms (text) : -1;
  ectl_initscript_take_word (belief, 3);
  look_at_pid_files (self, belief);
  return belief;
}

void
ectl_initscript_set_file (EctlBelief *belief, const char *path)
{
  EctlService *service = belief->service;

  g_free (service->load);
  g_free (service->fragment_path);
  service->installed = TRUE;
  service->load = g_strdup ("loaded");
  service->fragment_path = g_strdup (path);
}

void
ectl_initscript_take_state (EctlBelief *belief, EctlActivity activity, const char *active, const char *sub)
{
  EctlService *service = belief->service;

  g_free (service->active);
  g_free (service->sub);
  belief->activity = activity;
  service->active = g_strdup (active);
  service->sub = g_strdup (sub);
}

void
ectl_initscript_take_word (EctlBelief *belief, int code)
{
  static const struct {
    EctlActivity activity;
    const char *active;
    const char *sub;
  } words[] = {
    { ECTL_BELIEF_ACTIVE, "active", "running" },
    { ECTL_BELIEF_INACTIVE, "inactive", "dead, its pid file was left" },
    { ECTL_BELIEF_INACTIVE, "inactive", "dead, its lock file was left" },
    { ECTL_BELIEF_INACTIVE, "inactive", "stopped" },
    { ECTL_BELIEF_INACTIVE, "unknown", "not known" },
  };
  const guint at = code >= 0 && code < (int) G_N_ELEMENTS (words) ? (guint) code : G_N_ELEMENTS (words) - 1;

  ectl_initscript_take_state (belief, words[at].activity, words[at].active, words[at].sub);
}

gboolean
ectl_initscript_check (const EctlInitScript *self, EctlBelief *belief)
{
  if (ectl_host_test (self->host, self->script, G_FILE_TEST_IS_EXECUTABLE))
    return TRUE;
  ectl_initscript_take_word (belief, -1);
  belief->bad_setting = TRUE;
  belief->load_error = g_strdup_printf (_ ("%s is not executable"), self->script);
  return FALSE;
}

/* --- the script --------------------------------------------------------------------------------------------------------------- */

gboolean
ectl_initscript_ask (EctlInitScript *self, EctlBelief *belief, GError **error)
{
  g_autofree char *file = ectl_host_path (self->host, self->script);
  const char *const argv[] = { file, "status", NULL };

  g_clear_pointer (&self->asked, ectl_program_give_up);
  self->asked = ectl_program_start (argv, error);
  belief->pending = self->asked != NULL;
  if (!belief->pending)
    g_prefix_error (error, _ ("%s does not tell its status: "), self->script);
  return belief->pending;
}

gboolean
ectl_initscript_hear (EctlInitScript *self, EctlBelief *belief, EctlCall *call, EctlProgramEnd *end, GError **error)
{
  /* Another belief may have been asked for meanwhile. */
  if (self->asked == NULL && !ectl_initscript_ask (self, belief, error))
    return FALSE;
  belief->pending = FALSE;
  if (ectl_program_finish (g_steal_pointer (&self->asked), ECTL_PROGRAM_KILL, call, end, error))
    return TRUE;
  g_prefix_error (error, _ ("%s does not tell its status: "), self->script);
  return FALSE;
}

EctlBelief *
ectl_initscript_get_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlBelief) belief = backend->klass->begin_belief (backend, detail, call, error);

  if (belief == NULL || (belief->pending && !backend->klass->complete_belief (backend, belief, call, error)))
    return NULL;
  return g_steal_pointer (&belief);
}

void
ectl_initscript_take_links (EctlInitScript *self, EctlBelief *belief)
{
  gboolean enabled = self->links->is_enabled (self);
  belief->service->enabled = g_strdup (enabled ? "enabled" : "disabled");
  belief->service->at_boot = enabled ? ECTL_AT_BOOT_YES : ECTL_AT_BOOT_NO;
}

/* --- the log ------------------------------------------------------------------------------------------------------------------ */

void
ectl_initscript_mark_log (EctlInitScript *self)
{
  g_autofree char *file = ectl_host_path (self->host, self->log);
  struct stat info;

  self->mark = stat (file, &info) == 0 ? (gint64) info.st_size : 0;
  self->mark_us = ectl_host_now_us (self->host);
}

gboolean
ectl_initscript_read_log (EctlBackend *backend, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call,
                          GError **error)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  gboolean since_start = self->mark_us > 0 && query->since_us > 0 && ABS (self->mark_us - query->since_us) <= TOLERANCE_US;

  if (source != NULL)
    *source = "file";
  return ectl_logfile_read (self->host, self->log, since_start ? self->mark : -1, query, func, user_data, call, error);
}
