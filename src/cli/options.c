/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the command line. */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "i18n.h"
#include "suggest.h"

/* What each row of the table sets. */
typedef enum {
  SET_HOST,
  SET_BACKEND,
  SET_SERVICE,
  SET_USER,
  SET_TIMEOUT,
  SET_JSON,
  SET_DRY_RUN,
  SET_QUIET,
  SET_VERBOSE,
  SET_NO_COLOR,
  SET_VERSION,
  SET_HELP,
  SET_NO_WAIT,
  SET_KEEP_SOCKET,
  SET_FORCE,
  SET_NOW,
  SET_FOLLOW,
  SET_LINES,
  SET_SINCE,
  SET_PROBE_EVERY,
  SET_RESTART,
  SET_LOG_FILE,
  SET_BACKGROUND,
  N_OPTIONS,
} Setting;

static const Option table[N_OPTIONS + 1] = {
  [SET_HOST] = { "host", 'H', N_ ("ENDPOINT"), 0, N_ ("ask this endpoint: unix:///path, tcp://host:port, ssh://user@host") },
  [SET_BACKEND] = { "backend", 0, N_ ("NAME"), 0, N_ ("do not look for the service manager: systemd, sysv, openrc, desktop, direct") },
  [SET_SERVICE] = { "service", 0, N_ ("NAME"), 0, N_ ("the engine's service, if it is not docker") },
  [SET_USER] = { "user", 0, NULL, 0, N_ ("the engine of this user's own service manager (rootless)") },
  [SET_TIMEOUT] = { "timeout", 0, N_ ("SECONDS"), 0, N_ ("the deadline; 0: none for start, stop, restart and wait") },
  [SET_JSON] = { "json", 0, NULL, 0, N_ ("one JSON document on standard output, also for an error") },
  [SET_DRY_RUN] = { "dry-run", 0, NULL, 0, N_ ("say what would change, and change nothing") },
  [SET_QUIET] = { "quiet", 'q', NULL, 0, N_ ("no live line, no notes, no word of success") },
  [SET_VERBOSE] = { "verbose", 'v', NULL, 0, N_ ("more: why this backend, unit files, last log lines") },
  [SET_NO_COLOR] = { "no-color", 0, NULL, 0, N_ ("no colour (also: NO_COLOR in the environment)") },
  [SET_VERSION] = { "version", 0, NULL, 0, N_ ("the version of enginectl, and what this build can do") },
  [SET_HELP] = { "help", 'h', NULL, 0, N_ ("this help; with a command: its own") },
  [SET_NO_WAIT] = { "no-wait", 0, NULL, TAKES_NO_WAIT, N_ ("return when the manager has taken the job") },
  [SET_KEEP_SOCKET] = { "keep-socket", 0, NULL, TAKES_KEEP_SOCKET, N_ ("leave the socket unit armed: the first client starts the engine again") },
  [SET_FORCE] = { "force", 0, NULL, TAKES_FORCE, N_ ("SIGTERM, later SIGKILL; also an engine started by hand") },
  [SET_NOW] = { "now", 0, NULL, TAKES_NOW, N_ ("start or stop it as well") },
  [SET_FOLLOW] = { "follow", 'f', NULL, TAKES_LOG, N_ ("go on with what comes") },
  [SET_LINES] = { "lines", 'n', N_ ("N"), TAKES_LOG, N_ ("the newest N lines (all of them: all)") },
  [SET_SINCE] = { "since", 0, N_ ("T"), TAKES_LOG, N_ ("not older than T: 2026-01-31T12:00:00Z, \"2026-01-31 12:00\", 10m, 2h, 1d") },
  [SET_PROBE_EVERY] = { "probe-every", 0, N_ ("SECONDS"), TAKES_WATCH, N_ ("look so often for what no event tells: hung, a socket that was removed") },
  [SET_RESTART] = { "restart", 0, N_ ("POLICY"), TAKES_RUN, N_ ("when the engine ends by itself: no (default), on-failure, always") },
  [SET_LOG_FILE] = { "log-file", 0, N_ ("FILE"), TAKES_RUN, N_ ("write what it prints there too, set aside at 10 MiB") },
  [SET_BACKGROUND] = { "background", 0, NULL, TAKES_RUN, N_ ("return once the API answers") },
};

const Option *
options_table (void)
{
  return table;
}

void
set_usage_error (GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (ECTL_ERROR, ECTL_ERROR_USAGE, format, args));
  va_end (args);
}

/* getopt's own forms of the table. */
static void
make_getopt (struct option *longs, char *shorts)
{
  *shorts++ = ':';
  for (guint i = 0; i < N_OPTIONS; i++)
    {
      longs[i] = (struct option){ table[i].name, table[i].argument != NULL ? required_argument : no_argument, NULL, 256 + (int) i };
      if (table[i].letter == 0)
        continue;
      *shorts++ = table[i].letter;
      if (table[i].argument != NULL)
        *shorts++ = ':';
    }
  longs[N_OPTIONS] = (struct option){ 0 };
  *shorts = '\0';
}

static int
setting_of (int code)
{
  for (int i = 0; code < 256 && i < N_OPTIONS; i++)
    if (table[i].letter == code)
      return i;
  return code >= 256 ? code - 256 : -1;
}

static gboolean
parse_seconds (const char *option, const char *text, gint64 *ms, GError **error)
{
  char *end;
  double seconds = g_ascii_strtod (text, &end);

  if (end == text || strspn (text, "0123456789.") != strlen (text) || *end != '\0' || !(seconds >= 0) || seconds > 1e9)
    {
      set_usage_error (error, _ ("--%s: '%s' is no number of seconds"), option, text);
      return FALSE;
    }
  *ms = seconds == 0 ? ECTL_TIMEOUT_NONE : MAX (1, (gint64) (seconds * 1000));
  return TRUE;
}

static gboolean
parse_lines (const char *text, gint64 *lines, GError **error)
{
  guint64 number;

  if (g_str_equal (text, "all"))
    *lines = -1;
  else if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &number, NULL))
    *lines = (gint64) number;
  else
    {
      set_usage_error (error, _ ("--lines: '%s' is no number of lines"), text);
      return FALSE;
    }
  return TRUE;
}

static gboolean *
flag_of (Options *options, int setting)
{
  switch (setting)
    {
    case SET_USER:
      return &options->user_mode;
    case SET_JSON:
      return &options->json;
    case SET_DRY_RUN:
      return &options->dry_run;
    case SET_QUIET:
      return &options->quiet;
    case SET_VERBOSE:
      return &options->verbose;
    case SET_NO_COLOR:
      return &options->no_color;
    case SET_VERSION:
      return &options->version;
    case SET_HELP:
      return &options->help;
    case SET_NO_WAIT:
      return &options->no_wait;
    case SET_KEEP_SOCKET:
      return &options->keep_socket;
    case SET_FORCE:
      return &options->force;
    case SET_NOW:
      return &options->now;
    case SET_BACKGROUND:
      return &options->background;
    default:
      return &options->follow;
    }
}

static gboolean
apply (Options *options, int setting, const char *value, GError **error)
{
  switch (setting)
    {
    case SET_HOST:
      options->host = value;
      return TRUE;
    case SET_BACKEND:
      options->backend = value;
      return TRUE;
    case SET_SERVICE:
      options->service = value;
      return TRUE;
    case SET_SINCE:
      options->since = value;
      return TRUE;
    case SET_RESTART:
      options->restart = value;
      return TRUE;
    case SET_LOG_FILE:
      options->log_file = value;
      return TRUE;
    case SET_TIMEOUT:
      return parse_seconds ("timeout", value, &options->timeout_ms, error);
    case SET_PROBE_EVERY:
      return parse_seconds ("probe-every", value, &options->every_ms, error);
    case SET_LINES:
      return parse_lines (value, &options->lines, error);
    default:
      *flag_of (options, setting) = TRUE;
      return TRUE;
    }
}

static void
fail_unknown (const char *word, GError **error)
{
  const char *names[N_OPTIONS + 1] = { NULL };
  g_autofree char *bare = g_strndup (word, strcspn (word, "="));

  for (guint i = 0; i < N_OPTIONS; i++)
    names[i] = table[i].name;
  const char *near = g_str_has_prefix (bare, "--") ? suggest (bare + 2, names) : NULL;
  if (near != NULL)
    set_usage_error (error, _ ("there is no option %s; did you mean --%s?"), bare, near);
  else
    set_usage_error (error, _ ("there is no option %s"), bare);
}

gboolean
asks_for_json (int argc, char **argv)
{
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++)
    if (strlen (argv[i]) > strlen ("--") && g_str_has_prefix ("--json", argv[i])) /* getopt_long(3) takes it shortened */
      return TRUE;
  return FALSE;
}

static gboolean
take_options (int argc, char **argv, Options *options, GError **error)
{
  struct option longs[N_OPTIONS + 1];
  char shorts[3 * N_OPTIONS + 2];
  int code;

  make_getopt (longs, shorts);
  opterr = 0;
  while ((code = getopt_long (argc, argv, shorts, longs, NULL)) != -1)
    {
      if (code == ':')
        {
          set_usage_error (error, _ ("%s wants a value"), argv[optind - 1]);
          return FALSE;
        }
      if (code == '?')
        {
          char letter[] = { '-', (char) optopt, '\0' };
          fail_unknown (optopt != 0 && optopt < 256 ? letter : argv[optind - 1], error);
          return FALSE;
        }
      if (!apply (options, setting_of (code), optarg, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
parse_options (int argc, char **argv, Options *options, const char **command, GError **error)
{
  *options = (Options){ .timeout_ms = ECTL_TIMEOUT_DEFAULT, .lines = G_MININT64 };
  *command = NULL;
  options->json = asks_for_json (argc, argv);
  if (!take_options (argc, argv, options, error))
    return FALSE;
  options->operands = argv + optind;
  if (*options->operands != NULL)
    *command = *options->operands++;
  return TRUE;
}

static gboolean
was_given (const Options *options, guint setting)
{
  switch (setting)
    {
    case SET_LINES:
      return options->lines != G_MININT64;
    case SET_SINCE:
      return options->since != NULL;
    case SET_PROBE_EVERY:
      return options->every_ms != 0;
    case SET_RESTART:
      return options->restart != NULL;
    case SET_LOG_FILE:
      return options->log_file != NULL;
    default:
      return *flag_of ((Options *) options, (int) setting);
    }
}

gboolean
check_options (const Command *command, const Options *options, GError **error)
{
  for (guint i = SET_NO_WAIT; i < N_OPTIONS; i++)
    if (was_given (options, i) && (command->takes & table[i].takes) == 0)
      {
        set_usage_error (error, _ ("%s has no option --%s"), command->name, table[i].name);
        return FALSE;
      }
  guint most = command->takes & TAKES_OPERANDS ? G_MAXUINT : (command->takes & TAKES_SERVICE ? 1 : 0);
  if (g_strv_length (options->operands) <= most)
    return TRUE;
  set_usage_error (error, most == 0 ? _ ("%s takes no operand: '%s'") : _ ("%s takes one service: '%s' is one too many"), command->name,
                   options->operands[most]);
  return FALSE;
}

static char *
seconds_text (gint64 ms)
{
  return ms <= 0 ? g_strdup ("0") : g_strdup_printf ("%" G_GINT64_FORMAT ".%03d", ms / 1000, (int) (ms % 1000));
}

/* The value of a setting as it may be typed; NULL for one that has none. */
static char *
value_of (const Options *options, guint setting)
{
  switch (setting)
    {
    case SET_BACKEND:
      return g_strdup (options->backend);
    case SET_SERVICE:
      return g_strdup (options->service);
    case SET_SINCE:
      return g_strdup (options->since);
    case SET_TIMEOUT:
      return options->timeout_ms != ECTL_TIMEOUT_DEFAULT ? seconds_text (options->timeout_ms) : NULL;
    case SET_PROBE_EVERY:
      return options->every_ms != 0 ? seconds_text (options->every_ms) : NULL;
    case SET_LINES:
      if (options->lines == G_MININT64)
        return NULL;
      return options->lines < 0 ? g_strdup ("all") : g_strdup_printf ("%" G_GINT64_FORMAT, options->lines);
    default:
      return NULL;
    }
}

GPtrArray *
words_of_options (const Options *options)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = SET_HOST + 1; i < N_OPTIONS; i++)
    {
      char *value = table[i].argument != NULL ? value_of (options, i) : NULL;
      if (value == NULL && (table[i].argument != NULL || !was_given (options, i)))
        continue;
      g_ptr_array_add (words, g_strconcat ("--", table[i].name, NULL));
      if (value != NULL)
        g_ptr_array_add (words, value);
    }
  g_ptr_array_add (words, g_strdup ("--"));
  for (char **operand = options->operands; *operand != NULL; operand++)
    g_ptr_array_add (words, g_strdup (*operand));
  return words;
}
