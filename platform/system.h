/* SPDX-License-Identifier: Apache-2.0 */
/* Door: the few things about the machine and the caller that only the operating system knows. */
#pragma once

#include <glib.h>

guint ectl_system_uid (void);

/* Name and home of the user UID, or (UID -1) of the user called NAME; either may come back NULL. Both are to be freed. FALSE where there is no such user.
 * /etc/passwd is read first, the name service only for a user that is not in it. */
gboolean ectl_system_find_user (guint uid, const char *name, char **user, char **home);

/* Name of the group GID, or its number. Free it. */
char *ectl_system_find_group (guint gid);

/* Is there a person at the standard input who could be asked for a password? */
gboolean ectl_system_has_terminal (void);

/* Where packages put programs, beside PATH; NULL-terminated, static. */
const char *const *ectl_system_program_dirs (void);

/* Folder of the file that this code was loaded from, or NULL: modules and translations are found relative to it. Free it. */
char *ectl_system_own_dir (void);

/* Opens the shared module FILE and gives the address of SYMBOL. The module is never closed. NULL with the reason in ERROR. */
gpointer ectl_system_open_module (const char *file, const char *symbol, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole regular file FILE, at most LIMIT bytes, opened without blocking. */
char *ectl_system_read_file (const char *file, gsize limit, gsize *length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
