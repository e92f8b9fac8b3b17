/* SPDX-License-Identifier: Apache-2.0 */
/* install: a service for an engine that has none. */
#include "engine/install.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/places.h"
#include "engine/install-text.h"
#include "engine/stop-time.h"
#include "platform/file.h"
#include "platform/install.h"

/* What systemd gives a unit that says nothing. */
#define LEAST_STOP_S 90

gboolean
ectl_install_is_occupied (const EctlHost *host, const char *path)
{
  return ectl_host_test (host, path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
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

/* What the programs of this host are called where they are written. */
typedef struct {
  char *dockerd, *containerd; /* for a unit */
  char *enginectl;            /* for a shell, as the folders are */
  char *folders;              /* of programs that lie where the init does not look; NULL */
  char *path;                 /* for a unit: PATH=, those folders and the init's; NULL */
  char *stop_seconds;
} Words;

static void
clear_words (Words *words)
{
  g_free (words->dockerd);
  g_free (words->containerd);
  g_free (words->enginectl);
  g_free (words->folders);
  g_free (words->path);
  g_free (words->stop_seconds);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, clear_words)

/* The engine looks for its helpers in PATH, and whoever starts it without one looks for the engine there. */
static void
find_folders (const EctlHost *host, Words *words)
{
  static const char *const names[] = { "dockerd", "containerd", "runc" };
  char *programs[G_N_ELEMENTS (names)];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    programs[i] = ectl_host_find_program (host, names[i]);
  g_autofree char *folders = ectl_install_folders ((const char *const *) programs, G_N_ELEMENTS (names), ectl_install_search_path ());
  g_autofree char *assignment = folders != NULL ? g_strconcat ("PATH=", folders, ":", ectl_install_search_path (), NULL) : NULL;
  words->folders = folders != NULL ? g_shell_quote (folders) : NULL;
  words->path = assignment != NULL ? ectl_install_quote_unit (assignment) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (programs[i]);
}

static void
find_words (const EctlHost *host, Words *words)
{
  g_autofree char *dockerd = ectl_host_find_program (host, "dockerd"), *containerd = ectl_host_find_program (host, "containerd");
  g_autofree char *enginectl = ectl_install_own_program (host);

  words->dockerd = ectl_install_quote_unit (dockerd);
  words->containerd = containerd != NULL ? ectl_install_quote_unit (containerd) : NULL;
  words->enginectl = g_shell_quote (enginectl != NULL ? enginectl : "enginectl");
  words->stop_seconds = g_strdup_printf ("%" G_GINT64_FORMAT, MAX (LEAST_STOP_S, ectl_stop_seconds (host, NULL, NULL)));
  find_folders (host, words);
}

static char *
fill_template (const Words *words, const char *name, gboolean with_containerd, GError **error)
{
  const EctlInstallMark marks[] = {
    { "@DOCKERD@", words->dockerd },
    { "@CONTAINERD@", words->containerd },
    { "@ENGINECTL@", words->enginectl },
    { "@FOLDERS@", words->folders },
    { "@PATH@", words->path },
    { "@STOP_SECONDS@", words->stop_seconds },
    { " @CONTAINERD_UNIT@", with_containerd ? " containerd.service" : "" },
    { " @CONTAINERD_OPTION@", with_containerd ? " --containerd=/run/containerd/containerd.sock" : "" },
    { NULL, NULL },
  };
  g_autofree char *template = read_template (name, error);
  return template != NULL ? ectl_install_fill (template, marks) : NULL;
}

/* What somebody else wrote at the place of ours is one, too. */
static gboolean
has_containerd_service (EctlRun *run, const EctlInstallList *list)
{
  for (const EctlInstallFile *file = ectl_install_files (run->engine->backend->klass->name); file->template != NULL; file++)
    if (file->is_containerd)
      return ectl_install_has_containerd_service (run->engine->host, ectl_install_list_has (list, file->path));
  return FALSE;
}

static GPtrArray *
list_entries (EctlRun *run, const EctlInstallList *list, GError **error)
{
  const EctlHost *host = run->engine->host;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (free_entry);
  g_autofree char *containerd = ectl_host_find_program (host, "containerd");
  gboolean has_service = has_containerd_service (run, list);
  g_auto (Words) words = { 0 };

  find_words (host, &words);
  for (const EctlInstallFile *file = ectl_install_files (run->engine->backend->klass->name); file->template != NULL; file++)
    {
      if (file->is_containerd && (containerd == NULL || has_service))
        continue;
      char *text = fill_template (&words, file->template, containerd != NULL || has_service, error);
      if (text == NULL)
        return NULL;
      Entry *entry = g_new0 (Entry, 1);
      *entry = (Entry){ .file = file, .text = text, .present = ectl_host_read_file (host, file->path, ECTL_INSTALL_MOST_BYTES, NULL, NULL) };
      entry->occupied = entry->present == NULL && ectl_install_is_occupied (host, file->path);
      g_ptr_array_add (entries, entry);
    }
  return g_steal_pointer (&entries);
}

/* --- install --------------------------------------------------------------------------------------------------------------------- */

/* Nothing is written where one file would have to be left as it is. */
static gboolean
check_entries (const EctlInstallList *list, const GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (!entry->occupied
          && (entry->present == NULL || g_str_equal (entry->present, entry->text) || ectl_install_list_knows (list, entry->file->path, entry->present)))
        continue;
      ectl_set_error (error, ECTL_ERROR_FAILED,
                      ectl_install_list_has (list, entry->file->path) ? _ ("%s was edited since it was installed; it stays as it is")
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
write_entry (EctlRun *run, EctlInstallList *list, Entry *entry, GError **error)
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
  ectl_install_list_add (list, path, entry->text, entry->present);
  entry->written = TRUE;
  return ectl_install_list_save (run->engine->host, list, error) && ectl_file_write (run->engine->host, path, entry->text, entry->file->mode, error);
}

/* What was written before a later file could not be: nothing stays half installed. */
static void
take_back (EctlRun *run, EctlInstallList *list, const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (!entry->written || entry->present != NULL)
        continue;
      if (ectl_file_remove (run->engine->host, entry->file->path, NULL))
        g_hash_table_remove (list->sums, entry->file->path);
    }
  if (!ectl_install_list_save (run->engine->host, list, NULL))
    g_debug ("the list is not as it was");
}

static gboolean
write_entries (EctlRun *run, EctlInstallList *list, const GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    if (!write_entry (run, list, entries->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* On the list before it is made, as the files are. */
static gboolean
make_group (EctlRun *run, EctlInstallList *list, GError **error)
{
  const EctlHost *host = run->engine->host;
  gint64 begun = g_get_monotonic_time ();
  gboolean made = FALSE;

  if (ectl_install_has_group (ECTL_INSTALL_GROUP))
    return TRUE;
  run->action->changed = TRUE;
  list->group_is_ours = TRUE;
  if (!ectl_run_is_dry (run) && (!ectl_install_list_save (host, list, error) || !ectl_install_make_group (host, ECTL_INSTALL_GROUP, &made, run->call, error)))
    {
      list->group_is_ours = ectl_install_has_group (ECTL_INSTALL_GROUP);
      return FALSE;
    }
  ectl_run_step (run, begun, _ ("make the group %s"), ECTL_INSTALL_GROUP);
  /* Somebody else was faster. */
  list->group_is_ours = made;
  return made || ectl_run_is_dry (run) || ectl_install_list_save (host, list, error);
}

/* What an init would not take is not written. */
static gboolean
check_paths (EctlRun *run, GError **error)
{
  static const char *const names[] = { "dockerd", "containerd" };

  for (guint i = 0; g_str_equal (run->engine->backend->klass->name, "systemd") && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *program = ectl_host_find_program (run->engine->host, names[i]);
      if (program == NULL || ectl_install_fits_unit (program))
        continue;
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("systemd starts no program whose path has quotes or backslashes: %s"), program);
      return FALSE;
    }
  return TRUE;
}

static gboolean
install (EctlRun *run, EctlInstallList *list, GError **error)
{
  EctlEngine *engine = run->engine;

  if (ectl_install_files (engine->backend->klass->name) == NULL)
    return ectl_engine_lacks (engine, "install", error);
  g_autofree char *dockerd = ectl_host_find_program (engine->host, "dockerd");
  if (dockerd == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_INSTALLED, _ ("there is no dockerd on this host that a service could start"));
      return FALSE;
    }
  g_autoptr (GPtrArray) entries = check_paths (run, error) ? list_entries (run, list, error) : NULL;
  if (entries == NULL || !check_other_service (run, entries, error) || !check_entries (list, entries, error))
    return FALSE;
  run->touched = !ectl_run_is_dry (run);
  if (!write_entries (run, list, entries, error) || !make_group (run, list, error))
    {
      take_back (run, list, entries);
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

/* The files have one name, and are the system's. */
static gboolean
check_name (const EctlEngine *engine, GError **error)
{
  if (engine->options.user_mode)
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("install writes a service of the system's, none of a user's own (--user)"));
  else if (engine->options.service != NULL && !g_str_equal (engine->options.service, ECTL_INSTALL_SERVICE))
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("install writes the service %s, and none of another name: %s"), ECTL_INSTALL_SERVICE,
                    engine->options.service);
  else
    return TRUE;
  return FALSE;
}

gboolean
ectl_install_run (EctlEngine *engine, const char *verb, EctlInstallAct act, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  g_auto (EctlInstallList) list = { 0 };
  EctlRun run;

  if (!check_name (engine, error) || !ectl_run_begin (&run, engine, verb, flags, call, ECTL_CALL_ENDLESS, ECTL_START_MS, error))
    return FALSE;
  gboolean ok = FALSE;
  if (run.before->belief->program != NULL)
    ectl_engine_lacks (engine, verb, error);
  else if (ectl_host_is_root (engine->host) || ectl_run_is_dry (&run))
    ok = ectl_install_list_load (engine->host, &list, error) && act (&run, &list, error);
  else
    ectl_set_error (error, ECTL_ERROR_NOT_PERMITTED, _ ("cannot %s a service: not permitted (services are root's)"), verb);
  return ectl_run_end (&run, ok, action, error);
}

gboolean
ectl_engine_install (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error)
{
  return ectl_install_run (engine, "install", install, flags, call, action, error);
}
