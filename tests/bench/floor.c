/* SPDX-License-Identifier: Apache-2.0 */
/* floor: the least that can ask both, on the same libraries: three questions to systemd over sd-bus, one to the API, and nothing made of the answers.
 * What is above it is enginectl's own; what is below it, no program on these libraries can reach. */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define SYSTEMD "org.freedesktop.systemd1"
#define UNIT "/org/freedesktop/systemd1/unit/docker_2eservice"
#define PATIENCE_US 3000000

static int
count_down (sd_bus_message *message, void *pending, sd_bus_error *ignored)
{
  (void) message;
  (void) ignored;
  (*(int *) pending)--;
  return 0;
}

static int
ask_systemd (void)
{
  sd_bus *bus = NULL;
  int pending = 3;

  if (sd_bus_open_system (&bus) < 0
      || sd_bus_call_method_async (bus, NULL, SYSTEMD, "/org/freedesktop/systemd1", SYSTEMD ".Manager", "ListUnitsByNames", count_down, &pending, "as", 2,
                                   "docker.service", "docker.socket")
             < 0
      || sd_bus_call_method_async (bus, NULL, SYSTEMD, UNIT, "org.freedesktop.DBus.Properties", "Get", count_down, &pending, "ss", SYSTEMD ".Service",
                                   "MainPID")
             < 0
      || sd_bus_call_method_async (bus, NULL, SYSTEMD, UNIT, "org.freedesktop.DBus.Properties", "Get", count_down, &pending, "ss", SYSTEMD ".Unit",
                                   "UnitFileState")
             < 0)
    return -1;
  while (pending > 0)
    {
      int code = sd_bus_process (bus, NULL);
      if (code < 0 || (code == 0 && sd_bus_wait (bus, PATIENCE_US) <= 0))
        return -1;
    }
  return 0;
}

static int
ask_api (void)
{
  static const char question[] = "GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n";
  const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };
  char answer[4096];
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (const struct sockaddr *) &address, sizeof address) < 0 || send (fd, question, strlen (question), MSG_NOSIGNAL) < 0)
    return -1;
  struct pollfd waited = { .fd = fd, .events = POLLIN };
  return poll (&waited, 1, PATIENCE_US / 1000) == 1 && read (fd, answer, sizeof answer) > 0 ? 0 : -1;
}

int
main (void)
{
  return ask_systemd () == 0 && ask_api () == 0 ? 0 : 1;
}
