/* SPDX-License-Identifier: Apache-2.0 */
/* A pid file, and the engine that it names. */
#pragma once

#include "platform/process.h"

typedef struct {
  gint64 pid;        /* 0: no file, or none that can be read as a number */
  gint64 written_us; /* wall clock */
  gboolean there;
} EctlPidFile;

EctlPidFile ectl_pidfile_read (const EctlHost *host, const char *path);

/* NULL for another program, a dead one, or none. Whether the number was given away twice, the times of FILE and process tell. */
EctlProcess *ectl_pidfile_find_engine (const EctlHost *host, const EctlPidFile *file);
