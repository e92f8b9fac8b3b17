/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and listeners: the test's own sockets, looked at without connecting. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/error.h"
#include "platform/linux/sockdiag.h"
#include "platform/sockets.h"
#include "tests/unit/children.h"

/* --- sockets of the test ------------------------------------------------------------------------------------------------ */

static int
bind_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static int
listen_at (const char *path)
{
  int fd = bind_at (path);
  g_assert_cmpint (listen (fd, 5), ==, 0);
  return fd;
}

/* At any free port of ADDRESS; -1 where the machine has no such address. */
static int
listen_on (const char *address, guint16 *port)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
  gboolean is_v4 = inet_pton (AF_INET, address, &v4.sin_addr) == 1;
  struct sockaddr *name = is_v4 ? (struct sockaddr *) &v4 : (struct sockaddr *) &v6;
  socklen_t length = is_v4 ? sizeof v4 : sizeof v6;

  inet_pton (AF_INET6, address, &v6.sin6_addr);
  int fd = socket (name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind (fd, name, length) < 0 || listen (fd, 5) < 0)
    return -1;
  g_assert_cmpint (getsockname (fd, name, &length), ==, 0);
  *port = ntohs (is_v4 ? v4.sin_port : v6.sin6_port);
  return fd;
}

static guint64
inode_of (int fd)
{
  struct stat info;
  g_assert_cmpint (fstat (fd, &info), ==, 0);
  return info.st_ino;
}

static const EctlListener *
find (const GPtrArray *listeners, guint64 inode)
{
  for (guint i = 0; i < listeners->len; i++)
    if (((const EctlListener *) listeners->pdata[i])->inode == inode)
      return listeners->pdata[i];
  return NULL;
}

static GPtrArray *
at_path (const EctlHost *host, const char *path)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *listeners = ectl_listeners_at_path (host, path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (listeners);
  return listeners;
}

/* --- paths -------------------------------------------------------------------------------------------------------------- */

static void
assert_kind (const EctlHost *host, const char *path, EctlPathKind kind, const char *target)
{
  g_auto (EctlPathFacts) facts = { 0 };

  ectl_path_look (host, path, &facts);
  g_assert_cmpint (facts.kind, ==, kind);
  g_assert_cmpstr (facts.target, ==, target);
  g_assert_true ((facts.inode != 0) == (kind == ECTL_PATH_SOCKET));
  g_assert_true ((facts.mode >= 0) == (kind == ECTL_PATH_SOCKET || kind == ECTL_PATH_DIRECTORY || kind == ECTL_PATH_FILE));
}

static void
check_kinds (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "run/docker.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, geteuid ());
  g_auto (EctlPathFacts) facts = { 0 };

  lay_file (root, "run/file", "x", 1);
  lay_link (root, "run/dangling", "nowhere");
  lay_link (root, "run/loop", "loop");
  lay_link (root, "run/link", "docker.sock");
  lay_link (root, "var/run", "../run");
  int fd = listen_at (path);
  g_assert_cmpint (chmod (path, 0660), ==, 0);

  assert_kind (host, "/run/docker.sock", ECTL_PATH_SOCKET, NULL);
  assert_kind (host, "/var/run/docker.sock", ECTL_PATH_SOCKET, NULL);
  assert_kind (host, "/run/link", ECTL_PATH_SOCKET, "docker.sock");
  assert_kind (host, "/run", ECTL_PATH_DIRECTORY, NULL);
  assert_kind (host, "/run/file", ECTL_PATH_FILE, NULL);
  assert_kind (host, "/run/dangling", ECTL_PATH_DANGLING, "nowhere");
  assert_kind (host, "/run/loop", ECTL_PATH_DANGLING, "loop");
  assert_kind (host, "/run/none", ECTL_PATH_MISSING, NULL);
  assert_kind (host, "/none/none", ECTL_PATH_MISSING, NULL);
  assert_kind (host, "/run/file/none", ECTL_PATH_MISSING, NULL);

  ectl_path_look (host, "/run/docker.sock", &facts);
  g_assert_cmpint (facts.mode, ==, 0660);
  g_assert_cmpint (facts.gid, ==, getegid ());
  close (fd);
  assert_kind (host, "/run/docker.sock", ECTL_PATH_SOCKET, NULL); /* a path alone does not tell that nobody listens */
  remove_root (root);
}

static gboolean
look_denied (gconstpointer root)
{
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, NOBODY);
  assert_kind (host, "/closed/docker.sock", ECTL_PATH_DENIED, NULL);
  return TRUE;
}

static void
check_denied (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *folder = g_build_filename (root, "closed", NULL);
  g_autofree char *path = g_build_filename (folder, "docker.sock", NULL);

  g_assert_cmpint (chmod (root, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  int fd = listen_at (path);
  g_assert_cmpint (chmod (folder, 0), ==, 0);
  if (geteuid () == 0)
    run_as_nobody (look_denied, root);
  else
    look_denied (root);
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  close (fd);
  remove_root (root);
}

static void
check_words (void)
{
  g_assert_cmpstr (ectl_path_kind_to_string (ECTL_PATH_SOCKET), ==, "socket");
  g_assert_cmpstr (ectl_path_kind_to_string (ECTL_PATH_DANGLING), ==, "dangling-symlink");
  g_assert_cmpstr (ectl_path_kind_to_string (ECTL_PATH_DENIED), ==, "missing");
}

/* --- unix listeners ----------------------------------------------------------------------------------------------------- */

static void
check_listener (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "run/docker.sock", NULL);
  g_autofree char *by_link = g_build_filename (root, "var/run/docker.sock", NULL);
  g_autofree char *other = g_build_filename (root, "run/other.sock", NULL);
  g_autofree char *silent = g_build_filename (root, "run/silent.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new ();

  lay_file (root, "run/x", "", 0);
  lay_link (root, "var/run", "../run");
  int fd = listen_at (path), other_fd = listen_at (other), silent_fd = bind_at (silent);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  int client = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (client, (struct sockaddr *) &address, sizeof address), ==, 0);
  int accepted = accept (fd, NULL, NULL); /* has the listener's name, and does not listen */

  const char *const names[] = { path, by_link };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GPtrArray) listeners = at_path (host, names[i]);
      g_assert_cmpuint (listeners->len, ==, 1);
      const EctlListener *listener = listeners->pdata[0];
      g_assert_cmpuint (listener->inode, ==, inode_of (fd));
      g_assert_cmpstr (listener->path, ==, path);
      g_assert_null (listener->address);
      g_assert_cmpint (ectl_listener_is_at (host, listener, names[i]), !=, ECTL_NO);
      if (listener->file_inode != 0)
        g_assert_cmpint (ectl_listener_is_at (host, listener, names[i]), ==, ECTL_YES);
      g_assert_cmpint (ectl_listener_is_at (host, listener, other), ==, ECTL_NO);
      g_assert_cmpint (ectl_listener_is_at (host, listener, root), ==, ECTL_NO);
    }
  g_autoptr (GPtrArray) none = at_path (host, silent);
  g_assert_cmpuint (none->len, ==, 0);
  const int fds[] = { fd, other_fd, silent_fd, client, accepted };
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  remove_root (root);
}

/* FD's listener was bound to PATH, whose file is gone; a second one may have taken the path. */
static void
assert_orphan (const EctlHost *host, const char *path, int orphan, int heir)
{
  g_autoptr (GPtrArray) listeners = at_path (host, path);
  const EctlListener *first = find (listeners, inode_of (orphan)), *second = heir >= 0 ? find (listeners, inode_of (heir)) : NULL;

  g_assert_cmpuint (listeners->len, ==, heir >= 0 ? 2 : 1);
  g_assert_nonnull (first);
  g_assert_cmpint (ectl_listener_is_at (host, first, path), !=, ECTL_YES);
  if (heir < 0 || first->file_inode != 0)
    g_assert_cmpint (ectl_listener_is_at (host, first, path), ==, ECTL_NO);
  if (heir < 0)
    return;
  g_assert_nonnull (second);
  g_assert_cmpint (ectl_listener_is_at (host, second, path), !=, ECTL_NO);
}

static void
check_orphan (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "docker.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new ();
  int orphan = listen_at (path);

  g_assert_cmpint (g_unlink (path), ==, 0);
  assert_orphan (host, path, orphan, -1);
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  assert_orphan (host, path, orphan, -1);
  g_assert_cmpint (g_rmdir (path), ==, 0);
  int heir = listen_at (path);
  assert_orphan (host, path, orphan, heir);
  close (orphan);
  close (heir);
  remove_root (root);
}

/* A file that was moved is the listener's still, at its new name. */
static void
check_moved (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "old.sock", NULL);
  g_autofree char *moved = g_build_filename (root, "new.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new ();
  int fd = listen_at (path);

  g_autoptr (GPtrArray) before = at_path (host, path);
  g_assert_cmpint (rename (path, moved), ==, 0);
  g_autoptr (GPtrArray) after = at_path (host, moved);
  if (((const EctlListener *) before->pdata[0])->file_inode == 0)
    g_test_skip ("this kernel does not say which file a socket is bound to");
  else
    {
      g_assert_cmpuint (after->len, ==, 1);
      g_assert_cmpint (ectl_listener_is_at (host, after->pdata[0], moved), ==, ECTL_YES);
      g_assert_cmpint (ectl_listener_is_at (host, after->pdata[0], path), ==, ECTL_NO);
    }
  close (fd);
  remove_root (root);
}

/* Without unix_diag there is only the name. */
static void
check_by_name (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "run/docker.sock", NULL);
  g_autofree char *by_link = g_build_filename (root, "var/run/docker.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new ();
  EctlListener listener = { .path = by_link, .inode = 7 };
  g_auto (EctlPathFacts) facts = { 0 };

  lay_file (root, "run/x", "", 0);
  lay_link (root, "var/run", "../run");
  g_assert_cmpint (ectl_listener_is_at (host, &listener, path), ==, ECTL_NO);
  int fd = listen_at (path);
  g_assert_cmpint (ectl_listener_is_at (host, &listener, path), ==, ECTL_UNKNOWN);
  ectl_path_look (host, path, &facts);
  EctlListener elsewhere = { .path = path, .inode = 8, .device = facts.device + 1, .file_inode = facts.inode };
  g_assert_cmpint (ectl_listener_is_at (host, &elsewhere, path), !=, ECTL_YES);
  listener.path = root;
  g_assert_cmpint (ectl_listener_is_at (host, &listener, path), ==, ECTL_NO);
  listener.path = NULL;
  g_assert_cmpint (ectl_listener_is_at (host, &listener, path), ==, ECTL_NO);
  close (fd);
  remove_root (root);
}

static gboolean
look_on_overlay (gconstpointer root)
{
  static const char *const folders[] = { "lower", "upper", "work", "merged" };
  g_autofree char *merged = g_build_filename (root, "merged", NULL);
  g_autofree char *path = g_build_filename (merged, "docker.sock", NULL);
  g_autofree char *options =
      g_strdup_printf ("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", (const char *) root, (const char *) root, (const char *) root);
  g_autoptr (EctlHost) host = ectl_host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (root, folders[i], NULL);
      g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
    }
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount ("overlay", merged, "overlay", 0, options) < 0)
    return FALSE;
  int orphan = listen_at (path);
  g_autoptr (GPtrArray) listeners = at_path (host, path);
  g_assert_cmpuint (listeners->len, ==, 1);
  g_assert_cmpint (ectl_listener_is_at (host, listeners->pdata[0], path), !=, ECTL_NO);
  g_assert_cmpint (g_unlink (path), ==, 0);
  int heir = listen_at (path);
  g_autoptr (GPtrArray) both = at_path (host, path);
  g_assert_cmpuint (both->len, ==, 2);
  g_assert_cmpint (ectl_listener_is_at (host, find (both, inode_of (orphan)), path), !=, ECTL_YES);
  g_assert_cmpint (ectl_listener_is_at (host, find (both, inode_of (heir)), path), !=, ECTL_NO);
  return TRUE;
}

static void
check_overlay (void)
{
  g_autofree char *root = make_root ();
  pid_t pid = start_child (CLONE_NEWNS, look_on_overlay, root);

  if (pid > 0)
    end_child (pid);
  else
    g_test_skip ("no right to mount an overlay");
  remove_root (root);
}

/* --- holders ------------------------------------------------------------------------------------------------------------ */

static gboolean
listen_in_child (gconstpointer path)
{
  return listen_at (path) >= 0;
}

static void
check_owner (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "docker.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new ();
  pid_t pid = start_child (0, listen_in_child, path);
  const gint64 pids[] = { getpid (), 0x7fffffff, pid };

  g_autoptr (GPtrArray) listeners = at_path (host, path);
  g_assert_cmpuint (listeners->len, ==, 1);
  guint64 inode = ((const EctlListener *) listeners->pdata[0])->inode;
  g_assert_cmpint (ectl_listener_find_owner (host, inode, pids, 3), ==, pid);
  g_assert_cmpint (ectl_listener_find_owner (host, inode, pids, 2), ==, 0);
  g_assert_cmpint (ectl_listener_find_owner (host, inode, NULL, 0), ==, 0);

  g_autoptr (GPtrArray) held = ectl_listeners_of_process (host, pid, NULL, NULL, NULL);
  g_assert_nonnull (find (held, inode));
  end_child (pid);
  g_autoptr (GPtrArray) after = at_path (host, path);
  g_assert_cmpuint (after->len, ==, 0);
  remove_root (root);
}

static gboolean
is_first (const EctlListener *listener, gpointer path)
{
  return g_str_equal (listener->path, path);
}

static void
check_held (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "first.sock", NULL);
  g_autofree char *other = g_build_filename (root, "second.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new ();
  g_autoptr (GError) error = NULL;
  int first = listen_at (path), second = listen_at (other);

  g_autoptr (GPtrArray) all = ectl_listeners_of_process (host, getpid (), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (find (all, inode_of (first)));
  g_assert_nonnull (find (all, inode_of (second)));
  g_autoptr (GPtrArray) some = ectl_listeners_of_process (host, getpid (), is_first, path, &error);
  g_assert_nonnull (find (some, inode_of (first)));
  g_assert_null (find (some, inode_of (second)));
  g_assert_null (ectl_listeners_of_process (host, 0x7fffffff, NULL, NULL, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_FAILED);
  close (first);
  close (second);
  remove_root (root);
}

/* Bound by a name that begins where the process stands. */
static void
check_relative (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "first.sock", NULL);
  g_autofree char *before = g_get_current_dir ();
  g_autoptr (EctlHost) host = ectl_host_new ();

  g_assert_cmpint (chdir (root), ==, 0);
  int fd = listen_at ("first.sock");
  g_autoptr (GPtrArray) held = ectl_listeners_of_process (host, getpid (), NULL, NULL, NULL);
  const EctlListener *listener = find (held, inode_of (fd));
  g_assert_nonnull (listener);
  g_assert_cmpstr (listener->path, ==, path);
  g_assert_cmpint (ectl_listener_is_at (host, listener, path), !=, ECTL_NO);
  g_assert_cmpint (chdir (before), ==, 0);
  close (fd);
  remove_root (root);
}

static gboolean
look_from_outside (gconstpointer data)
{
  const gint64 pid = *(const pid_t *) data;
  g_autoptr (EctlHost) host = ectl_host_new ();
  g_autoptr (GError) unix_error = NULL, port_error = NULL;

  g_assert_null (ectl_listeners_of_process (host, pid, NULL, NULL, &unix_error));
  g_assert_error (unix_error, ECTL_ERROR, ECTL_ERROR_NOT_PERMITTED);
  g_assert_null (ectl_ports_of_process (host, pid, &port_error));
  g_assert_error (port_error, ECTL_ERROR, ECTL_ERROR_NOT_PERMITTED);
  g_assert_cmpint (ectl_listener_find_owner (host, 1, &pid, 1), ==, 0);
  return TRUE;
}

static void
check_not_permitted (void)
{
  if (needs_root ())
    return;
  pid_t pid = getpid ();
  run_as_nobody (look_from_outside, &pid);
}

static void
check_ports (void)
{
  static const char *const addresses[] = { "127.0.0.1", "0.0.0.0", "::1" };
  g_autoptr (EctlHost) host = ectl_host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      guint16 port = 0;
      int fd = listen_on (addresses[i], &port);
      if (fd < 0)
        {
          g_test_message ("no address %s here", addresses[i]);
          continue;
        }
      g_autoptr (GPtrArray) ports = ectl_ports_of_process (host, getpid (), NULL);
      const EctlListener *listener = find (ports, inode_of (fd));
      g_assert_nonnull (listener);
      g_assert_cmpstr (listener->address, ==, addresses[i]);
      g_assert_cmpuint (listener->port, ==, port);
      g_assert_null (listener->path);
      close (fd);
      g_autoptr (GPtrArray) after = ectl_ports_of_process (host, getpid (), NULL);
      g_assert_cmpuint (after->len, ==, ports->len - 1);
    }
}

/* --- other networks, other kernels --------------------------------------------------------------------------------------- */

static gboolean
listen_twice (gconstpointer path)
{
  guint16 port;
  return listen_at (path) >= 0 && listen_on ("0.0.0.0", &port) >= 0;
}

static void
check_other_network (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *path = g_build_filename (root, "docker.sock", NULL);
  g_autoptr (EctlHost) host = ectl_host_new ();
  pid_t pid = start_child (CLONE_NEWNET, listen_twice, path);

  if (pid == 0)
    g_test_skip ("no right to make a network namespace");
  else
    {
      g_autoptr (GPtrArray) here = at_path (host, path);
      g_assert_cmpuint (here->len, ==, 0); /* what is shown of it is not this network's */
      g_autoptr (GPtrArray) paths = ectl_listeners_of_process (host, pid, NULL, NULL, NULL);
      g_assert_cmpuint (paths->len, ==, 1);
      g_assert_cmpstr (((const EctlListener *) paths->pdata[0])->path, ==, path);
      g_assert_cmpint (ectl_listener_is_at (host, paths->pdata[0], path), ==, ECTL_UNKNOWN);
      g_autoptr (GPtrArray) ports = ectl_ports_of_process (host, pid, NULL);
      g_assert_cmpuint (ports->len, ==, 1);
      g_assert_cmpstr (((const EctlListener *) ports->pdata[0])->address, ==, "0.0.0.0");
      end_child (pid);
    }
  remove_root (root);
}

static void
check_tables (void)
{
  guint32 one = htonl (1), loopback = htonl (INADDR_LOOPBACK);
  g_autofree char *tcp = g_strdup_printf ("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                                          "   0: %08X:0947 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n"
                                          "   1: %08X:0947 %08X:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1\n",
                                          loopback, loopback, loopback);
  g_autofree char *tcp6 = g_strdup_printf (
      "   0: 000000000000000000000000%08X:0948 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1\n", one);
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);

  lay_file (root, "proc/77/net/unix",
            "Num       RefCount Protocol Flags    Type St Inode Path\n"
            "0000000000000000: 00000002 00000000 00010000 0001 01 812 /run/docker.sock\n"
            "0000000000000000: 00000003 00000000 00000000 0001 03 813 /run/docker.sock\n"
            "0000000000000000: 00000002 00000000 00010000 0001 01 814 @abstract\n"
            "0000000000000000: 00000002 00000000 00010000 0001 01 815 /run/a b.sock\n"
            "0000000000000000: 00000002 00000000 00010000 0001 01 816\n"
            "half a li",
            -1);
  lay_file (root, "proc/77/net/tcp", tcp, -1);
  lay_file (root, "proc/77/net/tcp6", tcp6, -1);
  g_autoptr (GPtrArray) paths = ectl_sockdiag_unix (host, 77);
  g_assert_cmpuint (paths->len, ==, 2);
  g_assert_cmpstr (find (paths, 812)->path, ==, "/run/docker.sock");
  g_assert_cmpstr (find (paths, 815)->path, ==, "/run/a b.sock");
  g_assert_cmpuint (find (paths, 812)->file_inode, ==, 0);
  g_autoptr (GPtrArray) ports = ectl_sockdiag_tcp (host, 77);
  g_assert_cmpuint (ports->len, ==, 2);
  g_assert_cmpstr (find (ports, 4711)->address, ==, "127.0.0.1");
  g_assert_cmpuint (find (ports, 4711)->port, ==, 2375);
  g_assert_cmpstr (find (ports, 4713)->address, ==, "::1");
  g_autoptr (GPtrArray) none = ectl_sockdiag_unix (host, 78);
  g_assert_cmpuint (none->len, ==, 0);
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sockets/path-kinds", check_kinds);
  g_test_add_func ("/sockets/path-denied", check_denied);
  g_test_add_func ("/sockets/path-words", check_words);
  g_test_add_func ("/sockets/listener", check_listener);
  g_test_add_func ("/sockets/orphan", check_orphan);
  g_test_add_func ("/sockets/moved", check_moved);
  g_test_add_func ("/sockets/by-name", check_by_name);
  g_test_add_func ("/sockets/overlay", check_overlay);
  g_test_add_func ("/sockets/owner", check_owner);
  g_test_add_func ("/sockets/held", check_held);
  g_test_add_func ("/sockets/relative", check_relative);
  g_test_add_func ("/sockets/not-permitted", check_not_permitted);
  g_test_add_func ("/sockets/ports", check_ports);
  g_test_add_func ("/sockets/other-network", check_other_network);
  g_test_add_func ("/sockets/tables", check_tables);
  return g_test_run ();
}
