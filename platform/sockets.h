/* SPDX-License-Identifier: Apache-2.0 */
/* Door: listening sockets and the paths they have, looked at without connecting. */
#pragma once

#include "base/call.h"
#include "base/host.h"

/* What stands at the path of a local socket (lstat, then stat; nothing is opened). */
typedef enum {
  ECTL_PATH_MISSING,
  ECTL_PATH_SOCKET,
  ECTL_PATH_DIRECTORY,
  ECTL_PATH_FILE,     /* a plain file, a device, anything else that is no socket */
  ECTL_PATH_DANGLING, /* a link whose target is missing */
  ECTL_PATH_DENIED,   /* a parent folder may not be searched */
} EctlPathKind;

typedef struct {
  EctlPathKind kind;
  guint64 device; /* of the socket behind every link; 0 unless ECTL_PATH_SOCKET */
  guint64 inode;
  gint64 mode;  /* permission bits, -1 where there is nothing */
  guint gid;    /* of the group; meaningful where mode is */
  char *target; /* of a link, one step; else NULL */
} EctlPathFacts;

void ectl_path_look (const EctlHost *host, const char *path, EctlPathFacts *facts);
void ectl_path_facts_clear (EctlPathFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EctlPathFacts, ectl_path_facts_clear)

/* The word of the contract: socket, directory, file, dangling-symlink, missing. */
const char *ectl_path_kind_to_string (EctlPathKind kind);

/* One listening socket. */
typedef struct {
  char *path;    /* unix: as it was bound ("/var/run/docker.sock"), of a process from where it stands; NULL for TCP */
  char *address; /* TCP: "0.0.0.0", "::1"; NULL for unix */
  guint16 port;
  guint64 inode;  /* of the socket: what /proc/PID/fd shows as socket:[N] */
  int descriptor; /* of the process that was asked about; -1 elsewhere */
  guint64 device; /* unix: the file that it is bound to, 0 where the kernel does not say (no unix_diag) */
  guint64 file_inode;
} EctlListener;

void ectl_listener_free (EctlListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlListener, ectl_listener_free)

/* Has enough been seen? */
typedef gboolean (*EctlEnoughFunc) (const EctlListener *listener, gpointer user_data);

/* Listeners whose socket PID holds, in the order of its descriptors: unix ones (up to the first that is ENOUGH, which may be NULL), or ports. For an
 * engine in another network namespace its own tables are read. NULL with NOT_PERMITTED where the caller may not see the process's descriptors. */
GPtrArray *ectl_listeners_of_process (const EctlHost *host, gint64 pid, EctlEnoughFunc enough, gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *ectl_ports_of_process (const EctlHost *host, gint64 pid, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Listeners of this network namespace that are bound to PATH or to the file at it (by inode where the kernel says it, else by name): also orphaned
 * ones, whose file is gone. Needs no rights. */
GPtrArray *ectl_listeners_at_path (const EctlHost *host, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Does the path lead to this listener? ECTL_UNKNOWN where the name fits and the kernel does not say which file it is bound to (no unix_diag, another
 * network namespace), or says it in numbers that stat does not show (overlay, btrfs). */
EctlTri ectl_listener_is_at (const EctlHost *host, const EctlListener *listener, const char *path);

/* Which of the N processes PIDS holds the socket INODE; 0 where none does or the caller may not see it. */
gint64 ectl_listener_find_owner (const EctlHost *host, guint64 inode, const gint64 *pids, guint n);
