/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: roles, one pass over a /proc that the test lays, and real children for what no file can show. */
#include <fcntl.h>

#include "base/error.h"
#include "platform/process.h"
#include "tests/unit/children.h"

/* --- a /proc below a root ----------------------------------------------------------------------------------------------- */

typedef struct {
  int pid;
  const char *exe; /* NULL: a kernel thread, or a zombie */
  const char *comm;
  const char *words; /* the arguments, each ended by '|' */
  int ppid;
  const char *inner_pid; /* in a pid namespace of its own; NULL: in ours */
} Fake;

static void
lay_entry (const char *root, const Fake *fake, const char *name, const char *text, gssize length)
{
  g_autofree char *path = g_strdup_printf ("proc/%d/%s", fake->pid, name);
  lay_file (root, path, text, length);
}

static void
lay_process (const char *root, const Fake *fake)
{
  g_autofree char *stat = g_strdup_printf ("%d (%s) S %d 1 1 0 -1 4194560 9 8 7 6 150 50 3 4 20 0 8 0 %d 1000000 256 18446744073709551615", fake->pid,
                                           fake->comm, fake->ppid, fake->pid * 10);
  g_autofree char *status = g_strdup_printf ("Name:\t%s\nNSpid:\t%d%s%s\nVmPeak:\t1 kB\n", fake->comm, fake->pid, fake->inner_pid != NULL ? "\t" : "",
                                             fake->inner_pid != NULL ? fake->inner_pid : "");
  g_autofree char *exe = g_strdup_printf ("proc/%d/exe", fake->pid);
  g_autofree char *space = g_strdup_printf ("proc/%d/ns/pid", fake->pid);
  g_autofree char *comm = g_strconcat (fake->comm, "\n", NULL);
  g_autofree char *words = g_strdelimit (g_strdup (fake->words), "|", '\0');

  lay_entry (root, fake, "stat", stat, -1);
  lay_entry (root, fake, "status", status, -1);
  lay_entry (root, fake, "comm", comm, -1);
  lay_entry (root, fake, "cmdline", words, (gssize) strlen (fake->words));
  if (fake->exe != NULL)
    lay_link (root, exe, fake->exe);
  if (fake->inner_pid == NULL)
    lay_link (root, space, "pid:[4026531836]");
}

/* In the order of no rule at all, so that the answer's order is the code's. */
static const Fake host_processes[] = {
  { 900, "/usr/bin/docker", "docker", "docker|logs|-f|web|", 1, NULL },
  { 1, "/lib/systemd/systemd", "systemd", "/sbin/init|", 0, NULL },
  { 2, NULL, "kthreadd", "", 0, NULL },
  { 3, NULL, "dockerd", "", 1, NULL }, /* a zombie has no program any more */
  { 640, "/usr/bin/containerd", "containerd", "/usr/bin/containerd|", 1, NULL },
  { 812, "/usr/sbin/dockerd (deleted)", "dockerd", "/usr/sbin/dockerd|-H|fd://|", 1, NULL },
  { 700, "/usr/bin/dockerd", "worker", "anything at all|", 1, NULL },
  { 850, "/usr/bin/containerd-shim-runc-v2", "containerd-shim", "/usr/bin/containerd-shim-runc-v2|-id|x|", 1, NULL },
  { 851, "/usr/bin/containerd-shim", "containerd-shim", "containerd-shim|", 640, NULL },
  { 860, "/usr/bin/docker-proxy", "docker-proxy", "docker-proxy|-proto|tcp|", 812, NULL },
  { 870, "/usr/bin/vim.basic", "vim", "vim|/etc/init.d/dockerd|", 1, NULL },
  { 871, "/usr/bin/dash", "dockerd", "/bin/sh|/usr/local/bin/dockerd|", 1, NULL },
  { 872, "/usr/bin/dockerd-rootless", "dockerd", "dockerd|", 1, NULL },
  { 880, "/usr/local/bin/k3s-containerd/containerd", "containerd", "containerd|--address|/run/k3s/containerd.sock|", 1, NULL },
  { 881, "/usr/bin/containerd", "containerd", "containerd|--address=/var/run/docker/containerd/containerd.sock|", 700, NULL },
  { 890, "/usr/local/bin/dockerd", "dockerd", "dockerd|", 889, "1" }, /* docker-in-docker */
};

static EctlHost *
lay_host (char **root)
{
  *root = make_root ();
  lay_link (*root, "proc/self/ns/pid", "pid:[4026531836]");
  lay_file (*root, "proc/uptime", "1 1\n", -1);
  for (guint i = 0; i < G_N_ELEMENTS (host_processes); i++)
    lay_process (*root, &host_processes[i]);
  return ectl_host_new_at (*root, NULL, 0);
}

static void
assert_pids (const GPtrArray *list, const char *expected)
{
  g_autoptr (GString) pids = g_string_new (NULL);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (pids, "%s%d", i > 0 ? " " : "", (int) ((const EctlProcess *) list->pdata[i])->pid);
  g_assert_cmpstr (pids->str, ==, expected);
}

static const EctlProcess *
find (const GPtrArray *list, gint64 pid)
{
  for (guint i = 0; i < list->len; i++)
    if (((const EctlProcess *) list->pdata[i])->pid == pid)
      return list->pdata[i];
  return NULL;
}

static void
check_roles (void)
{
  static const struct {
    const char *name;
    EctlRole role;
  } rows[] = {
    { "dockerd", ECTL_ROLE_ENGINE },
    { "com.docker.backend", ECTL_ROLE_ENGINE },
    { "com.docker.backend.exe", ECTL_ROLE_ENGINE },
    { "containerd", ECTL_ROLE_HELPER },
    { "rootlesskit", ECTL_ROLE_HELPER },
    { "com.docker.back", ECTL_ROLE_ENGINE },
    { "com.docker.service", ECTL_ROLE_HELPER },
    { "com.docker.build", ECTL_ROLE_HELPER },
    { "com.docker.dev-envs.exe", ECTL_ROLE_HELPER },
    { "com.docker.cli", ECTL_ROLE_CLIENT },
    { "com.dockerless", ECTL_ROLE_OTHER },
    { "Docker Desktop", ECTL_ROLE_HELPER },
    { "Docker Desktop.exe", ECTL_ROLE_HELPER },
    { "docker", ECTL_ROLE_CLIENT },
    { "containerd-shim", ECTL_ROLE_SHIM },
    { "containerd-shim-runc-v2", ECTL_ROLE_SHIM },
    { "docker-proxy", ECTL_ROLE_PROXY },
    { "dockerd-rootless.sh", ECTL_ROLE_OTHER },
    { "dockerd.sh", ECTL_ROLE_OTHER },
    { "docker-compose", ECTL_ROLE_OTHER },
    { "enginectl", ECTL_ROLE_OTHER },
    { "", ECTL_ROLE_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (ectl_role_of_program (rows[i].name), ==, rows[i].role);
}

static void
check_scan (void)
{
  char *root;
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlHost) host = lay_host (&root);
  g_autoptr (EctlProcessList) some = ectl_processes_scan (host, FALSE, NULL, &error);
  g_autoptr (EctlProcessList) all = ectl_processes_scan (host, TRUE, NULL, &error);

  g_assert_no_error (error);
  assert_pids (some->list, "700 812 890 640 881 900");
  assert_pids (all->list, "700 812 890 640 881 900 850 851 860");
  g_assert_cmpuint (some->shims, ==, 2);
  g_assert_cmpuint (some->proxies, ==, 1);
  g_assert_cmpuint (all->shims, ==, 2);

  g_assert_true (find (some->list, 812)->replaced);
  g_assert_cmpstr (find (some->list, 812)->exe, ==, "/usr/sbin/dockerd");
  g_assert_cmpstr (find (some->list, 812)->name, ==, "dockerd");
  g_assert_false (find (some->list, 700)->replaced);
  g_assert_true (find (some->list, 890)->foreign);
  g_assert_false (find (some->list, 700)->foreign);

  g_autoptr (GArray) engines = ectl_processes_find_engines (host);
  g_assert_cmpuint (engines->len, ==, 2);
  g_assert_cmpint (g_array_index (engines, gint64, 0) + g_array_index (engines, gint64, 1), ==, 700 + 812);
  remove_root (root);
  g_free (root);
}

/* A container's engine says nothing about the host's containerd; without any engine the one at Docker's address is shown. */
static void
check_containerd (void)
{
  static const Fake in_container = { 20, "/usr/bin/dockerd", "dockerd", "dockerd|--containerd|/run/k.sock|", 1, "7" };
  static const Fake engine = { 21, "/usr/bin/dockerd", "dockerd", "dockerd|--containerd=/run/k.sock|", 1, NULL };
  static const Fake usual = { 30, "/usr/bin/containerd", "containerd", "containerd|", 1, NULL };
  static const Fake other = { 31, "/usr/bin/containerd", "containerd", "containerd|-a|/run/k.sock|", 1, NULL };
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);

  lay_link (root, "proc/self/ns/pid", "pid:[4026531836]");
  lay_process (root, &in_container);
  lay_process (root, &usual);
  lay_process (root, &other);
  g_autoptr (EctlProcessList) without = ectl_processes_scan (host, FALSE, NULL, NULL);
  assert_pids (without->list, "20 30");
  lay_process (root, &engine);
  g_autoptr (EctlProcessList) with = ectl_processes_scan (host, FALSE, NULL, NULL);
  assert_pids (with->list, "20 21 31");
  remove_root (root);
}

static void
check_no_proc (void)
{
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_autoptr (GError) error = NULL;

  g_assert_null (ectl_processes_scan (host, FALSE, NULL, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_autoptr (GArray) engines = ectl_processes_find_engines (host);
  g_assert_cmpuint (engines->len, ==, 0);
  remove_root (root);
}

/* Names and arguments are whatever a process wants them to be. */
static void
check_fields (void)
{
  static const Fake odd = { 50,
                            "/opt/a b/dockerd",
                            "x) R 9 (y",
                            "d\033[31m|caf\xc3\xa9|\xff|\xc2\x9b"
                            "5m\n|",
                            7,
                            NULL };
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_autoptr (GError) error = NULL;

  lay_process (root, &odd);
  g_autoptr (EctlProcess) process = ectl_process_read (host, 50, &error);
  g_assert_no_error (error);
  g_assert_cmpint (process->ppid, ==, 7);
  g_assert_cmpint (process->run_state, ==, 'S');
  g_assert_cmpint (process->start_ticks, ==, 500);
  g_assert_cmpint (process->cpu_ms, ==, 200 * 1000 / sysconf (_SC_CLK_TCK));
  g_assert_cmpint (process->rss_bytes, ==, 256 * sysconf (_SC_PAGESIZE));
  g_assert_cmpstr (process->exe, ==, "/opt/a b/dockerd");
  g_assert_cmpstr (process->command, ==, "d [31m caf\xc3\xa9 \xef\xbf\xbd  5m");
  g_assert_null (ectl_process_read (host, 51, &error));
  g_assert_no_error (error);
  remove_root (root);
}

static void
check_long_command (void)
{
  g_autoptr (GString) words = g_string_new ("dockerd|x");
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);

  while (words->len < 300)
    g_string_append (words, "\xec\x97\x94"); /* three bytes, so that the cut falls into one */
  Fake wordy = { 60, "/usr/bin/dockerd", "dockerd", words->str, 1, NULL };
  lay_process (root, &wordy);
  g_autoptr (EctlProcess) process = ectl_process_read (host, 60, NULL);
  g_assert_true (g_utf8_validate (process->command, -1, NULL));
  g_assert_null (strstr (process->command, "\xef\xbf\xbd"));
  g_assert_true (g_str_has_suffix (process->command, "…"));
  g_assert_cmpuint (strlen (process->command), <=, 130);
  remove_root (root);
}

static void
check_words (void)
{
  static const Fake engine = { 70, "/usr/bin/dockerd", "dockerd", "dockerd||--label|a b|", 1, NULL };
  static const char environment[] = "PATH=/bin\0DOCKER=no\0DOCKER_HOST=tcp://x:1\0EMPTY=";
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);

  lay_process (root, &engine);
  lay_entry (root, &engine, "environ", environment, sizeof environment);
  g_auto (GStrv) argv = ectl_process_get_argv (host, 70);
  g_assert_cmpuint (g_strv_length (argv), ==, 4);
  g_assert_cmpstr (argv[1], ==, "");
  g_assert_cmpstr (argv[3], ==, "a b");
  g_autofree char *value = ectl_process_getenv (host, 70, "DOCKER_HOST");
  g_assert_cmpstr (value, ==, "tcp://x:1");
  g_autofree char *empty = ectl_process_getenv (host, 70, "EMPTY");
  g_assert_cmpstr (empty, ==, "");
  g_assert_null (ectl_process_getenv (host, 70, "DOCKER_HOS"));
  g_assert_null (ectl_process_get_argv (host, 71));
  g_assert_null (ectl_process_getenv (host, 71, "PATH"));
  remove_root (root);
}

static void
check_companions (void)
{
  static const struct {
    const char *cgroup;
    const char *members; /* file; NULL: none */
    const char *expected;
  } rows[] = {
    { "0::/system.slice/docker.service\n", "sys/fs/cgroup/system.slice/docker.service/cgroup.procs", "640 700" },
    { "0::/system.slice/a:b.service\n", "sys/fs/cgroup/system.slice/a:b.service/cgroup.procs", "640 700" },
    { "12:pids:/x\n1:name=systemd:/system.slice/docker.service\n0::/\n", "sys/fs/cgroup/systemd/system.slice/docker.service/cgroup.procs", "640 700" },
    { "2:name=systemd:/\n0::/docker\n", "sys/fs/cgroup/unified/docker/cgroup.procs", "640 700" },
    { "0::/\n", "sys/fs/cgroup/cgroup.procs", "" }, /* the root group holds everybody */
    { "0::/gone\n", NULL, "" },
    { "nonsense\n:\n", NULL, "" },
    { "", NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char *root;
      g_autoptr (EctlHost) host = lay_host (&root);
      lay_file (root, "proc/812/cgroup", rows[i].cgroup, -1);
      if (rows[i].members != NULL)
        lay_file (root, rows[i].members, "640\n700\n812\n850\n870\n4711\n0\n", -1);
      g_autoptr (GPtrArray) companions = ectl_process_find_companions (host, 812);
      assert_pids (companions, rows[i].expected);
      remove_root (root);
      g_free (root);
    }
}

/* --- real ones ---------------------------------------------------------------------------------------------------------- */

static void
check_self (void)
{
  g_autoptr (EctlHost) host = ectl_host_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlProcess) self = ectl_process_read (host, getpid (), &error);
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (self->exe, ==, exe);
  g_assert_cmpint (self->ppid, ==, getppid ());
  g_assert_cmpint (self->rss_bytes, >, 0);
  g_assert_cmpint (self->age_ms, >=, 0);
  g_assert_cmpint (self->started_us, <=, g_get_real_time ());
  g_assert_cmpint (self->role, ==, ECTL_ROLE_OTHER);
  g_assert_false (self->foreign);
  if (geteuid () == 0)
    g_assert_cmpstr (self->user, ==, "root");
  g_assert_true (ectl_process_is_alive (host, self));
  self->start_ticks--;
  g_assert_false (ectl_process_is_alive (host, self)); /* the pid of another one */
}

static EctlProcess *
read_child (const EctlHost *host, pid_t pid)
{
  g_autoptr (GError) error = NULL;
  EctlProcess *process = ectl_process_read (host, pid, &error);
  g_assert_no_error (error);
  g_assert_nonnull (process);
  return process;
}

static void
check_signal (void)
{
  g_autoptr (EctlHost) host = ectl_host_new ();
  g_autoptr (EctlCall) call = ectl_call_new (10000);
  g_autoptr (GError) error = NULL;
  pid_t pid = start_child (0, NULL, NULL);
  g_autoptr (EctlProcess) child = read_child (host, pid);
  int status;

  ectl_call_begin (call, ECTL_CALL_READ, 10000);
  child->start_ticks++;
  g_assert_true (ectl_process_signal (host, child, ECTL_SIGNAL_KILL, &error)); /* gone, as far as it is known */
  g_assert_true (ectl_process_wait_gone (host, child, call, &error));
  child->start_ticks--;
  g_assert_true (ectl_process_is_alive (host, child));

  g_assert_true (ectl_process_signal (host, child, ECTL_SIGNAL_TERMINATE, &error));
  g_assert_true (ectl_process_wait_gone (host, child, call, &error));
  g_assert_false (ectl_process_is_alive (host, child)); /* a zombie, not yet reaped */
  g_assert_no_error (error);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGTERM);
  g_assert_true (ectl_process_signal (host, child, ECTL_SIGNAL_KILL, &error));
  g_assert_true (ectl_process_wait_gone (host, child, call, &error));
}

static gboolean
take_default_signals (gconstpointer data)
{
  (void) data;
  return signal (SIGHUP, SIG_DFL) != SIG_ERR;
}

static void
check_reload (void)
{
  g_autoptr (EctlHost) host = ectl_host_new ();
  pid_t pid = start_child (0, take_default_signals, NULL);
  g_autoptr (EctlProcess) child = read_child (host, pid);
  int status;

  g_assert_true (ectl_process_signal (host, child, ECTL_SIGNAL_RELOAD, NULL));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGHUP);
}

static void
check_wait_ends (void)
{
  g_autoptr (EctlHost) host = ectl_host_new ();
  g_autoptr (EctlCall) shortly = ectl_call_new (20), cancelled = ectl_call_new (ECTL_TIMEOUT_NONE);
  g_autoptr (GError) late = NULL, interrupted = NULL;
  pid_t pid = start_child (0, NULL, NULL);
  g_autoptr (EctlProcess) child = read_child (host, pid);

  ectl_call_begin (shortly, ECTL_CALL_READ, 20);
  g_assert_false (ectl_process_wait_gone (host, child, shortly, &late));
  g_assert_error (late, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  ectl_call_begin (cancelled, ECTL_CALL_ENDLESS, 20);
  ectl_call_cancel (cancelled);
  g_assert_false (ectl_process_wait_gone (host, child, cancelled, &interrupted));
  g_assert_error (interrupted, ECTL_ERROR, ECTL_ERROR_CANCELLED);
  end_child (pid);
}

typedef struct {
  pid_t alive;
  pid_t zombie;
} Pair;

static gboolean
look_from_outside (gconstpointer data)
{
  const Pair *pair = data;
  g_autoptr (EctlHost) host = ectl_host_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlProcess) process = read_child (host, pair->alive);
  g_autoptr (EctlProcessList) scan = ectl_processes_scan (host, FALSE, NULL, NULL);

  g_assert_nonnull (find (scan->list, pair->alive));
  g_assert_null (find (scan->list, pair->zombie));

  g_assert_null (process->exe);
  g_assert_cmpstr (process->name, ==, "docker");
  g_assert_cmpint (process->role, ==, ECTL_ROLE_CLIENT);
  g_assert_cmpstr (process->user, ==, "root");
  g_assert_cmpint (process->start_ticks, >, 0);
  g_assert_false (ectl_process_signal (host, process, ECTL_SIGNAL_RELOAD, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_NOT_PERMITTED);
  return TRUE;
}

static gboolean
be_called_docker (gconstpointer data)
{
  (void) data;
  return prctl (PR_SET_NAME, "docker") == 0;
}

static pid_t
leave_zombie (void)
{
  siginfo_t info;
  pid_t pid = start_child (0, be_called_docker, NULL);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), ==, 0);
  return pid;
}

/* Another user's process has no readable program: its comm decides. */
static void
check_other_user (void)
{
  if (needs_root ())
    return;
  Pair pair = { start_child (0, be_called_docker, NULL), leave_zombie () };
  run_as_nobody (look_from_outside, &pair);
  end_child (pair.alive);
  end_child (pair.zombie);
}

static gboolean
is_foreign (gconstpointer data)
{
  g_autoptr (EctlHost) host = ectl_host_new ();
  g_autoptr (EctlProcess) process = read_child (host, *(const pid_t *) data);
  return process->foreign;
}

static void
check_foreign (void)
{
  pid_t pid = start_child (CLONE_NEWPID, NULL, NULL);

  if (pid == 0)
    {
      g_test_skip ("no right to make a pid namespace");
      return;
    }
  g_assert_true (is_foreign (&pid));
  run_as_nobody (is_foreign, &pid); /* who may not see the namespace itself */
  end_child (pid);
}

static gboolean
become_program (gconstpointer program)
{
  int ends[2];
  char byte;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  pid_t pid = fork ();
  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      execl (program, "sleep", "600", NULL);
      _exit (127);
    }
  close (ends[1]);
  g_assert_cmpint (read (ends[0], &byte, 1), ==, 0); /* closed by the exec */
  return pid > 0;
}

/* An upgrade replaces the file of a program that runs; argv[0] says what it likes. */
static void
check_replaced (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *program = g_build_filename (root, "containerd-shim-x", NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  g_autoptr (EctlHost) host = ectl_host_new ();

  g_assert_true (g_file_get_contents ("/bin/sleep", &bytes, &length, NULL));
  g_assert_true (g_file_set_contents_full (program, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  pid_t pid = start_child (0, become_program, program);
  g_assert_cmpint (g_unlink (program), ==, 0);
  g_autoptr (EctlProcessList) list = ectl_processes_scan (host, TRUE, NULL, NULL);
  const EctlProcess *found = NULL;
  for (guint i = 0; i < list->list->len && found == NULL; i++)
    if (((const EctlProcess *) list->list->pdata[i])->ppid == pid)
      found = list->list->pdata[i];
  g_assert_nonnull (found);
  g_assert_true (found->replaced);
  g_assert_cmpstr (found->exe, ==, program);
  g_assert_cmpint (found->role, ==, ECTL_ROLE_SHIM);
  g_assert_cmpstr (found->command, ==, "sleep 600");
  g_assert_cmpint (kill ((pid_t) found->pid, SIGKILL), ==, 0);
  end_child (pid);
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/roles", check_roles);
  g_test_add_func ("/process/scan", check_scan);
  g_test_add_func ("/process/containerd", check_containerd);
  g_test_add_func ("/process/no-proc", check_no_proc);
  g_test_add_func ("/process/fields", check_fields);
  g_test_add_func ("/process/long-command", check_long_command);
  g_test_add_func ("/process/words", check_words);
  g_test_add_func ("/process/companions", check_companions);
  g_test_add_func ("/process/self", check_self);
  g_test_add_func ("/process/signal", check_signal);
  g_test_add_func ("/process/reload", check_reload);
  g_test_add_func ("/process/wait-ends", check_wait_ends);
  g_test_add_func ("/process/other-user", check_other_user);
  g_test_add_func ("/process/foreign", check_foreign);
  g_test_add_func ("/process/replaced", check_replaced);
  return g_test_run ();
}
