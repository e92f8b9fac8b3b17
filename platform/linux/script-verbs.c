/* SPDX-License-Identifier: Apache-2.0 */
/* What changes a service that is an init script: its start and stop beside others that do the same, its reload, its links. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/file.h"
#include "platform/linux/initscript.h"
#include "platform/linux/pidfile.h"
#include "platform/supervise.h"

/* Between two looks at a script that is on its way. */
#define LOOK_EVERY_MS 100
#define MOST_ATTEMPTS 10
#define NEWBORN_MS 3000

gboolean
ectl_initscript_run (EctlInitScript *self, const char *program, const char *verb, gboolean changes, EctlCall *call, EctlProgramEnd *end, GError **error)
{
  g_autofree char *file = ectl_host_path (self->host, self->script);
  const char *const by_program[] = { program, self->name, verb, NULL }, *const by_script[] = { file, verb, NULL };

  return ectl_program_run (program != NULL ? by_program : by_script, changes ? ECTL_PROGRAM_LEAVE : ECTL_PROGRAM_KILL, call, end, error);
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
  const EctlPidFile own = ectl_pidfile_read (self->host, self->own_pid_file);
  g_autoptr (EctlProcess) process = own.pid > 0 ? ectl_process_read (self->host, own.pid, NULL) : NULL;

  if (process == NULL || process->role == ECTL_ROLE_ENGINE || !ectl_process_is_alive (self->host, process))
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot start %s: its pid file %s names %s[%" G_GINT64_FORMAT "], which is no engine"), self->name,
                  self->own_pid_file, process->name, process->pid);
  if (error != NULL)
    {
      g_autofree char *hint = g_strconcat ("rm ", self->own_pid_file, NULL);
      ectl_error_set_hint (*error, hint);
      ectl_error_set_finding (*error, "stale-pid-file", NULL);
    }
  return FALSE;
}

/* Its script may not be able to stop it yet: it finds it by the pid file that the engine itself writes. */
static gboolean
is_newborn (EctlInitScript *self)
{
  g_autoptr (EctlProcess) engine = ectl_initscript_find_engine (self);
  return engine == NULL || engine->age_ms < NEWBORN_MS;
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

/* An engine that is stopped in its first moments dies before it has learnt to tidy up, and one that the script had to kill could not: its pid file would pass for a failure.
 * One that is older than the stop, and that named no engine when it began, is none of its making and stays. */
static void
clear_debris (EctlInitScript *self, const EctlProcess *before, gint64 since_us)
{
  const EctlPidFile file = ectl_pidfile_read (self->host, self->pid_file);
  g_autoptr (EctlProcess) engine = ectl_pidfile_find_engine (self->host, &file);

  gboolean ours = file.written_us >= since_us || (before != NULL && file.pid == before->pid);

  if (file.there && engine == NULL && ours && !ectl_file_remove (self->host, self->pid_file, NULL))
    g_debug ("%s stays", self->pid_file);
}

/* Two starts at the same time would start two engines: a script only looks, and does not lock. A stop may cancel a start, and is not kept from it. */
static gboolean
lock_start (EctlInitScript *self, EctlLock **lock, EctlCall *call, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/run/enginectl-start-%s.lock", self->name);
  gint64 holder = 0;

  while ((*lock = ectl_lock_take (self->host, path, &holder, NULL)) == NULL && holder > 0)
    if (!ectl_call_sleep (call, LOOK_EVERY_MS, error))
      {
        g_prefix_error (error, _ ("enginectl[%" G_GINT64_FORMAT "] is starting %s: "), holder, self->name);
        return FALSE;
      }
  /* Where there is no lock to be had, nobody else has one either. */
  return TRUE;
}

gboolean
ectl_initscript_change (EctlInitScript *self, const EctlScriptVerb *verb, EctlCall *call, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (EctlLock) lock = NULL;
  gboolean starts = verb->wanted == ECTL_BELIEF_ACTIVE, met_another = verb->busy, done = FALSE;
  gint64 begun = ectl_host_now_us (self->host);
  g_autoptr (EctlProcess) before = starts ? NULL : ectl_initscript_find_engine (self);

  if (!ectl_initscript_may_act (self, verb->verb, error) || (starts && !check_own_pid_file (self, error)))
    return FALSE;
  if (starts && !lock_start (self, &lock, call, error))
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
  if (done && !starts)
    clear_debris (self, before, begun);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&why));
  return done;
}

/* SIGHUP to the engine, whether or not the script has a word for it: what moby's own units do. */
gboolean
ectl_initscript_reload (EctlBackend *backend, EctlCall *call, GError **error)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  g_autoptr (EctlProcess) engine = ectl_initscript_find_engine (self);
  (void) call;

  if (engine != NULL)
    return ectl_process_signal (self->host, engine, ECTL_SIGNAL_RELOAD, error);
  ectl_set_error (error, ECTL_ERROR_NOT_RUNNING, _ ("no pid file names the engine of %s"), self->name);
  return FALSE;
}

gboolean
ectl_initscript_set_enabled (EctlBackend *backend, gboolean enabled, gboolean dry_run, gboolean *changed, GPtrArray *notes, EctlCall *call, GError **error)
{
  EctlInitScript *self = (EctlInitScript *) backend;
  const EctlScriptLinks *links = self->links;
  (void) notes;

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
