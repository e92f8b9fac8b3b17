/* SPDX-License-Identifier: Apache-2.0 */
/* idle N: N processes that do nothing; says "ready" when all are there; they end when this one does. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  int wanted = argc == 2 ? atoi (argv[1]) : 0;
  for (int i = 0; i < wanted; i++)
    {
      pid_t pid = fork ();
      if (pid < 0)
        {
          perror ("idle: fork");
          return 1;
        }
      if (pid == 0)
        {
          prctl (PR_SET_PDEATHSIG, SIGKILL);
          for (;;)
            pause ();
        }
    }
  puts ("ready");
  fflush (stdout);
  for (;;)
    pause ();
}
