/* SPDX-License-Identifier: Apache-2.0 */
/* Making errors: the one domain, with what to do next, the finding that was recognised and the evidence. */
#pragma once

#include "enginectl.h"

/* Sets ERROR (which may be NULL) like g_set_error. FORMAT is translated: "cannot stop docker.service: not permitted (…)". */
void ectl_set_error (GError **error, EctlErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* The same from errno: the code that fits ERRNUM (EACCES, EPERM: not permitted; ETIMEDOUT: deadline; else failed), and the
 * system's words after the formatted ones: "cannot read /etc/x: Permission denied". */
void ectl_set_error_errno (GError **error, int errnum, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Adds to an error of our domain that is already set; no effect on a NULL one. Each replaces what was there. */
void ectl_error_set_hint (GError *error, const char *hint);
void ectl_error_set_finding (GError *error, const char *finding, const char *evidence);

/* Is ERROR of our domain with CODE? */
static inline gboolean
ectl_error_is (const GError *error, EctlErrorCode code)
{
  return g_error_matches (error, ECTL_ERROR, (gint) code);
}
