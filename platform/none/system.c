/* SPDX-License-Identifier: Apache-2.0 */
/* The machine and the caller, as far as GLib alone knows them. */
#include "platform/system.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

guint
ectl_system_uid (void)
{
  return G_MAXUINT;
}

gboolean
ectl_system_find_user (guint uid, const char *name, char **user, char **home)
{
  (void) uid;
  *user = name == NULL ? g_strdup (g_get_user_name ()) : NULL;
  *home = name == NULL ? g_strdup (g_get_home_dir ()) : NULL;
  return name == NULL;
}

gboolean
ectl_system_has_terminal (void)
{
  return FALSE;
}

char *
ectl_system_find_group (guint gid)
{
  return g_strdup_printf ("%u", gid);
}

const char *const *
ectl_system_program_dirs (void)
{
  static const char *const dirs[] = { NULL };
  return dirs;
}

char *
ectl_system_own_dir (void)
{
  return NULL;
}

gpointer
ectl_system_open_module (const char *file, const char *symbol, GError **error)
{
  (void) symbol;
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("cannot load %s: modules are not supported on this system"), file);
  return NULL;
}

char *
ectl_system_read_file (const char *file, gsize limit, gsize *length, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) why = NULL;
  gsize got = 0;

  if (!g_file_get_contents (file, &text, &got, &why))
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot read %s: %s"), file, why->message);
  else if (got > limit)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot read %s: it is larger than %" G_GSIZE_FORMAT " bytes"), file, limit);
  else
    {
      if (length != NULL)
        *length = got;
      return g_steal_pointer (&text);
    }
  return NULL;
}
