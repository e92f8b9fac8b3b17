/* SPDX-License-Identifier: Apache-2.0 */
/* The systemd backend against a fake manager: the ways to it, what it believes in each state, and how it hears of changes. */
#include "tests/unit/systemd-bed.h"

#include <sys/socket.h>
#include <sys/un.h>

/* --- belief ------------------------------------------------------------------------------------------------------------------ */

static void
check_running (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, ARMED, "docker.socket:SubState=running", "docker.service:UnitFileState=enabled", "docker.socket:UnitFileState=enabled",
                         "docker.service:StateChangeTimestamp=1700000000000000", "docker.service:NRestarts=2", "docker.socket:Listen=/run/docker.sock",
                         "containerd.service:MainPID=640"));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_DOCUMENT);

  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_ACTIVE);
  g_assert_true (belief->follows_processes && belief->active_is_ready && belief->pid_is_proof && belief->socket_listens && belief->socket_installed);
  g_assert_false (belief->masked || belief->bad_setting || belief->stop_queued || belief->socket_masked);
  g_assert_cmpint (belief->containerd_pid, ==, 640);
  g_assert_cmpstr (belief->service->name, ==, "docker.service");
  g_assert_true (belief->service->installed);
  g_assert_cmpstr (belief->service->active, ==, "active");
  g_assert_cmpstr (belief->service->sub, ==, "running");
  g_assert_cmpstr (belief->service->enabled, ==, "enabled");
  g_assert_cmpstr (belief->service->result, ==, "success");
  g_assert_cmpint (belief->service->main_pid, ==, 812);
  g_assert_cmpint (belief->service->restarts, ==, 2);
  g_assert_cmpint (belief->service->since_us, ==, 1700000000000000);
  g_assert_cmpint (belief->service->at_boot, ==, ECTL_AT_BOOT_YES);
  g_assert_cmpstr (belief->service->socket->name, ==, "docker.socket");
  g_assert_cmpstr (belief->service->socket->listen[0], ==, "/run/docker.sock");
  g_assert_null (belief->service->socket->listen[1]);
  assert_acts (&bed, "");
}

static const struct {
  const char *active, *sub;
  EctlActivity activity;
} activities[] = {
  { "active", "running", ECTL_BELIEF_ACTIVE },
  { "reloading", "reload", ECTL_BELIEF_ACTIVE },
  { "activating", "start", ECTL_BELIEF_ACTIVATING },
  { "activating", "auto-restart", ECTL_BELIEF_AUTO_RESTART },
  { "activating", "auto-restart-queued", ECTL_BELIEF_AUTO_RESTART },
  { "deactivating", "stop-sigterm", ECTL_BELIEF_DEACTIVATING },
  { "failed", "failed", ECTL_BELIEF_FAILED },
  { "inactive", "dead", ECTL_BELIEF_INACTIVE },
};

static void
check_activities (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED));

  for (guint i = 0; i < G_N_ELEMENTS (activities); i++)
    {
      g_autofree char *active = g_strconcat ("docker.service:ActiveState=", activities[i].active, NULL);
      g_autofree char *sub = g_strconcat ("docker.service:SubState=", activities[i].sub, NULL);
      tell (active);
      tell (sub);
      g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);
      g_assert_cmpint (belief->activity, ==, activities[i].activity);
    }
}

static const struct {
  const char *service, *socket;
  EctlAtBoot at_boot;
} boots[] = {
  { "enabled", "enabled", ECTL_AT_BOOT_YES },  { "generated", "", ECTL_AT_BOOT_YES },       { "disabled", "enabled", ECTL_AT_BOOT_ON_DEMAND },
  { "static", "disabled", ECTL_AT_BOOT_NO },   { "disabled", "disabled", ECTL_AT_BOOT_NO }, { "indirect", "disabled", ECTL_AT_BOOT_NO },
  { "enabled", "disabled", ECTL_AT_BOOT_YES },
};

static void
check_boots (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED));

  for (guint i = 0; i < G_N_ELEMENTS (boots); i++)
    {
      g_autofree char *service = g_strconcat ("docker.service:UnitFileState=", boots[i].service, NULL);
      g_autofree char *socket = g_strconcat ("docker.socket:UnitFileState=", boots[i].socket, NULL);
      tell (service);
      tell (socket);
      g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);
      g_assert_cmpint (belief->service->at_boot, ==, boots[i].at_boot);
    }
}

static void
check_not_found (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("docker.socket:LoadState=not-found"));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_FULL);

  g_assert_false (belief->service->installed || belief->socket_installed || belief->socket_listens);
  g_assert_cmpstr (belief->service->name, ==, "docker.service");
  g_assert_cmpstr (belief->service->load, ==, "not-found");
  g_assert_null (belief->service->socket);
  g_assert_cmpint (belief->service->main_pid, ==, 0);
}

static void
check_other_name (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("snap.docker.dockerd.service:LoadState=loaded", "snap.docker.dockerd.service:MainPID=77"));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);

  g_assert_cmpstr (belief->service->name, ==, "snap.docker.dockerd.service");
  g_assert_cmpint (belief->service->main_pid, ==, 77);
  g_assert_null (belief->service->socket);
  g_assert_cmpstr (belief->known_alternatives[0], ==, "snap.docker.dockerd.service");
  g_assert_true (start (&bed));
  assert_acts (&bed, "Subscribe; StartUnit snap.docker.dockerd.service replace");
}

/* Who names a service means that one. */
static void
check_named (void)
{
  g_auto (Bed) bed = { 0 };
  begin_named (&bed, "other", SETTINGS ("snap.docker.dockerd.service:LoadState=loaded"));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);

  g_assert_cmpstr (belief->service->name, ==, "other.service");
  g_assert_false (belief->service->installed);
}

/* systemd answers with a unit's main name, also where it was asked by an alias. */
static void
check_alias (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, "docker.service:Id=moby.service"));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);

  g_assert_true (belief->service->installed);
  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_ACTIVE);
}

static void
check_masked (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("docker.service:LoadState=masked", "docker.socket:LoadState=masked"));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);

  g_assert_true (belief->masked && belief->service->installed && belief->socket_masked);
  g_assert_false (belief->bad_setting || belief->socket_installed);
  g_assert_false (start (&bed));
  assert_says (bed.error, ECTL_ERROR_BAD_CONFIG, "masked");
  g_assert_cmpstr (ectl_error_get_hint (bed.error), ==, "sudo systemctl unmask docker.service docker.socket");
}

/* The manager's words are asked for only where there are some. */
static void
check_bad_setting (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS ("docker.service:LoadState=bad-setting", "docker.service:LoadError=Unit docker.service has a bad unit file setting."));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);

  g_assert_true (belief->bad_setting && belief->service->installed);
  g_assert_false (belief->masked);
  g_assert_cmpstr (belief->load_error, ==, "Unit docker.service has a bad unit file setting.");
  g_assert_false (start (&bed));
  assert_says (bed.error, ECTL_ERROR_BAD_CONFIG, "bad unit file setting");
}

static void
check_full (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "docker.service:FragmentPath=/lib/systemd/system/docker.service", "docker.service:DropInPaths=/etc/a.conf /etc/b.conf",
                         "docker.service:TriggeredBy=docker.socket", "docker.service:ExecStart=/usr/sbin/dockerd -H fd://", "docker.service:NeedDaemonReload=1",
                         "docker.service:InvocationID=ab", "docker.service:TimeoutStopUSec=18446744073709551615"));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_FULL);
  const EctlService *service = belief->service;

  g_assert_cmpstr (service->type, ==, "notify");
  g_assert_cmpstr (service->fragment_path, ==, "/lib/systemd/system/docker.service");
  g_assert_cmpstr (service->drop_in_paths[1], ==, "/etc/b.conf");
  g_assert_cmpstr (service->triggered_by[0], ==, "docker.socket");
  g_assert_cmpstr (service->command[0], ==, "/usr/sbin/dockerd");
  g_assert_cmpstr (service->command[2], ==, "fd://");
  g_assert_null (service->command[3]);
  g_assert_cmpstr (service->invocation_id, ==, "6162");
  g_assert_cmpint (service->stop_timeout_ms, ==, -1);
  g_assert_cmpint (service->needs_daemon_reload, ==, ECTL_YES);
  g_assert_null (belief->load_error);
}

static void
check_stop_queued (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, "docker.service:JobType=stop"));
  g_autoptr (EctlBelief) service = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_true (service->stop_queued);
  tell ("docker.service:JobType=start");
  g_autoptr (EctlBelief) starting = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_false (starting->stop_queued);
  tell ("docker.service:JobType=");
  tell ("docker.socket:JobType=restart");
  g_autoptr (EctlBelief) socket = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_true (socket->stop_queued);
}

/* systemd before 230 has no ListUnitsByNames, or does not let everybody call it; NRestarts came with 235. */
static void
check_old_systemd (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, UP, ARMED, "list=UnknownMethod", "docker.service:NRestarts=unknown"));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_DOCUMENT);
      g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_ACTIVE);
      g_assert_true (belief->service->installed && belief->socket_listens);
      g_assert_cmpint (belief->service->restarts, ==, -1);
      tell ("list=AccessDenied");
    }
}

/* What is seen belongs to one moment, also where the unit changes between two answers; else a waiter would sleep on the change that it has just swallowed. */
static void
check_change_within (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED, "docker.service:ActiveState=activating",
                         "after-list=docker.service:MainPID>812,docker.service:ActiveState>active,docker.service:SubState>running"));
  g_assert_cmpint (ectl_systemd_backend.subscribe (bed.backend, bed.call, &bed.error), >=, 0);
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);

  g_assert_cmpint (belief->service->main_pid, ==, 812);
  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_ACTIVE);
}

/* --- ways to the manager ------------------------------------------------------------------------------------------------------------ */

static void
check_no_bus (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, 1000);
  g_assert_false (open_backend (&bed, NULL));
  g_assert_error (bed.error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_nonnull (ectl_error_get_hint (bed.error));
}

static void
start_private (Bed *bed)
{
  g_autofree char *folder = g_build_filename (bed->folder, "run", "systemd", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  start_manager (bed, SETTINGS (LOADED, UP, ARMED), TRUE);
}

static void
check_private_socket (void)
{
  g_auto (Bed) bed = { 0 };
  set_up (&bed, 0);
  start_private (&bed);
  g_assert_true (open_backend (&bed, NULL));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_cmpint (belief->service->main_pid, ==, 812);
  g_assert_true (stop (&bed));
  assert_acts (&bed, "Subscribe; StopUnit docker.socket replace; StopUnit docker.service replace");
}

/* The bus takes the connection and never says a word (a stopped dbus-daemon). */
static void
check_silent_bus (void)
{
  g_auto (Bed) bed = { 0 };
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int silent = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  set_up (&bed, 0);
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/bus", bed.folder);
  g_assert_cmpint (bind (silent, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (silent, 4), ==, 0);
  start_private (&bed);
  g_assert_true (open_backend (&bed, NULL));
  g_autoptr (EctlBelief) belief = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_cmpint (belief->service->main_pid, ==, 812);
  close (silent);
}

/* --- signals ------------------------------------------------------------------------------------------------------------------------------ */

static void
check_subscribe (void)
{
  g_auto (Bed) bed = { 0 };
  begin (&bed, SETTINGS (LOADED));
  GPollFD fd = { .events = G_IO_IN };

  fd.fd = ectl_systemd_backend.subscribe (bed.backend, bed.call, &bed.error);
  g_assert_no_error (bed.error);
  g_autoptr (EctlBelief) before = look (&bed, ECTL_DETAIL_VERDICT);
  ectl_systemd_backend.drain (bed.backend);
  tell ("docker.service:ActiveState=failed");
  g_assert_true (ectl_call_poll (bed.call, &fd, 1, G_MAXINT64, &bed.error));
  g_assert_cmpint (fd.revents & G_IO_IN, !=, 0);
  ectl_systemd_backend.drain (bed.backend);
  g_autoptr (EctlBelief) after = look (&bed, ECTL_DETAIL_VERDICT);
  g_assert_cmpint (before->activity, ==, ECTL_BELIEF_INACTIVE);
  g_assert_cmpint (after->activity, ==, ECTL_BELIEF_FAILED);
  /* Drained is silent: nothing wakes a watcher while nothing changes. */
  g_assert_true (ectl_call_poll (bed.call, &fd, 1, g_get_monotonic_time () + 50000, &bed.error));
  g_assert_cmpint (fd.revents, ==, 0);
  /* Jobs are still heard on the same connection. */
  g_assert_true (start (&bed));
}

/* --- claim ---------------------------------------------------------------------------------------------------------------------------------- */

static void
check_claim (void)
{
  g_autofree char *root = g_dir_make_tmp ("ectl-systemd-XXXXXX", NULL);
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 1000);
  g_autofree char *mark = g_build_filename (root, "run", "systemd", "system", NULL);
  g_autofree char *no = NULL, *yes = NULL;

  g_assert_cmpint (ectl_systemd_backend.claim (host, &no, NULL), ==, ECTL_CLAIM_NOT_MINE);
  g_assert_cmpint (g_mkdir_with_parents (mark, 0755), ==, 0);
  g_assert_cmpint (ectl_systemd_backend.claim (host, &yes, NULL), ==, ECTL_CLAIM_MINE);
  g_assert_true (no != NULL && yes != NULL && !g_str_equal (no, yes));
  remove_tree (root);
}

static const Check checks[] = {
  { "belief/running", check_running },
  { "belief/activities", check_activities },
  { "belief/boots", check_boots },
  { "belief/not-found", check_not_found },
  { "belief/other-name", check_other_name },
  { "belief/named", check_named },
  { "belief/alias", check_alias },
  { "belief/masked", check_masked },
  { "belief/bad-setting", check_bad_setting },
  { "belief/full", check_full },
  { "belief/stop-queued", check_stop_queued },
  { "belief/old-systemd", check_old_systemd },
  { "belief/change-within", check_change_within },
  { "ways/no-bus", check_no_bus },
  { "ways/private-socket", check_private_socket },
  { "ways/silent-bus", check_silent_bus },
  { "signals/subscribe", check_subscribe },
  { "claim", check_claim },
  { NULL, NULL },
};

int
main (int argc, char **argv)
{
  return run_checks (argc, argv, checks, NULL);
}
