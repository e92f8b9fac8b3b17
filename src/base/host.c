/* SPDX-License-Identifier: Apache-2.0 */
/* The host: the real one, or one that a test laid below a root. */
#include "base/host.h"

#include <stdlib.h>
#include <string.h>

#include "platform/system.h"

struct _EctlHost {
  char *root;         /* NULL: the real one */
  char **environment; /* NULL: the process's */
  guint uid;
  char *user; /* found when first asked for */
  char *home;
  gboolean person_known;
  const char *own_option;
};

EctlHost *
ectl_host_new (void)
{
  EctlHost *host = g_new0 (EctlHost, 1);
  host->uid = ectl_system_uid ();
  return host;
}

EctlHost *
ectl_host_new_at (const char *root, const char *const *environment, guint uid)
{
  EctlHost *host = g_new0 (EctlHost, 1);
  host->root = g_strdup (root);
  host->environment = g_strdupv ((char **) environment);
  host->uid = uid;
  return host;
}

void
ectl_host_free (EctlHost *host)
{
  if (host == NULL)
    return;
  g_free (host->root);
  g_strfreev (host->environment);
  g_free (host->user);
  g_free (host->home);
  g_free (host);
}

char *
ectl_host_path (const EctlHost *host, const char *path)
{
  return g_strconcat (host->root != NULL ? host->root : "", path, NULL);
}

gboolean
ectl_host_test (const EctlHost *host, const char *path, GFileTest tests)
{
  g_autofree char *file = ectl_host_path (host, path);
  return g_file_test (file, tests);
}

const char *
ectl_host_getenv (const EctlHost *host, const char *name)
{
  return host->environment != NULL ? g_environ_getenv (host->environment, name) : g_getenv (name);
}

guint
ectl_host_uid (const EctlHost *host)
{
  return host->uid;
}

gboolean
ectl_host_is_root (const EctlHost *host)
{
  return host->uid == 0;
}

/* HOME is the caller's own, so it says nothing about the person behind sudo; and it saves the look-up for everybody else. */
static void
find_person (EctlHost *host)
{
  const char *sudo_user = host->uid == 0 ? ectl_host_getenv (host, "SUDO_USER") : NULL;
  gboolean other = sudo_user != NULL && *sudo_user != '\0' && !g_str_equal (sudo_user, "root");

  if (host->person_known)
    return;
  host->person_known = TRUE;
  if (other)
    {
      if (!ectl_system_find_user (0, sudo_user, &host->user, &host->home))
        host->user = g_strdup (sudo_user);
      return;
    }
  host->home = g_strdup (ectl_host_getenv (host, "HOME"));
  if (host->uid == 0)
    {
      host->user = g_strdup ("root");
      if (host->home == NULL)
        host->home = g_strdup ("/root");
      return;
    }
  g_autofree char *home = NULL;
  if (!ectl_system_find_user (host->uid, NULL, &host->user, &home))
    host->user = g_strdup_printf ("%u", host->uid);
  if (host->home == NULL)
    host->home = g_steal_pointer (&home);
}

const char *
ectl_host_user (EctlHost *host)
{
  find_person (host);
  return host->user;
}

const char *
ectl_host_home (EctlHost *host)
{
  find_person (host);
  return host->home;
}

char *
ectl_host_read_file (const EctlHost *host, const char *path, gsize limit, gsize *length, GError **error)
{
  g_autofree char *file = ectl_host_path (host, path);
  return ectl_system_read_file (file, limit, length, error);
}

static gboolean
is_program (const char *file)
{
  return g_file_test (file, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (file, G_FILE_TEST_IS_DIR);
}

/* Adds DIR/NAME to FOUND if it is a program. An entry of PATH that is not absolute is the working directory's: not a place to trust. */
static void
look_in (const EctlHost *host, const char *dir, const char *name, GPtrArray *found)
{
  if (*dir != '/')
    return;
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *file = ectl_host_path (host, path);
  if (is_program (file))
    g_ptr_array_add (found, g_steal_pointer (&path));
}

/* Until ALL or the first is found: PATH, then where packages put programs. */
static GPtrArray *
look_everywhere (const EctlHost *host, const char *name, gboolean all)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  const char *path = ectl_host_getenv (host, "PATH");
  g_auto (GStrv) dirs = g_strsplit (path != NULL ? path : "", ":", 64);
  const char *const *lists[] = { (const char *const *) dirs, ectl_system_program_dirs () };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const char *const *dir = lists[i]; *dir != NULL && (all || found->len == 0); dir++)
      look_in (host, *dir, name, found);
  return found;
}

char *
ectl_host_find_program (const EctlHost *host, const char *name)
{
  g_autoptr (GPtrArray) found = look_everywhere (host, name, FALSE);
  return found->len > 0 ? g_strdup (found->pdata[0]) : NULL;
}

/* With a merged /usr, /sbin/dockerd and /usr/sbin/dockerd are one file. */
static gboolean
is_seen (const EctlHost *host, const char *path, GHashTable *seen)
{
  g_autofree char *file = ectl_host_path (host, path);
  g_autofree char *real = realpath (file, NULL);
  return !g_hash_table_add (seen, g_strdup (real != NULL ? real : file));
}

char **
ectl_host_find_programs (const EctlHost *host, const char *name)
{
  g_autoptr (GPtrArray) found = look_everywhere (host, name, TRUE);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *kept = g_ptr_array_new ();

  for (guint i = 0; i < found->len; i++)
    if (!is_seen (host, found->pdata[i], seen))
      g_ptr_array_add (kept, g_strdup (found->pdata[i]));
  g_ptr_array_add (kept, NULL);
  return (char **) g_ptr_array_free (kept, FALSE);
}

char *
ectl_host_root_command (const EctlHost *host, const char *command)
{
  const char *option = host->own_option;

  if (option != NULL && g_str_has_prefix (command, "enginectl "))
    return g_strconcat ("enginectl ", option, *option != '\0' ? " " : "", command + strlen ("enginectl "), NULL);
  if (option != NULL && g_str_has_prefix (command, "systemctl "))
    return g_strconcat ("systemctl --user ", command + strlen ("systemctl "), NULL);
  return ectl_host_is_root (host) ? g_strdup (command) : g_strconcat ("sudo ", command, NULL);
}

void
ectl_host_set_own_option (EctlHost *host, const char *option)
{
  host->own_option = option;
}

gint64
ectl_host_now_us (const EctlHost *host)
{
  (void) host;
  return g_get_real_time ();
}
