/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the known word that a wrong one is nearest to. */
#pragma once

#include <glib.h>

/* NULL where none is near enough. WORDS is NULL-terminated; the answer is one of them. */
const char *suggest (const char *word, const char *const *words);
