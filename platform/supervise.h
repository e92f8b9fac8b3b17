/* SPDX-License-Identifier: Apache-2.0 */
/* Door: one long-lived child whose output is read, the signals that concern it, and the init that waits for our word. */
#pragma once

#include "base/call.h"
#include "base/host.h"

typedef struct _EctlChild EctlChild;

/* Starts ARGV (an absolute path first) with the caller's environment, without what concerns only the caller: NOTIFY_SOCKET, WATCHDOG_*. Sockets that an init passed
 * to the caller (LISTEN_FDS) reach it, with LISTEN_PID its own. Its outputs are one pipe; its signals are as by default; it ends with SIGTERM when the
 * caller dies. */
EctlChild *ectl_child_start (const char *const *argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Does not end it. */
void ectl_child_free (EctlChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlChild, ectl_child_free)

gint64 ectl_child_get_pid (const EctlChild *child);
/* Readable when it has ended; when it has written. -1 where there is none (any more). */
int ectl_child_get_end_fd (const EctlChild *child);
int ectl_child_get_output_fd (const EctlChild *child);

/* Without waiting. CODE: as a shell says it, 128 + N for signal N. */
gboolean ectl_child_has_ended (EctlChild *child, int *code);
gboolean ectl_child_was_killed (const EctlChild *child); /* by a signal, and not by an exit code that looks so */
/* What it has written, at most N bytes; 0 where there is nothing now. */
gsize ectl_child_read (EctlChild *child, void *buffer, gsize n);

typedef enum {
  ECTL_CHILD_RELOAD,
  ECTL_CHILD_TERMINATE,
  ECTL_CHILD_KILL,
} EctlChildSignal;

void ectl_child_signal (EctlChild *child, EctlChildSignal signal);

/* --- signals that we are sent --- */

typedef struct _EctlSignals EctlSignals;

typedef enum {
  ECTL_SIGNALLED_NOTHING,
  ECTL_SIGNALLED_END,    /* SIGTERM, SIGINT */
  ECTL_SIGNALLED_RELOAD, /* SIGHUP */
} EctlSignalled;

/* From here to the free these signals are read here and end nobody. Children that are started meanwhile have them as by default. */
EctlSignals *ectl_signals_new (void);
void ectl_signals_free (EctlSignals *signals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlSignals, ectl_signals_free)
int ectl_signals_get_fd (const EctlSignals *signals);
EctlSignalled ectl_signals_read (EctlSignals *signals);

/* --- the log that it writes --- */

/* A file that is set aside (FILE.1, FILE.2 …) when it has grown to MOST bytes; the oldest of KEPT goes. */
typedef struct _EctlLogSink EctlLogSink;
EctlLogSink *ectl_log_sink_open (const EctlHost *host, const char *file, guint64 most, guint kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What cannot be written (a full disk) is lost, and the engine goes on; FALSE then. Once there is room again a line says how much it was. */
gboolean ectl_log_sink_write (EctlLogSink *sink, const void *bytes, gsize n);
/* Somebody may have set the file aside (logrotate(8)): goes on in the one that is at its path. */
void ectl_log_sink_follow (EctlLogSink *sink);
void ectl_log_sink_free (EctlLogSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlLogSink, ectl_log_sink_free)

/* --- the init --- */

/* Tells systemd (sd_notify(3)): "READY=1". No effect where nobody listens. */
void ectl_init_notify (const char *state);
/* Microseconds between two signs of life that the init wants (WATCHDOG_USEC for this process); 0: none. */
guint64 ectl_init_watchdog_us (void);

/* --- detaching --- */

/* Locked while an `enginectl run` is at work. */
#define ECTL_RUN_LOCK "/run/enginectl-run.pid"

/* A file that says who runs: locked as long as the process lives, so that a pid that was left is never believed. */
typedef struct _EctlLock EctlLock;

/* Takes PATH. NULL with the pid of the holder in HOLDER where it is taken, or with ERROR. */
EctlLock *ectl_lock_take (const EctlHost *host, const char *path, gint64 *holder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The pid that holds PATH; 0 where nobody does. */
gint64 ectl_lock_find_holder (const EctlHost *host, const char *path);
/* What its holder says of itself to whoever looks; until it takes it back, or is gone. */
typedef enum {
  ECTL_LOCK_ENDING = 1,  /* it was told to end */
  ECTL_LOCK_WAITING = 2, /* its engine has ended, and the next try is not due yet */
} EctlLockMark;
void ectl_lock_mark (EctlLock *lock, EctlLockMark mark, gboolean on);
gboolean ectl_lock_has_mark (const EctlHost *host, const char *path, EctlLockMark mark);
/* Writes the caller's pid into it. */
void ectl_lock_sign (EctlLock *lock);
/* Gives it up and removes the file. */
void ectl_lock_free (EctlLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlLock, ectl_lock_free)

/* Goes on in a process of its own, in a session of its own, without the terminal. In the caller: its read end of a pipe that the new process reports on (a byte: it
 * is ready; the end without one: it has ended), and its pid. In the new process: the write end, pid 0. -1 with ERROR. */
int ectl_detach (gint64 *pid, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* In the new process: says something and closes PIPE (-1 from then on, and nothing is said any more); ends without running what the caller's exit would run. */
void ectl_detached_report (int *pipe, const char *text, gsize n);
void ectl_detached_exit (void) G_GNUC_NORETURN;
/* In the caller: the first thing that it says, "" where it ended without a word. Closes PIPE. NULL with ERROR where CALL was over; the process goes on then. */
char *ectl_detached_wait (int pipe, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
