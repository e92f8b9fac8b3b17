/* SPDX-License-Identifier: Apache-2.0 */
/* Reading /proc: what process.c and sockets.c share. */
#pragma once

#include "platform/process.h"

/* Descriptor of /proc (below the host's root), or -1. */
int ectl_proc_open (const EctlHost *host);

/* Target of the link PID/NAME, or FALSE with errno. TARGET is always terminated. */
gboolean ectl_proc_read_link (int proc, gint64 pid, const char *name, char *target, gsize size);

/* Up to SIZE - 1 bytes of PID/NAME, terminated; -1 with errno. */
gssize ectl_proc_read (int proc, gint64 pid, const char *name, char *buffer, gsize size);

/* Path of PID's program, without the mark of a deleted one, which REPLACED (may be NULL) tells. FALSE with errno where it may not be read. */
gboolean ectl_proc_read_exe (int proc, gint64 pid, char *exe, gsize size, gboolean *replaced);

/* One process; NULL where it is gone (ERROR not set) or may not be looked at. */
EctlProcess *ectl_proc_load (int proc, gint64 pid, GError **error);

/* Is the process in another pid namespace than the caller? */
gboolean ectl_proc_is_foreign (int proc, gint64 pid);

typedef void (*EctlPidFunc) (int proc, gint64 pid, gpointer data);
void ectl_proc_for_each_pid (int proc, EctlPidFunc func, gpointer data);
