/* SPDX-License-Identifier: Apache-2.0 */
/* The engine that an init script would start, where it says itself in which folders its programs are. */
#include <string.h>

#include "platform/linux/initscript.h"

#define MOST_SCRIPT_BYTES (256 * 1024)

static char *
find_in (const EctlHost *host, const char *search_path)
{
  g_auto (GStrv) folders = g_strsplit (search_path, ":", -1);

  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *path = g_build_filename (*folder, "dockerd", NULL), *file = ectl_host_path (host, path);
      if (**folder == '/' && g_file_test (file, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (file, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&path);
    }
  return NULL;
}

char **
ectl_initscript_read_command (const EctlInitScript *self)
{
  g_autofree char *text = ectl_host_read_file (self->host, self->script, MOST_SCRIPT_BYTES, NULL, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autofree char *found = NULL;

  for (char **line = lines; *line != NULL && found == NULL; line++)
    {
      /* Quotes are taken away, and nothing else is looked at: what a variable holds is not known here. */
      g_autofree char *value = g_str_has_prefix (*line, "PATH=") ? g_shell_unquote (*line + strlen ("PATH="), NULL) : NULL;
      found = value != NULL ? find_in (self->host, value) : NULL;
    }
  const char *const command[] = { found, NULL };
  return found != NULL ? g_strdupv ((char **) command) : NULL;
}
