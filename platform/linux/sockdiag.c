/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the kernel for listening sockets; unix_diag also says which file each is bound to. */
#include "platform/linux/sockdiag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
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

/* --- sock_diag ---------------------------------------------------------------------------------------------------------- */

/* Takes one message of the kernel's answer into LIST. */
typedef void (*TakeFunc) (GPtrArray *list, const struct nlmsghdr *header);

static const struct rtattr *
attributes_of (const struct nlmsghdr *header, gsize fixed, int *left)
{
  *left = (int) (header->nlmsg_len - NLMSG_LENGTH (fixed));
  return (const struct rtattr *) (gpointer) ((char *) NLMSG_DATA (header) + NLMSG_ALIGN (fixed));
}

static void
take_unix (GPtrArray *list, const struct nlmsghdr *header)
{
  const struct unix_diag_msg *message = NLMSG_DATA (header);
  g_autoptr (EctlListener) listener = g_new0 (EctlListener, 1);
  int left;

  listener->inode = message->udiag_ino;
  listener->descriptor = -1;
  for (const struct rtattr *attribute = attributes_of (header, sizeof *message, &left); RTA_OK (attribute, left); attribute = RTA_NEXT (attribute, left))
    if (attribute->rta_type == UNIX_DIAG_NAME)
      listener->path = g_strndup (RTA_DATA (attribute), RTA_PAYLOAD (attribute));
    else if (attribute->rta_type == UNIX_DIAG_VFS)
      {
        const struct unix_diag_vfs *vfs = RTA_DATA (attribute);
        /* The kernel's own dev_t has 20 bits of minor. */
        listener->device = makedev (vfs->udiag_vfs_dev >> 20, vfs->udiag_vfs_dev & 0xfffff);
        listener->file_inode = vfs->udiag_vfs_ino;
      }
  /* Abstract names (a leading NUL) and unnamed ones have no path. */
  if (listener->path != NULL && *listener->path != '\0')
    g_ptr_array_add (list, g_steal_pointer (&listener));
}

static void
take_tcp (GPtrArray *list, const struct nlmsghdr *header)
{
  const struct inet_diag_msg *message = NLMSG_DATA (header);
  char text[INET6_ADDRSTRLEN];
  EctlListener *listener;

  if (inet_ntop (message->idiag_family, message->id.idiag_src, text, sizeof text) == NULL)
    return;
  listener = g_new0 (EctlListener, 1);
  *listener = (EctlListener){ .address = g_strdup (text), .port = ntohs (message->id.idiag_sport), .inode = message->idiag_inode, .descriptor = -1 };
  g_ptr_array_add (list, listener);
}

/* FALSE where the kernel cannot tell, TRUE at the end of its answer. */
static gboolean
take_answer (int fd, GPtrArray *list, TakeFunc take)
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
          take (list, header);
        }
    }
  return FALSE;
}

/* One dump; REQUEST follows the header. */
static gboolean
dump (const void *request, gsize size, TakeFunc take, GPtrArray *list)
{
  struct nlmsghdr header = { .nlmsg_len = (guint32) NLMSG_LENGTH (size), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP };
  struct iovec parts[] = { { &header, sizeof header }, { (void *) request, size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = G_N_ELEMENTS (parts) };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

  if (fd < 0)
    return FALSE;
  gboolean ok = sendmsg (fd, &message, 0) == (ssize_t) header.nlmsg_len && take_answer (fd, list, take);
  close (fd);
  return ok;
}

static GPtrArray *
dump_unix (void)
{
  struct unix_diag_req request = { .sdiag_family = AF_UNIX, .udiag_states = 1u << TCP_LISTEN_STATE, .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS };
  g_autoptr (GPtrArray) list = new_list ();
  return dump (&request, sizeof request, take_unix, list) ? g_steal_pointer (&list) : NULL;
}

static GPtrArray *
dump_tcp (void)
{
  struct inet_diag_req_v2 request = { .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = 1u << TCP_LISTEN_STATE };
  g_autoptr (GPtrArray) list = new_list ();

  if (!dump (&request, sizeof request, take_tcp, list))
    return NULL;
  request.sdiag_family = AF_INET6;
  return dump (&request, sizeof request, take_tcp, list) ? g_steal_pointer (&list) : NULL;
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

  if (sscanf (line, "%*s %*s %*s %x %*s %*s %" G_GUINT64_FORMAT " %n", &flags, &inode, &path) < 2 || path == 0 || (flags & 0x10000) == 0 || line[path] == '\0'
      || line[path] == '@')
    return NULL;
  EctlListener *listener = g_new0 (EctlListener, 1);
  listener->inode = inode;
  listener->descriptor = -1;
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
  listener->descriptor = -1;
  listener->address = address_to_string (address);
  listener->port = (guint16) port;
  return listener;
}

GPtrArray *
ectl_sockdiag_unix (const EctlHost *host, gint64 pid)
{
  GPtrArray *list = pid == 0 ? dump_unix () : NULL;
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
  GPtrArray *list = pid == 0 ? dump_tcp () : NULL;

  if (list != NULL)
    return list;
  list = new_list ();
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *text = read_table (host, pid, tables[i]);
      parse_table (list, text, parse_tcp);
    }
  return list;
}
