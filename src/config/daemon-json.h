/* SPDX-License-Identifier: Apache-2.0 */
/* daemon.json, as far as the verbs need it: one number, and which keys a reload takes up. */
#pragma once

#include "base/host.h"

#define ECTL_DAEMON_JSON "/etc/docker/daemon.json"

/* The string at KEY, or NULL. Free it. */
char *ectl_daemon_json_get_string (const EctlHost *host, const char *path, const char *key);
/* The strings of the list at KEY; empty where there is none. g_strfreev. */
char **ectl_daemon_json_get_strings (const EctlHost *host, const char *path, const char *key);

/* Seconds of "shutdown-timeout" in the file at PATH; FALLBACK where it is not there or the file cannot be read. */
gint64 ectl_daemon_json_shutdown_timeout (const EctlHost *host, const char *path, gint64 fallback);

/* Does the engine take KEY up on a reload? From moby's daemon/reload.go (v20.10 to v29). Pure. */
gboolean ectl_daemon_json_is_reloadable (const char *key);

/* Keys of the file at PATH that need a restart, where the file is newer than SINCE_US (the engine's start). NULL where there are none. g_strfreev. */
char **ectl_daemon_json_keys_for_restart (const EctlHost *host, const char *path, gint64 since_us);
