/* SPDX-License-Identifier: Apache-2.0 */
/* A host whose services are init scripts, below a root: a script of docker that keeps its state in files, processes that pid files name, and a backend over them. */
#pragma once

#include <sys/time.h>
#include <time.h>

#include "base/error.h"
#include "platform/backend.h"
#include "tests/unit/script-bed.h"

#define SCRIPT "etc/init.d/docker"
#define ROOT_UID 0
#define USER_UID 1000

typedef struct {
  char *root;
  EctlHost *host;
  EctlCall *call;
  EctlBackend *backend;
} Bed;

/* Each program of the bed notes its words here. */
#define NOTE_WORDS "echo \"${0##*/} $*\" >> $root/words\n"

/* `start` and `stop` change the state and may be told to fail; `status` tells the state, or what the file status tells it to. */
static const char script_of_docker[] = "[ $# = 1 ] || { echo \"docker: wrong arguments: $*\"; exit 99; }\n" NOTE_WORDS
                                       "[ -e $root/fail-$1 ] && { cat $root/fail-$1; exit $(cat $root/fail-code); }\n"
                                       "case $1 in\n"
                                       "start) [ -e $root/says ] && cat $root/says >> $root/var/log/docker.log; echo up > $root/state ;;\n"
                                       "stop) rm -f $root/state ;;\n"
                                       "zap) : > $root/zapped ;;\n"
                                       "status)\n"
                                       "  [ -e $root/status ] && . $root/status\n"
                                       "  [ -e $root/state ] && { echo running; exit 0; }\n"
                                       "  echo stopped; exit 3 ;;\n"
                                       "*) echo \"Usage: /etc/init.d/docker {start|stop|status}\"; exit 2 ;;\n"
                                       "esac\n";

static inline Bed *
make_bed (guint uid)
{
  Bed *bed = g_new0 (Bed, 1);
  bed->root = make_root ();
  bed->host = ectl_host_new_at (bed->root, (const char *const[]){ "PATH=/usr/bin", NULL }, uid);
  bed->call = patient_call ();
  lay_link (bed->root, "proc/self/ns/pid", "pid:[4026531836]");
  lay_file (bed->root, "words", "", -1);
  lay_file (bed->root, "var/log/other.log", "", -1);
  return bed;
}

static inline void
free_bed (Bed *bed)
{
  if (bed->backend != NULL)
    bed->backend->klass->close (bed->backend);
  ectl_host_free (bed->host);
  ectl_call_free (bed->call);
  remove_root (bed->root);
  g_free (bed->root);
  g_free (bed);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bed, free_bed)

#include "tests/unit/conformance.h"

/* Afterwards, for what is looked up only once. */
static inline void
open_bed (Bed *bed, const EctlBackendClass *klass)
{
  const EctlBackendOptions options = { 0 };
  bed->backend = klass->open (bed->host, &options, bed->call, NULL);
  g_assert_nonnull (bed->backend);
}

/* With docker's script. */
static inline Bed *
make_bed_with_script (guint uid)
{
  Bed *bed = make_bed (uid);
  lay_script (bed->root, SCRIPT, script_of_docker, 0755);
  return bed;
}

static inline void
assert_words (const Bed *bed, const char *expected)
{
  g_autofree char *words = contents (bed->root, "words");
  g_assert_cmpstr (words, ==, expected);
}

/* The manager may be asked any time, and then its words are of no interest. */
static inline void
forget_words (const Bed *bed)
{
  lay_file (bed->root, "words", "", -1);
}

static inline void
let_fail (const Bed *bed, const char *verb, const char *text, const char *code)
{
  g_autofree char *name = g_strconcat ("fail-", verb, NULL);
  lay_file (bed->root, name, text, -1);
  lay_file (bed->root, "fail-code", code, -1);
}

static inline EctlBelief *
believe (Bed *bed)
{
  g_autoptr (GError) error = NULL;
  EctlBelief *belief = bed->backend->klass->get_belief (bed->backend, ECTL_DETAIL_FULL, bed->call, &error);
  g_assert_no_error (error);
  g_assert_nonnull (belief);
  return belief;
}

/* A belief as one line; "?" where there is none. */
static inline char *
describe (const EctlBelief *belief)
{
  static const char *const words[] = { "inactive", "activating", "auto-restart", "active", "deactivating", "failed" };
  if (belief == NULL)
    return g_strdup ("?");
  return g_strdup_printf ("%s (%s) pid %" G_GINT64_FORMAT "%s%s", words[belief->activity], belief->service->active, belief->service->main_pid,
                          belief->pid_is_proof ? " proof" : "", belief->pid_file_left ? " left" : "");
}

/* One word of the engine for `status`, which ends with CODE. */
static inline void
lay_status (const Bed *bed, const char *text, int code)
{
  g_autofree char *body = g_strdup_printf ("echo '%s'\nexit %d\n", text, code);
  lay_file (bed->root, "status", body, -1);
}

/* --- processes and the files that name them --------------------------------------------------------------------------------------- */

/* EXE as process PID, started now, in /proc below the root. */
static inline void
lay_process_now (const Bed *bed, gint64 pid, const char *exe, char state, const char *space)
{
  struct timespec now;
  g_autofree char *name = g_path_get_basename (exe), *folder = g_strdup_printf ("proc/%" G_GINT64_FORMAT, pid);
  clock_gettime (CLOCK_BOOTTIME, &now);
  gint64 ticks = (gint64) now.tv_sec * sysconf (_SC_CLK_TCK);
  g_autofree char *stat = g_strdup_printf ("%" G_GINT64_FORMAT " (%s) %c 1 1 1 0 -1 4194560 9 8 7 6 150 50 3 4 20 0 8 0 %" G_GINT64_FORMAT " 1000000 256 1",
                                           pid, name, state, ticks);
  const struct {
    const char *name, *text;
  } files[] = { { "stat", stat }, { "comm", name }, { "cmdline", exe }, { "status", "Name:\tx\n" } };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);
      lay_file (bed->root, path, files[i].text, -1);
    }
  g_autofree char *link = g_build_filename (folder, "exe", NULL), *ns = g_build_filename (folder, "ns/pid", NULL);
  lay_link (bed->root, link, exe);
  lay_link (bed->root, ns, space);
}

/* A pid file, written so many seconds ago. */
static inline void
lay_pid_file (const Bed *bed, const char *path, const char *text, int seconds_ago)
{
  g_autofree char *file = g_build_filename (bed->root, path, NULL);
  struct timeval times[2];
  lay_file (bed->root, path, text, -1);
  gettimeofday (&times[0], NULL);
  times[0].tv_sec -= seconds_ago;
  times[1] = times[0];
  g_assert_cmpint (utimes (file, times), ==, 0);
}

#define OURS "pid:[4026531836]"

/* What stands there for every row of a table of pid files. */
static inline void
lay_processes (const Bed *bed)
{
  lay_process_now (bed, 4000001, "/usr/bin/dockerd", 'S', OURS);
  lay_process_now (bed, 4000002, "/usr/bin/dockerd", 'S', OURS);
  lay_process_now (bed, 4000003, "/usr/sbin/sshd", 'S', OURS);
  lay_process_now (bed, 4000004, "/usr/bin/dockerd", 'Z', OURS);
  lay_process_now (bed, 4000005, "/usr/bin/docker", 'S', OURS);
  lay_process_now (bed, 4000006, "/usr/bin/dockerd", 'S', "pid:[4026530000]");
}

typedef struct {
  const char *what;
  const char *own, *engines; /* /run/docker-ssd.pid and /run/docker.pid; NULL: not there, "/": a folder */
  int own_ago, engines_ago;
  const char *belief; /* with a script that says `stopped` */
} PidFiles;

static const PidFiles pid_files[] = {
  { "none", NULL, NULL, 0, 0, "inactive (inactive) pid 0" },
  { "both", "4000001\n", "4000001", 0, 0, "inactive (inactive) pid 4000001 proof" },
  { "the-script's", "4000001\n", NULL, 0, 0, "inactive (inactive) pid 4000001 proof" },
  { "the-engine's", NULL, "4000001", 0, 0, "inactive (inactive) pid 4000001 proof" },
  { "two-engines", "4000001", "4000002", 0, 0, "inactive (inactive) pid 4000001 proof" },
  { "older-than-its-process", NULL, "4000001", 3600, 3600, "inactive (inactive) pid 4000001" },
  { "both-of-another-clock", "4000001", "4000001", 3600, 3600, "inactive (inactive) pid 4000001 proof" },
  { "of-two-ages", "4000001", "4000001", 7200, 3600, "inactive (inactive) pid 4000001" },
  { "blanks", " 4000001 \n\n", NULL, 0, 0, "inactive (inactive) pid 4000001 proof" },
  { "empty", "", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "no-number", "abc\n", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "number-and-more", "4000001 x", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "two-numbers", "4000001\n4000002\n", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "zero", "0\n", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "negative", "-4000001\n", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "out-of-range", "99999999999999999999999\n", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "long", "4000001                                                              \n", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "dead", "4000009\n", "4000009", 0, 0, "inactive (inactive) pid 0 left" },
  { "no-engine", "4000003\n", NULL, 0, 0, "inactive (inactive) pid 0 left" },
  { "a-client", NULL, "4000005\n", 0, 0, "inactive (inactive) pid 0 left" },
  { "zombie", NULL, "4000004\n", 0, 0, "inactive (inactive) pid 0 left" },
  { "engine-of-a-container", NULL, "4000006\n", 0, 0, "inactive (inactive) pid 0 left" },
  { "dead-and-alive", "4000009\n", "4000001\n", 0, 0, "inactive (inactive) pid 4000001 proof" },
  { "folder", "/", NULL, 0, 0, "inactive (inactive) pid 0" },
  { "folder-and-file", "/", "4000001", 0, 0, "inactive (inactive) pid 4000001 proof" },
};

static inline void
lay_pid_files (const Bed *bed, const PidFiles *row)
{
  const struct {
    const char *path, *text;
    int ago;
  } files[] = { { "run/docker-ssd.pid", row->own, row->own_ago }, { "run/docker.pid", row->engines, row->engines_ago } };

  lay_processes (bed);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *inside = g_build_filename (files[i].path, "inside", NULL);
      if (g_strcmp0 (files[i].text, "/") == 0)
        lay_file (bed->root, inside, "", -1);
      else if (files[i].text != NULL)
        lay_pid_file (bed, files[i].path, files[i].text, files[i].ago);
    }
}

/* --- checks that both backends have in common: add_common() registers them ----------------------------------------------------- */

/* Is docker's process told to reload? The script has no part in it. */
static inline void
check_reload_with (const EctlBackendClass *klass, const char *exe, gboolean signalled)
{
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);
  g_autoptr (GError) error = NULL;
  pid_t child = start_child (0, NULL, NULL);
  g_autofree char *pid = g_strdup_printf ("%d\n", (int) child);
  int status = 0;

  open_bed (bed, klass);
  lay_process_now (bed, child, exe, 'S', OURS);
  lay_pid_file (bed, "run/docker.pid", pid, 0);
  g_assert_cmpint (klass->reload (bed->backend, bed->call, &error), ==, signalled);
  g_assert_true (signalled ? error == NULL : ectl_error_is (error, ECTL_ERROR_NOT_RUNNING));
  kill (child, SIGKILL); /* SIGHUP, if there was one, was before it */
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == (signalled ? SIGHUP : SIGKILL));
  assert_words (bed, "");
}

static inline gboolean
note_text (const EctlLogLine *line, gpointer told)
{
  g_string_append_printf (told, "%s|", line->text);
  return TRUE;
}

/* Lines of the time before bear the same second, or none: only where the file ended then tells them apart. */
static inline void
check_log_since_start_with (const EctlBackendClass *klass, const char *before, const char *says, const char *expected)
{
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *source = NULL;

  open_bed (bed, klass);
  if (before != NULL)
    lay_file (bed->root, "var/log/docker.log", before, -1);
  lay_file (bed->root, "says", says, -1);
  const EctlLogQuery query = { .lines = 10, .since_us = ectl_host_now_us (bed->host) };
  g_assert_true (klass->start (bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, bed->call, &error));
  g_assert_no_error (error);
  g_assert_true (klass->read_log (bed->backend, &query, &source, note_text, told, bed->call, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (source, ==, "file");
  g_assert_cmpstr (told->str, ==, expected);
}

/* SAYS what it needs until KILL; -1: it does not say. */
static inline void
check_time_until_kill (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  static const struct {
    const char *text;
    gint64 ms;
  } rows[] = {
    { "start-stop-daemon --stop --pidfile \"$X\" --retry 10\nexit 0\n", 10000 },
    { "start-stop-daemon --stop --retry=TERM/30/KILL/5\nexit 0\n", 30000 },
    { "retry=\"TERM/60/KILL/10\"\nexit 0\n", 60000 },
    { "retry=15\nexit 0\n", 15000 },
    { "start-stop-daemon --stop --retry $RETRY\nexit 0\n", -1 },
    { "start-stop-daemon --stop --retry $RETRY\n  3) exit 0 ;;\n", -1 }, /* a number of another line is none of it */
    { "exit 0\n", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Bed) bed = make_bed (ROOT_UID);
      g_autofree char *body = g_strdup_printf ("exit 3\n%s", rows[i].text);
      lay_script (bed->root, SCRIPT, body, 0755);
      open_bed (bed, klass);
      g_autoptr (EctlBelief) belief = believe (bed);
      g_assert_cmpint (belief != NULL ? belief->service->stop_timeout_ms : 0, ==, rows[i].ms);
    }
}

/* The script hangs: the answer is the deadline, in time, and the script is gone. */
static inline void
check_hanging_status (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  g_autoptr (Bed) bed = make_bed (ROOT_UID);
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlCall) brief = begin_call (300);
  int gate = lay_gate (bed->root, "gate"), report = lay_report (bed->root, "report");

  lay_script (bed->root, SCRIPT, "exec 9> $root/report\nread word < $root/gate\nexit 0\n", 0755);
  open_bed (bed, klass);
  g_autoptr (EctlBelief) belief = klass->get_belief (bed->backend, ECTL_DETAIL_DOCUMENT, brief, &error);
  g_assert_null (belief);
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_true (error != NULL && strstr (error->message, "/etc/init.d/docker") != NULL);
  g_assert_true (wait_for_silence (report));
  close (gate);
  close (report);
}

/* What the files say is there while the script still thinks; its word comes with the second half. A belief that is dropped between leaves nothing behind but a new question. */
static inline void
check_two_halves (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  g_autoptr (Bed) bed = make_bed (ROOT_UID);
  g_autoptr (GError) error = NULL;
  int gate = lay_gate (bed->root, "gate"), report = lay_report (bed->root, "report");

  lay_script (bed->root, SCRIPT, NOTE_WORDS "exec 9> $root/report\nread word < $root/gate\nexit 0\n", 0755);
  lay_processes (bed);
  lay_pid_file (bed, "run/docker.pid", "4000001", 0);
  open_bed (bed, klass);
  g_autoptr (EctlBelief) dropped = klass->begin_belief (bed->backend, ECTL_DETAIL_VERDICT, bed->call, &error);
  g_autoptr (EctlBelief) belief = klass->begin_belief (bed->backend, ECTL_DETAIL_VERDICT, bed->call, &error);
  g_assert_no_error (error);
  g_assert_true (dropped->pending && belief->pending);
  g_assert_cmpint (belief->service->main_pid, ==, 4000001);
  open_gate (gate);
  g_assert_true (klass->complete_belief (bed->backend, belief, bed->call, &error));
  g_assert_no_error (error);
  g_assert_false (belief->pending);
  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_ACTIVE);
  /* The one that was dropped may be heard all the same. */
  open_gate (gate);
  g_assert_true (klass->complete_belief (bed->backend, dropped, bed->call, &error));
  g_assert_cmpint (dropped->activity, ==, ECTL_BELIEF_ACTIVE);
  /* Closing in between ends the script too. */
  g_autoptr (EctlBelief) last = klass->begin_belief (bed->backend, ECTL_DETAIL_VERDICT, bed->call, &error);
  g_assert_true (last->pending);
  klass->close (g_steal_pointer (&bed->backend));
  g_assert_true (wait_for_silence (report));
  close (gate);
  close (report);
}

/* A start that takes longer than the call goes on by itself. */
static inline void
check_hanging_start (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  g_autoptr (Bed) bed = make_bed (ROOT_UID);
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlCall) brief = begin_call (300);
  int gate = lay_gate (bed->root, "gate"), report = lay_report (bed->root, "report");

  lay_script (bed->root, SCRIPT, "exec 9> $root/report\nread word < $root/gate\necho up > $root/state\n", 0755);
  open_bed (bed, klass);
  g_assert_false (klass->start (bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, brief, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_false (is_there (bed->root, "state"));
  open_gate (gate);
  g_assert_cmpint (waitpid (-1, NULL, 0), >, 0);
  g_assert_true (wait_for_silence (report));
  g_assert_true (is_there (bed->root, "state"));
  close (gate);
  close (report);
}

/* VERB fails with the script's words and its code; a program that is in between may say so as well. */
static inline void
check_failing_verb_with (const EctlBackendClass *klass, const char *verb, const char *text, const char *code, EctlErrorCode expected)
{
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);
  g_autoptr (GError) error = NULL;

  open_bed (bed, klass);
  /* One that is so already, whatever its script ends with, has got what it was told. */
  if (g_str_equal (verb, "stop"))
    lay_file (bed->root, "state", "up\n", -1);
  let_fail (bed, verb, text, code);
  gboolean ok = g_str_equal (verb, "start") ? klass->start (bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, bed->call, &error)
                                            : klass->stop (bed->backend, ECTL_UNIT_SERVICE, bed->call, &error);
  g_assert_false (ok);
  g_test_message ("%s", error != NULL ? error->message : "none");
  g_assert_true (ectl_error_is (error, expected));
  g_assert_true (error != NULL && strstr (error->message, *text != '\0' ? text : "no reason") != NULL && strstr (error->message, code) != NULL
                 && strstr (error->message, verb) != NULL);
}

static inline void
check_failing_verbs (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  check_failing_verb_with (klass, "start", "cannot make /sys/fs/cgroup", "1", ECTL_ERROR_FAILED);
  check_failing_verb_with (klass, "start", "", "6", ECTL_ERROR_FAILED);
  check_failing_verb_with (klass, "start", "you need to be root", "4", ECTL_ERROR_NOT_PERMITTED);
  check_failing_verb_with (klass, "stop", "the engine did not end", "1", ECTL_ERROR_FAILED);
  check_failing_verb_with (klass, "stop", "killed", "127", ECTL_ERROR_FAILED);
}

/* Nothing is run at all. */
static inline void
check_not_root (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  g_autoptr (Bed) bed = make_bed_with_script (USER_UID);

  open_bed (bed, klass);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = i < 2 ? klass->start (bed->backend, ECTL_UNIT_SERVICE, i == 1, TRUE, bed->call, &error)
                          : klass->stop (bed->backend, ECTL_UNIT_SERVICE, bed->call, &error);
      g_assert_false (ok);
      g_assert_error (error, ECTL_ERROR, ECTL_ERROR_NOT_PERMITTED);
    }
  assert_words (bed, "");
  /* But anybody may ask. */
  g_autoptr (EctlBelief) belief = believe (bed);
  g_autofree char *described = describe (belief);
  g_assert_cmpstr (described, ==, "inactive (inactive) pid 0");
}

static inline void
check_user_mode (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);
  const EctlBackendOptions options = { .user_mode = TRUE };
  g_autoptr (GError) error = NULL;
  g_assert_null (klass->open (bed->host, &options, bed->call, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_NOT_SUPPORTED);
}

/* Another name: another script, pid file and log. */
static inline void
check_other_name (gconstpointer data)
{
  const EctlBackendClass *klass = data;
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);
  const EctlBackendOptions options = { .service = (char *) "docker-ce" };

  lay_file (bed->root, "status", "exit 0\n", -1);
  lay_script (bed->root, "etc/init.d/docker-ce", "exit 3\n", 0755);
  lay_processes (bed);
  lay_pid_file (bed, "run/docker.pid", "4000001", 0);
  lay_pid_file (bed, "run/docker-ce.pid", "4000002", 0);
  bed->backend = klass->open (bed->host, &options, bed->call, NULL);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_autofree char *described = describe (belief);
  g_assert_cmpstr (belief != NULL ? belief->service->name : NULL, ==, "docker-ce");
  g_assert_cmpstr (described, ==, "inactive (inactive) pid 4000002 proof");
  assert_words (bed, "");
}

static inline void
check_reload (gconstpointer klass)
{
  check_reload_with (klass, "/usr/bin/dockerd", TRUE);
  check_reload_with (klass, "/usr/sbin/sshd", FALSE);
}

static inline void
check_log_since_start (gconstpointer klass)
{
  check_log_since_start_with (klass, "old\nolder\n", "new\n", "new|");
  check_log_since_start_with (klass, "time=\"2099-01-01T00:00:00Z\" level=info msg=old\n", "new\n", "new|");
  check_log_since_start_with (klass, "", "new\nnewer\n", "new|newer|");
  check_log_since_start_with (klass, NULL, "new\n", "new|");
  check_log_since_start_with (klass, "old\n", "", "");
}

static inline void
check_pid_files (gconstpointer klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (pid_files); i++)
    {
      g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);
      g_test_message ("%s", pid_files[i].what);
      open_bed (bed, klass);
      lay_pid_files (bed, &pid_files[i]);
      g_autoptr (EctlBelief) belief = believe (bed);
      g_autofree char *described = describe (belief);
      g_assert_cmpstr (described, ==, pid_files[i].belief);
    }
}

/* The script's mode stands in the way, not the caller's rights: it is not run. */
static inline void
check_not_executable (gconstpointer klass)
{
  g_autoptr (Bed) bed = make_bed (ROOT_UID);

  lay_script (bed->root, SCRIPT, script_of_docker, 0644);
  open_bed (bed, klass);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_assert_true (belief != NULL && belief->bad_setting);
  g_assert_cmpstr (belief != NULL ? belief->load_error : NULL, ==, "/etc/init.d/docker is not executable");
  assert_words (bed, "");
}

/* What follows from a script being one. */
static inline void
check_installed (gconstpointer klass)
{
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);

  open_bed (bed, klass);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_assert_cmpstr (belief->service->name, ==, "docker");
  g_assert_cmpstr (belief->service->fragment_path, ==, "/etc/init.d/docker");
  g_assert_false (belief->bad_setting || belief->follows_processes || belief->active_is_ready);
}

/* --- the scenes of the cases that all backends have in common ------------------------------------------------------------------------ */

#define WAIT_FOR_GATE "read word < $root/gate\n"

/* With the tool that enables it at PATH. A script that waits ends with the test, which holds its gate. */
static inline Bed *
lay_scene (Scene scene, const EctlBackendClass *klass, const char *path, const char *tool)
{
  Bed *bed = make_bed (scene == SCENE_DENIED ? USER_UID : ROOT_UID);

  lay_script (bed->root, path, tool, 0755);
  if (scene == SCENE_ENDLESS || scene == SCENE_MUTE)
    {
      lay_gate (bed->root, "gate");
      lay_script (bed->root, SCRIPT, scene == SCENE_MUTE ? WAIT_FOR_GATE : "[ $1 != start ] && exit 3\n" WAIT_FOR_GATE, 0755);
    }
  else if (scene != SCENE_ABSENT)
    lay_script (bed->root, SCRIPT, script_of_docker, 0755);
  if (scene == SCENE_DENIED)
    lay_file (bed->root, "state", "up\n", -1);
  if (scene == SCENE_FAILING)
    let_fail (bed, "start", "no such luck", "1");
  open_bed (bed, klass);
  return bed;
}

/* Who is the first to say that a host is its own? "direct" says so of every host, as the last. */
static inline const char *
claimant (const Bed *bed)
{
  for (const EctlBackendClass *const *klass = ectl_backends (); *klass != NULL; klass++)
    {
      g_autofree char *why = NULL;
      g_autoptr (GError) error = NULL;
      EctlClaim claim = (*klass)->claim (bed->host, &why, &error);
      g_assert_nonnull (why);
      if (claim == ECTL_CLAIM_MINE || claim == ECTL_CLAIM_ERROR)
        return (*klass)->name;
    }
  return NULL;
}

/* A test for each row; every row begins with its name. */
static inline void
add_table (const char *prefix, gconstpointer rows, gsize row_size, guint n, GTestDataFunc func)
{
  for (guint i = 0; i < n; i++)
    {
      const char *const *row = (const char *const *) (gconstpointer) ((const char *) rows + i * row_size);
      g_autofree char *path = g_strconcat (prefix, row[0], NULL);
      g_test_add_data_func (path, row, func);
    }
}
#define ADD_TABLE(prefix, rows, func) add_table (prefix, rows, sizeof *(rows), G_N_ELEMENTS (rows), func)

static inline void
add_common (const char *prefix, const EctlBackendClass *klass, const Stage *stage)
{
  static const struct {
    const char *name;
    GTestDataFunc check;
  } checks[] = {
    { "installed", check_installed },
    { "not-executable", check_not_executable },
    { "pid-files", check_pid_files },
    { "other-name", check_other_name },
    { "two-halves", check_two_halves },
    { "time-until-kill", check_time_until_kill },
    { "failing-verbs", check_failing_verbs },
    { "hanging-status", check_hanging_status },
    { "hanging-start", check_hanging_start },
    { "not-root", check_not_root },
    { "user-mode", check_user_mode },
    { "reload", check_reload },
    { "log-since-start", check_log_since_start },
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autofree char *path = g_strconcat (prefix, checks[i].name, NULL);
      g_test_add_data_func (path, klass, checks[i].check);
    }
  add_conformance (prefix, stage);
}
