/* SPDX-License-Identifier: Apache-2.0 */
/* enable and disable: the service and its socket unit, as one. */
#include <string.h>
#include <sys/wait.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/program.h"
#include "platform/linux/systemd.h"

static gboolean
is_enabled (const char *file_state)
{
  return g_strcmp0 (file_state, "enabled") == 0;
}

static gboolean
is_enabled_for_now (const char *file_state)
{
  return g_strcmp0 (file_state, "enabled-runtime") == 0;
}

/* Does it take a change to have it so? Links below /run are gone after the next boot: too little for enable, too much for disable. */
static gboolean
differs (const char *file_state, gboolean enabled)
{
  if (enabled)
    return !is_enabled (file_state);
  return is_enabled (file_state) || is_enabled_for_now (file_state);
}

/* Units that have no [Install] or whose links another unit makes cannot be switched. */
static gboolean
can_switch (const char *file_state)
{
  static const char *const words[] = { "enabled", "enabled-runtime", "linked", "linked-runtime", "disabled", NULL };
  return file_state != NULL && g_strv_contains (words, file_state);
}

/* --- units ------------------------------------------------------------------------------------------------------------------ */

static void
send_switch (EctlSystemd *systemd, gboolean enabled, gboolean for_now, char **units, EctlReply *reply)
{
  sd_bus_message *message = ectl_bus_new_call (&systemd->bus, ECTL_SYSTEMD_PATH, ECTL_SYSTEMD_MANAGER, enabled ? "EnableUnitFiles" : "DisableUnitFiles");
  if (message != NULL)
    {
      sd_bus_message_append_strv (message, units);
      if (enabled)
        sd_bus_message_append (message, "bb", for_now, FALSE);
      else
        sd_bus_message_append (message, "b", for_now);
    }
  ectl_bus_send (&systemd->bus, message, reply);
}

static gboolean
reload_manager (EctlSystemd *systemd, EctlCall *call, GError **error)
{
  EctlReply reply = { 0 };
  ectl_bus_send (&systemd->bus, ectl_bus_new_call (&systemd->bus, ECTL_SYSTEMD_PATH, ECTL_SYSTEMD_MANAGER, "Reload"), &reply);
  gboolean ok = ectl_bus_collect (&systemd->bus, call, error) && ectl_reply_check (&reply, _ ("cannot reload systemd"), error);
  ectl_reply_clear (&reply);
  return ok;
}

static gboolean
switch_units (EctlSystemd *systemd, gboolean enabled, gboolean for_now, char **units, EctlCall *call, GError **error)
{
  EctlReply reply = { 0 };
  g_autofree char *names = g_strjoinv (", ", units);
  g_autofree char *what = g_strdup_printf (enabled ? _ ("cannot enable %s") : _ ("cannot disable %s"), names);

  send_switch (systemd, enabled, for_now, units, &reply);
  gboolean ok = ectl_bus_collect (&systemd->bus, call, error) && ectl_reply_check (&reply, what, error);
  ectl_reply_clear (&reply);
  return ok;
}

/* --- a unit that was made of an init script ------------------------------------------------------------------------------- */

/* systemctl(1): it hands such units to this program. */
static char *
find_sysv_install (const EctlHost *host)
{
  static const char *const places[] = { "/usr/lib/systemd/systemd-sysv-install", "/lib/systemd/systemd-sysv-install" };
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *file = ectl_host_path (host, places[i]);
      if (g_file_test (file, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&file);
    }
  return NULL;
}

/* Waits under the call; the program is left to itself where the call is over first. */
static gboolean
run_sysv_install (EctlSystemd *systemd, const char *verb, gint *code, EctlCall *call, GError **error)
{
  g_autofree char *program = find_sysv_install (systemd->host);
  g_autofree char *script = g_strndup (systemd->service, strlen (systemd->service) - strlen (".service"));
  char *environment[] = { (char *) ECTL_PROGRAM_LOCALE, (char *) "PATH=" ECTL_PROGRAM_PATH, NULL };
  char *argv[] = { program, (char *) verb, script, NULL };
  g_autoptr (GError) why = NULL;
  GPid pid;

  if (program == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("%s is an init script, and systemd-sysv-install is not installed"), systemd->service);
      return FALSE;
    }
  if (!g_spawn_async (NULL, argv, environment, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, ectl_program_reset_signals,
                      NULL, &pid, &why))
    {
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot run %s: %s"), program, why->message);
      return FALSE;
    }
  gint status = 0;
  pid_t ended;
  while ((ended = waitpid (pid, &status, WNOHANG)) == 0)
    if (!ectl_call_sleep (call, 10, error))
      return FALSE;
  /* A caller that ignores SIGCHLD takes the status away from us: not known is no success. */
  *code = ended == pid && WIFEXITED (status) ? WEXITSTATUS (status) : 128;
  return TRUE;
}

static gboolean
switch_script (EctlSystemd *systemd, gboolean enabled, gboolean dry_run, gboolean *changed, EctlCall *call, GError **error)
{
  gint code = 0;

  if (!run_sysv_install (systemd, "is-enabled", &code, call, error))
    return FALSE;
  *changed = (code == 0) != enabled;
  if (!*changed || dry_run)
    return TRUE;
  if (!run_sysv_install (systemd, enabled ? "enable" : "disable", &code, call, error))
    return FALSE;
  if (code == 0)
    return reload_manager (systemd, call, error);
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("systemd-sysv-install could not do it for %s (exit code %d)"), systemd->service, code);
  return FALSE;
}

/* --- both --------------------------------------------------------------------------------------------------------------------- */

/* The units that can be switched; NOTES tells of those that cannot. */
static char **
choose_units (const EctlBelief *belief, gboolean enabled, gboolean *changed, GPtrArray *notes)
{
  const EctlService *service = belief->service;
  const EctlUnit *socket = service->socket;
  GPtrArray *units = g_ptr_array_new ();

  if (can_switch (service->enabled))
    {
      g_ptr_array_add (units, g_strdup (service->name));
      *changed |= differs (service->enabled, enabled);
    }
  if (socket != NULL && can_switch (socket->enabled))
    {
      g_ptr_array_add (units, g_strdup (socket->name));
      *changed |= differs (socket->enabled, enabled);
    }
  else if (socket != NULL && belief->socket_masked)
    g_ptr_array_add (notes, g_strdup_printf (_ ("%s is masked and left alone: only the service was switched"), socket->name));
  else if (socket == NULL)
    g_ptr_array_add (notes, g_strdup (_ ("there is no socket unit: only the service was switched")));
  g_ptr_array_add (units, NULL);
  return (char **) g_ptr_array_free (units, FALSE);
}

/* A service that cannot be enabled: its socket unit alone would be half of what was asked for. */
static gboolean
may_enable (const EctlSystemd *systemd, const EctlBelief *belief, GError **error)
{
  const EctlService *service = belief->service;

  if (can_switch (service->enabled))
    return TRUE;
  if (belief->masked)
    {
      ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("cannot enable %s: it is masked"), service->name);
      if (error != NULL)
        ectl_systemd_hint_unmask (systemd, *error);
    }
  else if (belief->bad_setting)
    ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("cannot enable %s: %s"), service->name, belief->load_error != NULL ? belief->load_error : service->load);
  else
    ectl_set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("cannot enable %s: its unit file says nothing about the boot (%s)"), service->name,
                    service->enabled != NULL ? service->enabled : service->load);
  return FALSE;
}

gboolean
ectl_systemd_set_enabled (EctlBackend *backend, gboolean enabled, gboolean dry_run, gboolean *changed, GPtrArray *notes, EctlCall *call, GError **error)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  g_autoptr (EctlBelief) belief = ectl_systemd_get_belief (backend, ECTL_DETAIL_DOCUMENT, call, error);

  *changed = FALSE;
  if (belief == NULL)
    return FALSE;
  if (!belief->service->installed)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_INSTALLED, _ ("there is no service %s on this host"), belief->service->name);
      return FALSE;
    }
  if (g_strcmp0 (belief->service->enabled, "generated") == 0)
    return switch_script (systemd, enabled, dry_run, changed, call, error);
  if (enabled && !may_enable (systemd, belief, error))
    return FALSE;
  g_auto (GStrv) units = choose_units (belief, enabled, changed, notes);
  if (!*changed || dry_run || units[0] == NULL)
    return TRUE;
  const EctlUnit *socket = belief->service->socket;
  gboolean for_now = !enabled && (is_enabled_for_now (belief->service->enabled) || (socket != NULL && is_enabled_for_now (socket->enabled)));
  if (for_now && !switch_units (systemd, FALSE, TRUE, units, call, error))
    return FALSE;
  return switch_units (systemd, enabled, FALSE, units, call, error) && reload_manager (systemd, call, error);
}
