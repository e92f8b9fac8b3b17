/* SPDX-License-Identifier: Apache-2.0 */
/* The backend of OpenRC over a root with scripts and tools that keep their state in files and refuse what they do not know. */
#include "tests/unit/initscript-bed.h"

extern const EctlBackendClass ectl_openrc_backend;

static const char rc_service[] = "[ $# = 2 ] || { echo 'Usage: rc-service NAME VERB'; exit 98; }\n" NOTE_WORDS
                                 "[ -x $root/etc/init.d/$1 ] || { echo \"rc-service: service $1 does not exist\"; exit 1; }\n"
                                 "exec $root/etc/init.d/$1 $2\n";

/* `rc-update add|del NAME LEVEL`: links below /etc/runlevels. */
static const char rc_update[] = "[ $# = 3 ] || exit 98\n" NOTE_WORDS "level=$root/etc/runlevels/$3\n"
                                "[ -e $root/etc/init.d/$2 ] || { echo \"rc-update: service $2 does not exist\"; exit 1; }\n"
                                "case $1 in\n"
                                "add) [ -d $level ] || { echo \"rc-update: runlevel $3 does not exist\"; exit 1; }\n"
                                "  [ -L $level/$2 ] || ln -s /etc/init.d/$2 $level/$2 ;;\n"
                                "del) [ -L $level/$2 ] || { echo \"rc-update: service $2 is not in the runlevel $3\"; exit 1; }\n"
                                "  rm $level/$2 ;;\n"
                                "*) exit 97 ;;\n"
                                "esac\n";

static const char does_nothing[] = NOTE_WORDS "exit 0\n";
static const char fails[] = NOTE_WORDS "echo 'rc-update: read-only file system'; exit 1\n";

static Bed *
make_openrc_bed (guint uid)
{
  Bed *bed = make_bed_with_script (uid);
  lay_script (bed->root, "sbin/rc-service", rc_service, 0755);
  lay_script (bed->root, "etc/runlevels/default/.keep", "", 0644);
  lay_script (bed->root, "etc/runlevels/boot/.keep", "", 0644);
  open_bed (bed, &ectl_openrc_backend);
  return bed;
}

static gboolean
switch_to (Bed *bed, gboolean enabled, gboolean dry_run, gboolean *changed, GError **error)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  *changed = -1;
  return ectl_openrc_backend.set_enabled (bed->backend, enabled, dry_run, changed, notes, bed->call, error);
}

static void
assert_enabled (Bed *bed, const char *word)
{
  g_autoptr (EctlBelief) belief = believe (bed);
  g_assert_cmpstr (belief != NULL ? belief->service->enabled : NULL, ==, word);
  if (belief != NULL)
    g_assert_cmpint (belief->service->at_boot, ==, g_str_equal (word, "enabled") ? ECTL_AT_BOOT_YES : ECTL_AT_BOOT_NO);
}

static void
check_claims (void)
{
  static const struct {
    const char *what;
    const char *files[4];
    EctlClaim claim;
    const char *claimant;
  } rows[] = {
    { "a run level was entered", { "run/openrc/softlevel" }, ECTL_CLAIM_MINE, "openrc" },
    { "with docker and inittab", { "run/openrc/softlevel", "etc/init.d/docker", "etc/inittab" }, ECTL_CLAIM_MINE, "openrc" },
    { "installed beside systemd", { "run/systemd/system/x", "run/openrc/softlevel" }, ECTL_CLAIM_MINE, "systemd" },
    { "installed, not running", { "usr/sbin/openrc", "etc/runlevels/default/docker", "run/openrc/started/x" }, ECTL_CLAIM_NOT_MINE, "direct" },
    { "a folder of that name", { "run/openrc/softlevel/x" }, ECTL_CLAIM_NOT_MINE, "direct" },
    { "nothing", { NULL }, ECTL_CLAIM_NOT_MINE, "direct" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Bed) bed = make_bed (ROOT_UID);
      g_autofree char *why = NULL;
      for (const char *const *file = rows[i].files; *file != NULL; file++)
        lay_file (bed->root, *file, "", -1);
      g_test_message ("%s", rows[i].what);
      g_assert_cmpint (ectl_openrc_backend.claim (bed->host, &why, NULL), ==, rows[i].claim);
      g_assert_nonnull (why);
      g_assert_cmpstr (claimant (bed), ==, rows[i].claimant);
    }
}

/* --- belief --------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *what;
  int code;
  const char *engine; /* what the engine's pid file holds, or NULL */
  const char *belief;
  const char *result;
} Word;

static const Word words[] = {
  { "0-started", 0, "4000001", "active (active) pid 4000001 proof", NULL },
  { "0-without-pid", 0, NULL, "active (active) pid 0", NULL },
  { "1-left", 1, "4000009", "inactive (inactive) pid 0 left", NULL },
  { "2-left", 2, "4000009", "inactive (inactive) pid 0 left", NULL },
  { "3-stopped", 3, NULL, "inactive (inactive) pid 0", NULL },
  { "4-stopping", 4, "4000001", "deactivating (deactivating) pid 4000001 proof", NULL },
  { "8-starting", 8, NULL, "activating (activating) pid 0", NULL },
  { "16-inactive", 16, NULL, "inactive (inactive) pid 0", NULL },
  { "32-crashed", 32, "4000009", "failed (failed) pid 0 left", "crashed" },
  { "64-unsupervised", 64, NULL, "failed (failed) pid 0", "unsupervised" },
  { "127", 127, NULL, "inactive (unknown) pid 0", NULL },
  { "255", 255, NULL, "inactive (unknown) pid 0", NULL },
  { "killed", 137, NULL, "inactive (unknown) pid 0", NULL },
  /* openrc-run's way to say that it could not do what it was asked: no word about any pid file. */
  { "1-nothing-left", 1, NULL, "inactive (unknown) pid 0", NULL },
  { "2-nothing-left", 2, NULL, "inactive (unknown) pid 0", NULL },
};

static void
check_word (gconstpointer data)
{
  const Word *row = data;
  g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);

  lay_processes (bed);
  if (row->engine != NULL)
    lay_pid_file (bed, "run/docker.pid", row->engine, 0);
  lay_status (bed, " * status: as it says", row->code);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_autofree char *described = describe (belief);
  g_assert_cmpstr (described, ==, row->belief);
  g_assert_cmpstr (belief != NULL ? belief->service->result : "?", ==, row->result);
  assert_words (bed, "docker status\n");
}

/* A script that openrc-run refuses says how it is used, whatever its code. */
static void
check_usage (void)
{
  g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);
  lay_status (bed, "Usage: docker [options] [start|stop|describe|zap]", 98);
  g_autoptr (EctlBelief) belief = believe (bed);
  g_autofree char *described = describe (belief);
  g_assert_cmpstr (described, ==, "inactive (unknown) pid 0");
}

/* --- at boot -------------------------------------------------------------------------------------------------------------------------- */

static void
check_levels (void)
{
  static const struct {
    const char *level;
    const char *target;
    gboolean enabled;
  } rows[] = {
    { "default", "/etc/init.d/docker", TRUE },   { "boot", "/etc/init.d/docker", TRUE },       { "sysinit", "/etc/init.d/docker", TRUE },
    { "shutdown", "/etc/init.d/docker", FALSE }, { "nonetwork", "/etc/init.d/docker", FALSE }, { "default", "../../init.d/docker", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);
      g_autofree char *link = g_build_filename ("etc/runlevels", rows[i].level, "docker", NULL);
      assert_enabled (bed, "disabled");
      lay_link (bed->root, link, rows[i].target);
      assert_enabled (bed, rows[i].enabled ? "enabled" : "disabled");
    }
}

static void
check_switch (void)
{
  static const struct {
    gboolean enabled, dry_run, changed;
    const char *words;
    const char *after;
  } rows[] = {
    { FALSE, FALSE, FALSE, "", "disabled" }, { TRUE, TRUE, TRUE, "", "disabled" }, { TRUE, FALSE, TRUE, "rc-update add docker default\n", "enabled" },
    { TRUE, FALSE, FALSE, "", "enabled" },   { FALSE, TRUE, TRUE, "", "enabled" }, { FALSE, FALSE, TRUE, "rc-update del docker default\n", "disabled" },
    { FALSE, FALSE, FALSE, "", "disabled" },
  };
  g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);

  lay_script (bed->root, "sbin/rc-update", rc_update, 0755);
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

/* Out of every level that is entered at boot, and of no other. */
static void
check_switch_off_in_several_levels (void)
{
  g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);
  g_autoptr (GError) error = NULL;
  gboolean changed;

  lay_script (bed->root, "sbin/rc-update", rc_update, 0755);
  lay_link (bed->root, "etc/runlevels/default/docker", "/etc/init.d/docker");
  lay_link (bed->root, "etc/runlevels/boot/docker", "/etc/init.d/docker");
  lay_link (bed->root, "etc/runlevels/other/docker", "/etc/init.d/docker");
  g_assert_true (switch_to (bed, FALSE, FALSE, &changed, &error));
  g_assert_no_error (error);
  assert_words (bed, "rc-update del docker default\nrc-update del docker boot\n");
  assert_enabled (bed, "disabled");
  g_assert_true (is_there (bed->root, "etc/runlevels/other/docker"));
}

typedef struct {
  const char *what;
  const char *tool; /* NULL: none */
  guint uid;
  EctlErrorCode code;
  const char *part; /* of the message */
} Refusal;

static const Refusal refusals[] = {
  { "no-tool", NULL, ROOT_UID, ECTL_ERROR_NOT_SUPPORTED, "rc-update" },
  { "fails", fails, ROOT_UID, ECTL_ERROR_FAILED, "exit code 1: rc-update: read-only file system" },
  { "not-root", rc_update, USER_UID, ECTL_ERROR_NOT_PERMITTED, "not permitted" },
  { "does-nothing", does_nothing, ROOT_UID, ECTL_ERROR_FAILED, "did not complain" },
};

static void
check_refusal (gconstpointer data)
{
  const Refusal *row = data;
  g_autoptr (Bed) bed = make_openrc_bed (row->uid);

  if (row->tool != NULL)
    lay_script (bed->root, "sbin/rc-update", row->tool, 0755);
  for (int enable = 1; enable >= 0; enable--)
    {
      g_autoptr (GError) error = NULL;
      gboolean changed;
      if (!enable)
        lay_link (bed->root, "etc/runlevels/default/docker", "/etc/init.d/docker");
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
  g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);

  g_assert_true (ectl_openrc_backend.start (bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, bed->call, NULL));
  g_assert_true (is_there (bed->root, "state"));
  g_assert_false (is_there (bed->root, "zapped"));
  assert_words (bed, "rc-service docker start\ndocker start\n");
  forget_words (bed);
  g_assert_true (ectl_openrc_backend.stop (bed->backend, ECTL_UNIT_SERVICE | ECTL_UNIT_SOCKET, bed->call, NULL));
  g_assert_false (is_there (bed->root, "state"));
  assert_words (bed, "rc-service docker stop\ndocker stop\n");
}

static void
check_zap_before_start (void)
{
  g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);

  g_assert_true (ectl_openrc_backend.start (bed->backend, ECTL_UNIT_SERVICE, TRUE, TRUE, bed->call, NULL));
  assert_words (bed, "rc-service docker zap\ndocker zap\nrc-service docker start\ndocker start\n");
}

/* A script that is not OpenRC's own knows no zap: it is started all the same. */
static void
check_zap_unknown (void)
{
  g_autoptr (Bed) bed = make_openrc_bed (ROOT_UID);

  let_fail (bed, "zap", "Usage: docker {start|stop}", "1");
  g_assert_true (ectl_openrc_backend.start (bed->backend, ECTL_UNIT_SERVICE, TRUE, TRUE, bed->call, NULL));
  g_assert_true (is_there (bed->root, "state"));
}

static void
check_verbs_without_rc_service (void)
{
  g_autoptr (Bed) bed = make_bed_with_script (ROOT_UID);

  open_bed (bed, &ectl_openrc_backend);
  g_assert_true (ectl_openrc_backend.start (bed->backend, ECTL_UNIT_SERVICE, TRUE, TRUE, bed->call, NULL));
  g_assert_true (ectl_openrc_backend.stop (bed->backend, ECTL_UNIT_SERVICE, bed->call, NULL));
  assert_words (bed, "docker zap\ndocker start\ndocker stop\n");
}

static Bed *
lay (Scene scene)
{
  Bed *bed = lay_scene (scene, &ectl_openrc_backend, "sbin/rc-update", rc_update);
  lay_file (bed->root, "etc/runlevels/default/.keep", "", -1);
  return bed;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  alarm (900); /* should anything wait without an end */
  g_test_add_func ("/openrc/claims", check_claims);
  ADD_TABLE ("/openrc/status/", words, check_word);
  g_test_add_func ("/openrc/status/usage", check_usage);
  g_test_add_func ("/openrc/levels", check_levels);
  g_test_add_func ("/openrc/switch", check_switch);
  g_test_add_func ("/openrc/switch/several-levels", check_switch_off_in_several_levels);
  ADD_TABLE ("/openrc/switch/refused/", refusals, check_refusal);
  g_test_add_func ("/openrc/verbs", check_verbs);
  g_test_add_func ("/openrc/verbs/zap-before-start", check_zap_before_start);
  g_test_add_func ("/openrc/verbs/zap-unknown", check_zap_unknown);
  g_test_add_func ("/openrc/verbs/without-rc-service", check_verbs_without_rc_service);
  static const Stage stage = { lay, free_bed };
  add_common ("/openrc/", &ectl_openrc_backend, &stage);
  return g_test_run ();
}
