/* SPDX-License-Identifier: Apache-2.0 */
/* The systemd backend against a fake manager: jobs and their order on the wire, enabling, and every way in which the manager can fail us. */
#include "tests/unit/systemd-bed.h"

#include "tests/unit/conformance.h"

/* --- jobs ---------------------------------------------------------------------------------------------------------------------- */

static void
check_start (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED));

  g_assert_true (start (&bed));
  assert_acts (&bed, "Subscribe; StartUnit docker.service replace");
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_ACTIVE);
}

static void
check_start_after_failure (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("docker.service:LoadState=loaded", "docker.service:ActiveState=failed"));

  g_assert_true (ectl_systemd_backend.start (bed.backend, ECTL_UNIT_SERVICE, TRUE, TRUE, bed.call, &bed.error));
  g_autofree char *seen = acts (&bed);
  g_assert_nonnull (strstr (seen, "ResetFailedUnit docker.service; ResetFailedUnit docker.socket"));
  g_assert_true (g_str_has_suffix (seen, "StartUnit docker.service replace"));
}

static void
check_start_without_wait (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "job=never"));
  g_assert_true (ectl_systemd_backend.start (bed.backend, ECTL_UNIT_SERVICE, FALSE, FALSE, bed.call, &bed.error));
}

static void
check_stop (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, ARMED));

  g_assert_true (stop (&bed));
  assert_acts (&bed, "Subscribe; StopUnit docker.socket replace; StopUnit docker.service replace");
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_INACTIVE);
  g_assert_false (belief->socket_listens);
}

static void
check_stop_one (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, ARMED));
  g_assert_true (ectl_systemd_backend.stop (bed.backend, ECTL_UNIT_SERVICE, bed.call, &bed.error));
  assert_acts (&bed, "Subscribe; StopUnit docker.service replace");
}

static void
check_stop_without_socket_unit (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("docker.service:LoadState=loaded", UP));
  g_assert_true (stop (&bed));
}

static const struct {
  const char *result;
  EctlErrorCode code;
  const char *words;
} results[] = {
  { "canceled", ECTL_ERROR_FAILED, "another request" },
  { "timeout", ECTL_ERROR_FAILED, "time ran out" },
  { "failed", ECTL_ERROR_FAILED, "the unit failed" },
  { "dependency", ECTL_ERROR_FAILED, "a unit that it needs failed" },
  { "skipped", ECTL_ERROR_FAILED, "does not fit" },
  { "assert", ECTL_ERROR_FAILED, "assertion" },
  { "unsupported", ECTL_ERROR_NOT_SUPPORTED, "does not support" },
  { "collected", ECTL_ERROR_FAILED, "gone" },
  { "once", ECTL_ERROR_FAILED, "once" },
  { "a-word-of-tomorrow", ECTL_ERROR_FAILED, "a-word-of-tomorrow" },
};

static void
check_results (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED));

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *mode = g_strconcat ("job=", results[i].result, NULL);
      tell (mode);
      g_assert_false (start (&bed));
      assert_says (bed.error, results[i].code, results[i].words);
      g_assert_nonnull (strstr (bed.error->message, "docker.service"));
      g_clear_error (&bed.error);
    }
}

static gpointer
run_start (gpointer data)
{
  return GINT_TO_POINTER (start (data));
}

/* For real: a stop of somebody else takes the place of our start. */
static void
check_replaced (void)
{
  g_auto (Bed) bed = { 0 }, other = { 0 };
  begin (&bed, SETTINGS (LOADED, "job=never"));
  other.log = g_strdup (bed.log);
  other.call = ectl_call_new (LIMIT_MS);
  ectl_call_begin (other.call, ECTL_CALL_READ, LIMIT_MS);
  other.folder = g_strdup ("/nonexistent");
  other.host = ectl_host_new_at (bed.folder, NULL, 1000);
  g_assert_true (open_backend (&other, NULL));

  g_autoptr (EctlBelief) belief = look (&other, ECTL_DETAIL_VERDICT);
  g_assert_true (belief->service->installed);
  GThread *thread = g_thread_new ("start", run_start, &bed);
  wait_for_act (&other, "StartUnit");
  short_call (&other, 200);
  g_assert_false (ectl_systemd_backend.stop (other.backend, ECTL_UNIT_SERVICE, other.call, &other.error));
  g_assert_false (GPOINTER_TO_INT (g_thread_join (thread)));
  assert_says (bed.error, ECTL_ERROR_FAILED, "another request");
  assert_says (other.error, ECTL_ERROR_DEADLINE, "");
}

static void
check_deadline (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "job=never"));
  short_call (&bed, 100);
  g_assert_false (start (&bed));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_DEADLINE);

  /* The answer that nobody waits for any more does not disturb the next exchange. */
  short_call (&bed, LIMIT_MS);
  g_clear_error (&bed.error);
  tell ("job=done");
  g_assert_true (stop (&bed));
}

static void
check_cancel (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "job=never"));
  g_autoptr (EctlCall) patience = ectl_call_new (LIMIT_MS);
  Bed watch = { .log = bed.log, .call = patience };
  ectl_call_begin (patience, ECTL_CALL_READ, LIMIT_MS);

  GThread *thread = g_thread_new ("start", run_start, &bed);
  wait_for_act (&watch, "StartUnit");
  ectl_call_cancel (bed.call);
  g_assert_false (GPOINTER_TO_INT (g_thread_join (thread)));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_CANCELLED);
}

/* --- disconnection ---------------------------------------------------------------------------------------------------------------- */

static void
check_manager_leaves (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "job=exit"));
  g_assert_false (start (&bed));
  assert_says (bed.error, ECTL_ERROR_FAILED, "systemd");
  g_assert_cmpint (ectl_call_left_ms (bed.call), >, 0);
}

static void
check_bus_leaves (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "job=never"));
  g_autoptr (EctlCall) patience = ectl_call_new (LIMIT_MS);
  Bed watch = { .log = bed.log, .call = patience };
  ectl_call_begin (patience, ECTL_CALL_READ, LIMIT_MS);

  GThread *thread = g_thread_new ("start", run_start, &bed);
  wait_for_act (&watch, "StartUnit");
  end (&bed.bus);
  g_assert_false (GPOINTER_TO_INT (g_thread_join (thread)));
  assert_says (bed.error, ECTL_ERROR_FAILED, "lost");
}

/* The same while an answer is awaited: it must be no deadline, and no half of a belief. */
static void
check_bus_leaves_early (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, "mute=yes"));
  g_autoptr (EctlBelief) belief = NULL;

  end (&bed.manager);
  end (&bed.bus);
  belief = ectl_systemd_backend.get_belief (bed.backend, ECTL_DETAIL_VERDICT, bed.call, &bed.error);
  g_assert_null (belief);
  assert_says (bed.error, ECTL_ERROR_FAILED, "lost");
}

static void
check_no_manager (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, 1000);
  start_bus (&bed);
  g_assert_true (open_backend (&bed, NULL));
  g_assert_null (ectl_systemd_backend.get_belief (bed.backend, ECTL_DETAIL_VERDICT, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
}

/* A watcher that outlives the bus finds the new one. */
static void
check_bus_returns (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP));
  g_autoptr (EctlBelief) before = look (&bed, ECTL_DETAIL_VERDICT);

  end (&bed.manager);
  end (&bed.bus);
  g_autofree char *socket = g_build_filename (bed.folder, "bus", NULL);
  g_remove (socket);
  start_bus (&bed);
  start_manager (&bed, SETTINGS (LOADED), FALSE);
  g_assert_null (ectl_systemd_backend.get_belief (bed.backend, ECTL_DETAIL_VERDICT, bed.call, NULL));
  g_autoptr (EctlBelief) after = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_cmpint (before->activity, ==, ECTL_BELIEF_ACTIVE);
  g_assert_cmpint (after->activity, ==, ECTL_BELIEF_INACTIVE);
  g_assert_true (start (&bed));
}

/* --- rights --------------------------------------------------------------------------------------------------------------------------- */

static void
check_denied (void)
{
  g_auto (Bed) bed = { 0 };
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  gboolean changed = FALSE;
  begin (&bed, SETTINGS (LOADED, UP, ARMED, "docker.service:UnitFileState=disabled", "deny=InteractiveAuthorizationRequired"));

  g_assert_false (stop (&bed));
  assert_says (bed.error, ECTL_ERROR_NOT_PERMITTED, "not permitted (interactive authentication required)");
  g_clear_error (&bed.error);
  g_assert_false (start (&bed));
  assert_says (bed.error, ECTL_ERROR_NOT_PERMITTED, "cannot start docker.service: not permitted (interactive authentication required)");
  g_clear_error (&bed.error);
  g_assert_false (ectl_systemd_backend.reload (bed.backend, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_NOT_PERMITTED);
  g_clear_error (&bed.error);
  g_assert_false (ectl_systemd_backend.set_enabled (bed.backend, TRUE, FALSE, &changed, notes, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_NOT_PERMITTED);
  g_clear_error (&bed.error);
  tell ("deny=AccessDenied");
  g_assert_false (stop (&bed));
  assert_says (bed.error, ECTL_ERROR_NOT_PERMITTED, "not permitted (permission denied)");
}

/* --- reload ------------------------------------------------------------------------------------------------------------------------------ */

static void
check_reload (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP));

  g_assert_true (ectl_systemd_backend.reload (bed.backend, bed.call, &bed.error));
  assert_acts (&bed, "Subscribe; ReloadUnit docker.service replace");
}

static void
check_reload_by_signal (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, "docker.service:CanReload=no"));

  g_assert_true (ectl_systemd_backend.reload (bed.backend, bed.call, &bed.error));
  g_autofree char *seen = acts (&bed);
  g_assert_true (g_str_has_suffix (seen, "KillUnit docker.service main 1"));
  tell ("docker.service:MainPID=0");
  g_assert_false (ectl_systemd_backend.reload (bed.backend, bed.call, &bed.error));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_NOT_RUNNING);
}

/* --- enable ------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  gboolean ok;
  gboolean changed;
  guint notes;
} Switched;

static Switched
switch_boot (Bed *bed, gboolean enabled, gboolean dry_run)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  Switched seen = { 0 };

  g_clear_error (&bed->error);
  seen.ok = ectl_systemd_backend.set_enabled (bed->backend, enabled, dry_run, &seen.changed, notes, bed->call, &bed->error);
  seen.notes = notes->len;
  return seen;
}

static void
check_enable (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "docker.service:UnitFileState=disabled", "docker.socket:UnitFileState=disabled"));

  Switched dry = switch_boot (&bed, TRUE, TRUE);
  g_assert_true (dry.ok && dry.changed && dry.notes == 0);
  assert_acts (&bed, "");
  Switched first = switch_boot (&bed, TRUE, FALSE);
  g_assert_true (first.ok && first.changed && first.notes == 0);
  Switched second = switch_boot (&bed, TRUE, FALSE);
  g_assert_true (second.ok && !second.changed);
  assert_acts (&bed, "EnableUnitFiles docker.service docker.socket; Reload");
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_cmpint (belief->service->at_boot, ==, ECTL_AT_BOOT_YES);
  Switched off = switch_boot (&bed, FALSE, FALSE);
  g_assert_true (off.ok && off.changed);
  Switched again = switch_boot (&bed, FALSE, FALSE);
  g_assert_true (again.ok && !again.changed);
  assert_acts (&bed, "EnableUnitFiles docker.service docker.socket; Reload; DisableUnitFiles docker.service docker.socket; Reload");
}

/* Half enabled is not enabled, and not disabled either. */
static void
check_enable_half (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "docker.service:UnitFileState=enabled", "docker.socket:UnitFileState=disabled"));
  Switched on = switch_boot (&bed, TRUE, TRUE), off = switch_boot (&bed, FALSE, TRUE);
  g_assert_true (on.changed && off.changed);
}

static void
check_enable_without_socket (void)
{
  static const char *const loads[] = { "docker.socket:LoadState=not-found", "docker.socket:LoadState=masked" };

  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    {
      g_auto (Bed) bed = { 0 };
      begin (&bed, SETTINGS ("docker.service:LoadState=loaded", "docker.service:UnitFileState=disabled", "docker.socket:UnitFileState=", loads[i]));
      Switched on = switch_boot (&bed, TRUE, FALSE);
      g_assert_no_error (bed.error);
      g_assert_true (on.ok && on.changed && on.notes == 1);
      assert_acts (&bed, "EnableUnitFiles docker.service; Reload");
    }
}

static void
check_enable_masked (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("docker.service:LoadState=masked", "docker.service:UnitFileState=masked", "docker.socket:LoadState=loaded",
                         "docker.socket:UnitFileState=disabled"));
  Switched on = switch_boot (&bed, TRUE, FALSE);
  g_assert_false (on.ok);
  assert_says (bed.error, ECTL_ERROR_BAD_CONFIG, "masked");
  g_assert_cmpstr (ectl_error_get_hint (bed.error), ==, "sudo systemctl unmask docker.service docker.socket");
  assert_acts (&bed, "");
}

/* A unit without [Install] cannot be switched on, and that is no success. */
static void
check_enable_static (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "docker.service:UnitFileState=static", "docker.socket:UnitFileState=disabled"));
  Switched on = switch_boot (&bed, TRUE, FALSE);
  g_assert_false (on.ok);
  assert_says (bed.error, ECTL_ERROR_BAD_CONFIG, "static");
  assert_acts (&bed, "");
}

/* systemctl enable --runtime: undone too. */
static void
check_disable_runtime (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "docker.service:UnitFileState=enabled-runtime", "docker.socket:UnitFileState=disabled"));
  Switched off = switch_boot (&bed, FALSE, FALSE);
  g_assert_true (off.ok && off.changed);
  Switched again = switch_boot (&bed, FALSE, FALSE);
  g_assert_true (again.ok && !again.changed);
  g_autofree char *seen = acts (&bed);
  g_assert_nonnull (strstr (seen, "runtime"));
}

/* Made of an init script: systemd hands it to a program, and so do we; it gets words, not a shell's line. */
static void
check_generated (void)
{
  static const char script[] = "#!/bin/sh\nD=${0%/usr/lib/systemd/*}\necho \"$# $1 $2 $LC_ALL\" >> $D/scripts\n"
                               "case $1 in is-enabled) test -e $D/on;; enable) : > $D/on;; disable) rm $D/on;; esac\n";
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("docker.service:LoadState=loaded", "docker.service:UnitFileState=generated"));

  g_assert_false (switch_boot (&bed, TRUE, FALSE).ok);
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_NOT_SUPPORTED);
  g_autofree char *folder = g_build_filename (bed.folder, "usr", "lib", "systemd", NULL);
  g_autofree char *program = g_build_filename (folder, "systemd-sysv-install", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  Switched on = switch_boot (&bed, TRUE, FALSE);
  g_assert_no_error (bed.error);
  g_assert_true (on.ok && on.changed);
  Switched again = switch_boot (&bed, TRUE, FALSE);
  g_assert_true (again.ok && !again.changed);
  Switched dry = switch_boot (&bed, FALSE, TRUE);
  g_assert_true (dry.ok && dry.changed);
  g_autofree char *file = g_build_filename (bed.folder, "scripts", NULL);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "2 is-enabled docker C.UTF-8\n2 enable docker C.UTF-8\n2 is-enabled docker C.UTF-8\n2 is-enabled docker C.UTF-8\n");
}

/* --- as every backend ------------------------------------------------------------------------------------------------------------------- */

#define NOT_ENABLED "docker.service:UnitFileState=disabled", "docker.socket:UnitFileState=disabled"

static Bed *
lay_scene (Scene scene)
{
  const char *const *const settings[] = {
    [SCENE_STOPPED] = SETTINGS (LOADED, NOT_ENABLED, "docker.service:CanReload=no"),
    [SCENE_ABSENT] = SETTINGS ("docker.socket:LoadState=not-found"),
    [SCENE_DENIED] = SETTINGS (LOADED, UP, ARMED, NOT_ENABLED, "deny=AccessDenied"),
    [SCENE_ENDLESS] = SETTINGS (LOADED, "job=never"),
    [SCENE_FAILING] = SETTINGS (LOADED, "job=failed"),
    [SCENE_MUTE] = SETTINGS (LOADED, "mute=yes"),
  };
  Bed *bed = g_new (Bed, 1);
  begin (bed, settings[scene]);
  return bed;
}

static void
clear_scene (Bed *bed)
{
  clear_bed (bed);
  g_free (bed);
}

static void
add_more (void)
{
  static const Stage stage = { lay_scene, clear_scene };
  add_conformance ("/systemd/", &stage);
}

static const Check checks[] = {
  { "jobs/start", check_start },
  { "jobs/start-after-failure", check_start_after_failure },
  { "jobs/start-without-wait", check_start_without_wait },
  { "jobs/stop", check_stop },
  { "jobs/stop-one", check_stop_one },
  { "jobs/stop-without-socket-unit", check_stop_without_socket_unit },
  { "jobs/results", check_results },
  { "jobs/replaced", check_replaced },
  { "jobs/deadline", check_deadline },
  { "jobs/cancel", check_cancel },
  { "lost/manager", check_manager_leaves },
  { "lost/bus", check_bus_leaves },
  { "lost/bus-early", check_bus_leaves_early },
  { "lost/no-manager", check_no_manager },
  { "lost/bus-returns", check_bus_returns },
  { "rights/denied", check_denied },
  { "reload/job", check_reload },
  { "reload/signal", check_reload_by_signal },
  { "enable/both", check_enable },
  { "enable/half", check_enable_half },
  { "enable/without-socket", check_enable_without_socket },
  { "enable/masked", check_enable_masked },
  { "enable/static", check_enable_static },
  { "enable/runtime", check_disable_runtime },
  { "enable/generated", check_generated },
  { NULL, NULL },
};

int
main (int argc, char **argv)
{
  return run_checks (argc, argv, checks, add_more);
}
