/* SPDX-License-Identifier: Apache-2.0 */
/* uninstall: takes away what `install` wrote, and nothing else. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "engine/install.h"
#include "platform/file.h"
#include "platform/install.h"

/* Is what is at PATH what was written there, so far as anything is? */
static gboolean
is_untouched (const EctlHost *host, const EctlInstallList *list, const char *path)
{
  g_autofree char *present = ectl_host_read_file (host, path, ECTL_INSTALL_MOST_BYTES, NULL, NULL);
  return present != NULL ? ectl_install_list_knows (list, path, present) : !ectl_install_is_occupied (host, path);
}

static gboolean
remove_file (EctlRun *run, EctlInstallList *list, const char *path, GError **error)
{
  const EctlHost *host = run->engine->host;
  gint64 begun = g_get_monotonic_time ();

  if (!is_untouched (host, list, path))
    {
      ectl_run_note (run, _ ("%s was edited since it was installed; it stays"), path);
      return TRUE;
    }
  if (!ectl_run_is_dry (run) && !ectl_file_remove (host, path, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("remove %s"), path);
  return TRUE;
}

static gboolean
remove_files (EctlRun *run, EctlInstallList *list, GError **error)
{
  g_autofree char **paths = (char **) g_hash_table_get_keys_as_array (list->sums, NULL);

  for (char **path = paths; *path != NULL; path++)
    if (!remove_file (run, list, *path, error))
      return FALSE;
  return TRUE;
}

/* It may be the primary group of somebody by now. */
static void
remove_group (EctlRun *run, const EctlInstallList *list)
{
  gint64 begun = g_get_monotonic_time ();
  g_autoptr (GError) why = NULL;

  if (!list->group_is_ours)
    return;
  if (ectl_run_is_dry (run) || ectl_install_remove_group (run->engine->host, ECTL_INSTALL_GROUP, run->call, &why))
    ectl_run_step (run, begun, _ ("remove the group %s"), ECTL_INSTALL_GROUP);
  else
    ectl_run_note (run, _ ("the group %s stays: %s"), ECTL_INSTALL_GROUP, why->message);
}

/* A service whose program is gone may still be up, or listen. */
static EctlPlan
plan_stop (const EctlRun *run)
{
  EctlActivity activity = run->before->belief->activity;
  EctlPlan plan = ectl_plan_stop (&run->now, FALSE, FALSE);

  if (plan != ECTL_PLAN_NOT_INSTALLED)
    return plan;
  if (activity != ECTL_BELIEF_INACTIVE && activity != ECTL_BELIEF_FAILED)
    return ECTL_PLAN_STOP;
  return run->now.socket_up ? ECTL_PLAN_STOP_SOCKET : ECTL_PLAN_NOTHING;
}

/* Where there is no docker.service any more, the run is about another one, which is not ours. */
static gboolean
is_about_ours (const EctlRun *run)
{
  const char *name = ectl_run_service (run);
  return run->now.has_service && (g_str_equal (name, ECTL_INSTALL_SERVICE) || g_str_equal (name, ECTL_INSTALL_SERVICE ".service"));
}

/* Off at boot and stopped before its files go: afterwards nobody could. */
static gboolean
switch_off (EctlRun *run, GError **error)
{
  const EctlBackendClass *klass = run->engine->backend->klass;
  EctlPlan plan = plan_stop (run);
  gint64 begun = g_get_monotonic_time ();
  gboolean changed = FALSE;

  if (!ectl_run_may (run, plan, error) || !ectl_run_stop (run, plan, error))
    return FALSE;
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  if (klass->set_enabled != NULL && !klass->set_enabled (run->engine->backend, FALSE, ectl_run_is_dry (run), &changed, notes, run->call, error))
    return FALSE;
  if (changed)
    ectl_run_step (run, begun, _ ("disable %s"), ectl_run_service (run));
  return ectl_run_is_dry (run) || ectl_install_forget (run->engine->host, klass->name, ECTL_INSTALL_SERVICE, run->call, error);
}

/* Our service for containerd runs beside the engine's and would go on without its file; one that was edited is somebody else's now. */
static gboolean
switch_off_containerd (EctlRun *run, const EctlInstallList *list, GError **error)
{
  const EctlHost *host = run->engine->host;
  const EctlInstallFile *file = ectl_install_files (run->engine->backend->klass->name);
  gint64 begun = g_get_monotonic_time ();

  while (file != NULL && file->template != NULL && !file->is_containerd)
    file++;
  if (file == NULL || file->template == NULL || !ectl_install_list_has (list, file->path) || !ectl_install_is_occupied (host, file->path)
      || !is_untouched (host, list, file->path))
    return TRUE;
  if (!ectl_run_is_dry (run) && !ectl_install_switch_off (host, file->path, run->call, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("stop and disable %s"), strrchr (file->path, '/') + 1);
  return TRUE;
}

/* The list at last, so that what is interrupted can be done again. */
static gboolean
forget (EctlRun *run, const EctlInstallList *list, GError **error)
{
  const EctlHost *host = run->engine->host;
  const char *backend = run->engine->backend->klass->name;
  g_autofree char **paths = (char **) g_hash_table_get_keys_as_array (list->sums, NULL);
  g_auto (EctlInstallList) empty = { .sums = g_hash_table_new (g_str_hash, g_str_equal), .folder_is_ours = list->folder_is_ours };

  if (!ectl_install_refresh (host, backend, run->call, error))
    return FALSE;
  ectl_install_forget_failures (host, backend, paths, run->call);
  return ectl_install_list_save (host, &empty, error);
}

static gboolean
uninstall (EctlRun *run, EctlInstallList *list, GError **error)
{
  if (ectl_install_list_is_empty (list))
    {
      ectl_run_sum_up (run, _ ("nothing of enginectl's is installed"));
      return TRUE;
    }
  if ((is_about_ours (run) && !switch_off (run, error)) || !switch_off_containerd (run, list, error))
    return FALSE;
  run->action->changed = TRUE;
  run->touched = !ectl_run_is_dry (run);
  if (!remove_files (run, list, error))
    return FALSE;
  remove_group (run, list);
  ectl_run_sum_up (run, ectl_run_is_dry (run) ? _ ("the service would be removed") : _ ("removed the service; the engine's program and data stay"));
  return ectl_run_is_dry (run) || forget (run, list, error);
}

gboolean
ectl_engine_uninstall (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  return ectl_install_run (engine, "uninstall", uninstall, flags, call, action, error);
}
