/* SPDX-License-Identifier: Apache-2.0 */
/* The text of what is installed: templates, and words as their readers want them quoted. Pure. */
#pragma once

#include <glib.h>

typedef struct {
  const char *mark;  /* "@DOCKERD@" */
  const char *value; /* NULL: a line with this mark is left out */
} EctlInstallMark;

/* TEMPLATE with its marks replaced; what a value brings is not looked at again. MARKS ends with a NULL mark. Free it. */
char *ectl_install_fill (const char *template, const EctlInstallMark *marks);

/* WORD as one word of a unit file: an assignment of Environment=, or the program of ExecStart=. Free it. */
char *ectl_install_quote_unit (const char *word);
/* Does systemd start a program with such a path? */
gboolean ectl_install_fits_unit (const char *path);

/* The folders of PROGRAMS (absolute paths; NULL ones do not count) that the search path STANDARD lacks, each once: "/opt/docker/bin:/opt/x". NULL where there are none.
 * Free it. */
char *ectl_install_folders (const char *const *programs, guint count, const char *standard);
