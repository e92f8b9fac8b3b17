/* SPDX-License-Identifier: Apache-2.0 */
/* The program: one table of commands, and the way from the command line to one of them. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "help.h"
#include "i18n.h"
#include "options.h"
#include "output.h"
#include "suggest.h"

static const Command table[] = {
  { "status", "[SERVICE]", N_ ("is it running? What the manager, the processes and the API say"), TAKES_SERVICE | ASKED_THERE, run_status },
  { "start", "[SERVICE]", N_ ("start the engine; done when its API answers"), TAKES_SERVICE | TAKES_NO_WAIT | ASKED_THERE, run_action },
  { "stop", "[SERVICE]", N_ ("stop the engine, and the socket that would start it again"), TAKES_SERVICE | TAKES_KEEP_SOCKET | TAKES_FORCE | ASKED_THERE,
    run_action },
  { "restart", "[SERVICE]", N_ ("stop, then start; starts what is stopped"), TAKES_SERVICE | ASKED_THERE, run_action },
  { "reload", "[SERVICE]", N_ ("let the engine read daemon.json again; done when it says so"), TAKES_SERVICE | ASKED_THERE, run_action },
  { "enable", "[SERVICE]", N_ ("start the engine at boot"), TAKES_SERVICE | TAKES_NOW | ASKED_THERE, run_action },
  { "disable", "[SERVICE]", N_ ("do not start the engine at boot"), TAKES_SERVICE | TAKES_NOW | ASKED_THERE, run_action },
  { "is-active", "[SERVICE]", N_ ("the manager's word: 0 for active, else 3"), TAKES_SERVICE | ASKED_THERE, run_is_active },
  { "is-enabled", "[SERVICE]", N_ ("the manager's word: 0 for enabled, else 1"), TAKES_SERVICE | ASKED_THERE, run_is_enabled },
  { "wait", "STATE[,STATE…] [SERVICE]", N_ ("wait until the engine is in one of these states"), TAKES_OPERANDS | ASKED_THERE, run_wait },
  { "ping", NULL, N_ ("does the endpoint answer that docker would use?"), TAKES_NONE, run_ping },
  { "version", NULL, N_ ("the versions of the engine at that endpoint"), TAKES_NONE, run_version },
  { "probe", NULL, N_ ("every engine, helper, client, program, service, endpoint and context here"), ASKED_THERE, run_probe },
  { "logs", "[SERVICE]", N_ ("the engine's log"), TAKES_SERVICE | TAKES_LOG | ASKED_THERE, run_logs },
  { "watch", "[SERVICE]", N_ ("the state now, then a line for each change"), TAKES_SERVICE | TAKES_WATCH | ASKED_THERE, run_watch },
  { "install", NULL, N_ ("a service for an engine that has none (static binaries)"), ASKED_THERE, run_action },
  { "uninstall", NULL, N_ ("take that service away again"), ASKED_THERE, run_action },
  { "run", "[-- DOCKERD-OPTION…]", N_ ("the engine in the foreground, supervised"), TAKES_RUN | TAKES_OPERANDS, run_run },
  { "help", "[COMMAND]", N_ ("help, of the program or of a command"), TAKES_OPERANDS, run_help },
  { NULL, NULL, NULL, 0, NULL },
};

const Command *
commands (void)
{
  return table;
}

const Command *
find_command (const char *name)
{
  for (const Command *command = table; command->name != NULL; command++)
    if (g_str_equal (command->name, name))
      return command;
  return NULL;
}

static void
fail_unknown_command (const char *name, GError **error)
{
  const char *names[G_N_ELEMENTS (table)] = { NULL };

  for (guint i = 0; table[i].name != NULL; i++)
    names[i] = table[i].name;
  const char *near = suggest (name, names);
  if (near != NULL)
    set_usage_error (error, _ ("there is no command '%s'; did you mean %s?"), name, near);
  else
    set_usage_error (error, _ ("there is no command '%s'; enginectl -h lists them"), name);
}

/* Text in JSON is English, its numbers too, so only the letters are the caller's there. */
static void
set_up_language (gboolean json)
{
  setlocale (json ? LC_CTYPE : LC_ALL, "");
  /* Without a language nothing would be looked up: the way to the catalogues need not be searched. */
  const char *language = setlocale (LC_MESSAGES, NULL);
  if (language == NULL || g_str_equal (language, "C") || g_str_has_prefix (language, "C."))
    return;
  g_autofree char *folder = ectl_locale_dir ();
  if (folder == NULL)
    return;
  bindtextdomain (TEXT_DOMAIN, folder);
  bind_textdomain_codeset (TEXT_DOMAIN, "UTF-8");
}

/* The one thing a signal handler can reach. */
static EctlCall *interrupted_call; /* lint: a signal handler */

static void
interrupt (int number)
{
  (void) number;
  int saved = errno;
  ectl_call_cancel (interrupted_call);
  errno = saved;
}

static void
catch_interrupts (EctlCall *call)
{
  struct sigaction action = { .sa_handler = interrupt, .sa_flags = SA_RESETHAND };

  interrupted_call = call;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

/* The call is about to be freed: who interrupts now ends the program. */
static void
release_interrupts (void)
{
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
}

static gboolean
set_up_engine (Session *session, GError **error)
{
  const Options *options = &session->options;
  const char *service = session->command->takes & TAKES_SERVICE && options->operands[0] != NULL ? options->operands[0] : options->service;

  ectl_engine_set_user_mode (session->engine, options->user_mode);
  return (options->backend == NULL || ectl_engine_set_backend (session->engine, options->backend, error))
         && (service == NULL || ectl_engine_set_service (session->engine, service, error))
         && (options->host == NULL || ectl_engine_set_endpoint (session->engine, options->host, error));
}

/* What an API can answer is asked over ssh like everywhere; what concerns a host is answered by the enginectl there. */
static int (*choose_way (Session *session)) (Session *)
{
  const Options *options = &session->options;
  gboolean by_api =
      session->command->run == run_wait && options->operands[0] != NULL && g_str_equal (options->operands[0], "running") && options->operands[1] == NULL;
  return (session->command->takes & ASKED_THERE) && !by_api && ectl_engine_is_there (session->engine) ? run_there : session->command->run;
}

static int
run (Session *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlEngine) engine = ectl_engine_new ();
  g_autoptr (EctlCall) call = ectl_call_new (session->options.timeout_ms);

  session->engine = engine;
  session->call = call;
  ectl_call_set_progress (call, show_progress, session);
  catch_interrupts (call);
  gboolean ready = check_options (session->command, &session->options, &error) && set_up_engine (session, &error);
  int code = ready ? choose_way (session) (session) : tell_error (session, error);
  release_interrupts ();
  return code;
}

static int
dispatch (int argc, char **argv)
{
  Session session = { 0 };
  g_autoptr (GError) error = NULL;
  const char *word;

  /* Before the options: what is wrong with them is told in the caller's language as well. */
  set_up_language (asks_for_json (argc, argv));
  gboolean understood = parse_options (argc, argv, &session.options, &word, &error);
  if (understood && session.options.version)
    {
      print_program_version (session.options.json);
      return 0;
    }
  session.command = word != NULL ? find_command (word) : NULL;
  if (understood && word != NULL && session.command == NULL)
    fail_unknown_command (word, &error);
  if (understood && word == NULL && !session.options.help)
    {
      if (!session.options.json)
        {
          print_short_help (stderr);
          return ECTL_ERROR_USAGE;
        }
      set_usage_error (&error, _ ("no command was given"));
    }
  if (error != NULL)
    return tell_error (&session, error);
  if (!session.options.help)
    return run (&session);
  print_help (session.command, session.options.json);
  return 0;
}

/* Why standard output took not everything; 0: it did. */
static int
stdout_fault (void)
{
  if (fflush (stdout) != 0)
    return errno;
  if (!ferror (stdout))
    return 0;
  /* An earlier write failed, and its reason is lost; one byte more meets the same one. */
  return write (STDOUT_FILENO, "\n", 1) < 0 ? errno : EIO;
}

/* What could not be written must not pass for success. */
static int
close_stdout (int code)
{
  int failed = stdout_fault ();

  if (failed == 0)
    return code;
  if (failed == EPIPE || failed == EBADF)
    return EXIT_CLOSED_STDOUT;
  fprintf (stderr, _ ("enginectl: cannot write the output: %s\n"), g_strerror (failed));
  return code != 0 ? code : ECTL_ERROR_FAILED;
}

/* Where a standard descriptor is closed, the next file or socket would take its number, and what is printed would go there. Writing to what
 * can only be read fails just as writing to a closed one. */
static void
hold_standard_descriptors (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO)
    close (fd);
}

int
main (int argc, char **argv)
{
  hold_standard_descriptors ();
  /* Options may stand behind the command everywhere. */
  unsetenv ("POSIXLY_CORRECT");
  /* A reader that went away shows as EPIPE, and is told by the exit code. */
  signal (SIGPIPE, SIG_IGN);
  return close_stdout (dispatch (argc, argv));
}
