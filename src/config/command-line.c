/* SPDX-License-Identifier: Apache-2.0 */
/* Long options with a blank or "="; letters with their value behind them, behind a blank or "=", and behind letters that take none. */
#include "config/command-line.h"

#include <string.h>

#include "config/daemon-json.h"

/* Letters of dockerd without a value. */
#define FLAGS "Dv"

/* Behind "--name" or "-X" in WORD; NULL where it is another option. */
static const char *
behind_option (const char *word, const char *name, char letter)
{
  gsize length = strlen (name);

  if (g_str_has_prefix (word, name) && (word[length] == '\0' || word[length] == '='))
    return word + length;
  if (letter == 0 || word[0] != '-' || word[1] == '-')
    return NULL;
  const char *at = word + 1 + strspn (word + 1, FLAGS);
  return *at == letter ? at + 1 : NULL;
}

const char *
ectl_command_line_next (const char *const **word, const char *name, char letter)
{
  while (*word != NULL && **word != NULL)
    {
      const char *rest = behind_option (*(*word)++, name, letter);
      if (rest != NULL && *rest != '\0')
        return rest + (*rest == '=' ? 1 : 0);
      if (rest != NULL && **word != NULL)
        return *(*word)++;
    }
  return NULL;
}

const char *
ectl_command_line_find (const char *const *argv, const char *name, char letter)
{
  const char *found = NULL;

  for (const char *value = NULL; (value = ectl_command_line_next (&argv, name, letter)) != NULL;)
    found = value;
  return found;
}

const char *
ectl_command_line_config_file (const char *const *argv)
{
  const char *file = ectl_command_line_find (argv, "--config-file", 0);
  return file != NULL ? file : ECTL_DAEMON_JSON;
}
