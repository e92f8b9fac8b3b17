/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the kernel for listening sockets; unix_diag also says which file each is bound to. */
#include "platform/linux/sockdiag.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TCP_LISTEN_STATE 10 /* include/net/tcp_states.h */
#define MOST_BYTES (8 * 1024 * 1024)

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_listener_free);
}

/* --- unix_diag ---------------------------------------------------------------------------------------------------------- */

static gboolean
ask_for_listeners (int fd)
{
  struct {
    struct nlmsghdr header;
    struct unix_diag_req request;
  } message = {
    .header = { .nlmsg_len = sizeof message, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
    .request = { .sdiag_family = AF_UNIX, .udiag_states = 1u << TCP_LISTEN_STATE, .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS },
  };
  return send (fd, &message, sizeof message, 0) == (ssize_t) sizeof message;
}

static void
take_attributes (EctlListener *listener, const struct rtattr *attribute, int left)
{
  for (; RTA_OK (attribute, left); attribute = RTA_NEXT (attribute, left))
    if (attribute->rta_type == UNIX_DIAG_NAME)
      listener->path = g_strndup (RTA_DATA (attribute), RTA_PAYLOAD (attribute));
    else if (attribute->rta_type == UNIX_DIAG_VFS)
      {
        const struct unix_diag_vfs *vfs = RTA_DATA (attribute);
        /* The kernel's own dev_t has 20 bits of minor. */
        listener->device = makedev (vfs->udiag_vfs_dev >> 20, vfs->udiag_vfs_dev & 0xfffff);
        listener->file_inode = vfs->udiag_vfs_ino;
      }
}

static void
take_message (GPtrArray *list, const struct nlmsghdr *header)
{
  const struct unix_diag_msg *message = NLMSG_DATA (header);
  EctlListener *listener = g_new0 (EctlListener, 1);

  listener->inode = message->udiag_ino;
  take_attributes (listener, (const struct rtattr *) (message + 1), (int) (header->nlmsg_len - NLMSG_LENGTH (sizeof *message)));
  /* Abstract names (a leading NUL) and unnamed ones have no path. */
  if (listener->path != NULL && *listener->path == '/')
    g_ptr_array_add (list, listener);
  else
    ectl_listener_free (listener);
}

/* FALSE where the kernel cannot tell, TRUE at the end of its answer. */
static gboolean
take_answer (int fd, GPtrArray *list)
{
  char buffer[32768] __attribute__ ((aligned (8)));
  ssize_t got;

  while ((got = recv (fd, buffer, sizeof buffer, 0)) > 0)
    {
      const struct nlmsghdr *header = (const struct nlmsghdr *) (gpointer) buffer;
      for (int left = (int) got; NLMSG_OK (header, (guint) left); header = NLMSG_NEXT (header, left))
        {
          if (header->nlmsg_type == NLMSG_DONE)
            return TRUE;
          if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
            return FALSE;
          take_message (list, header);
        }
    }
  return FALSE;
}

static GPtrArray *
list_by_netlink (void)
{
  g_autoptr (GPtrArray) list = new_list ();
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

  if (fd < 0)
    return NULL;
  gboolean ok = ask_for_listeners (fd) && take_answer (fd, list);
  close (fd);
  return ok ? g_steal_pointer (&list) : NULL;
}

/* --- /proc/PID/net ------------------------------------------------------------------------------------------------------ */

static char *
read_table (const EctlHost *host, gint64 pid, const char *name)
{
  g_autofree char *own = g_strdup_printf ("/proc/self/net/%s", name);
  g_autofree char *theirs = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/net/%s", pid, name);
  return ectl_host_read_file (host, pid > 0 ? theirs : own, MOST_BYTES, NULL, NULL);
}

typedef EctlListener *(*ParseFunc) (const char *line);

static void
parse_table (GPtrArray *list, char *text, ParseFunc parse)
{
  char *rest = text, *line;

  while (rest != NULL && (line = strsep (&rest, "\n")) != NULL)
    {
      EctlListener *listener = parse (line);
      if (listener != NULL)
        g_ptr_array_add (list, listener);
    }
}

/* Num RefCount Protocol Flags Type St Inode Path; flag 0x10000 (__SO_ACCEPTCON): it listens. */
static EctlListener *
parse_unix (const char *line)
{
  guint flags = 0;
  guint64 inode = 0;
  int path = 0;

  if (sscanf (line, "%*s %*s %*s %x %*s %*s %" G_GUINT64_FORMAT " %n", &flags, &inode, &path) < 2 || path == 0 || (flags & 0x10000) == 0 || line[path] != '/')
    return NULL;
  EctlListener *listener = g_new0 (EctlListener, 1);
  listener->inode = inode;
  listener->path = g_strdup (line + path);
  return listener;
}

static char *
address_to_string (const char *hex)
{
  guint32 words[4];
  char text[INET6_ADDRSTRLEN];
  gboolean v6 = strlen (hex) == 32;

  for (guint i = 0; i < (v6 ? 4 : 1); i++)
    if (sscanf (hex + i * 8, "%8x", &words[i]) != 1)
      return NULL;
  return inet_ntop (v6 ? AF_INET6 : AF_INET, words, text, sizeof text) != NULL ? g_strdup (text) : NULL;
}

/* sl local_address rem_address st … inode; state 0A: it listens. */
static EctlListener *
parse_tcp (const char *line)
{
  char address[33];
  guint port = 0, state = 0;
  guint64 inode = 0;

  if (sscanf (line, " %*d: %32[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*u %*u %" G_GUINT64_FORMAT, address, &port, &state, &inode) != 4 || state != TCP_LISTEN_STATE)
    return NULL;
  EctlListener *listener = g_new0 (EctlListener, 1);
  listener->inode = inode;
  listener->address = address_to_string (address);
  listener->port = (guint16) port;
  return listener;
}

GPtrArray *
ectl_sockdiag_unix (const EctlHost *host, gint64 pid)
{
  GPtrArray *list = pid == 0 ? list_by_netlink () : NULL;
  if (list != NULL)
    return list;
  g_autofree char *text = read_table (host, pid, "unix");
  list = new_list ();
  parse_table (list, text, parse_unix);
  return list;
}

GPtrArray *
ectl_sockdiag_tcp (const EctlHost *host, gint64 pid)
{
  static const char *const tables[] = { "tcp", "tcp6" };
  GPtrArray *list = new_list ();

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *text = read_table (host, pid, tables[i]);
      parse_table (list, text, parse_tcp);
    }
  return list;
}
