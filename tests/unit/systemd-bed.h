/* SPDX-License-Identifier: Apache-2.0 */
/* The bed of the systemd tests: a private bus, a fake manager on it (tests/fake/manager.c), a backend that talks to it. */
#pragma once

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "base/error.h"
#include "platform/backend.h"

extern const EctlBackendClass ectl_systemd_backend;

#define LIMIT_MS 10000
#define LOADED "docker.service:LoadState=loaded", "docker.socket:LoadState=loaded", "docker.service:Type=notify"
#define UP "docker.service:ActiveState=active", "docker.service:SubState=running", "docker.service:MainPID=812"
#define ARMED "docker.socket:ActiveState=active", "docker.socket:SubState=listening"
#define SETTINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* --- the bed: a bus, a manager, a backend --------------------------------------------------------------------------------- */

typedef struct {
  char *folder;
  char *log;
  char *address;
  GPid bus;
  GPid manager;
  EctlHost *host;
  EctlBackend *backend;
  EctlCall *call;
  GError *error;
} Bed;

static inline char *
find_manager (void)
{
  return g_test_build_filename (G_TEST_BUILT, "..", "fake", "manager", NULL);
}

/* A test that fails ends at once, without clearing up: what it started goes with it. */
static inline void
die_with_parent (gpointer ignored)
{
  (void) ignored;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* Starts ARGV and waits for its first line. */
static inline GPid
spawn (char **argv, GSpawnFlags flags)
{
  g_autoptr (GError) error = NULL;
  GPid pid;
  gint out;
  char c = 0;

  g_spawn_async_with_pipes (NULL, argv, NULL, flags | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, die_with_parent, NULL, &pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  struct pollfd fd = { .fd = out, .events = POLLIN };
  while (c != '\n')
    {
      g_assert_cmpint (poll (&fd, 1, LIMIT_MS), ==, 1);
      g_assert_cmpint (read (out, &c, 1), ==, 1);
    }
  close (out);
  return pid;
}

static inline void
end (GPid *pid)
{
  if (*pid == 0)
    return;
  kill (*pid, SIGCONT);
  kill (*pid, SIGKILL);
  waitpid (*pid, NULL, 0);
  *pid = 0;
}

static inline void
start_bus (Bed *bed)
{
  g_autofree char *file = g_build_filename (bed->folder, "bus.conf", NULL);
  g_autofree char *config = g_strdup_printf ("<busconfig><type>session</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth><policy context='default'>"
                                             "<allow own='*'/><allow send_destination='*'/><allow receive_sender='*'/><allow send_type='signal'/>"
                                             "<allow user='*'/></policy></busconfig>",
                                             bed->folder);
  g_autofree char *option = g_strconcat ("--config-file=", file, NULL);
  char *argv[] = { (char *) "dbus-daemon", option, (char *) "--nofork", (char *) "--print-address", NULL };

  g_assert_true (g_file_set_contents (file, config, -1, NULL));
  /* It complains of limits that it may not raise. */
  bed->bus = spawn (argv, G_SPAWN_STDERR_TO_DEV_NULL);
}

static inline void
start_manager (Bed *bed, const char *const *settings, gboolean private_socket)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *program = find_manager ();
  g_autofree char *socket = g_build_filename (bed->folder, "run", "systemd", "private", NULL);

  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (char *) "--log");
  g_ptr_array_add (argv, bed->log);
  if (private_socket)
    {
      g_ptr_array_add (argv, (char *) "--private");
      g_ptr_array_add (argv, socket);
    }
  for (; *settings != NULL; settings++)
    g_ptr_array_add (argv, (char *) *settings);
  g_ptr_array_add (argv, NULL);
  bed->manager = spawn ((char **) argv->pdata, G_SPAWN_DEFAULT);
}

/* UID is the caller's: root alone may take the private socket. It lies below the bed's own root, so the real one is out of reach. */
static inline void
set_up (Bed *bed, guint uid)
{
  *bed = (Bed){ .folder = g_dir_make_tmp ("ectl-systemd-XXXXXX", NULL) };
  bed->log = g_build_filename (bed->folder, "calls", NULL);
  bed->address = g_strdup_printf ("unix:path=%s/bus", bed->folder);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", bed->address, TRUE);
  bed->host = ectl_host_new_at (bed->folder, NULL, uid);
  bed->call = ectl_call_new (LIMIT_MS);
  ectl_call_begin (bed->call, ECTL_CALL_READ, LIMIT_MS);
}

static inline gboolean
open_backend (Bed *bed, const char *service)
{
  EctlBackendOptions options = { .service = (char *) service };
  bed->backend = ectl_systemd_backend.open (bed->host, &options, bed->call, &bed->error);
  return bed->backend != NULL;
}

static inline void
begin_named (Bed *bed, const char *service, const char *const *settings)
{
  set_up (bed, 1000);
  start_bus (bed);
  start_manager (bed, settings, FALSE);
  open_backend (bed, service);
  g_assert_no_error (bed->error);
}

static inline void
begin (Bed *bed, const char *const *settings)
{
  begin_named (bed, NULL, settings);
}

static inline void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name = NULL; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_remove (path);
}

static inline void
clear_bed (Bed *bed)
{
  if (bed->backend != NULL)
    ectl_systemd_backend.close (bed->backend);
  end (&bed->manager);
  end (&bed->bus);
  ectl_host_free (bed->host);
  ectl_call_free (bed->call);
  g_clear_error (&bed->error);
  remove_tree (bed->folder);
  g_free (bed->folder);
  g_free (bed->log);
  g_free (bed->address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bed, clear_bed)

static inline void
short_call (Bed *bed, gint64 ms)
{
  ectl_call_free (bed->call);
  bed->call = ectl_call_new (ms);
  ectl_call_begin (bed->call, ECTL_CALL_READ, ms);
}

/* Through a connection of its own, as somebody else would. */
static inline void
tell (const char *setting)
{
  sd_bus *bus = NULL;
  g_assert_cmpint (sd_bus_open_system (&bus), >=, 0);
  int code = sd_bus_call_method (bus, "org.freedesktop.systemd1", "/org/enginectl", "org.enginectl.Fake", "Set", NULL, NULL, "s", setting);
  g_assert_cmpint (code, >=, 0);
  sd_bus_unref (bus);
}

static inline char *
read_log (const Bed *bed)
{
  char *text = NULL;
  return g_file_get_contents (bed->log, &text, NULL, NULL) ? text : g_strdup ("");
}

/* The calls that change something or make the manager tell us something, one a line. */
static inline char *
acts (const Bed *bed)
{
  g_autofree char *text = read_log (bed);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *found = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++)
    if (**line != '\0' && !g_str_has_prefix (*line, "Get ") && !g_str_has_prefix (*line, "ListUnits"))
      g_string_append_printf (found, "%s%s", found->len > 0 ? "; " : "", *line);
  return g_string_free (found, FALSE);
}

static inline void
assert_acts (const Bed *bed, const char *wanted)
{
  g_autofree char *seen = acts (bed);
  g_assert_cmpstr (seen, ==, wanted);
}

static inline void
wait_for_act (const Bed *bed, const char *wanted)
{
  for (guint i = 0; i < LIMIT_MS / 5; i++)
    {
      g_autofree char *seen = acts (bed);
      if (strstr (seen, wanted) != NULL)
        return;
      g_assert_true (ectl_call_sleep (bed->call, 5, NULL));
    }
  g_error ("the manager never saw %s", wanted);
}

static inline EctlBelief *
look (Bed *bed, EctlDetail detail)
{
  EctlBelief *belief = ectl_systemd_backend.get_belief (bed->backend, detail, bed->call, &bed->error);
  g_assert_no_error (bed->error);
  g_assert_nonnull (belief);
  return belief;
}

static inline gboolean
start (Bed *bed)
{
  return ectl_systemd_backend.start (bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, bed->call, &bed->error);
}

static inline gboolean
stop (Bed *bed)
{
  return ectl_systemd_backend.stop (bed->backend, ECTL_UNIT_SOCKET | ECTL_UNIT_SERVICE, bed->call, &bed->error);
}

static inline void
assert_says (const GError *error, EctlErrorCode code, const char *words)
{
  g_assert_error (error, ECTL_ERROR, (gint) code);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' does not say '%s'", error->message, words);
}

typedef struct {
  const char *path;
  void (*check) (void);
} Check;

static inline void
skip_all (void)
{
  g_test_skip ("dbus-daemon is not installed (package dbus)");
}

/* A main: CHECKS end with a NULL path; ADD_MORE adds others, or is NULL. */
static inline int
run_checks (int argc, char **argv, const Check *checks, void (*add_more) (void))
{
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");

  g_test_init (&argc, &argv, NULL);
  g_autofree char *manager = find_manager ();
  if (!g_file_test (manager, G_FILE_TEST_IS_EXECUTABLE))
    g_error ("%s is missing: make tests", manager);
  if (daemon == NULL)
    g_test_add_func ("/systemd", skip_all);
  for (; daemon != NULL && checks->path != NULL; checks++)
    {
      g_autofree char *path = g_strconcat ("/systemd/", checks->path, NULL);
      g_test_add_func (path, checks->check);
    }
  if (daemon != NULL && add_more != NULL)
    add_more ();
  return g_test_run ();
}
