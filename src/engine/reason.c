/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences for the grounds of the verdict. */
#include "engine/reason.h"

#include "base/i18n.h"

static char *
name_of (const EctlProcess *process)
{
  return g_strdup_printf ("%s[%" G_GINT64_FORMAT "]", process->name, process->pid);
}

static char *
seconds_of (gint64 ms)
{
  return g_strdup_printf (_ ("%.0f s"), (double) ms / 1000);
}

static char *
reason_with_process (const EctlSnapshot *s)
{
  g_autofree char *process = name_of (s->process);
  g_autofree char *age = seconds_of (s->process->age_ms);
  const char *endpoint = s->endpoint->path != NULL ? s->endpoint->path : s->endpoint->url;

  switch (s->ground)
    {
    case ECTL_GROUND_NOT_ASKED:
      return g_strdup_printf (_ ("%s runs and listens; this user may not ask it (no access to %s)"), process, endpoint);
    case ECTL_GROUND_BY_HAND:
      return g_strdup_printf (_ ("%s answers, but %s does not own it; it was started by hand"), process, s->belief->service->name);
    case ECTL_GROUND_PATH_ASTRAY:
      return g_strdup_printf (_ ("%s runs, but %s is gone or leads elsewhere"), process, endpoint);
    case ECTL_GROUND_API_ERROR:
      return g_strdup_printf (_ ("%s runs, but its API fails: %s"), process, s->api->error != NULL ? s->api->error : "5xx");
    case ECTL_GROUND_HALTED:
      return g_strdup_printf (_ ("the socket accepts, the API is silent; %s is stopped by a signal (state T)"), process);
    case ECTL_GROUND_SILENT:
      return g_strdup_printf (_ ("the socket accepts, the API of %s is silent"), process);
    case ECTL_GROUND_SILENT_YOUNG:
      return g_strdup_printf (_ ("%s is %s old and does not answer yet"), process, age);
    case ECTL_GROUND_NOT_LISTENING_YOUNG:
      return g_strdup_printf (_ ("%s is %s old and does not listen on %s yet"), process, age, endpoint);
    case ECTL_GROUND_NOT_LISTENING:
      return g_strdup_printf (_ ("%s runs, but does not listen on %s"), process, endpoint);
    default:
      return NULL;
    }
}

static char *
reason_of_failure (const EctlService *service)
{
  if (service->restarts > 0)
    return g_strdup_printf (ngettext_ ("%s failed (%s) after %" G_GINT64_FORMAT " automatic restart",
                                       "%s failed (%s) after %" G_GINT64_FORMAT " automatic restarts", (gulong) service->restarts),
                            service->name, service->result, service->restarts);
  return g_strdup_printf (_ ("%s failed (%s)"), service->name, service->result);
}

static gboolean
starts_at_login (const EctlBelief *belief)
{
  return belief->waits_for_login && g_strcmp0 (belief->service->enabled, "enabled") == 0;
}

static char *
reason_when_stopped (const EctlBelief *belief)
{
  const EctlService *service = belief->service;

  if (belief->masked)
    return g_strdup_printf (_ ("%s is masked: nothing can start it"), service->name);
  if (!service->installed)
    return g_strdup_printf (_ ("there is an engine program, but no service %s"), service->name);
  if (belief->bad_setting)
    return g_strdup_printf (_ ("%s cannot be loaded: %s"), service->name, belief->load_error != NULL ? belief->load_error : service->load);
  if (service->socket != NULL && g_strcmp0 (service->socket->active, "failed") == 0)
    return g_strdup_printf (_ ("it stays so until asked; %s failed"), service->socket->name);
  if (starts_at_login (belief))
    return g_strdup (_ ("it stays so until asked or its user logs in"));
  switch (service->at_boot)
    {
    case ECTL_AT_BOOT_YES:
      return g_strdup (_ ("it stays so until asked or booted"));
    case ECTL_AT_BOOT_ON_DEMAND:
      return g_strdup (_ ("it stays so until asked; after the next boot the first client starts it"));
    case ECTL_AT_BOOT_NO:
      return g_strdup (_ ("it stays so until asked; it does not start at boot (disabled)"));
    default:
      return g_strdup (_ ("it stays so until asked"));
    }
}

char *
ectl_reason (const EctlSnapshot *s)
{
  const EctlService *service = s->belief->service;

  switch (s->ground)
    {
    case ECTL_GROUND_NO_PROGRAM:
      return g_strdup (service->installed ? _ ("no engine program; a service file was left over") : _ ("no engine program, no service"));
    case ECTL_GROUND_DEACTIVATING:
      return g_strdup_printf (_ ("%s is deactivating (%s)"), service->name, service->sub);
    case ECTL_GROUND_STOP_QUEUED:
      return g_strdup_printf (_ ("a stop of %s is queued"), service->name);
    case ECTL_GROUND_ACTIVATING:
      return g_strdup_printf (_ ("%s is activating (%s)"), service->name, service->sub);
    case ECTL_GROUND_UNIT_FAILED:
      return reason_of_failure (service);
    case ECTL_GROUND_AUTO_RESTART:
      return g_strdup_printf (_ ("%s failed (%s) and waits for its next automatic restart"), service->name, service->result);
    case ECTL_GROUND_PID_FILE_LEFT:
      return g_strdup (_ ("the engine died and left its pid file"));
    case ECTL_GROUND_ONLY_BELIEVED:
      return g_strdup_printf (_ ("%s says started, but there is no engine process"), service->name);
    case ECTL_GROUND_PROCESS_MISSING:
      return g_strdup_printf (_ ("%s is %s, but its process is missing"), service->name, service->active);
    case ECTL_GROUND_HIDDEN:
      return g_strdup (_ ("the processes of others are hidden here (/proc), and the API does not answer"));
    case ECTL_GROUND_ARMED:
      return g_strdup_printf (_ ("the first client that connects to %s starts it"), service->socket->name);
    case ECTL_GROUND_STOPPED:
      return reason_when_stopped (s->belief);
    default:
      return s->process != NULL ? reason_with_process (s) : NULL;
    }
}

char *
ectl_unmask_command (const EctlHost *host, const EctlBelief *belief)
{
  const EctlService *service = belief->service;
  g_autofree char *command =
      g_strconcat ("systemctl unmask ", service->name, service->socket != NULL ? " " : NULL, service->socket != NULL ? service->socket->name : NULL, NULL);
  return ectl_host_root_command (host, command);
}

/* What has neither a program nor a service that enginectl could make comes as a package. */
static char *
remedy_without_program (const EctlBelief *belief)
{
  return g_strdup (belief->program != NULL ? _ ("install Docker Desktop (package docker-desktop)")
                                           : _ ("install Docker Engine (packages docker.io or docker-ce)"));
}

char *
ectl_remedy (const EctlHost *host, const EctlSnapshot *s)
{
  const EctlBelief *belief = s->belief;

  switch (s->state)
    {
    case ECTL_STATE_HUNG:
    case ECTL_STATE_DEGRADED:
      return ectl_host_root_command (host, s->process != NULL && !s->evidence.process_is_its ? "enginectl stop --force" : "enginectl restart");
    case ECTL_STATE_UNMANAGED:
      return ectl_host_root_command (host, "enginectl stop --force");
    case ECTL_STATE_NOT_INSTALLED:
      return remedy_without_program (belief);
    case ECTL_STATE_RUNNING:
      /* Docker Desktop is meant to come with its user's session. */
      if (starts_at_login (belief))
        return belief->program == NULL ? g_strdup ("loginctl enable-linger") : NULL;
      return belief->service->enabled != NULL && belief->service->at_boot == ECTL_AT_BOOT_NO ? ectl_host_root_command (host, "enginectl enable") : NULL;
    case ECTL_STATE_STOPPED:
    case ECTL_STATE_ARMED:
    case ECTL_STATE_FAILED:
      if (belief->masked)
        return ectl_unmask_command (host, belief);
      if (!belief->service->installed && belief->program != NULL)
        return remedy_without_program (belief);
      if (!belief->service->installed)
        return ectl_host_root_command (host, "enginectl install");
      return ectl_host_root_command (host, "enginectl start");
    default:
      return NULL;
    }
}
