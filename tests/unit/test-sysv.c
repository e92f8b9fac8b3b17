/* SPDX-License-Identifier: Apache-2.0 */
/* The backend of SysV over a root with scripts and tools that keep their state in files and refuse what they do not know. */
#include "tests/unit/initscript-bed.h"

extern const EctlBackendClass ectl_sysv_backend;

/* `service NAME VERB`, of a script or of an upstart job, whose state is in the file job. */
static const char service_program[] = "[ $# = 2 ] || { echo 'Usage: service NAME VERB'; exit 98; }\n" NOTE_WORDS "if [ -e $root/etc/init/$1.conf ]; then\n"
                                      "  case $2 in\n"
                                      "  status) cat $root/job; exit 0 ;;\n"
                                      "  start) echo \"$1 start/running, process 4000001\" > $root/job ;;\n"
                                      "  stop) echo \"$1 stop/waiting\" > $root/job ;;\n"
                                      "  *) exit 97 ;;\n"
                                      "  esac\n"
                                      "  cat $root/job; exit 0\n"
                                      "fi\n"
                                      "[ -x $root/etc/init.d/$1 ] || { echo \"$1: unrecognized service\"; exit 1; }\n"
                                      "exec $root/etc/init.d/$1 $2\n";

/* As Debian's: levels 2 to 5 start, 0, 1 and 6 stop; a link is there or the service is not known. */
static const char update_rc_d[] = "[ $# = 2 ] || exit 98\n" NOTE_WORDS "[ -e $root/etc/init.d/$1 ] || { echo \"no script $1\"; exit 1; }\n"
                                  "known=; for link in $root/etc/rc?.d/[SK][0-9][0-9]$1; do [ -L $link ] && known=1; done\n"
                                  "case $2 in\n"
                                  "defaults)\n"
                                  "  for level in 2 3 4 5; do mkdir -p $root/etc/rc$level.d; ln -s ../init.d/$1 $root/etc/rc$level.d/S01$1; done\n"
                                  "  for level in 0 1 6; do mkdir -p $root/etc/rc$level.d; ln -s ../init.d/$1 $root/etc/rc$level.d/K01$1; done ;;\n"
                                  "enable|disable)\n"
                                  "  [ -n \"$known\" ] || { echo 'no runlevel symlinks to modify, aborting!'; exit 1; }\n"
                                  "  [ $2 = enable ] && from=K to=S || from=S to=K\n"
                                  "  for level in 2 3 4 5; do\n"
                                  "    [ -L $root/etc/rc$level.d/${from}01$1 ] && mv $root/etc/rc$level.d/${from}01$1 $root/etc/rc$level.d/${to}01$1\n"
                                  "  done; exit 0 ;;\n"
                                  "*) exit 97 ;;\n"
                                  "esac\n";

/* As Red Hat's. */
static const char chkconfig[] =
    "[ $# = 2 ] || exit 98\n" NOTE_WORDS "case $1-$2 in\n"
    "--add-docker) for level in 0 1 2 3 4 5 6; do mkdir -p $root/etc/rc.d/rc$level.d;\n"
    "  ln -s ../../init.d/docker $root/etc/rc.d/rc$level.d/K05docker; done ;;\n"
    "docker-on|docker-off)\n"
    "  [ -d $root/etc/rc.d/rc3.d ] || { echo 'service docker supports chkconfig, but is not referenced in any runlevel'; exit 1; }\n"
    "  [ $2 = on ] && from=K05 to=S95 || from=S95 to=K05\n"
    "  for level in 2 3 4 5; do mv $root/etc/rc.d/rc$level.d/${from}docker $root/etc/rc.d/rc$level.d/${to}docker; done ;;\n"
    "*) exit 97 ;;\n"
    "esac\n";

static const char does_nothing[] = NOTE_WORDS "exit 0\n";
static const char fails[] = NOTE_WORDS "echo 'insserv: FATAL: cyclic dependency'; exit 5\n";

static Bed *
make_sysv_bed (guint uid)
{
  Bed *bed = make_bed_with_script (uid);
  lay_script (bed->root, "usr/sbin/service", service_program, 0755);
  open_bed (bed, &ectl_sysv_backend);
  return bed;
}

static gboolean
switch_to (Bed *bed, gboolean enabled, gboolean dry_run, gboolean *changed, GError **error)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  *changed = -1;
  return ectl_sysv_backend.set_enabled (bed->backend, enabled, dry_run, changed, notes, bed->call, error);
}

static void
assert_enabled (Bed *bed, const char *word)
{
  g_autoptr (EctlBelief) belief = believe (bed);
  g_assert_cmpstr (belief != NULL ? belief->service->enabled : NULL, ==, word);
  if (belief != NULL)
    g_assert_cmpint (belief->service->at_boot, ==, g_str_equal (word, "enabled") ? ECTL_AT_BOOT_YES : ECTL_AT_BOOT_NO);
}

/* --- whose host it is ----------------------------------------------------------------------------------------------------------------- */

static void
check_claims (void)
{
  static const struct {
    const char *what;
    const char *files[6];
    const char *first_process;
    const char *claimant;
  } rows[] = {
    { "systemd", { "run/systemd/system/x", "etc/init.d/docker" }, "systemd", "systemd" },
    { "systemd with all of the others' files", { "run/systemd/system/x", "etc/init.d/docker", "etc/inittab", "etc/init/docker.conf" }, "init", "systemd" },
    { "openrc", { "run/openrc/softlevel", "etc/init.d/docker", "etc/inittab" }, "init", "openrc" },
    { "sysvinit", { "etc/init.d/docker", "etc/inittab" }, "init", "sysv" },
    { "sysvinit without docker", { "etc/inittab" }, "init", "sysv" },
    { "a container with docker's script", { "etc/init.d/docker" }, "bash", "sysv" },
    { "upstart job only", { "etc/init/docker.conf" }, "init", "sysv" },
    { "inittab of an init that does not run", { "etc/inittab" }, "bash", "direct" },
    { "init without a table", { "etc/hosts" }, "init", "direct" },
    { "another service's script", { "etc/init.d/ssh", "etc/init/ssh.conf" }, "bash", "direct" },
    { "docker's script is a folder", { "etc/init.d/docker/x" }, "bash", "direct" },
    { "openrc installed, not running", { "usr/sbin/openrc", "etc/runlevels/default/docker" }, "bash", "direct" },
    { "nothing", { NULL }, NULL, "direct" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Bed) bed = make_bed (ROOT_UID);
      for (const char *const *file = rows[i].files; *file != NULL; file++)
        lay_file (bed->root, *file, "", -1);
      g_autofree char *comm = g_strconcat (rows[i].first_process, "\n", NULL);
      if (comm != NULL)
        lay_file (bed->root, "proc/1/comm", comm, -1);
      g_test_message ("%s", rows[i].what);
      g_assert_cmpstr (claimant (bed), ==, rows[i].claimant);
    }
}

/* --- belief --------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *what;
  int code;
  const char *text;
  const char *engine; /* what the engine's pid file holds, or NULL */
  const char *belief;
} Word;

static const Word words[] = {
  { "0", 0, "docker is running", "4000001", "active (active) pid 4000001 proof" },
  { "0-without-pid", 0, "docker is running", NULL, "active (active) pid 0" },
  { "1-left", 1, "dead, pid file exists", "4000009", "inactive (inactive) pid 0 left" },
  { "1-nothing-left", 1, "oops", NULL, "inactive (inactive) pid 0" },
  { "2-left", 2, "dead, lock file exists", "4000009", "inactive (inactive) pid 0 left" },
  { "2-nothing-left", 2, "oops", NULL, "inactive (inactive) pid 0" },
  { "3", 3, "docker is stopped", NULL, "inactive (inactive) pid 0" },
  { "4", 4, "not known", NULL, "inactive (unknown) pid 0" },
  { "4-and-runs", 4, "not permitted", "4000001", "active (unknown) pid 4000001 proof" },
  { "8", 8, "", NULL, "inactive (unknown) pid 0" },
  { "16", 16, "", NULL, "inactive (unknown) pid 0" },
  { "32", 32, "", NULL, "inactive (unknown) pid 0" },
  { "64", 64, "", NULL, "inactive (unknown) pid 0" },
  { "127", 127, "sh: not found", NULL, "inactive (unknown) pid 0" },
  { "127-and-runs", 127, "sh: not found", "4000001", "active (unknown) pid 4000001 proof" },
  { "255", 255, "", NULL, "inactive (unknown) pid 0" },
  { "usage-1", 1, "Usage: docker {start|stop}", NULL, "inactive (unknown) pid 0" },
  { "usage-1-and-runs", 1, "Usage: docker {start|stop}", "4000001", "active (unknown) pid 4000001 proof" },
  { "usage-2-and-runs", 2, "Usage: docker {start|stop}", "4000001", "active (unknown) pid 4000001 proof" },
  /* Debian's /etc/init.d/skeleton leaves with 3 when it does not know the verb. */
  { "usage-3-and-runs", 3, "Usage: docker {start|stop}", "4000001", "active (unknown) pid 4000001 proof" },
};

static void
check_word (gconstpointer data)
{
  const Word *row = data;
  g_autoptr (Bed) bed = make_sysv_bed (ROOT_UID);

  lay_processes (bed);
  if (row->engine != NULL)
    lay_pid_file (bed, "run/docker.pid", row->engine, 0);
  lay_status (bed, row->text, row->code);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_autofree char *described = describe (belief);
  g_assert_cmpstr (described, ==, row->belief);
  assert_words (bed, "docker status\n");
}

/* The engine of a script is where the script's own PATH leads. */
static void
check_command (void)
{
  static const struct {
    const char *path, *found;
  } rows[] = {
    { "'/opt/my docker/bin':$PATH", "/opt/my docker/bin/dockerd" },
    { "/usr/bin:/opt/my\\ docker/bin", "/opt/my docker/bin/dockerd" },
    { "/usr/bin:/bin", NULL },
    { "$HOME:opt", NULL },
    { "'/opt/my docker/bin", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Bed) bed = make_sysv_bed (ROOT_UID);
      g_autofree char *text = g_strdup_printf ("PATH=%s\nexit 3\n", rows[i].path);
      lay_script (bed->root, "opt/my docker/bin/dockerd", "", 0755);
      lay_script (bed->root, SCRIPT, text, 0755);
      g_autoptr (EctlBelief) belief = ectl_sysv_backend.get_belief (bed->backend, ECTL_DETAIL_FULL, bed->call, NULL);
      g_assert_nonnull (belief);
      g_assert_cmpstr (belief->service->command != NULL ? belief->service->command[0] : NULL, ==, rows[i].found);
    }
}

/* --- upstart -------------------------------------------------------------------------------------------------------------------------- */

/* initctl(8): goal/state, then the main process; in pre-start and post-stop that of those, which is no engine. */
static const Word jobs[] = {
  { "running", 0, "docker start/running, process 4000001", NULL, "active (active) pid 4000001 proof" },
  { "running-without-process", 0, "docker start/running", NULL, "active (active) pid 0" },
  { "waiting", 0, "docker stop/waiting", NULL, "inactive (inactive) pid 0" },
  { "unknown", 1, "status: Unknown job: docker", NULL, "inactive (unknown) pid 0" },
  { "silent", 0, "", NULL, "inactive (unknown) pid 0" },
  { "starting", 0, "docker start/starting", NULL, "activating (activating) pid 0" },
  { "pre-start", 0, "docker start/pre-start, process 4000003", NULL, "activating (activating) pid 0" },
  { "post-start", 0, "docker start/post-start, process 4000001\n\tpost-start process 4000003", NULL, "activating (activating) pid 4000001 proof" },
  { "killed", 0, "docker stop/killed, process 4000001", NULL, "deactivating (deactivating) pid 4000001 proof" },
  { "post-stop", 0, "docker stop/post-stop, process 4000003", NULL, "deactivating (deactivating) pid 0" },
};

static Bed *
make_upstart_bed (gboolean with_service)
{
  Bed *bed = make_bed (ROOT_UID);
  lay_file (bed->root, "etc/init/docker.conf", "start on runlevel [2345]\n", -1);
  lay_file (bed->root, "job", "docker stop/waiting\n", -1);
  if (with_service)
    lay_script (bed->root, "usr/sbin/service", service_program, 0755);
  open_bed (bed, &ectl_sysv_backend);
  return bed;
}

static void
check_job (gconstpointer data)
{
  const Word *row = data;
  g_autoptr (Bed) bed = make_upstart_bed (TRUE);

  lay_processes (bed);
  lay_file (bed->root, "job", row->text, -1);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_autofree char *described = describe (belief);
  g_assert_cmpstr (described, ==, row->belief);
  assert_words (bed, "service docker status\n");
}

static void
check_job_installed (void)
{
  g_autoptr (Bed) bed = make_upstart_bed (TRUE);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_assert_true (belief->service->installed);
  g_assert_cmpstr (belief->service->load, ==, "loaded");
  g_assert_cmpstr (belief->service->fragment_path, ==, "/etc/init/docker.conf");
}

static void
check_job_at_boot (void)
{
  static const struct {
    const char *override;
    gboolean enabled;
  } rows[] = { { NULL, TRUE },
               { "manual\n", FALSE },
               { "# manual\n", TRUE },
               { "limit nofile 1 1\nmanual\n", FALSE },
               { "manual \n", FALSE },
               { "  manual\n", FALSE },
               { "manual # by the admin\n", FALSE },
               { "manually\n", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Bed) bed = make_upstart_bed (TRUE);
      g_autoptr (GError) error = NULL;
      gboolean changed;
      if (rows[i].override != NULL)
        lay_file (bed->root, "etc/init/docker.override", rows[i].override, -1);
      g_test_message ("override: %s", rows[i].override != NULL ? rows[i].override : "none");
      assert_enabled (bed, rows[i].enabled ? "enabled" : "disabled");
      g_assert_true (switch_to (bed, rows[i].enabled, FALSE, &changed, NULL));
      g_assert_false (changed);
      g_assert_false (switch_to (bed, !rows[i].enabled, FALSE, &changed, &error));
      g_assert_error (error, ECTL_ERROR, ECTL_ERROR_NOT_SUPPORTED);
    }
}

static void
check_job_verbs (void)
{
  g_autoptr (Bed) bed = make_upstart_bed (TRUE);

  lay_processes (bed);
  g_assert_true (ectl_sysv_backend.start (bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, bed->call, NULL));
  g_autoptr (EctlBelief) up = believe (bed);
  g_autofree char *started = describe (up);
  g_assert_cmpstr (started, ==, "active (active) pid 4000001 proof");
  g_assert_true (ectl_sysv_backend.stop (bed->backend, ECTL_UNIT_SERVICE, bed->call, NULL));
  assert_words (bed, "service docker start\nservice docker status\nservice docker stop\n");
}

/* Only `service` knows a job: the error has to say that it is missing, not a script that nobody needs. */
static void
check_job_without_service (void)
{
  g_autoptr (Bed) bed = make_upstart_bed (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlBelief) belief = ectl_sysv_backend.get_belief (bed->backend, ECTL_DETAIL_DOCUMENT, bed->call, &error);
  g_assert_null (belief);
  g_assert_nonnull (error);
  g_assert_true (error != NULL && strstr (error->message, "service") != NULL && strstr (error->message, "/etc/init.d/docker") == NULL);
}

/* --- at boot -------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *what;
  const char *link;    /* below etc/ */
  const char *inittab; /* or NULL */
  gboolean enabled;
} Level;

static const Level levels[] = {
  { "2", "rc2.d/S01docker", NULL, TRUE },
  { "3", "rc3.d/S20docker", NULL, TRUE },
  { "5", "rc5.d/S99docker", NULL, TRUE },
  { "0", "rc0.d/S01docker", NULL, FALSE },
  { "1", "rc1.d/S01docker", NULL, FALSE },
  { "4", "rc4.d/S01docker", NULL, FALSE },
  { "6", "rc6.d/S01docker", NULL, FALSE },
  { "2-stops", "rc2.d/K01docker", NULL, FALSE },
  { "2-other-service", "rc2.d/S01docker-registry", NULL, FALSE },
  { "2-no-number", "rc2.d/Sdocker", NULL, FALSE },
  { "2-one-digit", "rc2.d/S1docker", NULL, FALSE },
  { "red-hat-3", "rc.d/rc3.d/S95docker", NULL, TRUE },
  { "red-hat-3-stops", "rc.d/rc3.d/K05docker", NULL, FALSE },
  { "red-hat-5-of-5", "rc.d/rc5.d/S95docker", "id:5:initdefault:\n", TRUE },
  { "red-hat-3-of-5", "rc.d/rc3.d/S95docker", "id:5:initdefault:\n", FALSE },
  { "2-of-2", "rc2.d/S01docker", "# table\nid:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\n", TRUE },
  { "2-of-3", "rc2.d/S01docker", "id:3:initdefault:\n", FALSE },
  { "4-of-4", "rc4.d/S01docker", "id:4:initdefault:\n", TRUE },
  { "level-in-a-comment", "rc2.d/S01docker", "#id:3:initdefault:\nid:2:initdefault:\n", TRUE },
  { "table-without-a-level", "rc3.d/S01docker", "1:2345:respawn:/sbin/getty\n", TRUE },
  { "empty-table", "rc5.d/S01docker", "", TRUE },
};

static void
check_level (gconstpointer data)
{
  const Level *row = data;
  g_autoptr (Bed) bed = make_sysv_bed (ROOT_UID);
  g_autofree char *link = g_build_filename ("etc", row->link, NULL), *path = g_build_filename ("/", link, NULL);

  assert_enabled (bed, "disabled");
  lay_link (bed->root, link, "../init.d/docker");
  if (row->inittab != NULL)
    lay_file (bed->root, "etc/inittab", row->inittab, -1);
  assert_enabled (bed, row->enabled ? "enabled" : "disabled");
  g_autoptr (EctlBelief) belief = believe (bed);
  if (row->enabled)
    g_assert_cmpstr (belief->service->drop_in_paths[0], ==, path);
}

typedef struct {
  const char *what;
  const char *path, *tool;
  const char *first, *off, *on; /* its words */
} Tool;

static const Tool tools[] = {
  { "update-rc.d", "usr/sbin/update-rc.d", update_rc_d, "update-rc.d docker defaults\nupdate-rc.d docker enable\n", "update-rc.d docker disable\n",
    "update-rc.d docker enable\n" },
  { "chkconfig", "sbin/chkconfig", chkconfig, "chkconfig --add docker\nchkconfig docker on\n", "chkconfig docker off\n", "chkconfig docker on\n" },
};

static void
check_switch (gconstpointer data)
{
  const Tool *tool = data;
  g_autoptr (Bed) bed = make_sysv_bed (ROOT_UID);
  const struct {
    gboolean enabled, dry_run, changed;
    const char *words;
    const char *after;
  } rows[] = {
    { FALSE, FALSE, FALSE, "", "disabled" }, /* not known at all is disabled */
    { TRUE, TRUE, TRUE, "", "disabled" },       { TRUE, FALSE, TRUE, tool->first, "enabled" }, { TRUE, FALSE, FALSE, "", "enabled" },
    { FALSE, TRUE, TRUE, "", "enabled" },       { FALSE, FALSE, TRUE, tool->off, "disabled" }, { FALSE, FALSE, FALSE, "", "disabled" },
    { TRUE, FALSE, TRUE, tool->on, "enabled" },
  };

  lay_script (bed->root, tool->path, tool->tool, 0755);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean changed;
      forget_words (bed);
      g_assert_true (switch_to (bed, rows[i].enabled, rows[i].dry_run, &changed, &error));
      g_assert_no_error (error);
      g_assert_cmpint (changed, ==, rows[i].changed);
      assert_words (bed, rows[i].words);
      assert_enabled (bed, rows[i].after);
    }
}

typedef struct {
  const char *what;
  const char *path, *tool; /* path NULL: none */
  guint uid;
  EctlErrorCode code;
  const char *part; /* of the message */
} Refusal;

static const Refusal refusals[] = {
  { "no-tool", NULL, NULL, ROOT_UID, ECTL_ERROR_NOT_SUPPORTED, "update-rc.d" },
  { "does-nothing-debian", "usr/sbin/update-rc.d", does_nothing, ROOT_UID, ECTL_ERROR_FAILED, "did not complain" },
  { "does-nothing-red-hat", "sbin/chkconfig", does_nothing, ROOT_UID, ECTL_ERROR_FAILED, "did not complain" },
  { "fails-debian", "usr/sbin/update-rc.d", fails, ROOT_UID, ECTL_ERROR_FAILED, "exit code 5: insserv: FATAL: cyclic dependency" },
  { "fails-red-hat", "sbin/chkconfig", fails, ROOT_UID, ECTL_ERROR_FAILED, "exit code 5: insserv: FATAL: cyclic dependency" },
  { "not-root", "usr/sbin/update-rc.d", update_rc_d, USER_UID, ECTL_ERROR_NOT_PERMITTED, "not permitted" },
};

static void
check_refusal (gconstpointer data)
{
  const Refusal *row = data;
  g_autoptr (Bed) bed = make_sysv_bed (row->uid);

  if (row->path != NULL)
    lay_script (bed->root, row->path, row->tool, 0755);
  for (int enable = 1; enable >= 0; enable--)
    {
      g_autoptr (GError) error = NULL;
      gboolean changed;
      if (!enable)
        lay_link (bed->root, "etc/rc2.d/S01docker", "../init.d/docker");
      g_assert_false (switch_to (bed, enable, FALSE, &changed, &error));
      g_assert_true (ectl_error_is (error, row->code));
      g_assert_true (error != NULL && strstr (error->message, row->part) != NULL);
      assert_enabled (bed, enable ? "disabled" : "enabled");
    }
}

/* --- verbs ------------------------------------------------------------------------------------------------------------------------------ */

static void
check_verbs (void)
{
  g_autoptr (Bed) bed = make_sysv_bed (ROOT_UID);

  g_assert_true (ectl_sysv_backend.start (bed->backend, ECTL_UNIT_SERVICE, TRUE, TRUE, bed->call, NULL));
  g_assert_true (is_there (bed->root, "state"));
  assert_words (bed, "service docker start\ndocker start\n");
  forget_words (bed);
  g_assert_true (ectl_sysv_backend.stop (bed->backend, ECTL_UNIT_SERVICE | ECTL_UNIT_SOCKET, bed->call, NULL));
  g_assert_false (is_there (bed->root, "state"));
  assert_words (bed, "service docker stop\ndocker stop\n");
}

static void
check_verbs_without_service (void)
{
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);

  open_bed (bed, &ectl_sysv_backend);
  g_assert_true (ectl_sysv_backend.start (bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, bed->call, NULL));
  g_assert_true (ectl_sysv_backend.stop (bed->backend, ECTL_UNIT_SERVICE, bed->call, NULL));
  assert_words (bed, "docker start\ndocker stop\n");
}

static Bed *
lay (Scene scene)
{
  return lay_scene (scene, &ectl_sysv_backend, "usr/sbin/update-rc.d", update_rc_d);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  alarm (900); /* should anything wait without an end */
  g_test_add_func ("/sysv/claims", check_claims);
  ADD_TABLE ("/sysv/status/", words, check_word);
  g_test_add_func ("/sysv/command", check_command);
  ADD_TABLE ("/sysv/upstart/status/", jobs, check_job);
  g_test_add_func ("/sysv/upstart/installed", check_job_installed);
  g_test_add_func ("/sysv/upstart/at-boot", check_job_at_boot);
  g_test_add_func ("/sysv/upstart/verbs", check_job_verbs);
  g_test_add_func ("/sysv/upstart/without-service", check_job_without_service);
  ADD_TABLE ("/sysv/level/", levels, check_level);
  ADD_TABLE ("/sysv/switch/", tools, check_switch);
  ADD_TABLE ("/sysv/switch/refused/", refusals, check_refusal);
  g_test_add_func ("/sysv/verbs", check_verbs);
  g_test_add_func ("/sysv/verbs/without-service", check_verbs_without_service);
  static const Stage stage = { lay, free_bed };
  add_common ("/sysv/", &ectl_sysv_backend, &stage);
  return g_test_run ();
}
