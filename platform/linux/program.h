/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that we start: what all of them have in common, and one that is run to its end. */
#pragma once

#include "base/call.h"
#include "base/host.h"

/* The fixed part of its environment. */
#define ECTL_PROGRAM_LOCALE "LC_ALL=C.UTF-8"
#define ECTL_PROGRAM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* For g_spawn's child_setup, between fork and exec: signals as they are by default, whatever our caller ignores or blocks. */
void ectl_program_reset_signals (gpointer unused);

/* Descriptors beyond the first three that an exec would hand on: the caller's, for ours close themselves. Free it. */
GArray *ectl_program_list_inherited (void);

/* NAME in the folders of the fixed PATH, never in the caller's; below the host's root. NULL where it is not. Free it. */
char *ectl_program_find (const EctlHost *host, const char *name);

/* What a program prints goes into a file without a name, in memory where the kernel can (since 3.17), and not into a pipe: nobody has to read it meanwhile, and a
 * daemon that keeps it must not end by SIGPIPE when we are gone. Closing it lets it grow no more: who writes then is told so. */
int ectl_program_open_output (void);
void ectl_program_close_output (int output);

typedef struct {
  int code;   /* its exit code; 128 + N where signal N ended it, as a shell says it */
  char *text; /* what it printed on both outputs, without the end of a long one; nothing in it that a terminal would obey but line ends */
} EctlProgramEnd;

void ectl_program_end_clear (EctlProgramEnd *end);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EctlProgramEnd, ectl_program_end_clear)

typedef enum {
  ECTL_PROGRAM_KILL,  /* it only looks: killed with what it started */
  ECTL_PROGRAM_LEAVE, /* it does something: left to go on by itself */
} EctlProgramLate;

/* One that was started and not yet waited for. */
typedef struct _EctlRunning EctlRunning;

/* Starts ARGV (an absolute path first) in a session of its own, with LC_ALL=C.UTF-8, a fixed PATH, TERM=dumb, no input, closed descriptors and default signals. */
EctlRunning *ectl_program_start (const char *const *argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until the program itself has ended, whoever of its children still holds its outputs; when CALL is over before that, LATE says what becomes of it. Frees it. FALSE
 * where CALL was over; the exit code is not judged. */
gboolean ectl_program_finish (EctlRunning *program, EctlProgramLate late, EctlCall *call, EctlProgramEnd *end, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Nobody wants to know any more: kills it with what it started, and frees it. */
void ectl_program_give_up (EctlRunning *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlRunning, ectl_program_give_up)

/* Both at once. FALSE also where it cannot be started. */
gboolean ectl_program_run (const char *const *argv, EctlProgramLate late, EctlCall *call, EctlProgramEnd *end, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for one that changes something and must exit 0: else what it printed is the error. It goes on when CALL is over. */
gboolean ectl_program_run_well (const char *const *argv, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
