/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of -h, help and --version. */
#include "help.h"

#include <string.h>

#include "i18n.h"
#include "json.h"
#include "options.h"
#include "output.h"

static void
append_option (GString *text, const Option *option)
{
  g_autofree char *letter = option->letter != 0 ? g_strdup_printf ("-%c, ", option->letter) : g_strdup ("    ");
  g_autofree char *left =
      g_strconcat (letter, "--", option->name, option->argument != NULL ? " " : "", option->argument != NULL ? _ (option->argument) : "", NULL);
  guint used = width_of (left);

  g_string_append_printf (text, "  %s%*s%s\n", left, (int) (used < 22 ? 22 - used : 0) + 2, "", _ (option->summary));
}

static void
append_commands (GString *text)
{
  for (const Command *command = commands (); command->name != NULL; command++)
    g_string_append_printf (text, "  %-12s %s\n", command->name, _ (command->summary));
}

static void
append_options (GString *text, guint takes, gboolean global)
{
  for (const Option *option = options_table (); option->name != NULL; option++)
    if (global ? option->takes == 0 : (option->takes & takes) != 0)
      append_option (text, option);
}

void
print_short_help (FILE *file)
{
  g_autoptr (GString) text = g_string_new (_ ("usage: enginectl [OPTION…] COMMAND [OPTION…] [SERVICE]\n\n"));

  append_commands (text);
  g_string_append (text, _ ("\nenginectl -h lists the options too, enginectl COMMAND -h those of a command.\n"));
  fputs (text->str, file);
}

static void
append_program_help (GString *text)
{
  g_string_append (text, _ ("usage: enginectl [OPTION…] COMMAND [OPTION…] [SERVICE]\n"
                            "Starts, stops, enables, watches and explains the Docker engine of this host.\n\nCommands:\n"));
  append_commands (text);
  g_string_append (text, _ ("\nOptions, before or after the command:\n"));
  append_options (text, 0, TRUE);
  g_string_append (text, _ ("\nExit codes: 0 done, 1 failed, 2 usage, 3 not supported here, 4 not permitted,\n"
                            "5 not installed, 6 badly configured, 7 not running, 130 interrupted, 150 deadline.\n"
                            "status: 0 running, 3 stopped or armed, 1 failed, 151 starting, 152 stopping,\n"
                            "153 hung, 154 degraded, 155 unmanaged, 5 not installed, 4 unknown.\n"));
}

static void
append_command_help (GString *text, const Command *command)
{
  gboolean own = FALSE;

  g_string_append_printf (text, _ ("usage: enginectl %s [OPTION…]%s%s\n%s\n"), command->name, command->operands != NULL ? " " : "",
                          command->operands != NULL ? command->operands : "", _ (command->summary));
  for (const Option *option = options_table (); option->name != NULL; option++)
    own |= (option->takes & command->takes) != 0;
  if (own)
    {
      g_string_append (text, _ ("\nOptions of this command:\n"));
      append_options (text, command->takes, FALSE);
    }
  g_string_append (text, _ ("\nOptions of every command:\n"));
  append_options (text, 0, TRUE);
}

void
print_help (const Command *command, gboolean json)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (command != NULL)
    append_command_help (text, command);
  else
    append_program_help (text);
  if (json)
    json_print (json_pack ("{s:s, s:s}", "schema", "enginectl.help/1", "text", text->str));
  else
    fputs (text->str, stdout);
}

void
print_program_version (gboolean json)
{
  const char *const *features = ectl_features ();
  g_autofree char *words = g_strjoinv (" ", (char **) features);
  json_t *list = json ? json_array () : NULL;

  if (list == NULL)
    {
      printf ("enginectl %s%s%s\n", ectl_version (), *words != '\0' ? ", " : "", words);
      return;
    }
  for (; *features != NULL; features++)
    json_array_append_new (list, json_text (*features));
  json_print (json_pack ("{s:s, s:s, s:o}", "schema", "enginectl.program/1", "version", ectl_version (), "features", list));
}

int
run_help (Session *session)
{
  const char *topic = session->options.operands[0];
  const Command *command = topic != NULL ? find_command (topic) : NULL;

  if (topic != NULL && session->options.operands[1] != NULL)
    {
      g_autoptr (GError) error = NULL;
      set_usage_error (&error, _ ("help takes one command: '%s' is one too many"), session->options.operands[1]);
      return tell_error (session, error);
    }
  if (topic != NULL && command == NULL)
    {
      g_autoptr (GError) error = NULL;
      set_usage_error (&error, _ ("there is no command '%s'"), topic);
      return tell_error (session, error);
    }
  print_help (command, session->options.json);
  return 0;
}
