/* SPDX-License-Identifier: Apache-2.0 */
/* sd-bus under an EctlCall: calls are sent without waiting, and one wait collects the answers. */
#pragma once

#include <systemd/sd-bus.h>

#include "base/call.h"
#include "base/host.h"

#define ECTL_SYSTEMD_NAME "org.freedesktop.systemd1"
#define ECTL_SYSTEMD_PATH "/org/freedesktop/systemd1"
#define ECTL_SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"

typedef struct {
  sd_bus *bus;
  gboolean direct;  /* the manager's private socket: no bus in between, so no names */
  guint pending;    /* replies that are still to come */
  char *spare;      /* address of the private socket where the caller may go there instead, else NULL */
  gint64 opened_us; /* monotonic */
} EctlBus;

/* An answer that was sent for. Zero it before, leave it where it is, and clear it in the end: that also takes back the wait for an answer that did not come in time. */
typedef struct {
  EctlBus *bus;
  sd_bus_slot *slot;
  sd_bus_message *message; /* NULL until it is there */
  int failed;              /* sending failed: a negative errno */
} EctlReply;

/* The system bus (the user's with USER_MODE); where that is down, for root, the manager's private socket. */
gboolean ectl_bus_open (EctlBus *bus, const EctlHost *host, gboolean user_mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ectl_bus_close (EctlBus *bus);
gboolean ectl_bus_is_open (const EctlBus *bus);
/* After a failure: the private socket in place of a bus that takes connections and is not served, or is gone. FALSE where the failure was another or nothing is left to try. */
gboolean ectl_bus_fall_back (EctlBus *bus);

/* A method call to the manager's object PATH; NULL where there is no memory. */
sd_bus_message *ectl_bus_new_call (EctlBus *bus, const char *path, const char *interface, const char *member);
/* Sends MESSAGE (taken over) and returns at once. */
void ectl_bus_send (EctlBus *bus, sd_bus_message *message, EctlReply *reply);
/* Sends for one property. */
void ectl_bus_get (EctlBus *bus, const char *path, const char *interface, const char *property, EctlReply *reply);

/* Waits until DONE answers TRUE, processing what comes. A lost connection is an error. */
typedef gboolean (*EctlBusDoneFunc) (gpointer data);
gboolean ectl_bus_wait (EctlBus *bus, EctlBusDoneFunc done, gpointer data, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until every answer that was sent for is there. */
gboolean ectl_bus_collect (EctlBus *bus, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is the answer an error? Then ERROR is set: "WHAT: the manager's words", with the code that fits. */
gboolean ectl_reply_check (EctlReply *reply, const char *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The name of the error that came back, or NULL. */
const char *ectl_reply_error_name (const EctlReply *reply);

/* The value of a property: NULL, 0, FALSE where it could not be had. */
char *ectl_reply_string (EctlReply *reply);
guint64 ectl_reply_number (EctlReply *reply); /* of type u, t or b */
char **ectl_reply_strings (EctlReply *reply); /* of type as */

void ectl_reply_clear (EctlReply *reply);
