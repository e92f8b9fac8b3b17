/* SPDX-License-Identifier: Apache-2.0 */
/* Init scripts: their pid files as facts, their exit codes as belief. */
#include "platform/linux/initscript.h"

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/file.h"
#include "platform/linux/logfile.h"
#include "platform/process.h"

#define SCRIPTS "/etc/init.d"
#define MOST_SCRIPT_BYTES (256 * 1024)
#define MOST_PID_BYTES 64
/* A pid file is written when the engine starts: one that is older than its process names another one that had the number before. */
#define TOLERANCE_US (2 * G_USEC_PER_SEC)
/* Between two looks at a script that is on its way. */
#define LOOK_EVERY_MS 100
#define MOST_ATTEMPTS 10
#define NEWBORN_MS 3000

gpointer
ectl_initscript_new (gsize size, const EctlBackendClass *klass, EctlHost *host, const EctlBackendOptions *options, GError **error)
{
  if (options->user_mode)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("the backend %s has no services of a user's own (--user)"), klass->name);
      return NULL;
    }
  EctlInitScript *self = g_malloc0 (size);
  self->base.klass = klass;
  self->host = host;
  self->name = g_strdup (options->service != NULL ? options->service : "docker");
  self->script = g_strconcat (SCRIPTS "/", self->name, NULL);
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
  g_free (self->log);
  g_free (self);
}

gboolean
ectl_initscript_is_there (const EctlInitScript *self)
{
  g_autofree char *file = ectl_host_path (self->host, self->script);
  return g_file_test (file, G_FILE_TEST_IS_REGULAR);
}

/* --- pid files ------------------------------------------------------------------------------------------------------------ */

typedef struct {
  gint64 pid; /* 0: no file, or none that can be read as a number */
  gint64 written_us;
  gboolean there;
} PidFile;

static PidFile
read_pid_file (const EctlInitScript *self, const char *format)
{
  g_autofree char *path = g_strdup_printf (format, self->name);
  g_autofree char *file = ectl_host_path (self->host, path);
  PidFile found = { 0 };
  struct stat info;

  if (stat (file, &info) < 0 || !S_ISREG (info.st_mode))
    return found;
  g_autofree char *text = ectl_host_read_file (self->host, path, MOST_PID_BYTES, NULL, NULL);
  char *end = text;
  gint64 pid = text != NULL ? g_ascii_strtoll (text, &end, 10) : 0;
  found.there = TRUE;
  found.written_us = (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
  if (end != text && *g_strstrip (end) == '\0' && pid > 0)
    found.pid = pid;
  return found;
}

static gboolean
is_about (gint64 a, gint64 b)
{
  return ABS (a - b) <= TOLERANCE_US;
}

/* The engine that a pid file names; NULL for another program, a dead one, or none. */
static EctlProcess *
find_engine (const EctlInitScript *self, const PidFile *file)
{
  g_autoptr (EctlProcess) process = file->pid > 0 ? ectl_process_read (self->host, file->pid, NULL) : NULL;
  if (process == NULL || process->foreign || process->role != ECTL_ROLE_ENGINE || process->run_state == 'Z' || process->run_state == 'X')
    return NULL;
  return g_steal_pointer (&process);
}

/* The script's own pid file before the engine's. Where the clock was set between, times of the two files still agree with each other. */
static void
look_at_pid_files (EctlInitScript *self, EctlBelief *belief)
{
  const PidFile own = read_pid_file (self, "/run/%s-ssd.pid"), engines = read_pid_file (self, "/run/%s.pid");
  const PidFile *files[] = { &own, &engines };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (EctlProcess) engine = find_engine (self, files[i]);
      if (engine == NULL)
        continue;
      belief->service->main_pid = engine->pid;
      belief->pid_is_proof = is_about (files[i]->written_us, engine->started_us) || (own.pid == engines.pid && is_about (own.written_us, engines.written_us));
      return;
    }
  belief->pid_file_left = own.there || engines.there;
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
  if (ectl_initscript_is_there (self))
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
  g_autofree char *file = ectl_host_path (self->host, self->script);

  if (g_file_test (file, G_FILE_TEST_IS_EXECUTABLE))
    return TRUE;
  ectl_initscript_take_word (belief, -1);
  belief->bad_setting = TRUE;
  belief->load_error = g_strdup_printf (_ ("%s is not executable"), self->script);
  return FALSE;
}

/* --- the script --------------------------------------------------------------------------------------------------------------- */

gboolean
ectl_initscript_run (EctlInitScript *self, const char *program, const char *verb, gboolean changes, EctlCall *call, EctlProgramEnd *end, GError **error)
{
  g_autofree char *file = ectl_host_path (self->host, self->script);
  const char *const by_program[] = { program, self->name, verb, NULL }, *const by_script[] = { file, verb, NULL };

  return ectl_program_run (program != NULL ? by_program : by_script, changes ? ECTL_PROGRAM_LEAVE : ECTL_PROGRAM_KILL, call, end, error);
}

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

gboolean
ectl_initscript_may_act (EctlInitScript *self, const char *verb, GError **error)
{
  if (ectl_host_is_root (self->host))
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_NOT_PERMITTED, _ ("cannot %s %s: not permitted (init scripts are root's)"), verb, self->name);
  return FALSE;
}

/* The last that it said: before it stands what it always says. */
static char *
last_words (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = g_strv_length (lines); i > 0; i--)
    {
      const char *line = lines[i - 1] + strspn (lines[i - 1], " *");
      if (*line != '\0')
        return g_strchomp (g_strdup (line));
    }
  return g_strdup (_ ("it gave no reason"));
}

static gboolean
run_verb (EctlInitScript *self, const EctlScriptVerb *verb, EctlCall *call, GError **error)
{
  g_auto (EctlProgramEnd) end = { 0 };

  if (!ectl_initscript_run (self, verb->program, verb->verb, TRUE, call, &end, error))
    return FALSE;
  if (end.code == 0)
    return TRUE;
  g_autofree char *words = last_words (end.text);
  ectl_set_error (error, end.code == 4 ? ECTL_ERROR_NOT_PERMITTED : ECTL_ERROR_FAILED, _ ("%s %s ended with exit code %d: %s"), self->script, verb->verb,
                  end.code, words);
  return FALSE;
}

static gboolean
get_activity (EctlInitScript *self, EctlActivity *activity, EctlCall *call, GError **error)
{
  g_autoptr (EctlBelief) belief = self->base.klass->get_belief (&self->base, ECTL_DETAIL_VERDICT, call, error);

  if (belief != NULL)
    *activity = belief->activity;
  return belief != NULL;
}

/* ON_THE_WAY: it was. */
static gboolean
wait_while_on_the_way (EctlInitScript *self, EctlActivity *activity, gboolean *on_the_way, EctlCall *call)
{
  for (*on_the_way = FALSE;; *on_the_way = TRUE)
    {
      if (!get_activity (self, activity, call, NULL))
        return FALSE;
      if (*activity != ECTL_BELIEF_ACTIVATING && *activity != ECTL_BELIEF_DEACTIVATING)
        return TRUE;
      if (!ectl_call_sleep (call, LOOK_EVERY_MS, NULL))
        return FALSE;
    }
}

/* start-stop-daemon takes whatever process the script's own pid file names for the engine, and starts nothing. */
static gboolean
check_own_pid_file (EctlInitScript *self, GError **error)
{
  const PidFile own = read_pid_file (self, "/run/%s-ssd.pid");
  g_autoptr (EctlProcess) process = own.pid > 0 ? ectl_process_read (self->host, own.pid, NULL) : NULL;

  if (process == NULL || process->role == ECTL_ROLE_ENGINE || !ectl_process_is_alive (self->host, process))
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot start %s: its pid file /run/%s-ssd.pid names %s[%" G_GINT64_FORMAT "], which is no engine"), self->name,
                  self->name, process->name, process->pid);
  if (error != NULL)
    {
      g_autofree char *hint = g_strdup_printf ("rm /run/%s-ssd.pid", self->name);
      ectl_error_set_hint (*error, hint);
      ectl_error_set_finding (*error, "stale-pid-file", NULL);
    }
  return FALSE;
}

/* Its script may not be able to stop it yet: it finds it by the pid file that the engine itself writes. */
static gboolean
is_newborn (EctlInitScript *self)
{
  g_autoptr (EctlBelief) belief = ectl_initscript_new_belief (self);
  gint64 pid = belief->service->main_pid;
  g_autoptr (EctlProcess) engine = pid > 0 ? ectl_process_read (self->host, pid, NULL) : NULL;
  return pid == 0 || (engine != NULL && engine->age_ms < NEWBORN_MS);
}

/* Is it worth while to run the verb again? DONE: it is as it was wanted. */
static gboolean
has_given_way (EctlInitScript *self, const EctlScriptVerb *verb, gboolean *met_another, gboolean *done, EctlCall *call)
{
  EctlActivity activity;
  gboolean on_the_way;

  if (!wait_while_on_the_way (self, &activity, &on_the_way, call))
    return FALSE;
  *done = activity == verb->wanted;
  *met_another |= on_the_way || (activity == ECTL_BELIEF_ACTIVE && is_newborn (self));
  return *met_another && !*done && ectl_call_sleep (call, LOOK_EVERY_MS, NULL);
}

/* An engine that is stopped in its first moments dies before it has learnt to tidy up. Its pid file, newer than the stop, would pass for a failure; an older one is none of
 * this stop's making and stays. */
static void
clear_debris (EctlInitScript *self, gint64 since_us)
{
  const PidFile file = read_pid_file (self, "/run/%s.pid");
  g_autoptr (EctlProcess) engine = find_engine (self, &file);
  g_autofree char *path = g_strdup_printf ("/run/%s.pid", self->name);

  if (file.there && engine == NULL && file.written_us >= since_us && !ectl_file_remove (self->host, path, NULL))
    g_debug ("%s stays", path);
}

gboolean
ectl_initscript_change (EctlInitScript *self, const EctlScriptVerb *verb, EctlCall *call, GError **error)
{
  g_autoptr (GError) why = NULL;
  gboolean met_another = verb->busy, done = FALSE;
  gint64 begun = ectl_host_now_us (self->host);

  if (!ectl_initscript_may_act (self, verb->verb, error) || (verb->wanted == ECTL_BELIEF_ACTIVE && !check_own_pid_file (self, error)))
    return FALSE;
  for (guint i = 0; i < MOST_ATTEMPTS; i++)
    {
      g_clear_error (&why);
      done = run_verb (self, verb, call, &why);
      if (done)
        break;
      if (!ectl_error_is (why, ECTL_ERROR_FAILED) || !has_given_way (self, verb, &met_another, &done, call))
        break;
    }
  if (done && verb->wanted == ECTL_BELIEF_INACTIVE)
    clear_debris (self, begun);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&why));
  return done;
}

/* SIGHUP to the engine, whether or not the script has a word for it: what moby's own units do. */
gboolean
ectl_initscript_reload (EctlBackend *backend, EctlCall *call, GError **error)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  g_autoptr (EctlBelief) belief = ectl_initscript_new_belief (self);
  g_autoptr (EctlProcess) engine = belief->service->main_pid > 0 ? ectl_process_read (self->host, belief->service->main_pid, NULL) : NULL;
  (void) call;

  if (engine != NULL)
    return ectl_process_signal (self->host, engine, ECTL_SIGNAL_RELOAD, error);
  ectl_set_error (error, ECTL_ERROR_NOT_RUNNING, _ ("no pid file names the engine of %s"), self->name);
  return FALSE;
}

/* --- at boot ------------------------------------------------------------------------------------------------------------------ */

void
ectl_initscript_take_links (EctlInitScript *self, const EctlScriptLinks *links, EctlBelief *belief)
{
  gboolean enabled = links->is_enabled (self);
  belief->service->enabled = g_strdup (enabled ? "enabled" : "disabled");
  belief->service->at_boot = enabled ? ECTL_AT_BOOT_YES : ECTL_AT_BOOT_NO;
}

gboolean
ectl_initscript_set_enabled (EctlInitScript *self, const EctlScriptLinks *links, gboolean enabled, gboolean dry_run, gboolean *changed, EctlCall *call,
                             GError **error)
{
  *changed = links->is_enabled (self) != enabled;
  if (!*changed || dry_run)
    return TRUE;
  if (!ectl_initscript_may_act (self, enabled ? "enable" : "disable", error) || !links->switch_links (self, enabled, call, error))
    return FALSE;
  if (links->is_enabled (self) == enabled)
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the links of %s are as they were, although the tool that switches them did not complain"), self->name);
  return FALSE;
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
