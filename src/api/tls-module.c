/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS module: GnuTLS over a stream. It waits only through the stream that it wraps. */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "api/tls.h"
#include "base/i18n.h"

typedef struct {
  EctlStream base;
  const EctlTlsHost *host;
  EctlStream *inner;
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
  char *name; /* of the far side, for people */
  gboolean has_certificate;
  /* Of the operation that is under way: GnuTLS calls back for bytes. */
  EctlCall *call;
  GError *why;
} TlsStream;

static ssize_t
pull (gnutls_transport_ptr_t data, void *buffer, size_t n)
{
  TlsStream *tls = data;
  gssize got = tls->why == NULL ? tls->inner->klass->read (tls->inner, buffer, n, tls->call, &tls->why) : -1;
  if (got < 0)
    gnutls_transport_set_errno (tls->session, EIO);
  return got;
}

static ssize_t
push (gnutls_transport_ptr_t data, const void *bytes, size_t n)
{
  TlsStream *tls = data;
  gboolean was_well = tls->why == NULL;
  if (was_well && tls->inner->klass->write (tls->inner, bytes, n, tls->call, &tls->why))
    return (ssize_t) n;
  /* A far side that refuses us sends an alert and closes. Then our bytes fail first, and GnuTLS would read no more: the alert says why. */
  if (was_well && tls->why->code == ECTL_ERROR_FAILED)
    {
      g_clear_error (&tls->why);
      return (ssize_t) n;
    }
  gnutls_transport_set_errno (tls->session, EIO);
  return -1;
}

/* --- what went wrong -------------------------------------------------------------------------------------------------------- */

static char *
date_of (time_t when)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (when);
  return date != NULL ? g_date_time_format (date, "%Y-%m-%d") : g_strdup ("?");
}

static void
add_address (GString *names, const guint8 *bytes, gsize size)
{
  for (gsize i = 0; size == 4 && i < size; i++)
    g_string_append_printf (names, i > 0 ? ".%u" : "%u", bytes[i]);
  for (gsize i = 0; size == 16 && i < size; i += 2)
    g_string_append_printf (names, i > 0 ? ":%x" : "%x", (guint) bytes[i] << 8 | bytes[i + 1]);
}

/* The names and addresses that the certificate has, for the one that it lacks. */
static char *
names_of (gnutls_x509_crt_t certificate)
{
  GString *names = g_string_new (NULL);
  char name[256];

  for (guint i = 0; i < 8; i++)
    {
      size_t size = sizeof name - 1;
      int type = gnutls_x509_crt_get_subject_alt_name (certificate, i, name, &size, NULL);
      if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        break;
      if (type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_IPADDRESS)
        g_string_append (names, names->len > 0 ? ", " : "");
      if (type == GNUTLS_SAN_DNSNAME)
        g_string_append_len (names, name, (gssize) size);
      else if (type == GNUTLS_SAN_IPADDRESS)
        add_address (names, (const guint8 *) name, size);
    }
  g_autofree char *raw = g_string_free (names, FALSE);
  return g_utf8_make_valid (raw, -1);
}

static gnutls_x509_crt_t
peer_certificate (TlsStream *tls)
{
  guint n = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (tls->session, &n);
  gnutls_x509_crt_t certificate = NULL;

  if (chain == NULL || n == 0 || gnutls_x509_crt_init (&certificate) < 0)
    return NULL;
  if (gnutls_x509_crt_import (certificate, &chain[0], GNUTLS_X509_FMT_DER) < 0)
    {
      gnutls_x509_crt_deinit (certificate);
      return NULL;
    }
  return certificate;
}

static void
fail_verification (TlsStream *tls, GError **error)
{
  const char *name = tls->name;
  guint status = gnutls_session_get_verify_cert_status (tls->session);
  gnutls_x509_crt_t certificate = peer_certificate (tls);
  g_autofree char *names = certificate != NULL ? names_of (certificate) : g_strdup ("");
  g_autofree char *until = date_of (certificate != NULL ? gnutls_x509_crt_get_expiration_time (certificate) : 0);
  g_autofree char *since = date_of (certificate != NULL ? gnutls_x509_crt_get_activation_time (certificate) : 0);
  const char *finding = "tls-server-cert-expired-or-san";

  if (status & GNUTLS_CERT_EXPIRED)
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("the certificate of %s expired on %s"), name, until);
  else if (status & GNUTLS_CERT_NOT_ACTIVATED)
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("the certificate of %s is not valid before %s (is this host's clock right?)"), name, since);
  else if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("the certificate of %s is signed by an unknown authority (ca.pem does not fit)"), name);
  else if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("the certificate is not for %s, but for: %s"), name, *names != '\0' ? names : _ ("no name at all"));
  else
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("the certificate of %s is not trusted (0x%x)"), name, status);
  if (error != NULL)
    tls->host->set_finding (*error, finding, NULL);
  if (certificate != NULL)
    gnutls_x509_crt_deinit (certificate);
}

/* What the far side says about our certificate: these alerts have no other reason. A handshake that just fails has none better where we had nothing to show. */
static gboolean
is_about_certificate (const TlsStream *tls, gnutls_alert_description_t alert)
{
  switch (alert)
    {
    case GNUTLS_A_BAD_CERTIFICATE:
    case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
    case GNUTLS_A_CERTIFICATE_REVOKED:
    case GNUTLS_A_CERTIFICATE_EXPIRED:
    case GNUTLS_A_CERTIFICATE_UNKNOWN:
    case GNUTLS_A_UNKNOWN_CA:
    case GNUTLS_A_ACCESS_DENIED:
    case GNUTLS_A_CERTIFICATE_REQUIRED:
      return TRUE;
    default:
      return alert == GNUTLS_A_HANDSHAKE_FAILURE && !tls->has_certificate;
    }
}

static void
fail_alert (TlsStream *tls, GError **error)
{
  gnutls_alert_description_t alert = gnutls_alert_get (tls->session);
  const char *words = gnutls_alert_get_name (alert);

  if (!is_about_certificate (tls, alert))
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("%s broke the TLS connection off: %s"), tls->name, words);
  else if (tls->has_certificate)
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("%s refused the client certificate (cert.pem, key.pem): %s"), tls->name, words);
  else
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("%s requires a client certificate (there are no cert.pem and key.pem): %s"), tls->name, words);
  if (error != NULL && is_about_certificate (tls, alert))
    tls->host->set_finding (*error, "tls-client-cert-rejected", NULL);
}

static gboolean
is_no_tls (int code)
{
  return code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH || code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET || code == GNUTLS_E_UNEXPECTED_PACKET
         || code == GNUTLS_E_RECORD_OVERFLOW;
}

/* One sentence for each fault that a person can mend. */
static void
fail_session (TlsStream *tls, int code, GError **error)
{
  if (tls->why != NULL)
    g_propagate_error (error, g_steal_pointer (&tls->why));
  else if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
    fail_verification (tls, error);
  else if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
    fail_alert (tls, error);
  else if (is_no_tls (code))
    {
      tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("what answers at %s does not speak TLS, and was asked with it"), tls->name);
      if (error == NULL)
        return;
      tls->host->set_hint (*error, "unset DOCKER_TLS_VERIFY");
      tls->host->set_finding (*error, "tls-plain-mismatch", NULL);
    }
  else
    tls->host->set_error (error, ECTL_ERROR_FAILED, _ ("TLS with %s failed: %s"), tls->name, gnutls_strerror (code));
}

/* --- the stream ------------------------------------------------------------------------------------------------------------- */

static gssize
tls_read (EctlStream *stream, void *buffer, gsize n, EctlCall *call, GError **error)
{
  TlsStream *tls = (TlsStream *) stream;
  ssize_t got;

  tls->call = call;
  do
    got = gnutls_record_recv (tls->session, buffer, n);
  while (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED);
  if (got == GNUTLS_E_PREMATURE_TERMINATION && tls->why == NULL)
    return 0;
  if (got < 0)
    fail_session (tls, (int) got, error);
  return got < 0 ? -1 : got;
}

static gboolean
tls_write (EctlStream *stream, const void *bytes, gsize n, EctlCall *call, GError **error)
{
  TlsStream *tls = (TlsStream *) stream;
  ssize_t sent = 0;

  tls->call = call;
  for (gsize at = 0; at < n; at += (gsize) sent)
    {
      sent = gnutls_record_send (tls->session, (const char *) bytes + at, n - at);
      if (sent <= 0)
        {
          fail_session (tls, (int) sent, error);
          return FALSE;
        }
    }
  return TRUE;
}

static void
tls_close (EctlStream *stream)
{
  TlsStream *tls = (TlsStream *) stream;

  if (tls->session != NULL)
    gnutls_deinit (tls->session);
  if (tls->credentials != NULL)
    gnutls_certificate_free_credentials (tls->credentials);
  ectl_stream_close (tls->inner);
  g_clear_error (&tls->why);
  g_free (tls->name);
  g_free (tls);
}

static int
tls_get_fd (EctlStream *stream)
{
  TlsStream *tls = (TlsStream *) stream;
  return tls->inner->klass->get_fd (tls->inner);
}

static const EctlStreamClass tls_class = { tls_read, tls_write, tls_close, tls_get_fd };

/* --- the handshake ------------------------------------------------------------------------------------------------------------ */

/* A bundle of every authority of the world has about 200 KiB. */
#define MOST_PEM_BYTES (4 * 1024 * 1024)

/* GnuTLS would open a FIFO and wait, and read a device without end. */
static gboolean
read_pem (TlsStream *tls, const char *file, gnutls_datum_t *pem, GError **error)
{
  g_autoptr (GError) why = NULL;
  gsize length = 0;

  pem->data = (guchar *) tls->host->read_file (file, MOST_PEM_BYTES, &length, &why);
  pem->size = (guint) length;
  if (pem->data == NULL)
    tls->host->set_error (error, ECTL_ERROR_BAD_CONFIG, "%s", why->message);
  return pem->data != NULL;
}

static gboolean
load_authorities (TlsStream *tls, const EctlTlsFiles *files, GError **error)
{
  gnutls_datum_t pem = { 0 };

  if (files->ca != NULL && !read_pem (tls, files->ca, &pem, error))
    return FALSE;
  int code = files->ca != NULL ? gnutls_certificate_set_x509_trust_mem (tls->credentials, &pem, GNUTLS_X509_FMT_PEM)
                               : gnutls_certificate_set_x509_system_trust (tls->credentials);
  g_free (pem.data);
  if (!files->verify || code > 0 || (code == 0 && files->ca == NULL))
    return TRUE;
  tls->host->set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("cannot use the authorities in %s: %s"), files->ca != NULL ? files->ca : _ ("the system's store"),
                        code < 0 ? gnutls_strerror (code) : _ ("there is no certificate in it"));
  return FALSE;
}

static gboolean
load_own_certificate (TlsStream *tls, const EctlTlsFiles *files, GError **error)
{
  gnutls_datum_t certificate = { 0 }, key = { 0 };

  if (files->certificate == NULL)
    return TRUE;
  gboolean ok = read_pem (tls, files->certificate, &certificate, error) && read_pem (tls, files->key, &key, error);
  int code = ok ? gnutls_certificate_set_x509_key_mem (tls->credentials, &certificate, &key, GNUTLS_X509_FMT_PEM) : 0;
  g_free (certificate.data);
  g_free (key.data);
  tls->has_certificate = ok && code >= 0;
  if (code < 0)
    tls->host->set_error (error, ECTL_ERROR_BAD_CONFIG, _ ("cannot use the client certificate %s with the key %s: %s"), files->certificate, files->key,
                          gnutls_strerror (code));
  return tls->has_certificate;
}

static gboolean
shake_hands (TlsStream *tls, GError **error)
{
  int code;

  do
    code = gnutls_handshake (tls->session);
  while (code < 0 && tls->why == NULL && !gnutls_error_is_fatal (code));
  if (code < 0)
    fail_session (tls, code, error);
  return code >= 0;
}

__attribute__ ((visibility ("default"))) EctlStream *ectl_tls_module_wrap (const EctlTlsHost *host, EctlStream *inner, const char *name,
                                                                           const EctlTlsFiles *files, EctlCall *call, GError **error);

EctlStream *
ectl_tls_module_wrap (const EctlTlsHost *host, EctlStream *inner, const char *name, const EctlTlsFiles *files, EctlCall *call, GError **error)
{
  TlsStream *tls = g_new0 (TlsStream, 1);
  gboolean is_address = g_hostname_is_ip_address (name);

  *tls = (TlsStream){ .base.klass = &tls_class, .host = host, .inner = inner, .name = g_strdup (name), .call = call };
  gnutls_certificate_allocate_credentials (&tls->credentials);
  gnutls_init (&tls->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
  gnutls_set_default_priority (tls->session);
  gnutls_credentials_set (tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
  gnutls_transport_set_ptr (tls->session, tls);
  gnutls_transport_set_pull_function (tls->session, pull);
  gnutls_transport_set_push_function (tls->session, push);
  if (!is_address)
    gnutls_server_name_set (tls->session, GNUTLS_NAME_DNS, name, strlen (name));
  if (files->verify)
    gnutls_session_set_verify_cert (tls->session, name, 0);
  if (load_authorities (tls, files, error) && load_own_certificate (tls, files, error) && shake_hands (tls, error))
    return &tls->base;
  tls_close (&tls->base);
  return NULL;
}
