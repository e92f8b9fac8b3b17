/* SPDX-License-Identifier: Apache-2.0 */
/* No endpoint can be reached on this system. */
#include "platform/stream.h"

#include "base/error.h"
#include "base/i18n.h"

static EctlStream *
not_supported (EctlConnectResult *result, GError **error)
{
  *result = ECTL_CONNECT_FAILED;
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("endpoints cannot be reached on this system"));
  return NULL;
}

EctlStream *
ectl_stream_open_local (const char *path, EctlCall *call, EctlConnectResult *result, GError **error)
{
  (void) path;
  (void) call;
  return not_supported (result, error);
}

EctlStream *
ectl_stream_open_tcp (const char *host, guint16 port, EctlCall *call, EctlConnectResult *result, GError **error)
{
  (void) host;
  (void) port;
  (void) call;
  return not_supported (result, error);
}

EctlStream *
ectl_stream_spawn (const char *const *argv, EctlCall *call, GError **error)
{
  EctlConnectResult ignored;
  (void) argv;
  (void) call;
  return not_supported (&ignored, error);
}

gboolean
ectl_pass_through (const char *const *argv, int *code, GError **error)
{
  (void) argv;
  *code = 0;
  ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("programs cannot be started by this build"));
  return FALSE;
}
