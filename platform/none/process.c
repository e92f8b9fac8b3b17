/* SPDX-License-Identifier: Apache-2.0 */
/* Processes cannot be looked at on this system: there are none to be seen, and asking for all of them says so. */
#include "platform/process.h"

#include "base/error.h"
#include "base/i18n.h"

static gboolean
not_supported (GError **error)
{
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("processes cannot be looked at on this system"));
  return FALSE;
}

EctlRole
ectl_role_of_program (const char *name)
{
  (void) name;
  return ECTL_ROLE_OTHER;
}

gboolean
ectl_process_is_desktop (const EctlProcess *process)
{
  (void) process;
  return FALSE;
}

EctlProcess *
ectl_process_read (const EctlHost *host, gint64 pid, GError **error)
{
  (void) host;
  (void) pid;
  not_supported (error);
  return NULL;
}

gboolean
ectl_process_is_alive (const EctlHost *host, const EctlProcess *process)
{
  (void) host;
  (void) process;
  return FALSE;
}

void
ectl_process_list_free (EctlProcessList *list)
{
  g_free (list);
}

EctlProcessList *
ectl_processes_scan (const EctlHost *host, gboolean all, EctlCall *call, GError **error)
{
  (void) host;
  (void) all;
  (void) call;
  not_supported (error);
  return NULL;
}

GArray *
ectl_processes_find_engines (const EctlHost *host)
{
  (void) host;
  return g_array_new (FALSE, FALSE, sizeof (gint64));
}

GPtrArray *
ectl_process_find_companions (const EctlHost *host, gint64 pid)
{
  (void) host;
  (void) pid;
  return g_ptr_array_new_with_free_func ((GDestroyNotify) ectl_process_free);
}

gboolean
ectl_process_signal (const EctlHost *host, const EctlProcess *process, EctlSignal signal, GError **error)
{
  (void) host;
  (void) process;
  (void) signal;
  return not_supported (error);
}

gboolean
ectl_process_wait_gone (const EctlHost *host, const EctlProcess *process, EctlCall *call, GError **error)
{
  (void) host;
  (void) process;
  (void) call;
  return not_supported (error);
}

char **
ectl_process_get_argv (const EctlHost *host, gint64 pid)
{
  (void) host;
  (void) pid;
  return NULL;
}

char *
ectl_process_getenv (const EctlHost *host, gint64 pid, const char *name)
{
  (void) host;
  (void) pid;
  (void) name;
  return NULL;
}

gboolean
ectl_processes_are_hidden (const EctlHost *host)
{
  (void) host;
  return TRUE;
}
