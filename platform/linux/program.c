/* SPDX-License-Identifier: Apache-2.0 */
/* Default signals for the programs that we start: a shell ignores SIGINT for what it runs in the background, and that would be inherited. */
#include "platform/linux/program.h"

#include <signal.h>

void
ectl_program_reset_signals (gpointer unused)
{
  sigset_t none;
  (void) unused;

  for (int number = 1; number < NSIG; number++)
    if (number != SIGKILL && number != SIGSTOP)
      signal (number, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}
