/* SPDX-License-Identifier: Apache-2.0 */
/* The list of what was installed: a JSON document of paths and sums. */
#include "engine/install-list.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/file.h"

#define FOLDER "/var/lib/enginectl"
#define LIST FOLDER "/installed.json"
#define MOST_BYTES (256 * 1024)

void
ectl_install_list_clear (EctlInstallList *list)
{
  g_clear_pointer (&list->sums, g_hash_table_unref);
}

gboolean
ectl_install_list_load (const EctlHost *host, EctlInstallList *list, GError **error)
{
  g_autofree char *text = ectl_host_read_file (host, LIST, MOST_BYTES, NULL, NULL);
  json_t *root = text != NULL ? json_loads (text, 0, NULL) : NULL;
  const char *path;
  json_t *sum;

  list->sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  json_object_foreach (json_object_get (root, "files"), path, sum) if (json_is_string (sum))
      g_hash_table_replace (list->sums, g_strdup (path), g_strdup (json_string_value (sum)));
  list->group_is_ours = json_is_true (json_object_get (root, "group"));
  list->folder_is_ours = json_is_true (json_object_get (root, "folder")) || !ectl_host_test (host, FOLDER, G_FILE_TEST_EXISTS);
  gboolean readable = json_is_object (root) || !ectl_host_test (host, LIST, G_FILE_TEST_EXISTS);
  json_decref (root);
  if (!readable)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the list of what was installed cannot be read: %s"), LIST);
  return readable;
}

gboolean
ectl_install_list_is_empty (const EctlInstallList *list)
{
  return g_hash_table_size (list->sums) == 0 && !list->group_is_ours;
}

static gboolean
remove_list (const EctlHost *host, const EctlInstallList *list, GError **error)
{
  if (!ectl_file_remove (host, LIST, error))
    return FALSE;
  if (list->folder_is_ours)
    ectl_file_remove_folder (host, FOLDER);
  return TRUE;
}

gboolean
ectl_install_list_save (const EctlHost *host, const EctlInstallList *list, GError **error)
{
  json_t *files = json_object ();
  GHashTableIter at;
  gpointer path, sum;

  g_hash_table_iter_init (&at, list->sums);
  while (g_hash_table_iter_next (&at, &path, &sum))
    json_object_set_new (files, path, json_string (sum));
  json_t *root =
      json_pack ("{s:s, s:o, s:b, s:b}", "schema", "enginectl.installed/1", "files", files, "group", list->group_is_ours, "folder", list->folder_is_ours);
  char *text = json_dumps (root, JSON_INDENT (2) | JSON_SORT_KEYS);
  gboolean ok = ectl_install_list_is_empty (list) ? remove_list (host, list, error) : ectl_file_write (host, LIST, text, 0644, error);
  free (text);
  json_decref (root);
  return ok;
}

gboolean
ectl_install_list_has (const EctlInstallList *list, const char *path)
{
  return g_hash_table_contains (list->sums, path);
}

gboolean
ectl_install_list_knows (const EctlInstallList *list, const char *path, const char *text)
{
  const char *sums = g_hash_table_lookup (list->sums, path);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return sums != NULL && strstr (sums, digest) != NULL;
}

void
ectl_install_list_add (EctlInstallList *list, const char *path, const char *text, const char *before)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *old = before != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, before, -1) : NULL;
  g_hash_table_replace (list->sums, g_strdup (path), g_strjoin (" ", digest, old, NULL));
}
