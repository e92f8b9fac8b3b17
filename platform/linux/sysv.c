/* SPDX-License-Identifier: Apache-2.0 */
/* SysV: `service` and the init script, the links of the run levels, update-rc.d and chkconfig; an upstart job of the same name is reached through `service` too. */
#include <glob.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/initscript.h"

extern const EctlBackendClass ectl_sysv_backend;

typedef struct {
  EctlInitScript script;
  char *job;     /* upstart's "/etc/init/docker.conf" */
  char *service; /* the program `service`, or NULL */
} Sysv;

static gboolean
is_first_process_init (const EctlHost *host)
{
  g_autofree char *name = ectl_host_read_file (host, "/proc/1/comm", 64, NULL, NULL);
  return name != NULL && g_str_equal (g_strchomp (name), "init");
}

static EctlClaim
claim (EctlHost *host, char **why, GError **error)
{
  (void) error;

  if (ectl_host_test (host, "/etc/init.d/docker", G_FILE_TEST_IS_REGULAR) || ectl_host_test (host, "/etc/init/docker.conf", G_FILE_TEST_IS_REGULAR))
    {
      *why = g_strdup (_ ("neither systemd nor OpenRC runs here, and docker has an init script"));
      return ECTL_CLAIM_MINE;
    }
  if (is_first_process_init (host) && ectl_host_test (host, "/etc/inittab", G_FILE_TEST_IS_REGULAR))
    {
      *why = g_strdup (_ ("neither systemd nor OpenRC runs here; the first process is init, and /etc/inittab is its table"));
      return ECTL_CLAIM_MINE;
    }
  *why = g_strdup (_ ("no init script of docker, and no /etc/inittab of an init that runs"));
  return ECTL_CLAIM_NOT_MINE;
}

/* --- run levels ------------------------------------------------------------------------------------------------------------- */

/* Links of KIND ('S' starts, 'K' stops) in LEVEL ('*': in any), as paths of the host. */
static char **
find_links (const Sysv *sysv, char kind, char level)
{
  static const char *const places[] = { "/etc/rc%c.d/%c[0-9][0-9]%s", "/etc/rc.d/rc%c.d/%c[0-9][0-9]%s" };
  GPtrArray *found = g_ptr_array_new ();
  g_autofree char *root = ectl_host_path (sysv->script.host, "");

  for (guint i = 0; i < G_N_ELEMENTS (places) && found->len == 0; i++)
    {
      g_autofree char *pattern = g_strdup_printf (places[i], level, kind, sysv->script.name);
      g_autofree char *file = ectl_host_path (sysv->script.host, pattern);
      glob_t matches = { 0 };
      if (glob (file, 0, NULL, &matches) == 0)
        for (size_t n = 0; n < matches.gl_pathc; n++)
          g_ptr_array_add (found, g_strdup (matches.gl_pathv[n] + strlen (root)));
      globfree (&matches);
    }
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}

static gboolean
has_link (const Sysv *sysv, char kind, char level)
{
  g_auto (GStrv) links = find_links (sysv, kind, level);
  return links[0] != NULL;
}

/* inittab(5): "id:2:initdefault:"; 0 where none is said. */
static char
default_level (const EctlHost *host)
{
  g_autofree char *table = ectl_host_read_file (host, "/etc/inittab", 64 * 1024, NULL, NULL);
  g_auto (GStrv) lines = g_strsplit (table != NULL ? table : "", "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      const char *level = **line != '#' && strstr (*line, ":initdefault:") != NULL ? strchr (*line, ':') : NULL;
      if (level != NULL && g_ascii_isdigit (level[1]))
        return level[1];
    }
  return 0;
}

/* Of a job: it starts by itself unless its override says `manual` (init(5) of upstart). */
static gboolean
is_job_manual (const Sysv *sysv)
{
  g_autofree char *path = g_strdup_printf ("/etc/init/%s.override", sysv->script.name);
  g_autofree char *text = ectl_host_read_file (sysv->script.host, path, 64 * 1024, NULL, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      (*line)[strcspn (*line, "#")] = '\0';
      if (g_str_equal (g_strstrip (*line), "manual"))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_job (const Sysv *sysv)
{
  return ectl_host_test (sysv->script.host, sysv->job, G_FILE_TEST_IS_REGULAR);
}

static gboolean
is_enabled (EctlInitScript *script)
{
  const Sysv *sysv = (const Sysv *) script;
  char level = default_level (sysv->script.host);

  if (is_job (sysv))
    return !is_job_manual (sysv);
  if (level != 0)
    return has_link (sysv, 'S', level);
  return has_link (sysv, 'S', '2') || has_link (sysv, 'S', '3') || has_link (sysv, 'S', '5');
}

/* The tool knows the script's own run levels; a service without any link has to be made known to it first. Where the default level lost its link alone, `enable` of
 * Debian's has nothing to turn round, and it is made known anew. */
static gboolean
switch_links (EctlInitScript *script, gboolean enabled, EctlCall *call, GError **error)
{
  const Sysv *sysv = (const Sysv *) script;
  const char *name = script->name;
  g_autofree char *update_rc_d = ectl_program_find (script->host, "update-rc.d"), *chkconfig = ectl_program_find (script->host, "chkconfig");
  gboolean known = has_link (sysv, 'S', '*') || has_link (sysv, 'K', '*');
  const char *const add_debian[] = { update_rc_d, name, "defaults", NULL }, *const forget[] = { update_rc_d, "-f", name, "remove", NULL };
  const char *const debian[] = { update_rc_d, name, enabled ? "enable" : "disable", NULL };
  const char *const add_red_hat[] = { chkconfig, "--add", name, NULL }, *const red_hat[] = { chkconfig, name, enabled ? "on" : "off", NULL };

  if (is_job (sysv))
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("%s is an upstart job: write or remove `manual` in /etc/init/%s.override"), name, name);
  else if (update_rc_d != NULL)
    return (known || ectl_program_run_well (add_debian, call, error)) && ectl_program_run_well (debian, call, error)
           && (!enabled || is_enabled (script) || (ectl_program_run_well (forget, call, error) && ectl_program_run_well (add_debian, call, error)));
  else if (chkconfig != NULL)
    return (known || ectl_program_run_well (add_red_hat, call, error)) && ectl_program_run_well (red_hat, call, error);
  else
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("neither update-rc.d nor chkconfig is installed here"));
  return FALSE;
}

static const EctlScriptLinks links = { is_enabled, switch_links };

/* --- open and close ---------------------------------------------------------------------------------------------------------- */

static void
close_backend (EctlBackend *backend)
{
  Sysv *sysv = (Sysv *) backend;
  g_free (sysv->job);
  g_free (sysv->service);
  ectl_initscript_free (&sysv->script);
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  Sysv *sysv = ectl_initscript_new (sizeof *sysv, &ectl_sysv_backend, &links, host, options, error);
  (void) call;

  if (sysv == NULL)
    return NULL;
  sysv->job = g_strdup_printf ("/etc/init/%s.conf", sysv->script.name);
  sysv->service = ectl_program_find (host, "service");
  return &sysv->script.base;
}

/* --- belief ------------------------------------------------------------------------------------------------------------------- */

/* upstart's goal and state (init(5), initctl(8)): "docker start/running, process 1234", "docker stop/waiting"; it exits 0 for each. What lies between is on
 * its way, and the process that is named then may be one of its scripts. */
static void
take_job_word (EctlBelief *belief, const char *text)
{
  static const char *const with_engine[] = { "start/running, process ", "start/post-start, process ", "stop/pre-stop, process ", "stop/stopping, process ",
                                             "stop/killed, process " };
  gboolean up = strstr (text, " start/running") != NULL, down = strstr (text, " stop/waiting") != NULL;

  ectl_initscript_take_word (belief, up ? 0 : (down ? 3 : -1));
  if (!up && strstr (text, " start/") != NULL)
    ectl_initscript_take_state (belief, ECTL_BELIEF_ACTIVATING, "activating", "starting");
  else if (!down && strstr (text, " stop/") != NULL)
    ectl_initscript_take_state (belief, ECTL_BELIEF_DEACTIVATING, "deactivating", "stopping");
  for (guint i = 0; i < G_N_ELEMENTS (with_engine); i++)
    {
      const char *process = strstr (text, with_engine[i]);
      if (process == NULL)
        continue;
      belief->service->main_pid = g_ascii_strtoll (process + strlen (with_engine[i]), NULL, 10);
      belief->pid_is_proof = TRUE;
    }
}

/* A script without the verb `status` says how it is used: then its pid file is the word that it has. */
static void
take_script_word (EctlBelief *belief, int code, gboolean is_usage)
{
  gboolean proven = belief->service->main_pid > 0 && belief->pid_is_proof;
  gboolean told = code == 0 || (code >= 1 && code <= 3 && !is_usage);

  /* Dead without a file of it that was left is as good as stopped. */
  if ((code == 1 || code == 2) && !belief->pid_file_left)
    code = 3;
  ectl_initscript_take_word (belief, told ? code : -1);
  if (!told && proven)
    belief->activity = ECTL_BELIEF_ACTIVE;
}

/* A job is only known to `service`, and its pid too: so it is waited for. */
static gboolean
ask_job (Sysv *sysv, EctlBelief *belief, EctlCall *call, GError **error)
{
  g_auto (EctlProgramEnd) end = { 0 };

  if (sysv->service == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("%s is a job of upstart, and there is no program `service` to ask it with"), sysv->script.name);
      return FALSE;
    }
  if (!ectl_initscript_run (&sysv->script, sysv->service, "status", FALSE, call, &end, error))
    {
      g_prefix_error (error, _ ("%s does not tell its status: "), "service");
      return FALSE;
    }
  take_job_word (belief, end.text);
  return TRUE;
}

/* A script is asked without `service`, which costs as much again. */
static EctlBelief *
begin_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error)
{
  Sysv *sysv = (Sysv *) backend;
  g_autoptr (EctlBelief) belief = ectl_initscript_new_belief (&sysv->script);
  gboolean job = is_job (sysv);

  if (job)
    ectl_initscript_set_file (belief, sysv->job);
  if (!belief->service->installed)
    return g_steal_pointer (&belief);
  ectl_initscript_take_links (&sysv->script, belief);
  if (detail == ECTL_DETAIL_FULL)
    {
      belief->service->drop_in_paths = find_links (sysv, 'S', '*');
      belief->service->command = ectl_initscript_read_command (&sysv->script);
    }
  if (job && !ask_job (sysv, belief, call, error))
    return NULL;
  if (!job && ectl_initscript_check (&sysv->script, belief) && !ectl_initscript_ask (&sysv->script, belief, error))
    return NULL;
  return g_steal_pointer (&belief);
}

static gboolean
complete_belief (EctlBackend *backend, EctlBelief *belief, EctlCall *call, GError **error)
{
  Sysv *sysv = (Sysv *) backend;
  g_auto (EctlProgramEnd) end = { 0 };

  if (!ectl_initscript_hear (&sysv->script, belief, call, &end, error))
    return FALSE;
  take_script_word (belief, end.code, g_ascii_strncasecmp (end.text, "usage", strlen ("usage")) == 0);
  return TRUE;
}

/* --- verbs -------------------------------------------------------------------------------------------------------------------- */

static gboolean
start (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error)
{
  Sysv *sysv = (Sysv *) backend;
  (void) units;
  (void) reset_failed; /* a script knows no failure: it looks at the process */
  (void) wait;         /* it has no other way than to end */

  ectl_initscript_mark_log (&sysv->script);
  const EctlScriptVerb verb = { "start", sysv->service, ECTL_BELIEF_ACTIVE, FALSE };
  return ectl_initscript_change (&sysv->script, &verb, call, error);
}

static gboolean
stop (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error)
{
  Sysv *sysv = (Sysv *) backend;
  (void) units;
  const EctlScriptVerb verb = { "stop", sysv->service, ECTL_BELIEF_INACTIVE, FALSE };
  return ectl_initscript_change (&sysv->script, &verb, call, error);
}

const EctlBackendClass ectl_sysv_backend = {
  .name = "sysv",
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
