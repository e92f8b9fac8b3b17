/* SPDX-License-Identifier: Apache-2.0 */
/* Docker Desktop for Linux: a service of its user's own systemd, whose engine answers at a socket in that user's home. */
#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/desktop.h"
#include "platform/process.h"

extern const EctlBackendClass ectl_systemd_backend;

/* docs.docker.com/desktop/setup/install/linux */
#define PROGRAM "/opt/docker-desktop/bin/com.docker.backend"
#define SOCKET_IN_HOME ".docker/desktop/docker.sock"

typedef struct {
  EctlBackend base;
  EctlBackend *systemd; /* the user's own */
  EctlHost *host;
  gboolean is_another; /* service of that user's that was named: what else runs is not its */
} Desktop;

static EctlBackend *
systemd_of (EctlBackend *backend)
{
  return ((Desktop *) backend)->systemd;
}

/* Docker Desktop's processes, each to be freed; of USER alone, or of anybody where that is NULL. */
static GPtrArray *
list_engines (const EctlHost *host, const char *user)
{
  g_autoptr (GArray) pids = ectl_processes_find_engines (host);
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_process_free);

  for (guint i = 0; i < pids->len; i++)
    {
      g_autoptr (EctlProcess) process = ectl_process_read (host, g_array_index (pids, gint64, i), NULL);
      if (process != NULL && ectl_process_is_desktop (process) && (user == NULL || g_strcmp0 (process->user, user) == 0))
        g_ptr_array_add (list, g_steal_pointer (&process));
    }
  return list;
}

/* The person behind sudo; else whose Docker Desktop runs. NULL where that tells nobody. */
static char *
guess_user (EctlHost *host)
{
  const char *person = ectl_host_user (host);
  g_autoptr (GPtrArray) engines = list_engines (host, NULL);

  if (g_strcmp0 (person, "root") != 0)
    return g_strdup (person);
  return engines->len > 0 ? g_strdup (((const EctlProcess *) engines->pdata[0])->user) : NULL;
}

static void
fail_as_root (EctlHost *host, GError **error)
{
  g_autofree char *user = guess_user (host);
  g_autofree char *hint =
      user != NULL ? g_strdup_printf (_ ("run it as %s, without sudo"), user) : g_strdup (_ ("run it as the user who works with Docker Desktop, without sudo"));

  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("Docker Desktop is a service of its user's own systemd (systemctl --user), and root is not that user"));
  if (error != NULL)
    ectl_error_set_hint (*error, hint);
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  EctlBackendOptions own = { .service = options->service != NULL ? options->service : (char *) ECTL_DESKTOP_SERVICE, .user_mode = TRUE };
  gboolean is_another = !g_str_equal (own.service, ECTL_DESKTOP_SERVICE);

  if (ectl_host_is_root (host))
    {
      fail_as_root (host, error);
      return NULL;
    }
  EctlBackend *systemd = ectl_systemd_backend.open (host, &own, call, error);
  if (systemd == NULL)
    {
      /* A build without libsystemd. */
      if (error != NULL && ectl_error_is (*error, ECTL_ERROR_NOT_SUPPORTED))
        g_prefix_error (error, _ ("Docker Desktop cannot be asked: "));
      return NULL;
    }
  Desktop *desktop = g_new0 (Desktop, 1);
  *desktop = (Desktop){ { .klass = &ectl_desktop_on_linux }, systemd, host, is_another };
  return &desktop->base;
}

static void
close_backend (EctlBackend *backend)
{
  EctlBackend *systemd = systemd_of (backend);
  systemd->klass->close (systemd);
  g_free (backend);
}

/* The engine itself is in a virtual machine that takes its time: that the unit is active was no word of its. */
static EctlBelief *
get_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error)
{
  EctlBackend *systemd = systemd_of (backend);
  EctlBelief *belief = systemd->klass->get_belief (systemd, detail, call, error);
  const Desktop *desktop = (Desktop *) backend;
  const char *home = ectl_host_home (desktop->host);

  if (belief == NULL || desktop->is_another)
    return belief;
  belief->active_is_ready = FALSE;
  belief->owns_what_runs = TRUE;
  belief->program = PROGRAM;
  belief->endpoint_path = home != NULL ? g_build_filename (home, SOCKET_IN_HOME, NULL) : NULL;
  return belief;
}

static gboolean
start (EctlBackend *backend, EctlUnits units, gboolean reset_failed, gboolean wait, EctlCall *call, GError **error)
{
  EctlBackend *systemd = systemd_of (backend);
  return systemd->klass->start (systemd, units, reset_failed, wait, call, error);
}

/* One that its user started by hand is not the unit's, and there is nobody else who could own it. */
static gboolean
end_others (const Desktop *desktop, EctlCall *call, GError **error)
{
  g_autoptr (GPtrArray) engines = list_engines (desktop->host, ectl_host_user (desktop->host));

  if (desktop->is_another)
    return TRUE;
  for (guint i = 0; i < engines->len; i++)
    if (!ectl_process_signal (desktop->host, engines->pdata[i], ECTL_SIGNAL_TERMINATE, error))
      return FALSE;
  for (guint i = 0; i < engines->len; i++)
    if (!ectl_process_wait_gone (desktop->host, engines->pdata[i], call, error))
      return FALSE;
  return TRUE;
}

static gboolean
stop (EctlBackend *backend, EctlUnits units, EctlCall *call, GError **error)
{
  EctlBackend *systemd = systemd_of (backend);
  return systemd->klass->stop (systemd, units, call, error) && end_others ((Desktop *) backend, call, error);
}

/* systemd's notes are about the socket unit that a dockerd has. */
static gboolean
set_enabled (EctlBackend *backend, gboolean enabled, gboolean dry_run, gboolean *changed, GPtrArray *notes, EctlCall *call, GError **error)
{
  EctlBackend *systemd = systemd_of (backend);
  g_autoptr (GPtrArray) unused = g_ptr_array_new_with_free_func (g_free);
  (void) notes;
  return systemd->klass->set_enabled (systemd, enabled, dry_run, changed, unused, call, error);
}

static gboolean
read_log (EctlBackend *backend, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  EctlBackend *systemd = systemd_of (backend);
  return systemd->klass->read_log (systemd, query, source, func, user_data, call, error);
}

static int
subscribe (EctlBackend *backend, EctlCall *call, GError **error)
{
  EctlBackend *systemd = systemd_of (backend);
  return systemd->klass->subscribe (systemd, call, error);
}

static gboolean
drain (EctlBackend *backend)
{
  EctlBackend *systemd = systemd_of (backend);
  return systemd->klass->drain (systemd);
}

/* No reload: SIGHUP would end it, and its engine's daemon.json is in the virtual machine. */
const EctlBackendClass ectl_desktop_on_linux = {
  .name = "desktop",
  .open = open_backend,
  .close = close_backend,
  .get_belief = get_belief,
  .start = start,
  .stop = stop,
  .set_enabled = set_enabled,
  .read_log = read_log,
  .subscribe = subscribe,
  .drain = drain,
};
