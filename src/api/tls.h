/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over a stream, in a module (enginectl/tls.so) that is opened when an endpoint needs it. */
#pragma once

#include "platform/stream.h"

typedef struct {
  char *ca;          /* PEM file of the authorities, or NULL: the system's */
  char *certificate; /* the client's, or NULL */
  char *key;
  gboolean verify; /* check chain and name of the far side */
} EctlTlsFiles;

void ectl_tls_files_free (EctlTlsFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlTlsFiles, ectl_tls_files_free)

/* The handshake with the server NAME over INNER, which is taken over (closed on failure too). ECTL_ERROR_NOT_SUPPORTED where the module is not
 * installed; every fault of a certificate has a sentence of its own: expired (since when), of another name (which), of another authority, client certificate refused. */
EctlStream *ectl_tls_wrap (EctlStream *inner, const char *name, const EctlTlsFiles *files, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean ectl_tls_is_available (void);

/* What the module needs of the library: an extended error domain can be registered only once, so the module has none of its own. */
typedef struct {
  void (*set_error) (GError **error, EctlErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);
  void (*set_hint) (GError *error, const char *hint);
  void (*set_finding) (GError *error, const char *finding, const char *evidence);
  char *(*read_file) (const char *file, gsize limit, gsize *length, GError **error); /* ectl_system_read_file */
} EctlTlsHost;

/* The one symbol of the module. HOST outlives every stream. */
#define ECTL_TLS_MODULE "tls.so"
#define ECTL_TLS_SYMBOL "ectl_tls_module_wrap"
typedef EctlStream *(*EctlTlsWrapFunc) (const EctlTlsHost *host, EctlStream *inner, const char *name, const EctlTlsFiles *files, EctlCall *call,
                                        GError **error);
