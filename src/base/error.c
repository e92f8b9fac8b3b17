/* SPDX-License-Identifier: Apache-2.0 */
/* The error domain: a GError that carries a hint, a finding and the evidence. */
#include "base/error.h"

#include <errno.h>

typedef struct {
  char *hint;
  char *finding;
  char *evidence;
} EctlErrorPrivate;

static void
ectl_error_private_init (EctlErrorPrivate *priv)
{
  *priv = (EctlErrorPrivate){ 0 };
}

static void
ectl_error_private_copy (const EctlErrorPrivate *source, EctlErrorPrivate *copy)
{
  copy->hint = g_strdup (source->hint);
  copy->finding = g_strdup (source->finding);
  copy->evidence = g_strdup (source->evidence);
}

static void
ectl_error_private_clear (EctlErrorPrivate *priv)
{
  g_free (priv->hint);
  g_free (priv->finding);
  g_free (priv->evidence);
}

G_DEFINE_EXTENDED_ERROR (EctlError, ectl_error)

static EctlErrorPrivate *
private_of (const GError *error)
{
  return error != NULL && error->domain == ECTL_ERROR ? ectl_error_get_private (error) : NULL;
}

const char *
ectl_error_get_hint (const GError *error)
{
  EctlErrorPrivate *priv = private_of (error);
  return priv != NULL ? priv->hint : NULL;
}

const char *
ectl_error_get_finding (const GError *error)
{
  EctlErrorPrivate *priv = private_of (error);
  return priv != NULL ? priv->finding : NULL;
}

const char *
ectl_error_get_evidence (const GError *error)
{
  EctlErrorPrivate *priv = private_of (error);
  return priv != NULL ? priv->evidence : NULL;
}

static void
replace (char **field, const char *value)
{
  char *copy = g_strdup (value);
  g_free (*field);
  *field = copy;
}

void
ectl_error_set_hint (GError *error, const char *hint)
{
  EctlErrorPrivate *priv = private_of (error);
  if (priv != NULL)
    replace (&priv->hint, hint);
}

void
ectl_error_set_finding (GError *error, const char *finding, const char *evidence)
{
  EctlErrorPrivate *priv = private_of (error);
  if (priv == NULL)
    return;
  replace (&priv->finding, finding);
  replace (&priv->evidence, evidence);
}

void
ectl_set_error (GError **error, EctlErrorCode code, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (ECTL_ERROR, (gint) code, format, args));
  va_end (args);
}

static EctlErrorCode
code_of_errno (int errnum)
{
  switch (errnum)
    {
    case EACCES:
    case EPERM:
      return ECTL_ERROR_NOT_PERMITTED;
    case ETIMEDOUT:
      return ECTL_ERROR_DEADLINE;
    case ENOSYS:
    case EOPNOTSUPP:
      return ECTL_ERROR_NOT_SUPPORTED;
    default:
      return ECTL_ERROR_FAILED;
    }
}

void
ectl_set_error_errno (GError **error, int errnum, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  ectl_set_error (error, code_of_errno (errnum), "%s: %s", what, g_strerror (errnum));
}
