/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and opening the TLS module. */
#include "api/tls.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/places.h"
#include "platform/system.h"

void
ectl_tls_files_free (EctlTlsFiles *files)
{
  if (files == NULL)
    return;
  g_free (files->ca);
  g_free (files->certificate);
  g_free (files->key);
  g_free (files);
}

static char *
find_module (void)
{
  static const char *const beside[] = { "enginectl", "../lib/enginectl", NULL };
  return ectl_place_find (beside, ECTL_TLS_MODULE, ECTL_MODULE_DIR);
}

gboolean
ectl_tls_is_available (void)
{
  g_autofree char *file = find_module ();
  return file != NULL;
}

EctlStream *
ectl_tls_wrap (EctlStream *inner, const char *name, const EctlTlsFiles *files, EctlCall *call, GError **error)
{
  static const EctlTlsHost host = { ectl_set_error, ectl_error_set_hint, ectl_error_set_finding, ectl_system_read_file };
  g_autofree char *file = find_module ();

  if (file == NULL)
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("TLS is not supported by this build: the module %s is not installed"), ECTL_TLS_MODULE);
  EctlTlsWrapFunc wrap = file != NULL ? (EctlTlsWrapFunc) ectl_system_open_module (file, ECTL_TLS_SYMBOL, error) : NULL;
  if (wrap != NULL)
    return wrap (&host, inner, name, files, call, error);
  ectl_stream_close (inner);
  return NULL;
}
