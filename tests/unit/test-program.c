/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that are started: their end, what they printed, what they inherit, and what becomes of them when time is over. */
#include "platform/linux/program.h"

#include <errno.h>
#include <sys/resource.h>

#include "base/error.h"
#include "tests/unit/script-bed.h"

/* More than is ever kept of an output, and far less than what an endless one prints. */
#define MOST_TEXT (64 * 1024)

static gboolean
run_sh (const char *text, EctlProgramLate late, EctlCall *call, EctlProgramEnd *end, GError **error)
{
  const char *const argv[] = { "/bin/sh", "-c", text, NULL };
  return ectl_program_run (argv, late, call, end, error);
}

static void
run_well (const char *const *argv, EctlProgramEnd *end)
{
  g_autoptr (EctlCall) call = patient_call ();
  g_autoptr (GError) error = NULL;
  g_assert_true (ectl_program_run (argv, ECTL_PROGRAM_KILL, call, end, &error));
  g_assert_no_error (error);
}

static void
run_sh_well (const char *text, EctlProgramEnd *end)
{
  const char *const argv[] = { "/bin/sh", "-c", text, NULL };
  run_well (argv, end);
}

/* With $root in front of TEXT. */
static char *
in_root (const char *root, const char *text)
{
  g_autofree char *quoted = g_shell_quote (root);
  return g_strdup_printf ("root=%s\n%s", quoted, text);
}

static gboolean
has_children (void)
{
  return waitpid (-1, NULL, WNOHANG) == 0;
}

/* --- its end ------------------------------------------------------------------------------------------------------------------ */

static void
check_codes (void)
{
  static const struct {
    const char *text;
    int code;
  } rows[] = {
    { "exit 0", 0 },     { "exit 1", 1 },          { "exit 3", 3 },          { "exit 127", 127 },     { "exit 128", 128 },
    { "exit 255", 255 }, { "kill -TERM $$", 143 }, { "kill -KILL $$", 137 }, { "kill -HUP $$", 129 }, { "kill -USR1 $$", 138 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (EctlProgramEnd) end = { 0 };
      run_sh_well (rows[i].text, &end);
      g_assert_cmpint (end.code, ==, rows[i].code);
      g_assert_cmpstr (end.text, ==, "");
      g_assert_false (has_children ());
    }
}

typedef struct {
  const char *path; /* below the root */
  const char *text;
  int mode; /* 0: nothing is laid, -1: a folder */
  gboolean starts;
  EctlErrorCode code;
} Start;

static void
check_start (gconstpointer data)
{
  const Start *row = data;
  g_autofree char *root = make_root ();
  g_autofree char *file = g_build_filename (root, row->path, NULL);
  const char *const argv[] = { file, NULL };
  g_autoptr (EctlCall) call = patient_call ();
  g_autoptr (GError) error = NULL;
  g_auto (EctlProgramEnd) end = { 0 };

  if (row->mode > 0)
    lay_file (root, row->path, row->text, -1);
  if (row->mode > 0)
    g_assert_cmpint (chmod (file, (mode_t) row->mode), ==, 0);
  if (row->mode < 0)
    g_assert_cmpint (g_mkdir (file, 0755), ==, 0);
  g_assert_cmpint (ectl_program_run (argv, ECTL_PROGRAM_KILL, call, &end, &error), ==, row->starts);
  g_assert_true (row->starts || ectl_error_is (error, row->code));
  g_assert_true (row->starts || (error != NULL && strstr (error->message, file) != NULL));
  g_assert_cmpstr (row->starts ? end.text : NULL, ==, row->starts ? "here" : NULL);
  g_assert_false (has_children ());
  remove_root (root);
}

static const Start starts[] = {
  { "script", "#!/bin/sh\necho here\n", 0755, TRUE, 0 },
  { "without-interpreter-line", "echo here\n", 0755, TRUE, 0 }, /* as a shell does */
  { "missing", "", 0, FALSE, ECTL_ERROR_FAILED },
  { "missing-folder/x", "", 0, FALSE, ECTL_ERROR_FAILED },
  { "interpreter-missing", "#!/nowhere/sh\necho here\n", 0755, FALSE, ECTL_ERROR_FAILED },
  { "not-executable", "#!/bin/sh\necho here\n", 0644, FALSE, ECTL_ERROR_NOT_PERMITTED },
  { "folder", "", -1, FALSE, ECTL_ERROR_NOT_PERMITTED },
};

static gboolean
end_under_ignored_sigchld (gconstpointer unused)
{
  g_autoptr (EctlCall) call = patient_call ();
  g_auto (EctlProgramEnd) end = { 0 };
  (void) unused;

  signal (SIGCHLD, SIG_IGN);
  return !run_sh ("exit 3", ECTL_PROGRAM_KILL, call, &end, NULL) || end.code != 0;
}

/* Who ignores SIGCHLD passes that on to us (exec(2)), and then the kernel keeps no exit code: a failure must not become a success. */
static void
check_ignored_sigchld (void)
{
  pid_t pid = start_child (0, end_under_ignored_sigchld, NULL);
  g_assert_cmpint (pid, >, 0);
  if (pid > 0)
    end_child (pid);
}

/* --- what it printed ------------------------------------------------------------------------------------------------------------ */

static void
check_output (void)
{
  static const struct {
    const char *text;
    const char *output;
  } rows[] = {
    { "echo out; echo err >&2; echo out again; echo err again >&2", "out\nerr\nout again\nerr again" },
    { "printf 'no line end'", "no line end" },
    { "printf 'a\\n\\n\\nb\\n\\n \\n'", "a\n\n\nb" },
    { "printf 'escape \\033[31mred\\007\\n'", "escape  [31mred" },
    { "printf 'over\\rwritten\\r\\nb\\r\\n'", "over written\nb" },
    { "printf '\\302\\2333mx \\177.\\n'", "  3mx  ." },
    { "printf 'bad \\377\\n'", "bad \xef\xbf\xbd" },
    { ":", "" },
    { "printf '\\n\\n'", "" },
    { "(echo from a child); exec /bin/echo from what it became", "from a child\nfrom what it became" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (EctlProgramEnd) end = { 0 };
      run_sh_well (rows[i].text, &end);
      g_assert_cmpstr (end.text, ==, rows[i].output);
    }
}

static void
check_output_after_nul (void)
{
  g_auto (EctlProgramEnd) end = { 0 };
  run_sh_well ("printf 'before\\000after\\nnext\\n'", &end);
  g_assert_nonnull (strstr (end.text, "after"));
  g_assert_nonnull (strstr (end.text, "next"));
}

/* What scripts write for >&2 as well: the output is opened once more, with an offset of its own. What > truncates is lost, as in a file. */
static void
check_output_opened_again (void)
{
  static const struct {
    const char *text;
    const char *output;
  } rows[] = {
    { "echo one; echo two >> /dev/stderr; echo three", "one\ntwo\nthree" },
    { "echo one; echo two > /dev/stderr; echo three", "two\nthree" },
    { "echo a long first line; echo b > /dev/stdout; echo c", "b\nc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (EctlProgramEnd) end = { 0 };
      run_sh_well (rows[i].text, &end);
      g_assert_cmpstr (end.text, ==, rows[i].output);
    }
}

static void
check_long_output (void)
{
  static const char *const texts[] = {
    "echo begin; head -c 100000 /dev/zero | tr '\\0' x; echo end",
    "echo begin; head -c 3000000 /dev/zero | tr '\\0' x; echo end",
    "echo begin; i=0; while [ $i -lt 4000 ]; do echo \"line $i of many\"; i=$((i+1)); done; echo end",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (EctlProgramEnd) end = { 0 };
      run_sh_well (texts[i], &end);
      g_assert_cmpint (end.code, ==, 0);
      g_assert_true (g_str_has_prefix (end.text, "begin\n"));
      g_assert_cmpuint (strlen (end.text), >, 1000);
      g_assert_cmpuint (strlen (end.text), <, MOST_TEXT);
      g_assert_false (g_str_has_suffix (end.text, "end"));
    }
}

/* A letter of three bytes may lie across the limit. */
static void
check_long_output_of_wide_letters (void)
{
  for (guint shift = 0; shift < 3; shift++)
    {
      g_auto (EctlProgramEnd) end = { 0 };
      g_autofree char *text = g_strdup_printf ("printf '%.*s'; yes '\xe2\x82\xac' | head -n 20000 | tr -d '\\n'", (int) shift, "xxx");
      run_sh_well (text, &end);
      g_assert_true (g_utf8_validate (end.text, -1, NULL));
      g_assert_cmpuint (strlen (end.text), <, MOST_TEXT);
    }
}

/* It is told that no more is wanted: `yes` ends by that, long before the deadline. */
static void
check_endless_output (void)
{
  static const char *const texts[] = { "exec yes", "yes >&2; exit 7", "cat /dev/zero | tr '\\0' x; exit 7" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (EctlProgramEnd) end = { 0 };
      run_sh_well (texts[i], &end);
      g_assert_cmpint (end.code, !=, 0);
      g_assert_cmpuint (strlen (end.text), <, MOST_TEXT);
    }
}

/* One that does not care is ended by the deadline. */
static void
check_endless_output_that_does_not_care (void)
{
  g_autoptr (EctlCall) call = begin_call (300);
  g_autoptr (GError) error = NULL;
  g_auto (EctlProgramEnd) end = { 0 };

  g_assert_false (run_sh ("while :; do echo on and on; done", ECTL_PROGRAM_KILL, call, &end, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_false (has_children ());
}

/* --- its children ----------------------------------------------------------------------------------------------------------------- */

/* As a daemon that an init script leaves behind with the script's own outputs. */
static void
check_child_that_keeps_the_outputs (void)
{
  g_autofree char *root = make_root ();
  int gate = lay_gate (root, "gate"), report = lay_report (root, "report");
  g_autofree char *text =
      in_root (root, "(read word < $root/gate; /bin/echo later; echo later; /bin/echo later >&2; : > $root/marker; echo done > $root/report) &\n"
                     "echo now\n");
  g_auto (EctlProgramEnd) end = { 0 };

  run_sh_well (text, &end); /* returns although the gate is shut */
  g_assert_cmpint (end.code, ==, 0);
  g_assert_cmpstr (end.text, ==, "now");
  g_assert_false (is_there (root, "marker"));
  open_gate (gate);
  g_assert_true (wait_for_report (report));
  g_assert_true (is_there (root, "marker"));
  close (gate);
  close (report);
  remove_root (root);
}

/* --- when time is over ---------------------------------------------------------------------------------------------------------- */

/* All three hold the report open: the script, its child, and the child's child. */
static const char group[] = "exec 9> $root/report\n(sh -c 'read word < '$root'/gate'; :) &\necho ready >&9\nread word < $root/gate\n";

static void
check_deadline_kills_the_group (void)
{
  g_autofree char *root = make_root ();
  int gate = lay_gate (root, "gate"), report = lay_report (root, "report");
  g_autofree char *text = in_root (root, group);
  g_autoptr (EctlCall) call = begin_call (500);
  g_autoptr (GError) error = NULL;
  g_auto (EctlProgramEnd) end = { 0 };

  g_assert_false (run_sh (text, ECTL_PROGRAM_KILL, call, &end, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_null (end.text);
  g_assert_true (wait_for_silence (report));
  g_assert_false (has_children ());
  close (gate);
  close (report);
  remove_root (root);
}

typedef struct {
  EctlCall *call;
  int report;
} Canceller;

static gpointer
cancel_when_ready (gpointer data)
{
  const Canceller *canceller = data;
  gboolean ready = wait_for_report (canceller->report);
  ectl_call_cancel (canceller->call);
  return GINT_TO_POINTER (ready);
}

static void
check_cancel_kills_the_group (void)
{
  g_autofree char *root = make_root ();
  int gate = lay_gate (root, "gate"), report = lay_report (root, "report");
  g_autofree char *text = in_root (root, group);
  g_autoptr (EctlCall) call = patient_call ();
  g_autoptr (GError) error = NULL;
  g_auto (EctlProgramEnd) end = { 0 };
  Canceller canceller = { call, report };

  GThread *thread = g_thread_new ("cancel", cancel_when_ready, &canceller);
  g_assert_false (run_sh (text, ECTL_PROGRAM_KILL, call, &end, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_CANCELLED);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  g_assert_true (wait_for_silence (report));
  g_assert_false (has_children ());
  close (gate);
  close (report);
  remove_root (root);
}

typedef struct {
  gboolean cancel; /* rather than a deadline */
  const char *rest;
} Left;

static const Left left[] = {
  { FALSE, "" }, { TRUE, "" }, { FALSE, "echo more\n/bin/echo more >&2\n" }, { FALSE, "set -e\necho more\n" }, /* as Debian's own script of docker begins */
};

/* What does something is left alone, and what it still says does not harm it. */
static void
check_left_to_go_on (gconstpointer data)
{
  const Left *row = data;
  g_autofree char *root = make_root ();
  int gate = lay_gate (root, "gate"), ready = lay_report (root, "ready"), report = lay_report (root, "report");
  g_autofree char *body = g_strconcat ("echo ready > $root/ready\nexec 9> $root/report\nread word < $root/gate\n", row->rest, ": > $root/marker\n", NULL);
  g_autofree char *text = in_root (root, body);
  g_autoptr (EctlCall) call = begin_call (row->cancel ? PATIENCE_MS : 300);
  const int expected = row->cancel ? ECTL_ERROR_CANCELLED : ECTL_ERROR_DEADLINE;
  g_autoptr (GError) error = NULL;
  g_auto (EctlProgramEnd) end = { 0 };
  Canceller canceller = { call, ready };

  GThread *thread = row->cancel ? g_thread_new ("cancel", cancel_when_ready, &canceller) : NULL;
  g_assert_false (run_sh (text, ECTL_PROGRAM_LEAVE, call, &end, &error));
  g_assert_error (error, ECTL_ERROR, expected);
  g_assert_true (thread != NULL ? GPOINTER_TO_INT (g_thread_join (thread)) : wait_for_report (ready));
  g_assert_false (is_there (root, "marker"));
  open_gate (gate);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0); /* ours until it ends */
  g_assert_true (wait_for_silence (report));
  g_assert_true (is_there (root, "marker"));
  close (gate);
  close (ready);
  close (report);
  remove_root (root);
}

/* --- what it inherits ------------------------------------------------------------------------------------------------------------- */

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
check_environment (void)
{
  static const char *const argv[] = { "/usr/bin/env", NULL };
  g_auto (EctlProgramEnd) end = { 0 };

  run_well (argv, &end);
  g_auto (GStrv) lines = g_strsplit (end.text, "\n", -1);
  qsort (lines, g_strv_length (lines), sizeof *lines, by_name);
  g_autofree char *sorted = g_strjoinv ("\n", lines);
  g_assert_cmpstr (sorted, ==, "LC_ALL=C.UTF-8\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nTERM=dumb");
}

/* Even where ours has something to read. */
static void
check_input (void)
{
  g_auto (EctlProgramEnd) end = { 0 };
  int ends[2], ours = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 10);

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], "secret\n", 7), ==, 7);
  g_assert_cmpint (dup2 (ends[0], STDIN_FILENO), ==, STDIN_FILENO);
  run_sh_well ("cat; echo end of it", &end);
  if (ours >= 0)
    dup2 (ours, STDIN_FILENO);
  close (ours);
  close (ends[0]);
  close (ends[1]);
  g_assert_cmpstr (end.text, ==, "end of it");
}

static void
check_descriptors (void)
{
  static const char *const argv[] = { "/bin/ls", "/proc/self/fd", NULL };
  g_auto (EctlProgramEnd) end = { 0 };
  int open_ones[] = { open ("/dev/null", O_RDONLY), open ("/dev/null", O_WRONLY), fcntl (STDERR_FILENO, F_DUPFD, 50), fcntl (STDERR_FILENO, F_DUPFD, 200) };

  run_well (argv, &end);
  for (guint i = 0; i < G_N_ELEMENTS (open_ones); i++)
    close (open_ones[i]);
  g_assert_cmpstr (end.text, ==, "0\n1\n2\n3"); /* 3: the folder that ls reads */
}

static char *
find_field (const char *text, const char *name)
{
  const char *found = strstr (text, name);
  return found != NULL ? g_strndup (found + strlen (name), strcspn (found + strlen (name), "\n")) : NULL;
}

static void
check_signals (void)
{
  static const char *const argv[] = { "/bin/cat", "/proc/self/status", NULL };
  static const int ignored[] = { SIGINT, SIGPIPE, SIGHUP, SIGQUIT, SIGTERM };
  g_auto (EctlProgramEnd) end = { 0 };
  sigset_t blocked, before;

  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++)
    signal (ignored[i], SIG_IGN);
  signal (SIGRTMIN + 3, SIG_IGN);
  sigfillset (&blocked);
  pthread_sigmask (SIG_BLOCK, &blocked, &before);
  run_well (argv, &end);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++)
    signal (ignored[i], SIG_DFL);
  signal (SIGRTMIN + 3, SIG_DFL);
  g_autofree char *still_ignored = find_field (end.text, "\nSigIgn:\t"), *still_blocked = find_field (end.text, "\nSigBlk:\t");
  /* Two signals are the C library's own, and nobody can reset them (nptl(7)). */
  g_assert_cmphex (g_ascii_strtoull (still_ignored, NULL, 16) & ~(guint64) 0x180000000, ==, 0);
  g_assert_cmpstr (still_blocked, ==, "0000000000000000");
}

static void
check_session (void)
{
  g_auto (EctlProgramEnd) end = { 0 };
  run_sh_well ("read -r pid name state parent group session terminal rest < /proc/$$/stat; echo $((pid == group)) $((pid == session)) $terminal; pwd", &end);
  g_assert_cmpstr (end.text, ==, "1 1 0\n/");
}

static guint
count_descriptors (void)
{
  guint n = 0;
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static void
check_nothing_is_left (void)
{
  static const char *const missing[] = { "/nowhere/x", NULL };
  const guint before = count_descriptors ();

  for (guint i = 0; i < 20; i++)
    {
      g_auto (EctlProgramEnd) end = { 0 }, none = { 0 }, late = { 0 };
      g_autoptr (EctlCall) call = patient_call (), over = begin_call (1);
      run_sh_well ("echo x", &end);
      g_assert_false (ectl_program_run (missing, ECTL_PROGRAM_KILL, call, &none, NULL));
      g_assert_false (run_sh ("exec sleep 1000", ECTL_PROGRAM_KILL, over, &late, NULL));
      g_assert_null (late.text);
      g_assert_null (none.text);
    }
  g_assert_cmpuint (count_descriptors (), ==, before);
  g_assert_false (has_children ());
}

static gboolean
run_as_user (gconstpointer data)
{
  g_autoptr (EctlCall) call = patient_call ();
  g_auto (EctlProgramEnd) end = { 0 };
  const char *const argv[] = { data, NULL };
  g_autoptr (GError) error = NULL;

  if (!run_sh ("id -u; echo err >&2; exit 3", ECTL_PROGRAM_KILL, call, &end, NULL) || end.code != 3 || g_strcmp0 (end.text, "65534\nerr") != 0)
    return FALSE;
  ectl_program_end_clear (&end);
  return !ectl_program_run (argv, ECTL_PROGRAM_KILL, call, &end, &error) && ectl_error_is (error, ECTL_ERROR_NOT_PERMITTED);
}

/* For root a program of mode 0700 can be started, for another user not. */
static void
check_as_user (void)
{
  if (needs_root ())
    return;
  g_autofree char *root = make_root ();
  g_autofree char *file = g_build_filename (root, "roots", NULL);
  lay_script (root, "roots", "echo here\n", 0700);
  g_assert_cmpint (chmod (root, 0755), ==, 0);
  run_as_nobody (run_as_user, file);
  remove_root (root);
}

/* --- where it is ------------------------------------------------------------------------------------------------------------------ */

static void
check_find (void)
{
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, (const char *const[]){ "PATH=/opt/bin:/bin", NULL }, 0);
  g_autofree char *expected = g_build_filename (root, "usr/sbin/service", NULL);

  lay_script (root, "opt/bin/service", "", 0755);
  lay_script (root, "usr/local/sbin/service", "", 0644);
  lay_script (root, "usr/local/bin/service/inside", "", 0755);
  g_assert_null (ectl_program_find (host, "service"));
  lay_script (root, "bin/service", "", 0755);
  lay_script (root, "usr/sbin/service", "", 0755);
  g_autofree char *found = ectl_program_find (host, "service");
  g_assert_cmpstr (found, ==, expected);
  g_assert_null (ectl_program_find (host, "chkconfig"));
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_setenv ("DOCKER_HOST", "tcp://nowhere", TRUE); /* ours is not empty */
  alarm (600);                                     /* should anything wait without an end */
  g_test_add_func ("/program/codes", check_codes);
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autofree char *path = g_strconcat ("/program/start/", starts[i].path, NULL);
      g_test_add_data_func (path, &starts[i], check_start);
    }
  g_test_add_func ("/program/sigchld-ignored", check_ignored_sigchld);
  g_test_add_func ("/program/output", check_output);
  g_test_add_func ("/program/output/after-nul", check_output_after_nul);
  g_test_add_func ("/program/output/opened-again", check_output_opened_again);
  g_test_add_func ("/program/output/long", check_long_output);
  g_test_add_func ("/program/output/long-of-wide-letters", check_long_output_of_wide_letters);
  g_test_add_func ("/program/output/endless", check_endless_output);
  g_test_add_func ("/program/output/endless-and-careless", check_endless_output_that_does_not_care);
  g_test_add_func ("/program/child-keeps-outputs", check_child_that_keeps_the_outputs);
  g_test_add_func ("/program/deadline/kills-group", check_deadline_kills_the_group);
  g_test_add_func ("/program/cancel/kills-group", check_cancel_kills_the_group);
  g_test_add_data_func ("/program/deadline/left", &left[0], check_left_to_go_on);
  g_test_add_data_func ("/program/cancel/left", &left[1], check_left_to_go_on);
  g_test_add_data_func ("/program/deadline/left-and-talks", &left[2], check_left_to_go_on);
  g_test_add_data_func ("/program/deadline/left-and-minds-errors", &left[3], check_left_to_go_on);
  g_test_add_func ("/program/inherits/environment", check_environment);
  g_test_add_func ("/program/inherits/input", check_input);
  g_test_add_func ("/program/inherits/descriptors", check_descriptors);
  g_test_add_func ("/program/inherits/signals", check_signals);
  g_test_add_func ("/program/inherits/session", check_session);
  g_test_add_func ("/program/nothing-is-left", check_nothing_is_left);
  g_test_add_func ("/program/as-user", check_as_user);
  g_test_add_func ("/program/find", check_find);
  return g_test_run ();
}
