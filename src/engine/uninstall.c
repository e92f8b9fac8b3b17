/* SPDX-License-Identifier: Apache-2.0 */
/* uninstall: takes away what `install` wrote, and nothing else. */
#include "base/error.h"
#include "base/i18n.h"
#include "engine/install.h"
#include "platform/file.h"
#include "platform/install.h"

static gboolean
remove_file (EctlRun *run, EctlInstallList *list, const char *path, GError **error)
{
  const EctlHost *host = run->engine->host;
  g_autofree char *present = ectl_host_read_file (host, path, ECTL_INSTALL_MOST_BYTES, NULL, NULL);
  gint64 begun = g_get_monotonic_time ();

  if (present != NULL ? !ectl_install_list_knows (list, path, present) : ectl_install_is_occupied (host, path))
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

static gboolean
remove_group (EctlRun *run, const EctlInstallList *list, GError **error)
{
  gint64 begun = g_get_monotonic_time ();

  if (!list->group_is_ours)
    return TRUE;
  if (!ectl_run_is_dry (run) && !ectl_install_remove_group (run->engine->host, ECTL_INSTALL_GROUP, run->call, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("remove the group %s"), ECTL_INSTALL_GROUP);
  return TRUE;
}

/* Off at boot and stopped before its files go: afterwards nobody could. */
static gboolean
switch_off (EctlRun *run, GError **error)
{
  const EctlBackendClass *klass = run->engine->backend->klass;
  EctlPlan plan = ectl_plan_stop (&run->now, FALSE, FALSE);
  gint64 begun = g_get_monotonic_time ();
  gboolean changed = FALSE;

  if (!ectl_run_may (run, plan, error) || !ectl_run_stop (run, plan, error))
    return FALSE;
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  if (klass->set_enabled != NULL && !klass->set_enabled (run->engine->backend, FALSE, ectl_run_is_dry (run), &changed, notes, run->call, error))
    return FALSE;
  if (changed)
    ectl_run_step (run, begun, _ ("disable %s"), ectl_run_service (run));
  return ectl_run_is_dry (run) || ectl_install_forget (run->engine->host, klass->name, "docker", run->call, error);
}

static gboolean
uninstall (EctlRun *run, EctlInstallList *list, GError **error)
{
  EctlEngine *engine = run->engine;

  if (ectl_install_list_is_empty (list))
    {
      ectl_run_sum_up (run, _ ("nothing of enginectl's is installed"));
      return TRUE;
    }
  if (run->now.has_service && !switch_off (run, error))
    return FALSE;
  run->action->changed = TRUE;
  run->touched = !ectl_run_is_dry (run);
  if (!remove_files (run, list, error) || !remove_group (run, list, error))
    return FALSE;
  ectl_run_sum_up (run, ectl_run_is_dry (run) ? _ ("the service would be removed") : _ ("removed the service; the engine's program and data stay"));
  if (ectl_run_is_dry (run))
    return TRUE;
  g_hash_table_remove_all (list->sums);
  list->group_is_ours = FALSE;
  return ectl_install_list_save (engine->host, list, error) && ectl_install_refresh (engine->host, engine->backend->klass->name, run->call, error);
}

gboolean
ectl_engine_uninstall (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  return ectl_install_run (engine, "uninstall", uninstall, flags, call, action, error);
}
