/* SPDX-License-Identifier: Apache-2.0 */
/* No manager at all: a plain dockerd, told by its pid file, started by `enginectl run --background`, ended by a signal. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/install.h"
#include "platform/linux/initscript.h"
#include "platform/process.h"
#include "platform/supervise.h"

extern const EctlBackendClass ectl_direct_backend;

typedef struct {
  EctlInitScript script;
  char **words; /* behind BACKGROUND, so that what ran when it was last looked at runs again; NULL where nothing did */
} Direct;

/* The last that is asked. */
static EctlClaim
claim (EctlHost *host, char **why, GError **error)
{
  (void) host;
  (void) error;
  *why = g_strdup (_ ("no service manager that is known runs here: the engine is a plain dockerd"));
  return ECTL_CLAIM_MINE;
}

static void
close_backend (EctlBackend *backend)
{
  Direct *direct = (Direct *) backend;
  g_strfreev (direct->words);
  ectl_initscript_free (&direct->script);
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  (void) call;
  return ectl_initscript_new (sizeof (Direct), &ectl_direct_backend, NULL, host, options, error);
}

#define BACKGROUND "--background"
static const char *const standard_words[] = { "run", "--restart", "on-failure", "--", NULL };

/* The command of the supervisor, or the options of an engine that has none: nobody else keeps them for a restart. */
static void
note_words (Direct *direct, gint64 supervisor, gint64 engine)
{
  g_auto (GStrv) argv = ectl_process_get_argv (direct->script.host, supervisor > 0 ? supervisor : engine);

  if (argv == NULL || argv[0] == NULL)
    return;
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  if (supervisor <= 0)
    g_strv_builder_addv (words, (const char **) standard_words);
  for (char **word = argv + 1; *word != NULL; word++)
    if (!g_str_equal (*word, BACKGROUND))
      g_strv_builder_add (words, *word);
  g_strfreev (direct->words);
  direct->words = g_strv_builder_end (words);
}

/* It may have been told to write its pid file elsewhere, or has not come to it yet. */
static gint64
find_child (const EctlInitScript *self, gint64 supervisor)
{
  g_autoptr (GArray) engines = ectl_processes_find_engines (self->host);

  for (guint i = 0; i < engines->len; i++)
    {
      g_autoptr (EctlProcess) process = ectl_process_read (self->host, g_array_index (engines, gint64, i), NULL);
      if (process != NULL && process->ppid == supervisor)
        return process->pid;
    }
  return 0;
}

/* Where no engine is there, the supervisor's own word is all. */
static void
take_word_of_supervisor (EctlInitScript *self, EctlBelief *belief, gint64 supervisor)
{
  EctlService *service = belief->service;

  if (supervisor > 0 && service->main_pid == 0)
    service->main_pid = find_child (self, supervisor);
  if (supervisor > 0 && ectl_lock_has_mark (self->host, ECTL_RUN_LOCK, ECTL_LOCK_ENDING))
    ectl_initscript_take_state (belief, ECTL_BELIEF_DEACTIVATING, "deactivating", "stopping");
  else if (service->main_pid > 0)
    ectl_initscript_take_word (belief, 0);
  else if (supervisor > 0 && !ectl_lock_has_mark (self->host, ECTL_RUN_LOCK, ECTL_LOCK_WAITING))
    ectl_initscript_take_state (belief, ECTL_BELIEF_ACTIVATING, "activating", "starting");
  else if (supervisor > 0)
    {
      ectl_initscript_take_state (belief, ECTL_BELIEF_AUTO_RESTART, "activating", "auto-restart");
      service->result = g_strdup ("exit-code");
    }
}

/* There is nobody whose word it could be: what the pid file says is all. */
static EctlBelief *
get_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  EctlBelief *belief = ectl_initscript_new_belief (self);
  g_autofree char *program = ectl_host_find_program (self->host, "dockerd");
  EctlService *service = belief->service;
  gint64 supervisor = ectl_lock_find_holder (self->host, ECTL_RUN_LOCK);
  (void) detail;
  (void) call;
  (void) error;

  g_clear_pointer (&service->fragment_path, g_free);
  service->installed = program != NULL;
  service->stop_timeout_ms = -1;
  service->at_boot = ECTL_AT_BOOT_NO;
  belief->owns_what_runs = TRUE;
  if (supervisor > 0 || service->main_pid > 0)
    note_words ((Direct *) backend, supervisor, service->main_pid);
  take_word_of_supervisor (self, belief, supervisor);
  return belief;
}

/* Whoever supervises it first: it would start it again. */
static gboolean
stop (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  gint64 supervisor = ectl_lock_find_holder (self->host, ECTL_RUN_LOCK);
  g_autoptr (EctlProcess) process = supervisor > 0 ? ectl_process_read (self->host, supervisor, NULL) : ectl_initscript_find_engine (self);
  (void) units;

  if (process == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("no pid file names the engine; enginectl probe shows what runs"));
      return FALSE;
    }
  return ectl_process_signal (self->host, process, ECTL_SIGNAL_TERMINATE, error) && ectl_process_wait_gone (self->host, process, call, error);
}

/* Its own sentence, without its name before it and its advice behind it. */
static gboolean
fail_with (const char *said, GError **error)
{
  const char *text = g_str_has_prefix (said, "enginectl: ") ? said + strlen ("enginectl: ") : said;
  g_autofree char *sentence = g_strndup (text, strcspn (text, "\n"));
  ectl_set_error (error, ECTL_ERROR_FAILED, "%s", *sentence != '\0' ? sentence : _ ("the engine died after its start"));
  return FALSE;
}

static gboolean
start (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error)
{
  Direct *direct = (Direct *) backend;
  EctlInitScript *self = &direct->script;
  g_autofree char *program = ectl_install_own_program (self->host);
  const char *const head[] = { program, BACKGROUND, NULL };
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (EctlProgramEnd) end = { 0 };
  (void) units;
  (void) reset_failed;
  (void) wait;

  if (!ectl_initscript_may_act (self, "start", error))
    return FALSE;
  if (program == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the program enginectl, which would supervise the engine, is not found"));
      return FALSE;
    }
  g_strv_builder_addv (words, (const char **) head);
  g_strv_builder_addv (words, direct->words != NULL ? (const char **) direct->words : (const char **) standard_words);
  g_auto (GStrv) argv = g_strv_builder_end (words);
  ectl_initscript_mark_log (self);
  if (!ectl_program_run ((const char *const *) argv, ECTL_PROGRAM_LEAVE, call, &end, error))
    return FALSE;
  return end.code == 0 || fail_with (end.text, error);
}

const EctlBackendClass ectl_direct_backend = {
  .name = "direct",
  .claim = claim,
  .open = open_backend,
  .close = close_backend,
  .get_belief = get_belief,
  .start = start,
  .stop = stop,
  .reload = ectl_initscript_reload,
  .read_log = ectl_initscript_read_log,
  .subscribe = ectl_initscript_subscribe,
  .drain = ectl_initscript_drain,
};
