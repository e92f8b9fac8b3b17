/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets cannot be looked at on this system. */
#include "platform/sockets.h"

#include "base/error.h"
#include "base/i18n.h"

static GPtrArray *
not_supported (GError **error)
{
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("sockets cannot be looked at on this system"));
  return NULL;
}

void
ectl_path_look (const EctlHost *host, const char *path, EctlPathFacts *facts)
{
  g_autofree char *file = ectl_host_path (host, path);
  *facts = (EctlPathFacts){ .kind = ECTL_PATH_MISSING, .mode = -1 };
  if (g_file_test (file, G_FILE_TEST_IS_DIR))
    facts->kind = ECTL_PATH_DIRECTORY;
  else if (g_file_test (file, G_FILE_TEST_EXISTS))
    facts->kind = ECTL_PATH_FILE;
}

void
ectl_path_facts_clear (EctlPathFacts *facts)
{
  g_clear_pointer (&facts->target, g_free);
}

const char *
ectl_path_kind_to_string (EctlPathKind kind)
{
  return kind == ECTL_PATH_DIRECTORY ? "directory" : (kind == ECTL_PATH_FILE ? "file" : "missing");
}

void
ectl_listener_free (EctlListener *listener)
{
  g_free (listener);
}

GPtrArray *
ectl_listeners_of_process (const EctlHost *host, gint64 pid, EctlEnoughFunc enough, gpointer user_data, GError **error)
{
  (void) enough;
  (void) user_data;
  (void) host;
  (void) pid;
  return not_supported (error);
}

GPtrArray *
ectl_ports_of_process (const EctlHost *host, gint64 pid, GError **error)
{
  (void) host;
  (void) pid;
  return not_supported (error);
}

GPtrArray *
ectl_listeners_at_path (const EctlHost *host, const char *path, GError **error)
{
  (void) host;
  (void) path;
  return not_supported (error);
}

EctlTri
ectl_listener_is_at (const EctlHost *host, const EctlListener *listener, const char *path)
{
  (void) host;
  (void) listener;
  (void) path;
  return ECTL_UNKNOWN;
}

gint64
ectl_listener_find_owner (const EctlHost *host, guint64 inode, const gint64 *pids, guint n)
{
  (void) host;
  (void) inode;
  (void) pids;
  (void) n;
  return 0;
}
