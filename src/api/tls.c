/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and opening the TLS module. */
#include "api/tls.h"

#include "base/error.h"
#include "base/i18n.h"
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

/* Beside the library, or in the lib folder beside the program's bin: so the tree works wherever it is laid; last, where it was installed. */
static char *
find_module (void)
{
  static const char *const places[] = { "enginectl", "../lib/enginectl" };
  g_autofree char *own = ectl_system_own_dir ();
  char *file;

  for (guint i = 0; own != NULL && i < G_N_ELEMENTS (places); i++)
    {
      file = g_build_filename (own, places[i], ECTL_TLS_MODULE, NULL);
      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        return file;
      g_free (file);
    }
  file = g_build_filename (ECTL_MODULE_DIR, ECTL_TLS_MODULE, NULL);
  if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return file;
  g_free (file);
  return NULL;
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
  g_autofree char *file = find_module ();

  if (file == NULL)
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("TLS is not supported by this build: the module %s is not installed"), ECTL_TLS_MODULE);
  EctlTlsWrapFunc wrap = file != NULL ? (EctlTlsWrapFunc) ectl_system_open_module (file, ECTL_TLS_SYMBOL, error) : NULL;
  if (wrap != NULL)
    return wrap (inner, name, files, call, error);
  ectl_stream_close (inner);
  return NULL;
}
