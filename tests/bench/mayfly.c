/* SPDX-License-Identifier: Apache-2.0 */
/* mayfly: in the place of dockerd, notes when it was executed and lives on; mayfly kill PID: notes the time and kills PID. Both in /run/mayfly, ns of the realtime clock. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void
note (const char *what)
{
  struct timespec now;
  char line[64];
  clock_gettime (CLOCK_REALTIME, &now);
  int fd = open ("/run/mayfly", O_WRONLY | O_APPEND | O_CREAT, 0644);
  int length = snprintf (line, sizeof line, "%s %lld\n", what, now.tv_sec * 1000000000LL + now.tv_nsec);
  if (fd < 0 || write (fd, line, (size_t) length) != length)
    perror ("mayfly: /run/mayfly");
  close (fd);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "kill") == 0)
    {
      note ("killed");
      return kill (atoi (argv[2]), SIGKILL) == 0 ? 0 : 1;
    }
  note ("executed");
  for (;;)
    pause ();
}
