/* SPDX-License-Identifier: Apache-2.0 */
/* Templates and quoting. */
#include "engine/install-text.h"

#include <string.h>

/* FALSE: the line is left out. */
static gboolean
fill_line (GString *out, const char *line, const EctlInstallMark *marks)
{
  while (*line != '\0')
    {
      const EctlInstallMark *mark = marks;
      while (mark->mark != NULL && !g_str_has_prefix (line, mark->mark))
        mark++;
      if (mark->mark != NULL && mark->value == NULL)
        return FALSE;
      if (mark->mark != NULL)
        g_string_append (out, mark->value);
      else
        g_string_append_c (out, *line);
      line += mark->mark != NULL ? strlen (mark->mark) : 1;
    }
  return TRUE;
}

char *
ectl_install_fill (const char *template, const EctlInstallMark *marks)
{
  g_auto (GStrv) lines = g_strsplit (template, "\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    {
      gsize begun = out->len;
      if (!fill_line (out, *line, marks))
        g_string_truncate (out, begun);
      else if (line[1] != NULL)
        g_string_append_c (out, '\n');
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* systemd.syntax(7), systemd.unit(5) for the percent sign. A dollar sign is itself in an assignment, and in the path of a program, where two would be two. */
char *
ectl_install_quote_unit (const char *word)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean plain = TRUE;

  for (const char *at = word; *at != '\0'; at++)
    {
      plain = plain && (g_ascii_isalnum (*at) || strchr ("/._-+=:,@%", *at) != NULL || (guchar) *at >= 0x80);
      if (*at == '%')
        g_string_append (out, "%%");
      else if (*at == '"' || *at == '\\')
        g_string_append_printf (out, "\\%c", *at);
      else if (g_ascii_iscntrl (*at))
        g_string_append_printf (out, "\\x%02x", (guint) *at);
      else
        g_string_append_c (out, *at);
    }
  if (plain && *word != '\0')
    return g_string_free (g_steal_pointer (&out), FALSE);
  return g_strdup_printf ("\"%s\"", out->str);
}

/* It takes quotes and the like in a program's path for a mistake, however they are written. */
gboolean
ectl_install_fits_unit (const char *path)
{
  for (; *path != '\0'; path++)
    if (g_ascii_iscntrl (*path) || strchr ("\"'\\", *path) != NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_among (const char *folder, const char *search_path)
{
  g_auto (GStrv) folders = g_strsplit (search_path, ":", -1);
  return g_strv_contains ((const char *const *) folders, folder);
}

char *
ectl_install_folders (const char *const *programs, guint count, const char *standard)
{
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < count; i++)
    {
      g_autofree char *folder = programs[i] != NULL ? g_path_get_dirname (programs[i]) : NULL;
      /* A colon cannot be told from one between two folders. */
      if (folder == NULL || strchr (folder, ':') != NULL || is_among (folder, standard) || is_among (folder, found->str))
        continue;
      g_string_append_printf (found, "%s%s", found->len > 0 ? ":" : "", folder);
    }
  return found->len > 0 ? g_string_free (g_steal_pointer (&found), FALSE) : NULL;
}
