/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON documents of the program: every key is always there, null where nothing is known. */
#pragma once

#include <jansson.h>

#include "enginectl.h"

json_t *json_of_status (const EctlStatus *status);
json_t *json_of_action (const EctlAction *action);
json_t *json_of_ping (const EctlPing *ping, gboolean with_engine);
json_t *json_of_probe (const EctlProbe *probe);
json_t *json_of_change (const EctlChange *change);
json_t *json_of_log_line (const EctlLogLine *line);

/* A string, or null. */
json_t *json_text (const char *text);
/* Milliseconds with three decimals, or null for a negative number. */
json_t *json_ms (double ms);

/* The object {"code","message","hint","finding"}. */
json_t *json_of_error (const GError *error);

/* Prints DOCUMENT (taken over) as one line on standard output. */
void json_print (json_t *document);

/* The document of a fault that has no document of its own: {"schema":"enginectl.error/1","error":…}. */
void json_print_error (const GError *error);
