/* SPDX-License-Identifier: Apache-2.0 */
/* sd-bus: sending, collecting, and what its errors mean. */
#include "platform/linux/sdbus.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

#define PRIVATE_SOCKET "/run/systemd/private"
/* A bus that has not said a word by then is not served; who has another way takes it. */
#define BUS_PATIENCE_US (1 * G_USEC_PER_SEC)

static int
open_address (EctlBus *bus, const char *address, gboolean is_bus)
{
  int code = sd_bus_new (&bus->bus);
  if (code >= 0)
    code = sd_bus_set_address (bus->bus, address);
  if (code >= 0)
    code = sd_bus_set_bus_client (bus->bus, is_bus);
  if (code >= 0)
    code = sd_bus_start (bus->bus);
  if (code < 0)
    bus->bus = sd_bus_unref (bus->bus);
  return code;
}

static gboolean
open_private (EctlBus *bus)
{
  bus->direct = open_address (bus, bus->spare, FALSE) >= 0;
  return bus->direct;
}

/* Without the environment of a login (cron, sudo -u) the user's bus is where that environment would have named it (pam_systemd(8)). */
static int
open_user (EctlBus *bus, const EctlHost *host)
{
  gboolean told = ectl_host_getenv (host, "XDG_RUNTIME_DIR") != NULL || ectl_host_getenv (host, "DBUS_SESSION_BUS_ADDRESS") != NULL;
  g_autofree char *place = g_strdup_printf ("/run/user/%u/bus", ectl_host_uid (host));
  g_autofree char *path = ectl_host_path (host, place);

  if (told || !g_file_test (path, G_FILE_TEST_EXISTS))
    return sd_bus_open_user (&bus->bus);
  g_autofree char *address = g_strconcat ("unix:path=", path, NULL);
  return open_address (bus, address, TRUE);
}

gboolean
ectl_bus_open (EctlBus *bus, const EctlHost *host, gboolean user_mode, GError **error)
{
  int code = user_mode ? open_user (bus, host) : sd_bus_open_system (&bus->bus);

  bus->opened_us = g_get_monotonic_time ();
  if (ectl_host_is_root (host) && !user_mode)
    {
      g_autofree char *path = ectl_host_path (host, PRIVATE_SOCKET);
      bus->spare = g_strconcat ("unix:path=", path, NULL);
    }
  if (code >= 0 || (bus->spare != NULL && open_private (bus)))
    return TRUE;
  ectl_set_error_errno (error, -code, user_mode ? _ ("cannot reach the user's systemd over D-Bus") : _ ("cannot reach systemd over D-Bus"));
  if (error != NULL && bus->spare == NULL && !user_mode)
    ectl_error_set_hint (*error, _ ("as root it works without the bus"));
  if (error != NULL && user_mode)
    ectl_error_set_hint (*error, _ ("log in as that user, or let its manager run without a login: loginctl enable-linger"));
  return FALSE;
}

void
ectl_bus_close (EctlBus *bus)
{
  bus->bus = sd_bus_close_unref (bus->bus);
  bus->direct = FALSE;
  bus->pending = 0;
  g_clear_pointer (&bus->spare, g_free);
}

gboolean
ectl_bus_is_open (const EctlBus *bus)
{
  return bus->bus != NULL && sd_bus_is_open (bus->bus) > 0;
}

static gboolean
could_fall_back (const EctlBus *bus)
{
  return bus->spare != NULL && !bus->direct && sd_bus_is_ready (bus->bus) <= 0;
}

gboolean
ectl_bus_fall_back (EctlBus *bus)
{
  if (!could_fall_back (bus))
    return FALSE;
  bus->bus = sd_bus_close_unref (bus->bus);
  bus->pending = 0;
  return open_private (bus);
}

sd_bus_message *
ectl_bus_new_call (EctlBus *bus, const char *path, const char *interface, const char *member)
{
  sd_bus_message *message = NULL;
  sd_bus_message_new_method_call (bus->bus, &message, bus->direct ? NULL : ECTL_SYSTEMD_NAME, path, interface, member);
  return message;
}

static int
take_reply (sd_bus_message *message, void *data, sd_bus_error *ignored)
{
  EctlReply *reply = data;
  (void) ignored;
  reply->message = sd_bus_message_ref (message);
  reply->bus->pending--;
  return 0;
}

void
ectl_bus_send (EctlBus *bus, sd_bus_message *message, EctlReply *reply)
{
  reply->bus = bus;
  /* The deadline is the call's, not sd-bus's 25 s. */
  reply->failed = message != NULL ? sd_bus_call_async (bus->bus, &reply->slot, message, take_reply, reply, UINT64_MAX) : -ENOMEM;
  if (reply->failed >= 0)
    bus->pending++;
  sd_bus_message_unref (message);
}

void
ectl_bus_get (EctlBus *bus, const char *path, const char *interface, const char *property, EctlReply *reply)
{
  sd_bus_message *message = ectl_bus_new_call (bus, path, "org.freedesktop.DBus.Properties", "Get");
  if (message != NULL)
    sd_bus_message_append (message, "ss", interface, property);
  ectl_bus_send (bus, message, reply);
}

/* --- waiting ------------------------------------------------------------------------------------------------------------ */

static gboolean
fail_connection (int code, GError **error)
{
  if (code == -ECONNRESET || code == -ENOTCONN || code == -EPIPE || code == -ESHUTDOWN)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the connection to systemd was lost; what it was told to do may go on"));
  else
    ectl_set_error_errno (error, -code, _ ("cannot talk to systemd over D-Bus"));
  return FALSE;
}

static gboolean
sleep_on_bus (EctlBus *bus, EctlCall *call, GError **error)
{
  guint64 limit = UINT64_MAX;
  GPollFD poll_fd = { .fd = sd_bus_get_fd (bus->bus) };
  int events = sd_bus_get_events (bus->bus);

  if (poll_fd.fd < 0 || events < 0)
    return fail_connection (poll_fd.fd < 0 ? poll_fd.fd : events, error);
  poll_fd.events = (gushort) events;
  if (sd_bus_get_timeout (bus->bus, &limit) < 0 || limit > G_MAXINT64)
    limit = G_MAXINT64;
  gint64 patience = could_fall_back (bus) ? bus->opened_us + BUS_PATIENCE_US : G_MAXINT64;
  if (!ectl_call_poll (call, &poll_fd, 1, MIN ((gint64) limit, patience), error))
    return FALSE;
  if (poll_fd.revents != 0 || patience == G_MAXINT64 || g_get_monotonic_time () < patience)
    return TRUE;
  ectl_set_error (error, ECTL_ERROR_FAILED, _ ("the system bus takes connections and does not answer"));
  return FALSE;
}

gboolean
ectl_bus_wait (EctlBus *bus, EctlBusDoneFunc done, gpointer data, EctlCall *call, GError **error)
{
  while (!done (data))
    {
      int code = sd_bus_process (bus->bus, NULL);
      if (code < 0)
        return fail_connection (code, error);
      if (code == 0 && !ectl_bus_is_open (bus))
        return fail_connection (-ENOTCONN, error);
      if (code == 0 && !sleep_on_bus (bus, call, error))
        return FALSE;
    }
  /* Where the connection breaks, sd-bus makes up the answers that are open: they are not the manager's. */
  return ectl_bus_is_open (bus) || fail_connection (-ENOTCONN, error);
}

static gboolean
nothing_pending (gpointer bus)
{
  return ((const EctlBus *) bus)->pending == 0;
}

gboolean
ectl_bus_collect (EctlBus *bus, EctlCall *call, GError **error)
{
  return ectl_bus_wait (bus, nothing_pending, bus, call, error);
}

/* --- answers ------------------------------------------------------------------------------------------------------------ */

const char *
ectl_reply_error_name (const EctlReply *reply)
{
  const sd_bus_error *error = reply->message != NULL ? sd_bus_message_get_error (reply->message) : NULL;
  return error != NULL ? error->name : NULL;
}

/* D-Bus and systemd name their errors; these are the ones that have a code of their own. */
static EctlErrorCode
code_of_name (const char *name)
{
  static const struct {
    const char *name;
    EctlErrorCode code;
  } known[] = {
    { "org.freedesktop.DBus.Error.AccessDenied", ECTL_ERROR_NOT_PERMITTED },
    { "org.freedesktop.DBus.Error.AuthFailed", ECTL_ERROR_NOT_PERMITTED },
    { "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", ECTL_ERROR_NOT_PERMITTED },
    { "org.freedesktop.systemd1.NoSuchUnit", ECTL_ERROR_NOT_INSTALLED },
    { "org.freedesktop.systemd1.LoadFailed", ECTL_ERROR_BAD_CONFIG },
    { "org.freedesktop.systemd1.UnitMasked", ECTL_ERROR_BAD_CONFIG },
    { "org.freedesktop.systemd1.BadUnitSetting", ECTL_ERROR_BAD_CONFIG },
    { "org.freedesktop.systemd1.NoSuchProcess", ECTL_ERROR_NOT_RUNNING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      return known[i].code;
  return ECTL_ERROR_FAILED;
}

/* The manager's sentence as a part of ours: "Interactive authentication required." */
static char *
as_clause (const char *sentence)
{
  char *clause = g_strdup (sentence);
  gsize length = strlen (clause);

  if (g_ascii_isupper (clause[0]) && g_ascii_islower (clause[1]))
    clause[0] = g_ascii_tolower (clause[0]);
  if (g_str_has_suffix (clause, "."))
    clause[length - 1] = '\0';
  return clause;
}

gboolean
ectl_reply_check (EctlReply *reply, const char *what, GError **error)
{
  const sd_bus_error *fault = reply->message != NULL ? sd_bus_message_get_error (reply->message) : NULL;

  if (reply->failed < 0)
    {
      ectl_set_error_errno (error, -reply->failed, "%s", what);
      return FALSE;
    }
  if (fault == NULL)
    return TRUE;
  EctlErrorCode code = code_of_name (fault->name);
  const char *words = fault->message != NULL ? fault->message : fault->name;
  g_autofree char *clause = as_clause (words);
  if (code == ECTL_ERROR_NOT_PERMITTED)
    ectl_set_error (error, code, _ ("%s: not permitted (%s)"), what, clause);
  else
    ectl_set_error (error, code, "%s: %s", what, words);
  if (error != NULL && g_str_equal (fault->name, "org.freedesktop.systemd1.UnitMasked"))
    ectl_error_set_finding (*error, "unit-masked", fault->message);
  return FALSE;
}

/* Enters the variant of a Get's answer; the type that is in it, or 0. */
static char
enter (EctlReply *reply)
{
  const char *contents = NULL;
  char type = 0;

  if (reply->message == NULL || sd_bus_message_is_method_error (reply->message, NULL) || sd_bus_message_peek_type (reply->message, &type, &contents) <= 0
      || type != 'v' || sd_bus_message_enter_container (reply->message, 'v', contents) < 0)
    return 0;
  return contents[0];
}

char *
ectl_reply_string (EctlReply *reply)
{
  const char *text = NULL;
  if (enter (reply) == 's')
    sd_bus_message_read_basic (reply->message, 's', &text);
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

guint64
ectl_reply_number (EctlReply *reply)
{
  guint64 value = 0;
  guint32 narrow = 0;
  int truth = 0;

  switch (enter (reply))
    {
    case 't':
      sd_bus_message_read_basic (reply->message, 't', &value);
      return value;
    case 'u':
      sd_bus_message_read_basic (reply->message, 'u', &narrow);
      return narrow;
    case 'b':
      sd_bus_message_read_basic (reply->message, 'b', &truth);
      return (guint64) truth;
    default:
      return 0;
    }
}

char **
ectl_reply_strings (EctlReply *reply)
{
  GPtrArray *list = g_ptr_array_new ();
  const char *text = NULL;

  if (enter (reply) == 'a' && sd_bus_message_enter_container (reply->message, 'a', "s") >= 0)
    while (sd_bus_message_read_basic (reply->message, 's', &text) > 0)
      g_ptr_array_add (list, g_strdup (text));
  if (list->len > 0)
    g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, list->len == 0);
}

void
ectl_reply_clear (EctlReply *reply)
{
  if (reply->slot != NULL && reply->message == NULL)
    reply->bus->pending--;
  reply->slot = sd_bus_slot_unref (reply->slot);
  reply->message = sd_bus_message_unref (reply->message);
}
