/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the one engine that is supervised: only to a socket or port that its own process holds. */
#include "supervise/ask.h"

#include "engine/listening.h"
#include "engine/stop-time.h"
#include "platform/process.h"

/* Who supervises has other things to wait for. */
#define ASK_MS 500

static EctlEndpoint *
find_endpoint (const EctlHost *host, gint64 pid)
{
  g_autoptr (GPtrArray) sockets = ectl_listeners_of_process (host, pid, NULL, NULL, NULL);

  for (guint i = 0; sockets != NULL && i < sockets->len; i++)
    {
      EctlEndpoint *endpoint = ectl_endpoint_of_listener (sockets->pdata[i]);
      if (endpoint != NULL)
        return endpoint;
    }
  g_autoptr (GPtrArray) ports = ectl_ports_of_process (host, pid, NULL);
  return ports != NULL && ports->len > 0 ? ectl_endpoint_of_listener (ports->pdata[0]) : NULL;
}

static EctlCall *
begin_call (void)
{
  EctlCall *call = ectl_call_new (ASK_MS);
  ectl_call_begin (call, ECTL_CALL_READ, ASK_MS);
  return call;
}

gboolean
ectl_ask_whether_ready (EctlHost *host, gint64 pid)
{
  g_autoptr (EctlEndpoint) endpoint = find_endpoint (host, pid);
  g_autoptr (EctlApi) api = g_new0 (EctlApi, 1);

  if (endpoint == NULL)
    return FALSE;
  g_autoptr (EctlDocker) docker = ectl_docker_new (host, endpoint, NULL);
  g_autoptr (EctlCall) call = begin_call ();
  EctlAnswer answer = ectl_docker_ping (docker, api, call);
  return answer == ECTL_ANSWER_OK || answer == ECTL_ANSWER_OTHER;
}

gint64
ectl_ask_stop_seconds (EctlHost *host, gint64 pid, gboolean ready)
{
  g_autoptr (EctlProcess) process = ectl_process_read (host, pid, NULL);
  g_autoptr (EctlEndpoint) endpoint = ready ? find_endpoint (host, pid) : NULL;
  g_autoptr (EctlDocker) docker = endpoint != NULL ? ectl_docker_new (host, endpoint, NULL) : NULL;
  g_autoptr (EctlCall) call = begin_call ();
  g_autoptr (EctlWorkload) workload = docker != NULL ? ectl_docker_get_workload (docker, call, NULL) : NULL;

  return ectl_stop_seconds (host, process, workload);
}
