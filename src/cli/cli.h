/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what its commands share. */
#pragma once

#include "enginectl.h"

typedef struct {
  gboolean json, quiet, verbose, no_color, dry_run, user_mode, help, version;
  gboolean follow, no_wait, keep_socket, force, now, background;
  const char *host, *backend, *service, *since, *restart, *log_file;
  gint64 timeout_ms; /* ECTL_TIMEOUT_DEFAULT where none was given */
  gint64 lines;      /* of logs; -1: all */
  gint64 every_ms;   /* of watch; 0: never */
  char **operands;   /* without the command; NULL-terminated, in ARGV */
} Options;

typedef struct Command Command;

/* One run of the program. */
typedef struct {
  const Command *command;
  Options options;
  EctlEngine *engine;
  EctlCall *call;
  gboolean live; /* a live line stands on the terminal */
} Session;

/* Which options a command takes, beside the global ones. */
typedef enum {
  TAKES_NONE = 0,
  TAKES_SERVICE = 1 << 0, /* the operand SERVICE */
  TAKES_NO_WAIT = 1 << 1,
  TAKES_KEEP_SOCKET = 1 << 2,
  TAKES_FORCE = 1 << 3,
  TAKES_NOW = 1 << 4,
  TAKES_LOG = 1 << 5, /* -f, -n, --since */
  TAKES_OPERANDS = 1 << 6,
  ASKED_THERE = 1 << 9, /* about a host: with ssh:// the one there answers */
  TAKES_WATCH = 1 << 8, /* --probe-every */
  TAKES_RUN = 1 << 7,   /* --restart, --log-file, --background */
} Takes;

struct Command {
  const char *name;
  const char *operands; /* for the usage line, or NULL */
  const char *summary;  /* marked for translation */
  guint takes;
  int (*run) (Session *session); /* the exit code */
};

/* Every command; ends with a NULL name. */
const Command *commands (void);
const Command *find_command (const char *name);

int run_status (Session *session);
int run_is_active (Session *session);
int run_is_enabled (Session *session);
int run_action (Session *session);
int run_wait (Session *session);
int run_ping (Session *session);
int run_version (Session *session);
int run_probe (Session *session);
int run_logs (Session *session);
int run_watch (Session *session);
int run_there (Session *session);
int run_run (Session *session);
int run_help (Session *session);

/* Exit codes that no error of the library has. */
#define EXIT_CLOSED_STDOUT 141
#define EXIT_RUN_ITSELF 125 /* of `run`: not the engine's code */
