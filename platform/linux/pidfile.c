/* SPDX-License-Identifier: Apache-2.0 */
/* Pid files: whatever stands in them. */
#include "platform/linux/pidfile.h"

#include <sys/stat.h>

#define MOST_BYTES 64

EctlPidFile
ectl_pidfile_read (const EctlHost *host, const char *path)
{
  g_autofree char *file = ectl_host_path (host, path);
  EctlPidFile found = { 0 };
  struct stat info;

  if (stat (file, &info) < 0 || !S_ISREG (info.st_mode))
    return found;
  g_autofree char *text = ectl_host_read_file (host, path, MOST_BYTES, NULL, NULL);
  char *end = text;
  gint64 pid = text != NULL ? g_ascii_strtoll (text, &end, 10) : 0;
  found.there = TRUE;
  found.written_us = (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
  if (end != text && *g_strstrip (end) == '\0' && pid > 0)
    found.pid = pid;
  return found;
}

EctlProcess *
ectl_pidfile_find_engine (const EctlHost *host, const EctlPidFile *file)
{
  g_autoptr (EctlProcess) process = file->pid > 0 ? ectl_process_read (host, file->pid, NULL) : NULL;
  if (process == NULL || process->foreign || process->role != ECTL_ROLE_ENGINE || process->run_state == 'Z' || process->run_state == 'X')
    return NULL;
  return g_steal_pointer (&process);
}
