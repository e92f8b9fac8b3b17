/* SPDX-License-Identifier: Apache-2.0 */
/* The host as the library sees it: files below a root, the environment, programs, the caller, clocks. A test points it at a root of its own. */
#pragma once

#include "enginectl.h"

typedef struct _EctlHost EctlHost;

/* The real host. */
EctlHost *ectl_host_new (void);
/* For tests: files are looked up below ROOT; the environment is ENVIRONMENT (NAME=VALUE, NULL-terminated, copied); the caller is UID. */
EctlHost *ectl_host_new_at (const char *root, const char *const *environment, guint uid);
void ectl_host_free (EctlHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlHost, ectl_host_free)

/* PATH below the root; PATH itself (copied) on the real host. */
char *ectl_host_path (const EctlHost *host, const char *path);
/* g_file_test of PATH below the root: true if any of the tests is. */
gboolean ectl_host_test (const EctlHost *host, const char *path, GFileTest tests);

const char *ectl_host_getenv (const EctlHost *host, const char *name);

guint ectl_host_uid (const EctlHost *host);
gboolean ectl_host_is_root (const EctlHost *host);

/* Name and home of the person at the keyboard: SUDO_USER's under sudo, else the caller's. HOME may be NULL. Owned by HOST. */
const char *ectl_host_user (EctlHost *host);
const char *ectl_host_home (EctlHost *host);

/* The whole file, at most LIMIT bytes; opened without blocking, regular files only. Fails with errno's reason; a larger file is ECTL_ERROR_FAILED. */
char *ectl_host_read_file (const EctlHost *host, const char *path, gsize limit, gsize *length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Absolute path of the program NAME in PATH or in the places that packages use, or NULL. Free it. */
char *ectl_host_find_program (const EctlHost *host, const char *name);
/* All of them, in that order, each file once (links to one file count as one). NULL-terminated; g_strfreev. */
char **ectl_host_find_programs (const EctlHost *host, const char *name);

/* COMMAND as the caller has to type it: with "sudo " before it where it needs root and the caller is not. Free it. */
char *ectl_host_root_command (const EctlHost *host, const char *command);
/* The engine is the caller's own (rootless, Docker Desktop): its commands need no root, and say OPTION (static; may be empty). NULL: it is the host's. */
void ectl_host_set_own_option (EctlHost *host, const char *option);

/* Wall clock, microseconds since 1970. */
gint64 ectl_host_now_us (const EctlHost *host);
