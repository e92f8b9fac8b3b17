/* SPDX-License-Identifier: Apache-2.0 */
/* Reading daemon.json. */
#include "config/daemon-json.h"

#include <glib/gstdio.h>
#include <jansson.h>

#define MOST_BYTES (1024 * 1024)

static json_t *
load (const EctlHost *host, const char *path)
{
  gsize length;
  g_autofree char *text = ectl_host_read_file (host, path, MOST_BYTES, &length, NULL);
  json_t *root = text != NULL ? json_loadb (text, length, 0, NULL) : NULL;

  if (json_is_object (root))
    return root;
  json_decref (root);
  return NULL;
}

gint64
ectl_daemon_json_shutdown_timeout (const EctlHost *host, const char *path, gint64 fallback)
{
  json_t *root = load (host, path);
  json_t *value = json_object_get (root, "shutdown-timeout");
  gint64 seconds = json_is_integer (value) ? json_integer_value (value) : fallback;

  json_decref (root);
  return seconds;
}

char *
ectl_daemon_json_get_string (const EctlHost *host, const char *path, const char *key)
{
  json_t *root = load (host, path);
  char *value = g_strdup (json_string_value (json_object_get (root, key)));

  json_decref (root);
  return value;
}

char **
ectl_daemon_json_get_strings (const EctlHost *host, const char *path, const char *key)
{
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  json_t *root = load (host, path), *value;
  size_t at;

  json_array_foreach (json_object_get (root, key), at, value) if (json_is_string (value)) g_strv_builder_add (found, json_string_value (value));
  json_decref (root);
  return g_strv_builder_end (found);
}

gboolean
ectl_daemon_json_is_reloadable (const char *key)
{
  static const char *const keys[] = {
    "debug",
    "max-concurrent-downloads",
    "max-concurrent-uploads",
    "max-download-attempts",
    "shutdown-timeout",
    "features",
    "labels",
    "allow-nondistributable-artifacts",
    "insecure-registries",
    "registry-mirrors",
    "live-restore",
    "network-diagnostic-port",
    "default-runtime",
    "runtimes",
    "authorization-plugins",
    "default-stop-timeout",
    "cluster-store",
    "cluster-store-opts",
    "cluster-advertise",
    "nri-opts",
    NULL,
  };
  return g_strv_contains (keys, key);
}

static gboolean
is_newer (const EctlHost *host, const char *path, gint64 since_us)
{
  g_autofree char *file = ectl_host_path (host, path);
  GStatBuf info;
  return g_stat (file, &info) == 0 && (gint64) info.st_mtime * G_USEC_PER_SEC >= since_us - G_USEC_PER_SEC;
}

char **
ectl_daemon_json_keys_for_restart (const EctlHost *host, const char *path, gint64 since_us)
{
  json_t *root = is_newer (host, path, since_us) ? load (host, path) : NULL;
  GPtrArray *keys = g_ptr_array_new ();
  const char *key;
  json_t *value;

  json_object_foreach (root, key, value) if (!ectl_daemon_json_is_reloadable (key)) g_ptr_array_add (keys, g_strdup (key));
  json_decref (root);
  if (keys->len > 0)
    g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (keys, keys->len == 0);
}
