/* SPDX-License-Identifier: Apache-2.0 */
/* Files that belong to the library, found relative to where it lies, so that an installed tree works wherever it is laid. */
#pragma once

#include <glib.h>

/* The first that exists: NAME in BESIDE (relative to the folder of the library or the program), each of its words in turn; else INSTALLED. NULL where
 * there is none. BESIDE is NULL-terminated. Free it. */
char *ectl_place_find (const char *const *beside, const char *name, const char *installed);
