/* SPDX-License-Identifier: Apache-2.0 */
/* Finding what was installed with the library. */
#include "base/places.h"

#include "enginectl.h"
#include "platform/system.h"

static char *
take_if_there (char *file)
{
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    return file;
  g_free (file);
  return NULL;
}

char *
ectl_place_find (const char *const *beside, const char *name, const char *installed)
{
  g_autofree char *own = ectl_system_own_dir ();

  for (; own != NULL && *beside != NULL; beside++)
    {
      char *found = take_if_there (g_build_filename (own, *beside, name, NULL));
      if (found != NULL)
        return found;
    }
  return take_if_there (g_build_filename (installed, name, NULL));
}

char *
ectl_locale_dir (void)
{
  /* Below PREFIX/bin lies the program, below PREFIX/lib the library; the build tree has its own. */
  static const char *const beside[] = { "../share", "../../share", "..", NULL };
  return ectl_place_find (beside, "locale", ECTL_DATA_DIR);
}
