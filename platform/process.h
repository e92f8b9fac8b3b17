/* SPDX-License-Identifier: Apache-2.0 */
/* Door: processes as facts. A pid is used together with its start time, so that a reused one is never taken for the old process. */
#pragma once

#include "base/call.h"
#include "base/host.h"

/* The role of a program by the base name of its file (without " (deleted)"); ECTL_ROLE_OTHER for what is not Docker's. Pure. */
EctlRole ectl_role_of_program (const char *name);

/* Is it an engine of Docker Desktop? Then it is several processes of one program; what it has of an engine (data, pid file) is in a virtual machine, and the ports that it
 * listens on are those of containers. */
gboolean ectl_process_is_desktop (const EctlProcess *process);

/* One process, or NULL: gone (error not set) or not readable (error set). A process that the caller may not look into has no `exe`; its role then comes from its comm. */
EctlProcess *ectl_process_read (const EctlHost *host, gint64 pid, GError **error);

/* Is it still the same process, and not a zombie? */
gboolean ectl_process_is_alive (const EctlHost *host, const EctlProcess *process);

typedef struct {
  GPtrArray *list; /* (element-type EctlProcess) engines, then helpers, then clients, each by pid; shims and proxies at the end where asked for */
  guint shims;
  guint proxies;
} EctlProcessList;

void ectl_process_list_free (EctlProcessList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlProcessList, ectl_process_list_free)

/* All of Docker's processes of the host in one pass. With ALL shims and proxies are listed too, else only counted. */
EctlProcessList *ectl_processes_scan (const EctlHost *host, gboolean all, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pids of engines alone, the cheapest walk there is: for the question "is there any engine?". Foreign ones (another pid namespace) are left out. */
GArray *ectl_processes_find_engines (const EctlHost *host); /* (element-type gint64) */

/* Engines and helpers that live in the control group of PID, PID left out (a containerd that dockerd started itself, the dockerd of a wrapper). Where no manager
 * made such a group: its own children. */
GPtrArray *ectl_process_find_companions (const EctlHost *host, gint64 pid); /* (element-type EctlProcess) */

typedef enum {
  ECTL_SIGNAL_TERMINATE,
  ECTL_SIGNAL_KILL,
  ECTL_SIGNAL_RELOAD,
} EctlSignal;

/* Are the processes of others kept from this caller: a /proc with hidepid= (proc(5)), or none at all? */
gboolean ectl_processes_are_hidden (const EctlHost *host);

/* Signals exactly this process (pidfd where the kernel has it). A process that is gone already is success. */
gboolean ectl_process_signal (const EctlHost *host, const EctlProcess *process, EctlSignal signal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until the process is gone. */
gboolean ectl_process_wait_gone (const EctlHost *host, const EctlProcess *process, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The arguments and one variable of its environment. NULL where not readable. Free with g_strfreev, g_free. */
char **ectl_process_get_argv (const EctlHost *host, gint64 pid);
char *ectl_process_getenv (const EctlHost *host, gint64 pid, const char *name);
