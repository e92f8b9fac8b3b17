/* SPDX-License-Identifier: Apache-2.0 */
/* Docker Desktop for Linux through its user's own manager: what is asked of it, and what is believed. */
#include "tests/unit/systemd-bed.h"

extern const EctlBackendClass ectl_desktop_backend;

#define DESKTOP "docker-desktop.service"
#define DESKTOP_LOADED DESKTOP ":LoadState=loaded", DESKTOP ":Type=notify"
#define DESKTOP_UP DESKTOP ":ActiveState=active", DESKTOP ":SubState=running", DESKTOP ":MainPID=812"

/* The bed's bus is the user's; the system's leads nowhere. */
static void
begin_desktop (Bed *bed, const char *service, const char *const *settings)
{
  EctlBackendOptions options = { .service = (char *) service };

  set_up (bed, 1000);
  start_bus (bed);
  start_manager (bed, settings, FALSE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", bed->address, TRUE);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  bed->backend = ectl_desktop_backend.open (bed->host, &options, bed->call, &bed->error);
  g_assert_no_error (bed->error);
}

/* systemd-bed closes what systemd opened. */
static void
end_desktop (Bed *bed)
{
  bed->backend->klass->close (bed->backend);
  bed->backend = NULL;
}

static EctlBelief *
believe (Bed *bed)
{
  EctlBelief *belief = bed->backend->klass->get_belief (bed->backend, ECTL_DETAIL_DOCUMENT, bed->call, &bed->error);
  g_assert_no_error (bed->error);
  return belief;
}

static void
check_belief (void)
{
  g_auto (Bed) bed = { 0 };
  g_autofree char *socket = g_build_filename (g_get_home_dir (), ".docker/desktop/docker.sock", NULL);

  begin_desktop (&bed, NULL, SETTINGS (DESKTOP_LOADED, DESKTOP_UP));
  g_autoptr (EctlBelief) belief = believe (&bed);
  g_assert_cmpstr (bed.backend->klass->name, ==, "desktop");
  g_assert_cmpstr (belief->service->name, ==, DESKTOP);
  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_ACTIVE);
  g_assert_cmpint (belief->service->main_pid, ==, 812);
  g_assert_cmpstr (belief->endpoint_path, ==, socket);
  g_assert_cmpstr (belief->program, ==, "/opt/docker-desktop/bin/com.docker.backend");
  g_assert_true (belief->owns_what_runs);
  g_assert_true (belief->follows_processes);
  g_assert_false (belief->active_is_ready);
  g_assert_null (belief->known_alternatives);
  end_desktop (&bed);
}

static void
check_absence (void)
{
  g_auto (Bed) bed = { 0 };

  begin_desktop (&bed, NULL, SETTINGS ("snap.docker.dockerd.service:LoadState=loaded"));
  g_autoptr (EctlBelief) belief = believe (&bed);
  g_assert_false (belief->service->installed);
  g_assert_cmpstr (belief->service->name, ==, DESKTOP);
  end_desktop (&bed);
}

/* Another service of that user's has nothing to do with Docker Desktop's engine. */
static void
check_another_service (void)
{
  g_auto (Bed) bed = { 0 };

  begin_desktop (&bed, "other", SETTINGS ("other.service:LoadState=loaded"));
  g_autoptr (EctlBelief) belief = believe (&bed);
  g_assert_cmpstr (belief->service->name, ==, "other.service");
  g_assert_null (belief->program);
  g_assert_false (belief->owns_what_runs);
  end_desktop (&bed);
}

static void
check_verbs (void)
{
  g_auto (Bed) bed = { 0 };
  gboolean changed = FALSE;
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);

  begin_desktop (&bed, NULL, SETTINGS (DESKTOP_LOADED, DESKTOP ":UnitFileState=disabled"));
  const EctlBackendClass *klass = bed.backend->klass;
  g_assert_true (klass->start (bed.backend, ECTL_UNIT_SERVICE, FALSE, TRUE, bed.call, &bed.error));
  g_assert_true (klass->set_enabled (bed.backend, TRUE, FALSE, &changed, notes, bed.call, &bed.error));
  g_assert_true (changed);
  g_assert_true (klass->stop (bed.backend, ECTL_UNIT_SERVICE, bed.call, &bed.error));
  g_autofree char *seen = acts (&bed);
  g_test_message ("%s", seen);
  g_assert_nonnull (strstr (seen, "StartUnit " DESKTOP));
  g_assert_nonnull (strstr (seen, "EnableUnitFiles " DESKTOP));
  g_assert_nonnull (strstr (seen, "StopUnit " DESKTOP));
  g_assert_null (strstr (seen, "docker.service"));
  end_desktop (&bed);
}

/* SIGHUP would end it. */
static void
check_no_reload (void)
{
  g_auto (Bed) bed = { 0 };

  begin_desktop (&bed, NULL, SETTINGS (DESKTOP_LOADED, DESKTOP_UP));
  g_assert_null (bed.backend->klass->reload);
  end_desktop (&bed);
}

int
main (int argc, char **argv)
{
  static const Check checks[] = {
    { "desktop/belief", check_belief }, { "desktop/absence", check_absence },     { "desktop/another-service", check_another_service },
    { "desktop/verbs", check_verbs },   { "desktop/no-reload", check_no_reload }, { NULL, NULL }
  };
  return run_checks (argc, argv, checks, NULL);
}
