/* SPDX-License-Identifier: Apache-2.0 */
/* EctlCall inside the library: the one place where anything waits. */
#pragma once

#include "enginectl.h"

#include "platform/wakeup.h"

struct _EctlCall {
  gint64 timeout_ms;  /* as asked: ECTL_TIMEOUT_DEFAULT, ECTL_TIMEOUT_NONE or a span */
  gint64 begun_us;    /* monotonic; 0 until ectl_call_begin */
  gint64 deadline_us; /* monotonic; G_MAXINT64: none */
  EctlWakeup *wakeup; /* cancels; shared with the sub-calls, owned by the outermost call */
  EctlCall *parent;   /* NULL in the outermost call */
  EctlProgressFunc progress;
  gpointer progress_data;
  char *doing; /* what the live line says; of the outermost call */
  gint64 doing_since_us;
};

typedef enum {
  ECTL_CALL_READ,    /* always ends: ECTL_TIMEOUT_NONE means the default here */
  ECTL_CALL_ENDLESS, /* ECTL_TIMEOUT_NONE means no deadline */
} EctlCallKind;

/* A verb's first act: starts the clock, with DEFAULT_MS where the caller named no time. Begun already (a verb within a verb): no effect. */
void ectl_call_begin (EctlCall *call, EctlCallKind kind, gint64 default_ms);

/* For verbs whose default is known only after a first look (stop): moves the deadline to DEFAULT_MS from now (-1: none), unless the caller named a time. */
void ectl_call_extend (EctlCall *call, gint64 default_ms);

/* SUB, on the caller's stack, is CALL with a deadline of LIMIT_MS from now at the most. It must not outlive CALL. Nothing to free. */
void ectl_call_init_sub (EctlCall *sub, EctlCall *call, gint64 limit_ms);

/* Milliseconds left, at least 0; -1 without a deadline. */
gint64 ectl_call_left_ms (const EctlCall *call);

/* Fails with ECTL_ERROR_CANCELLED or ECTL_ERROR_DEADLINE if CALL is over. */
gboolean ectl_call_check (EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until one of the N descriptors has an event (revents are set), or until LIMIT_US (monotonic; G_MAXINT64: none) passes (TRUE with no revents).
 * Fails with ECTL_ERROR_CANCELLED or ECTL_ERROR_DEADLINE. Calls the progress function about four times a second, if there is one and
 * something is being done (ectl_call_doing). N may be 0: a sleep that can be cancelled. */
gboolean ectl_call_poll (EctlCall *call, GPollFD *fds, guint n, gint64 limit_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sleeps for MS, or less where the call is over sooner (then it fails). */
gboolean ectl_call_sleep (EctlCall *call, gint64 ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reports. `doing` names what the waits from now on wait for (NULL: nothing); `note` says a sentence at once. Formats are translated. */
void ectl_call_doing (EctlCall *call, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ectl_call_note (EctlCall *call, const char *text);
