/* SPDX-License-Identifier: Apache-2.0 */
/* systemd: whether it is here, and what it says of the engine, in one exchange over the bus. */
#include "platform/linux/systemd.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "platform/linux/journal.h"

extern const EctlBackendClass ectl_systemd_backend;

#define UNIT_INTERFACE "org.freedesktop.systemd1.Unit"
#define SERVICE_INTERFACE "org.freedesktop.systemd1.Service"
#define SOCKET_INTERFACE "org.freedesktop.systemd1.Socket"
/* A unit that changes faster than this is seen as it is. */
#define MOST_TRIES 3

static EctlClaim
claim (EctlHost *host, char **why, GError **error)
{
  (void) error;

  /* As sd_booted(3) has it; right in a container and in a chroot too. */
  if (ectl_host_test (host, "/run/systemd/system", G_FILE_TEST_IS_DIR))
    {
      *why = g_strdup (_ ("systemd is the init here (/run/systemd/system is there)"));
      return ECTL_CLAIM_MINE;
    }
  *why = g_strdup (_ ("systemd is not the init here (no /run/systemd/system)"));
  return ECTL_CLAIM_NOT_MINE;
}

static void
name_units (EctlSystemd *systemd, const char *base)
{
  g_free (systemd->service);
  g_free (systemd->socket);
  systemd->service = g_strconcat (base, ".service", NULL);
  systemd->socket = g_strconcat (base, ".socket", NULL);
}

/* What was subscribed to ends with the connection. */
static void
forget_subscriptions (EctlSystemd *systemd)
{
  systemd->hears_jobs = systemd->hears_changes = systemd->changed = systemd->absent = FALSE;
  g_hash_table_remove_all (systemd->results);
}

static void
close_backend (EctlBackend *backend)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  ectl_bus_close (&systemd->bus);
  g_free (systemd->service);
  g_free (systemd->socket);
  g_hash_table_unref (systemd->results);
  g_free (systemd);
}

static EctlBackend *
open_backend (EctlHost *host, const EctlBackendOptions *options, EctlCall *call, GError **error)
{
  EctlSystemd *systemd = g_new0 (EctlSystemd, 1);
  (void) call;

  systemd->base.klass = &ectl_systemd_backend;
  systemd->host = host;
  systemd->named = options->service != NULL;
  systemd->user_mode = options->user_mode;
  systemd->results = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  name_units (systemd, systemd->named ? options->service : "docker");
  if (ectl_bus_open (&systemd->bus, host, systemd->user_mode, error))
    return &systemd->base;
  close_backend (&systemd->base);
  return NULL;
}

/* --- belief --------------------------------------------------------------------------------------------------------------- */

typedef enum {
  OF_SERVICE,
  OF_SOCKET,
  OF_CONTAINERD,
} Owner;

typedef enum {
  MAIN_PID,
  SERVICE_FILE_STATE,
  /* what a service that is up and enabled needs no word about */
  RESULT,
  SINCE,
  TYPE,
  SOCKET_FILE_STATE,
  LISTEN,
  /* for documents */
  RESTARTS,
  CONTAINERD_PID,
  /* for people who asked for more */
  INVOCATION,
  STOP_TIMEOUT,
  NEEDS_RELOAD,
  FRAGMENT,
  DROP_INS,
  COMMAND,
  TRIGGERED_BY,
  LOAD_ERROR,
  N_PROPERTIES,
} Property;

/* Each property costs systemd about as much as all of the rest of a question, so they are asked in parts. */
static const Property first_beyond[] = { [ECTL_DETAIL_VERDICT] = RESULT, [ECTL_DETAIL_DOCUMENT] = INVOCATION, [ECTL_DETAIL_FULL] = N_PROPERTIES };

static const struct {
  Owner owner;
  const char *interface;
  const char *name;
} properties[N_PROPERTIES] = {
  [MAIN_PID] = { OF_SERVICE, SERVICE_INTERFACE, "MainPID" },
  [SERVICE_FILE_STATE] = { OF_SERVICE, UNIT_INTERFACE, "UnitFileState" },
  [SINCE] = { OF_SERVICE, UNIT_INTERFACE, "StateChangeTimestamp" },
  [RESULT] = { OF_SERVICE, SERVICE_INTERFACE, "Result" },
  [TYPE] = { OF_SERVICE, SERVICE_INTERFACE, "Type" },
  [SOCKET_FILE_STATE] = { OF_SOCKET, UNIT_INTERFACE, "UnitFileState" },
  [LISTEN] = { OF_SOCKET, SOCKET_INTERFACE, "Listen" },
  [RESTARTS] = { OF_SERVICE, SERVICE_INTERFACE, "NRestarts" },
  [CONTAINERD_PID] = { OF_CONTAINERD, SERVICE_INTERFACE, "MainPID" },
  [INVOCATION] = { OF_SERVICE, UNIT_INTERFACE, "InvocationID" },
  [STOP_TIMEOUT] = { OF_SERVICE, SERVICE_INTERFACE, "TimeoutStopUSec" },
  [NEEDS_RELOAD] = { OF_SERVICE, UNIT_INTERFACE, "NeedDaemonReload" },
  [FRAGMENT] = { OF_SERVICE, UNIT_INTERFACE, "FragmentPath" },
  [DROP_INS] = { OF_SERVICE, UNIT_INTERFACE, "DropInPaths" },
  [COMMAND] = { OF_SERVICE, SERVICE_INTERFACE, "ExecStart" },
  [TRIGGERED_BY] = { OF_SERVICE, UNIT_INTERFACE, "TriggeredBy" },
  [LOAD_ERROR] = { OF_SERVICE, UNIT_INTERFACE, "LoadError" },
};

typedef struct {
  EctlReply units;
  EctlReply values[N_PROPERTIES];
} Answers;

static void
clear_answers (Answers *answers)
{
  ectl_reply_clear (&answers->units);
  for (guint i = 0; i < N_PROPERTIES; i++)
    ectl_reply_clear (&answers->values[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answers, clear_answers)

static char *
object_path (const char *unit)
{
  char *path = NULL;
  if (sd_bus_path_encode (ECTL_SYSTEMD_PATH "/unit", unit, &path) < 0)
    return g_strdup (ECTL_SYSTEMD_PATH);
  char *copy = g_strdup (path);
  free (path);
  return copy;
}

static void
send_for_units (EctlSystemd *systemd, EctlReply *reply)
{
  sd_bus_message *message = ectl_bus_new_call (&systemd->bus, ECTL_SYSTEMD_PATH, ECTL_SYSTEMD_MANAGER, "ListUnitsByNames");
  if (message != NULL)
    sd_bus_message_append (message, "as", 2, systemd->service, systemd->socket);
  ectl_bus_send (&systemd->bus, message, reply);
}

/* The properties FROM to TO, without waiting. */
static void
send_for_properties (EctlSystemd *systemd, guint from, guint to, Answers *answers)
{
  g_autofree char *service = object_path (systemd->service);
  g_autofree char *socket = object_path (systemd->socket);
  const char *const paths[] = { [OF_SERVICE] = service, [OF_SOCKET] = socket, [OF_CONTAINERD] = ECTL_SYSTEMD_PATH "/unit/containerd_2eservice" };

  for (guint i = from; i < to; i++)
    ectl_bus_get (&systemd->bus, paths[properties[i].owner], properties[i].interface, properties[i].name, &answers->values[i]);
}

/* One row of ListUnitsByNames (org.freedesktop.systemd1(5)). */
typedef struct {
  const char *name, *load, *active, *sub, *job;
} Row;

static gboolean
read_row (sd_bus_message *message, Row *row)
{
  const char *ignored;
  guint32 id;
  return sd_bus_message_read (message, "(ssssssouso)", &row->name, &ignored, &row->load, &row->active, &row->sub, &ignored, &ignored, &id, &row->job, &ignored)
         > 0;
}

static gboolean
is_stop_job (const Row *row)
{
  return g_str_equal (row->job, "stop") || g_str_equal (row->job, "restart") || g_str_equal (row->job, "try-restart");
}

static void
take_service_row (EctlBelief *belief, const Row *row)
{
  EctlService *service = belief->service;

  service->load = g_strdup (row->load);
  service->active = g_strdup (row->active);
  service->sub = g_strdup (row->sub);
  service->installed = !g_str_equal (row->load, "not-found");
  belief->masked = g_str_equal (row->load, "masked");
  belief->bad_setting = g_str_equal (row->load, "bad-setting") || g_str_equal (row->load, "error");
  belief->stop_queued |= is_stop_job (row);
}

static void
take_socket_row (EctlBelief *belief, const Row *row)
{
  EctlUnit *socket = belief->service->socket;

  socket->load = g_strdup (row->load);
  socket->active = g_strdup (row->active);
  socket->sub = g_strdup (row->sub);
  belief->socket_installed = g_str_equal (row->load, "loaded");
  belief->socket_masked = g_str_equal (row->load, "masked");
  belief->socket_listens = g_str_equal (row->active, "active") && (g_str_equal (row->sub, "listening") || g_str_equal (row->sub, "running"));
  belief->stop_queued |= is_stop_job (row);
}

/* In the order of the question: a row has the unit's main name, also where it was asked for by an alias. */
static void
take_rows (EctlBelief *belief, sd_bus_message *message)
{
  Row row;

  if (sd_bus_message_enter_container (message, 'a', "(ssssssouso)") < 0)
    return;
  if (read_row (message, &row))
    take_service_row (belief, &row);
  if (read_row (message, &row))
    take_socket_row (belief, &row);
}

/* systemd before 230 has no ListUnitsByNames, or keeps it from callers without rights. */
static gboolean
lacks_list (const EctlReply *reply)
{
  static const char *const names[] = { "org.freedesktop.DBus.Error.UnknownMethod", "org.freedesktop.DBus.Error.AccessDenied", NULL };
  const char *name = ectl_reply_error_name (reply);
  return name != NULL && g_strv_contains (names, name);
}

static gboolean
ask_for_row (EctlSystemd *systemd, const char *unit, void (*take) (EctlBelief *, const Row *), EctlBelief *belief, EctlCall *call, GError **error)
{
  g_autofree char *path = object_path (unit);
  EctlReply load = { 0 }, active = { 0 }, sub = { 0 };

  ectl_bus_get (&systemd->bus, path, UNIT_INTERFACE, "LoadState", &load);
  ectl_bus_get (&systemd->bus, path, UNIT_INTERFACE, "ActiveState", &active);
  ectl_bus_get (&systemd->bus, path, UNIT_INTERFACE, "SubState", &sub);
  static const char what[] = N_ ("systemd does not tell its units");
  gboolean ok = ectl_bus_collect (&systemd->bus, call, error) && ectl_reply_check (&load, _ (what), error) && ectl_reply_check (&active, _ (what), error)
                && ectl_reply_check (&sub, _ (what), error);
  g_autofree char *load_word = ectl_reply_string (&load), *active_word = ectl_reply_string (&active), *sub_word = ectl_reply_string (&sub);
  if (ok)
    take (belief, &(Row){ unit, load_word, active_word, sub_word, "" });
  ectl_reply_clear (&load);
  ectl_reply_clear (&active);
  ectl_reply_clear (&sub);
  return ok;
}

static EctlActivity
activity_of (const EctlService *service)
{
  if (g_strcmp0 (service->active, "active") == 0 || g_strcmp0 (service->active, "reloading") == 0)
    return ECTL_BELIEF_ACTIVE;
  if (g_strcmp0 (service->active, "activating") == 0)
    return service->sub != NULL && g_str_has_prefix (service->sub, "auto-restart") ? ECTL_BELIEF_AUTO_RESTART : ECTL_BELIEF_ACTIVATING;
  if (g_strcmp0 (service->active, "deactivating") == 0)
    return ECTL_BELIEF_DEACTIVATING;
  return g_strcmp0 (service->active, "failed") == 0 ? ECTL_BELIEF_FAILED : ECTL_BELIEF_INACTIVE;
}

/* Links of enabled-runtime are gone after a boot. */
static gboolean
starts_at_boot (const char *file_state)
{
  static const char *const words[] = { "enabled", "generated", NULL };
  return file_state != NULL && g_strv_contains (words, file_state);
}

static EctlAtBoot
at_boot_of (const EctlService *service)
{
  if (starts_at_boot (service->enabled))
    return ECTL_AT_BOOT_YES;
  if (g_strcmp0 (service->load, "masked") == 0)
    return ECTL_AT_BOOT_NO;
  return service->socket != NULL && starts_at_boot (service->socket->enabled) ? ECTL_AT_BOOT_ON_DEMAND : ECTL_AT_BOOT_NO;
}

/* Listen: a(ss), kind and address. */
static char **
read_listen (EctlReply *reply)
{
  GPtrArray *list = g_ptr_array_new ();
  const char *kind, *address;

  if (reply->message != NULL && sd_bus_message_enter_container (reply->message, 'v', "a(ss)") > 0
      && sd_bus_message_enter_container (reply->message, 'a', "(ss)") > 0)
    while (sd_bus_message_read (reply->message, "(ss)", &kind, &address) > 0)
      g_ptr_array_add (list, g_strdup (address));
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}

static void
take_for_verdict (EctlBelief *belief, Answers *answers)
{
  EctlService *service = belief->service;

  service->main_pid = (gint64) ectl_reply_number (&answers->values[MAIN_PID]);
  service->enabled = ectl_reply_string (&answers->values[SERVICE_FILE_STATE]);
}

static void
take_for_document (EctlBelief *belief, Answers *answers)
{
  EctlService *service = belief->service;
  EctlReply *values = answers->values;

  service->result = ectl_reply_string (&values[RESULT]);
  service->since_us = (gint64) ectl_reply_number (&values[SINCE]);
  /* Since systemd 235. */
  service->restarts = ectl_reply_error_name (&values[RESTARTS]) == NULL ? (gint64) ectl_reply_number (&values[RESTARTS]) : -1;
  service->type = ectl_reply_string (&values[TYPE]);
  service->socket->enabled = ectl_reply_string (&values[SOCKET_FILE_STATE]);
  service->socket->listen = read_listen (&values[LISTEN]);
  belief->containerd_pid = (gint64) ectl_reply_number (&values[CONTAINERD_PID]);
  belief->active_is_ready = service->type != NULL && (g_str_has_prefix (service->type, "notify") || g_str_equal (service->type, "dbus"));
}

/* ExecStart: a(sasbttttuii); the arguments of the first command. */
static char **
read_command (EctlReply *reply)
{
  const char *program, *word;
  GPtrArray *argv = g_ptr_array_new ();

  if (reply->message != NULL && sd_bus_message_enter_container (reply->message, 'v', "a(sasbttttuii)") > 0
      && sd_bus_message_enter_container (reply->message, 'a', "(sasbttttuii)") > 0 && sd_bus_message_enter_container (reply->message, 'r', "sasbttttuii") > 0
      && sd_bus_message_read_basic (reply->message, 's', &program) > 0 && sd_bus_message_enter_container (reply->message, 'a', "s") > 0)
    while (sd_bus_message_read_basic (reply->message, 's', &word) > 0)
      g_ptr_array_add (argv, g_strdup (word));
  if (argv->len > 0)
    g_ptr_array_add (argv, NULL);
  return (char **) g_ptr_array_free (argv, argv->len == 0);
}

static char *
read_invocation (EctlReply *reply)
{
  const guint8 *bytes = NULL;
  size_t size = 0;
  GString *text = g_string_new (NULL);

  if (reply->message != NULL && sd_bus_message_enter_container (reply->message, 'v', "ay") > 0)
    sd_bus_message_read_array (reply->message, 'y', (const void **) &bytes, &size);
  for (size_t i = 0; bytes != NULL && i < size; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, text->len == 0);
}

static char *
read_load_error (EctlReply *reply)
{
  const char *name = NULL, *text = NULL;
  if (reply->message != NULL && sd_bus_message_enter_container (reply->message, 'v', "(ss)") > 0)
    sd_bus_message_read (reply->message, "(ss)", &name, &text);
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

static void
take_details (EctlBelief *belief, Answers *answers)
{
  EctlService *service = belief->service;
  EctlReply *values = answers->values;
  guint64 stop_timeout = ectl_reply_number (&values[STOP_TIMEOUT]);

  service->invocation_id = read_invocation (&values[INVOCATION]);
  service->stop_timeout_ms = stop_timeout == UINT64_MAX || stop_timeout == 0 ? -1 : (gint64) (stop_timeout / 1000);
  service->needs_daemon_reload = (EctlTri) ectl_reply_number (&values[NEEDS_RELOAD]);
  service->fragment_path = ectl_reply_string (&values[FRAGMENT]);
  service->drop_in_paths = ectl_reply_strings (&values[DROP_INS]);
  service->command = read_command (&values[COMMAND]);
  service->triggered_by = ectl_reply_strings (&values[TRIGGERED_BY]);
}

static EctlBelief *
new_belief (const EctlSystemd *systemd)
{
  EctlBelief *belief = g_new0 (EctlBelief, 1);
  belief->service = g_new0 (EctlService, 1);
  *belief->service = (EctlService){ .name = g_strdup (systemd->service), .restarts = -1, .stop_timeout_ms = -1, .needs_daemon_reload = ECTL_UNKNOWN };
  belief->service->socket = g_new0 (EctlUnit, 1);
  belief->service->socket->name = g_strdup (systemd->socket);
  belief->follows_processes = TRUE;
  belief->pid_is_proof = TRUE;
  return belief;
}

/* Up, with its own pid, and so at the next boot: there is nothing to explain. */
static gboolean
is_well (const EctlBelief *belief)
{
  return belief->activity == ECTL_BELIEF_ACTIVE && !belief->stop_queued && belief->service->main_pid > 0 && starts_at_boot (belief->service->enabled);
}

static gboolean
take_units (EctlSystemd *systemd, EctlReply *reply, EctlBelief *belief, EctlCall *call, GError **error)
{
  if (lacks_list (reply))
    return ask_for_row (systemd, systemd->service, take_service_row, belief, call, error)
           && ask_for_row (systemd, systemd->socket, take_socket_row, belief, call, error);
  if (!ectl_reply_check (reply, _ ("systemd does not tell its units"), error))
    return FALSE;
  take_rows (belief, reply->message);
  return TRUE;
}

/* Everything is sent before anything is read; a second time only where the first answers ask for more. */
static gboolean
ask (EctlSystemd *systemd, EctlDetail detail, EctlBelief *belief, EctlCall *call, GError **error)
{
  g_auto (Answers) answers = { 0 };
  Property asked = first_beyond[detail];

  send_for_units (systemd, &answers.units);
  send_for_properties (systemd, 0, asked, &answers);
  if (!ectl_bus_collect (&systemd->bus, call, error) || !take_units (systemd, &answers.units, belief, call, error))
    return FALSE;
  belief->activity = activity_of (belief->service);
  take_for_verdict (belief, &answers);
  if (detail == ECTL_DETAIL_VERDICT && is_well (belief))
    return TRUE;
  send_for_properties (systemd, asked, MAX (asked, first_beyond[ECTL_DETAIL_DOCUMENT]), &answers);
  if (belief->bad_setting && asked <= LOAD_ERROR)
    send_for_properties (systemd, LOAD_ERROR, LOAD_ERROR + 1, &answers);
  if (!ectl_bus_collect (&systemd->bus, call, error))
    return FALSE;
  take_for_document (belief, &answers);
  belief->load_error = read_load_error (&answers.values[LOAD_ERROR]);
  if (detail == ECTL_DETAIL_FULL)
    take_details (belief, &answers);
  return TRUE;
}

/* Without it a user's manager begins with the first login and ends with the last logout. */
static gboolean
lingers (EctlHost *host)
{
  const char *user = ectl_host_user (host);
  g_autofree char *path = user != NULL ? g_strconcat ("/var/lib/systemd/linger/", user, NULL) : NULL;
  return path != NULL && ectl_host_test (host, path, G_FILE_TEST_EXISTS);
}

static EctlBelief *
get_belief_once (EctlSystemd *systemd, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (EctlBelief) belief = new_belief (systemd);

  if (!ask (systemd, detail, belief, call, error))
    return NULL;
  if (!belief->socket_installed && !belief->socket_masked && !belief->socket_listens)
    g_clear_pointer (&belief->service->socket, ectl_unit_free);
  belief->service->at_boot = at_boot_of (belief->service);
  belief->waits_for_login = systemd->user_mode && !lingers (systemd->host);
  if (belief->waits_for_login)
    belief->service->at_boot = ECTL_AT_BOOT_NO;
  return g_steal_pointer (&belief);
}

/* Packages that call the engine's service something else. */
static const char *const other_names[] = { "snap.docker.dockerd" };

/* Where docker.service does not exist and no name was given, a known other one is taken from then on. */
static EctlBelief *
try_other_names (EctlSystemd *systemd, EctlDetail detail, EctlCall *call)
{
  for (guint i = 0; i < G_N_ELEMENTS (other_names); i++)
    {
      name_units (systemd, other_names[i]);
      g_autoptr (EctlBelief) belief = get_belief_once (systemd, detail, call, NULL);
      if (belief != NULL && belief->service->installed)
        {
          belief->known_alternatives = g_new0 (char *, 2);
          belief->known_alternatives[0] = g_strdup (systemd->service);
          return g_steal_pointer (&belief);
        }
    }
  name_units (systemd, "docker");
  return NULL;
}

/* Of one moment: a change between two answers, whose signal is swallowed with them, would leave a waiter asleep on half of the old picture. */
static EctlBelief *
get_steady_belief (EctlSystemd *systemd, EctlDetail detail, EctlCall *call, GError **error)
{
  EctlBelief *belief = NULL;

  for (guint tries = 0; tries == 0 || (belief != NULL && systemd->changed && tries < MOST_TRIES); tries++)
    {
      systemd->changed = FALSE;
      g_clear_pointer (&belief, ectl_belief_free);
      belief = get_belief_once (systemd, detail, call, error);
    }
  return belief;
}

/* A connection that broke since the last question is made anew, and a bus that is not served gives way to the private socket. */
static EctlBelief *
get_belief_anyhow (EctlSystemd *systemd, EctlDetail detail, EctlCall *call, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (!ectl_bus_is_open (&systemd->bus))
    {
      ectl_bus_close (&systemd->bus);
      forget_subscriptions (systemd);
      if (!ectl_bus_open (&systemd->bus, systemd->host, systemd->user_mode, error))
        return NULL;
    }
  EctlBelief *belief = get_steady_belief (systemd, detail, call, &why);
  if (belief == NULL && ectl_error_is (why, ECTL_ERROR_FAILED) && ectl_bus_fall_back (&systemd->bus))
    {
      forget_subscriptions (systemd);
      return get_steady_belief (systemd, detail, call, error);
    }
  if (belief == NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return belief;
}

EctlBelief *
ectl_systemd_get_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  EctlBelief *belief = get_belief_anyhow (systemd, detail, call, error);

  if (belief == NULL || belief->service->installed || systemd->named)
    return belief;
  EctlBelief *other = try_other_names (systemd, detail, call);
  if (other == NULL)
    return belief;
  ectl_belief_free (belief);
  return other;
}

static gboolean
read_log (EctlBackend *backend, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call, GError **error)
{
  const EctlSystemd *systemd = (const EctlSystemd *) backend;
  const EctlJournalUnits units = { systemd->service, systemd->socket, systemd->user_mode };

  if (source != NULL)
    *source = "journal";
  return ectl_journal_read (&units, query, func, user_data, call, error);
}

/* --- signals -------------------------------------------------------------------------------------------------------------- */

static int
subscribe (EctlBackend *backend, EctlCall *call, GError **error)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  (void) call;
  return ectl_systemd_hear_changes (systemd, error) ? sd_bus_get_fd (systemd->bus.bus) : -1;
}

/* Only the engine's units were subscribed to. */
static gboolean
drain (EctlBackend *backend)
{
  EctlSystemd *systemd = (EctlSystemd *) backend;
  for (guint i = 0; i < 1000 && sd_bus_process (systemd->bus.bus, NULL) > 0; i++)
    ;
  return TRUE;
}

const EctlBackendClass ectl_systemd_backend = {
  .name = "systemd",
  .claim = claim,
  .open = open_backend,
  .close = close_backend,
  .get_belief = ectl_systemd_get_belief,
  .start = ectl_systemd_start,
  .stop = ectl_systemd_stop,
  .reload = ectl_systemd_reload,
  .set_enabled = ectl_systemd_set_enabled,
  .read_log = read_log,
  .subscribe = subscribe,
  .drain = drain,
};
