/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and listeners, and what this host reaches by them. */
#include "engine/listening.h"

#include <stdlib.h>
#include <string.h>

/* "/var/run" and "/run" are one folder, a link is what it leads to. */
static char *
real_place (const EctlHost *host, const char *path)
{
  g_autofree char *file = ectl_host_path (host, path);
  g_autofree char *plain = g_canonicalize_filename (file, "/");
  g_autofree char *real = realpath (plain, NULL);

  if (real != NULL)
    return g_strdup (real);
  g_autofree char *folder = g_path_get_dirname (plain), *name = g_path_get_basename (plain);
  g_autofree char *real_folder = realpath (folder, NULL);
  return g_build_filename (real_folder != NULL ? real_folder : folder, name, NULL);
}

gboolean
ectl_is_same_file (const EctlHost *host, const char *a, const char *b)
{
  g_auto (EctlPathFacts) facts_a = { 0 }, facts_b = { 0 };

  if (g_str_equal (a, b))
    return TRUE;
  ectl_path_look (host, a, &facts_a);
  ectl_path_look (host, b, &facts_b);
  if (facts_a.kind == ECTL_PATH_SOCKET && facts_b.kind == ECTL_PATH_SOCKET)
    return facts_a.device == facts_b.device && facts_a.inode == facts_b.inode;
  g_autofree char *place_a = real_place (host, a);
  g_autofree char *place_b = real_place (host, b);
  return g_str_equal (place_a, place_b);
}

/* The engine's own ends (metrics.sock, libnetwork, plug-ins, swarm; in ~/.docker/desktop those of Docker Desktop's parts) are no API for clients. */
static gboolean
is_internal (const char *path)
{
  return (strstr (path, "/docker/") != NULL || strstr (path, "/.docker/") != NULL) && !g_str_has_suffix (path, "/docker.sock");
}

EctlEndpoint *
ectl_endpoint_of_port (const char *address, guint16 port)
{
  if (g_str_equal (address, "0.0.0.0"))
    return ectl_endpoint_new_tcp ("127.0.0.1", port);
  return ectl_endpoint_new_tcp (g_str_equal (address, "::") ? "::1" : address, port);
}

EctlEndpoint *
ectl_endpoint_of_listener (const EctlListener *listener)
{
  if (listener->path != NULL)
    return *listener->path != '/' || is_internal (listener->path) ? NULL : ectl_endpoint_new_unix (listener->path);
  return ectl_endpoint_of_port (listener->address, listener->port);
}

gboolean
ectl_has_port (const GPtrArray *listeners, guint16 port)
{
  for (guint i = 0; i < listeners->len; i++)
    if (((const EctlListener *) listeners->pdata[i])->port == port)
      return TRUE;
  return FALSE;
}
