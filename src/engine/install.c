/* SPDX-License-Identifier: Apache-2.0 */
/* install and uninstall: a service for an engine that has none, and a list that knows what was written, so that it can be taken away again. */
#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/places.h"
#include "engine/action.h"
#include "engine/stop-time.h"
#include "platform/file.h"
#include "platform/install.h"

#define LIST "/var/lib/enginectl/installed.json"
#define GROUP "docker"
#define MOST_BYTES (256 * 1024)
/* What systemd gives a unit that says nothing. */
#define LEAST_STOP_S 90

/* --- the list ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  GHashTable *sums; /* path -> SHA-256 of what was written there */
  gboolean group_is_ours;
} List;

static void
clear_list (List *list)
{
  g_hash_table_unref (list->sums);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (List, clear_list)

/* A list that cannot be read is no empty one. */
static gboolean
load_list (const EctlHost *host, List *list, GError **error)
{
  g_autofree char *text = ectl_host_read_file (host, LIST, MOST_BYTES, NULL, NULL), *file = ectl_host_path (host, LIST);
  json_t *root = text != NULL ? json_loads (text, 0, NULL) : NULL;
  const char *path;
  json_t *sum;

  list->sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  json_object_foreach (json_object_get (root, "files"), path, sum) if (json_is_string (sum))
      g_hash_table_replace (list->sums, g_strdup (path), g_strdup (json_string_value (sum)));
  list->group_is_ours = json_is_true (json_object_get (root, "group"));
  gboolean readable = json_is_object (root) || !g_file_test (file, G_FILE_TEST_EXISTS);
  json_decref (root);
  if (!readable)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the list of what was installed cannot be read: %s"), LIST);
  return readable;
}

static gboolean
save_list (const EctlHost *host, const List *list, GError **error)
{
  json_t *files = json_object ();
  GHashTableIter at;
  gpointer path, sum;

  g_hash_table_iter_init (&at, list->sums);
  while (g_hash_table_iter_next (&at, &path, &sum))
    json_object_set_new (files, path, json_string (sum));
  json_t *root = json_pack ("{s:s, s:o, s:b}", "schema", "enginectl.installed/1", "files", files, "group", list->group_is_ours);
  char *text = json_dumps (root, JSON_INDENT (2) | JSON_SORT_KEYS);
  gboolean ok = g_hash_table_size (list->sums) > 0 ? ectl_file_write (host, LIST, text, 0644, error) : ectl_file_remove (host, LIST, error);
  free (text);
  json_decref (root);
  return ok;
}

/* --- what is to be written ---------------------------------------------------------------------------------------------------- */

typedef struct {
  const EctlInstallFile *file;
  char *text;        /* as it is to be */
  char *present;     /* as it is; NULL: nothing is there, or it cannot be read */
  gboolean occupied; /* something that cannot be read as a file of ours: a link, a folder, a file of megabytes */
  gboolean written;  /* by this run */
} Entry;

static void
free_entry (gpointer data)
{
  Entry *entry = data;
  g_free (entry->text);
  g_free (entry->present);
  g_free (entry);
}

static char *
replace (char *text, const char *mark, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (text, mark, -1);
  g_free (text);
  return g_strjoinv (value, parts);
}

/* Installed beside the program, or in the tree that it was built in. */
static char *
read_template (const char *name, GError **error)
{
  static const char *const beside[] = { "../share/enginectl/units", "../../../units", NULL };
  g_autofree char *file = ectl_place_find (beside, name, ECTL_DATA_DIR "/enginectl/units");
  g_autofree char *text = NULL;

  if (file == NULL)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the file %s that enginectl brings with it is missing"), name);
  else if (!g_file_get_contents (file, &text, NULL, NULL))
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot read %s"), file);
  return g_steal_pointer (&text);
}

static char *
fill_template (EctlRun *run, const char *name, gboolean with_containerd, GError **error)
{
  const EctlHost *host = run->engine->host;
  g_autofree char *dockerd = ectl_host_find_program (host, "dockerd"), *containerd = ectl_host_find_program (host, "containerd");
  g_autofree char *enginectl = ectl_install_own_program (host);
  g_autofree char *stop = g_strdup_printf ("%" G_GINT64_FORMAT, MAX (LEAST_STOP_S, ectl_stop_seconds (host, NULL, NULL)));
  char *text = read_template (name, error);

  if (text == NULL)
    return NULL;
  text = replace (text, "@DOCKERD@", dockerd);
  text = replace (text, "@CONTAINERD@", containerd != NULL ? containerd : "");
  text = replace (text, "@ENGINECTL@", enginectl != NULL ? enginectl : "enginectl");
  text = replace (text, " @CONTAINERD_UNIT@", with_containerd ? " containerd.service" : "");
  text = replace (text, " @CONTAINERD_OPTION@", with_containerd ? " --containerd=/run/containerd/containerd.sock" : "");
  return replace (text, "@STOP_SECONDS@", stop);
}

/* A link counts, wherever it leads. */
static gboolean
is_occupied (const EctlHost *host, const char *path)
{
  g_autofree char *file = ectl_host_path (host, path);
  return g_file_test (file, G_FILE_TEST_EXISTS) || g_file_test (file, G_FILE_TEST_IS_SYMLINK);
}

static GPtrArray *
list_entries (EctlRun *run, GError **error)
{
  const EctlHost *host = run->engine->host;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (free_entry);
  g_autofree char *containerd = ectl_host_find_program (host, "containerd");
  gboolean has_service = ectl_install_has_containerd_service (host);

  for (const EctlInstallFile *file = ectl_install_files (run->engine->backend->klass->name); file->template != NULL; file++)
    {
      if (file->is_containerd && (containerd == NULL || has_service))
        continue;
      char *text = fill_template (run, file->template, containerd != NULL || has_service, error);
      if (text == NULL)
        return NULL;
      Entry *entry = g_new0 (Entry, 1);
      *entry = (Entry){ .file = file, .text = text, .present = ectl_host_read_file (host, file->path, MOST_BYTES, NULL, NULL) };
      entry->occupied = entry->present == NULL && is_occupied (host, file->path);
      g_ptr_array_add (entries, entry);
    }
  return g_steal_pointer (&entries);
}

/* --- install --------------------------------------------------------------------------------------------------------------------- */

static gboolean
is_ours (const List *list, const char *path, const char *present)
{
  const char *sum = g_hash_table_lookup (list->sums, path);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, present, -1);
  return g_strcmp0 (sum, digest) == 0;
}

/* Nothing is written where one file would have to be left as it is. */
static gboolean
check_entries (const List *list, const GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (!entry->occupied && (entry->present == NULL || g_str_equal (entry->present, entry->text) || is_ours (list, entry->file->path, entry->present)))
        continue;
      ectl_set_error (error, ECTL_ERROR_FAILED,
                      g_hash_table_contains (list->sums, entry->file->path) ? _ ("%s was edited since it was installed; it stays as it is")
                                                                            : _ ("%s is there already, and was not written by enginectl; it stays as it is"),
                      entry->file->path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_one_of (const GPtrArray *entries, const char *path)
{
  for (guint i = 0; path != NULL && i < entries->len; i++)
    if (g_str_equal (((const Entry *) entries->pdata[i])->file->path, path))
      return TRUE;
  return FALSE;
}

/* A package's service, or one that somebody wrote elsewhere. */
static gboolean
check_other_service (EctlRun *run, const GPtrArray *entries, GError **error)
{
  g_autoptr (EctlBelief) full = ectl_engine_get_belief (run->engine, ECTL_DETAIL_FULL, run->call, NULL);
  const EctlService *service = full != NULL ? full->service : NULL;

  if (service == NULL || !service->installed || is_one_of (entries, service->fragment_path))
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("this engine has a service already: %s (%s)"), service->name,
                  service->fragment_path != NULL ? service->fragment_path : full->service->load);
  return FALSE;
}

/* What is there word for word, and is not on the list, is somebody's own: it is used, and will not be taken away. On the list before it is written, so that whatever happens
 * what was written is known. */
static gboolean
write_entry (EctlRun *run, List *list, Entry *entry, GError **error)
{
  gint64 begun = g_get_monotonic_time ();
  const char *path = entry->file->path;

  if (g_strcmp0 (entry->present, entry->text) == 0)
    return TRUE;
  run->action->changed = TRUE;
  ectl_run_step (run, begun, _ ("write %s"), path);
  if (ectl_run_is_dry (run))
    {
      ectl_run_note (run, "%s\n%s", path, entry->text);
      return TRUE;
    }
  g_hash_table_replace (list->sums, g_strdup (path), g_compute_checksum_for_string (G_CHECKSUM_SHA256, entry->text, -1));
  entry->written = TRUE;
  return save_list (run->engine->host, list, error) && ectl_file_write (run->engine->host, path, entry->text, entry->file->mode, error);
}

/* What was written before a later file could not be: nothing stays half installed. */
static void
take_back (EctlRun *run, List *list, const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (!entry->written || entry->present != NULL)
        continue;
      if (ectl_file_remove (run->engine->host, entry->file->path, NULL))
        g_hash_table_remove (list->sums, entry->file->path);
    }
  if (!save_list (run->engine->host, list, NULL))
    g_debug ("%s is not as it was", LIST);
}

static gboolean
write_entries (EctlRun *run, List *list, const GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    if (!write_entry (run, list, entries->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
make_group (EctlRun *run, List *list, GError **error)
{
  gint64 begun = g_get_monotonic_time ();
  gboolean made = FALSE;

  if (ectl_install_has_group (GROUP))
    return TRUE;
  run->action->changed = TRUE;
  if (!ectl_run_is_dry (run) && !ectl_install_make_group (run->engine->host, GROUP, &made, run->call, error))
    return FALSE;
  list->group_is_ours |= made;
  ectl_run_step (run, begun, _ ("make the group %s"), GROUP);
  return ectl_run_is_dry (run) || g_hash_table_size (list->sums) == 0 || save_list (run->engine->host, list, error);
}

static gboolean
install (EctlRun *run, GError **error)
{
  EctlEngine *engine = run->engine;
  g_auto (List) list = { 0 };

  if (!load_list (engine->host, &list, error))
    return FALSE;
  if (ectl_install_files (engine->backend->klass->name) == NULL)
    return ectl_engine_lacks (engine, "install", error);
  g_autofree char *dockerd = ectl_host_find_program (engine->host, "dockerd");
  if (dockerd == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_INSTALLED, _ ("there is no dockerd on this host that a service could start"));
      return FALSE;
    }
  g_autoptr (GPtrArray) entries = list_entries (run, error);
  if (entries == NULL || !check_other_service (run, entries, error) || !check_entries (&list, entries, error))
    return FALSE;
  run->touched = !ectl_run_is_dry (run);
  if (!write_entries (run, &list, entries, error) || !make_group (run, &list, error))
    {
      take_back (run, &list, entries);
      return FALSE;
    }
  if (!run->action->changed)
    ectl_run_sum_up (run, _ ("the service is installed already"));
  else if (ectl_run_is_dry (run))
    ectl_run_sum_up (run, _ ("a service for %s would be installed"), dockerd);
  else
    ectl_run_sum_up (run, _ ("installed a service for %s; next: enginectl enable --now"), dockerd);
  return ectl_run_is_dry (run) || !run->action->changed || ectl_install_refresh (engine->host, engine->backend->klass->name, run->call, error);
}

/* --- uninstall -------------------------------------------------------------------------------------------------------------------- */

static gboolean
remove_file (EctlRun *run, List *list, const char *path, GError **error)
{
  const EctlHost *host = run->engine->host;
  g_autofree char *present = ectl_host_read_file (host, path, MOST_BYTES, NULL, NULL);
  gint64 begun = g_get_monotonic_time ();

  if (present != NULL ? !is_ours (list, path, present) : is_occupied (host, path))
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
remove_files (EctlRun *run, List *list, GError **error)
{
  g_autofree char **paths = (char **) g_hash_table_get_keys_as_array (list->sums, NULL);

  for (char **path = paths; *path != NULL; path++)
    if (!remove_file (run, list, *path, error))
      return FALSE;
  return TRUE;
}

static gboolean
remove_group (EctlRun *run, const List *list, GError **error)
{
  gint64 begun = g_get_monotonic_time ();

  if (!list->group_is_ours)
    return TRUE;
  if (!ectl_run_is_dry (run) && !ectl_install_remove_group (run->engine->host, GROUP, run->call, error))
    return FALSE;
  ectl_run_step (run, begun, _ ("remove the group %s"), GROUP);
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
uninstall (EctlRun *run, GError **error)
{
  EctlEngine *engine = run->engine;
  g_auto (List) list = { 0 };

  if (!load_list (engine->host, &list, error))
    return FALSE;
  if (g_hash_table_size (list.sums) == 0)
    {
      ectl_run_sum_up (run, _ ("nothing of enginectl's is installed"));
      return TRUE;
    }
  if (run->now.has_service && !switch_off (run, error))
    return FALSE;
  run->action->changed = TRUE;
  run->touched = !ectl_run_is_dry (run);
  if (!remove_files (run, &list, error) || !remove_group (run, &list, error))
    return FALSE;
  ectl_run_sum_up (run, ectl_run_is_dry (run) ? _ ("the service would be removed") : _ ("removed the service; the engine's program and data stay"));
  if (ectl_run_is_dry (run))
    return TRUE;
  g_hash_table_remove_all (list.sums);
  return save_list (engine->host, &list, error) && ectl_install_refresh (engine->host, engine->backend->klass->name, run->call, error);
}

static gboolean
change (EctlEngine *engine, const char *verb, gboolean (*act) (EctlRun *run, GError **error), EctlFlags flags, EctlCall *call, EctlAction **action,
        GError **error)
{
  EctlRun run;

  if (!ectl_run_begin (&run, engine, verb, flags, call, ECTL_CALL_ENDLESS, ECTL_START_MS, error))
    return FALSE;
  gboolean ok = FALSE;
  if (ectl_host_is_root (engine->host) || ectl_run_is_dry (&run))
    ok = act (&run, error);
  else
    ectl_set_error (error, ECTL_ERROR_NOT_PERMITTED, _ ("cannot %s a service: not permitted (services are root's)"), verb);
  return ectl_run_end (&run, ok, action, error);
}

gboolean
ectl_engine_install (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  return change (engine, "install", install, flags, call, action, error);
}

gboolean
ectl_engine_uninstall (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  return change (engine, "uninstall", uninstall, flags, call, action, error);
}
