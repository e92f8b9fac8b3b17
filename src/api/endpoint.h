/* SPDX-License-Identifier: Apache-2.0 */
/* Where an API listens: unix:///path, tcp://host:port, ssh://[user@]host[:port][/path], npipe:////./pipe/name. Pure: nothing is looked up. */
#pragma once

#include "enginectl.h"

typedef enum {
  ECTL_SCHEME_UNIX,
  ECTL_SCHEME_TCP,
  ECTL_SCHEME_SSH,
  ECTL_SCHEME_NPIPE,
} EctlScheme;

typedef struct {
  EctlScheme scheme;
  char *url;                /* normalised, for people and JSON */
  char *path;               /* unix and npipe: the path; ssh: the far socket, or NULL */
  char *host;               /* tcp, ssh: without brackets */
  char *user;               /* ssh, or NULL */
  guint16 port;             /* tcp: 2375 where the text has none, as docker has it; ssh: 0 where the text has none */
  gboolean port_is_default; /* tcp: the text has none; with TLS docker takes 2376 then */
} EctlEndpoint;

/* Fails with ECTL_ERROR_USAGE (the caller makes BAD_CONFIG of it where the text came from the environment or a file), naming the text
 * and what is wrong with it: an unknown scheme, no host, port 70000, a path that is not absolute or longer than 107 bytes, a host or user that starts with '-'. */
EctlEndpoint *ectl_endpoint_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ectl_endpoint_free (EctlEndpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlEndpoint, ectl_endpoint_free)

/* TEXT, well-formed or not, with stars for the password in it: between the first colon of the authority and its last @. Free it. */
char *ectl_endpoint_hide_password (const char *text);

/* A unix endpoint for PATH (absolute). */
EctlEndpoint *ectl_endpoint_new_unix (const char *path);
EctlEndpoint *ectl_endpoint_new_tcp (const char *host, guint16 port);

gboolean ectl_endpoint_is_local (const EctlEndpoint *endpoint); /* a unix socket or a pipe */
