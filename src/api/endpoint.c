/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing endpoints: what is wrong is said, and what was probably meant. */
#include "api/endpoint.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

#define LONGEST_PATH 107 /* unix(7): sun_path, with its NUL */
#define DEFAULT_PORT 2375

void
ectl_endpoint_free (EctlEndpoint *endpoint)
{
  if (endpoint == NULL)
    return;
  g_free (endpoint->url);
  g_free (endpoint->path);
  g_free (endpoint->host);
  g_free (endpoint->user);
  g_free (endpoint);
}

gboolean
ectl_endpoint_is_local (const EctlEndpoint *endpoint)
{
  return endpoint->scheme == ECTL_SCHEME_UNIX || endpoint->scheme == ECTL_SCHEME_NPIPE;
}

EctlEndpoint *
ectl_endpoint_new_unix (const char *path)
{
  EctlEndpoint *endpoint = g_new0 (EctlEndpoint, 1);
  *endpoint = (EctlEndpoint){ .scheme = ECTL_SCHEME_UNIX, .url = g_strconcat ("unix://", path, NULL), .path = g_strdup (path) };
  return endpoint;
}

EctlEndpoint *
ectl_endpoint_new_tcp (const char *host, guint16 port)
{
  EctlEndpoint *endpoint = g_new0 (EctlEndpoint, 1);
  gboolean v6 = strchr (host, ':') != NULL;
  *endpoint = (EctlEndpoint){ .scheme = ECTL_SCHEME_TCP, .host = g_strdup (host), .port = port };
  endpoint->url = g_strdup_printf (v6 ? "tcp://[%s]:%u" : "tcp://%s:%u", host, port);
  return endpoint;
}

static gboolean
is_blank (gunichar c)
{
  return g_unichar_isspace (c) || g_unichar_iscntrl (c);
}

char *
ectl_endpoint_hide_password (const char *text)
{
  char *hidden = g_strdup (text);
  char *scheme = strstr (hidden, "://");
  char *authority = scheme != NULL ? scheme + strlen ("://") : hidden;
  char *at = strrchr (authority, '@');
  char *colon = at != NULL ? strchr (authority, ':') : NULL;

  for (char *c = colon != NULL ? colon + 1 : at; c != NULL && c < at; c++)
    *c = '*';
  return hidden;
}

static EctlEndpoint *
malformed (GError **error, const char *text, const char *why, const char *hint)
{
  g_autofree char *hidden = ectl_endpoint_hide_password (text);
  g_autofree char *shown = g_utf8_make_valid (hidden, (gssize) MIN (strlen (hidden), 220));
  g_autofree char *meant = hint != NULL ? ectl_endpoint_hide_password (hint) : NULL;

  /* It goes to a terminal, and may come from a file that somebody else wrote. */
  for (char *c = shown; *c != '\0'; c = g_utf8_next_char (c))
    if (is_blank (g_utf8_get_char (c)) && *c != ' ')
      memset (c, '?', (gsize) (g_utf8_next_char (c) - c));
  ectl_set_error (error, ECTL_ERROR_USAGE, _ ("the endpoint '%s' is malformed: %s"), shown, why);
  if (error != NULL && meant != NULL)
    ectl_error_set_hint (*error, meant);
  return NULL;
}

static EctlEndpoint *
parse_unix (const char *text, const char *path, GError **error)
{
  g_autofree char *hint = g_strconcat ("unix:///", path, NULL);

  if (*path == '\0')
    return ectl_endpoint_new_unix ("/var/run/docker.sock");
  if (*path != '/')
    return malformed (error, text, _ ("the path of a socket is absolute (three slashes)"), hint);
  if (strlen (path) > LONGEST_PATH)
    return malformed (error, text, _ ("the path of a socket has at most 107 bytes"), NULL);
  return ectl_endpoint_new_unix (path);
}

static EctlEndpoint *
parse_npipe (const char *text, const char *path, GError **error)
{
  if (!g_str_has_prefix (path, "//./pipe/") || path[strlen ("//./pipe/")] == '\0')
    return malformed (error, text, _ ("a pipe is npipe:////./pipe/NAME"), "npipe:////./pipe/docker_engine");
  EctlEndpoint *endpoint = g_new0 (EctlEndpoint, 1);
  *endpoint = (EctlEndpoint){ .scheme = ECTL_SCHEME_NPIPE, .url = g_strdup (text), .path = g_strdup (path) };
  return endpoint;
}

/* A letter, a digit, or what names, addresses and zones contain; a leading dash would be an option to ssh. */
static gboolean
is_host (const char *host)
{
  return *host != '\0' && *host != '-' && strspn (host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%") == strlen (host);
}

static gboolean
parse_port (const char *text, guint16 *port)
{
  guint64 number;
  if (!g_ascii_string_to_unsigned (text, 10, 1, 65535, &number, NULL))
    return FALSE;
  *port = (guint16) number;
  return TRUE;
}

/* HOST, HOST:PORT, [V6], [V6]:PORT. On failure WHY says what is wrong. */
static gboolean
split_authority (const char *authority, char **host, guint16 *port, const char **why)
{
  const char *rest;

  if (*authority == '[')
    {
      const char *end = strchr (authority, ']');
      *why = _ ("a bracket is not closed");
      if (end == NULL)
        return FALSE;
      *host = g_strndup (authority + 1, (gsize) (end - authority - 1));
      rest = end + 1;
    }
  else
    {
      rest = strchrnul (authority, ':');
      *host = g_strndup (authority, (gsize) (rest - authority));
    }
  *why = **host == '\0' ? _ ("it names no host") : _ ("that is no name of a host");
  if (!is_host (*host))
    return FALSE;
  *why = _ ("a port is a number from 1 to 65535");
  return *rest == '\0' || (*rest == ':' && parse_port (rest + 1, port));
}

static EctlEndpoint *
parse_tcp (const char *text, const char *rest, GError **error)
{
  g_autofree char *authority = g_strdup (rest);
  g_autofree char *host = NULL;
  const char *why = NULL;
  guint16 port = 0;
  char *slash = strchr (authority, '/');

  if (slash != NULL && slash[1] != '\0')
    return malformed (error, text, _ ("a tcp endpoint has no path"), NULL);
  if (slash != NULL)
    *slash = '\0';
  if (!split_authority (authority, &host, &port, &why))
    return malformed (error, text, why, "tcp://HOST:2376");
  EctlEndpoint *endpoint = ectl_endpoint_new_tcp (host, port != 0 ? port : DEFAULT_PORT);
  endpoint->port_is_default = port == 0;
  return endpoint;
}

/* ssh(1) joins the words of the far command, and a shell takes them apart there. */
static gboolean
is_safe_in_shell (const char *path)
{
  return strspn (path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:@%,") == strlen (path);
}

static EctlEndpoint *
parse_ssh (const char *text, const char *rest, GError **error)
{
  g_autoptr (EctlEndpoint) endpoint = g_new0 (EctlEndpoint, 1);
  const char *slash = strchrnul (rest, '/');
  g_autofree char *authority = g_strndup (rest, (gsize) (slash - rest));
  char *at = strrchr (authority, '@');
  const char *why = NULL;

  endpoint->scheme = ECTL_SCHEME_SSH;
  endpoint->url = g_strdup (text);
  if (at != NULL)
    {
      *at = '\0';
      if (!is_host (authority) || strchr (authority, ':') != NULL)
        return malformed (error, text, _ ("that is no name of a user (a password has no place here)"), "ssh://USER@HOST");
      endpoint->user = g_strdup (authority);
    }
  if (!split_authority (at != NULL ? at + 1 : authority, &endpoint->host, &endpoint->port, &why))
    return malformed (error, text, why, "ssh://USER@HOST");
  if (!is_safe_in_shell (slash))
    return malformed (error, text, _ ("the path on the far side may have letters, digits and /._-+=:@%, only"), NULL);
  if (*slash != '\0' && slash[1] != '\0')
    endpoint->path = g_strdup (slash);
  return g_steal_pointer (&endpoint);
}

/* What was probably meant, or NULL. */
static char *
guess (const char *text)
{
  guint16 port;
  const char *colon = strrchr (text, ':');

  if (*text == '/')
    return g_strconcat ("unix://", text, NULL);
  if (g_str_has_prefix (text, "unix:"))
    return g_strconcat ("unix:///", text + strlen ("unix:") + strspn (text + strlen ("unix:"), "/"), NULL);
  if (g_str_has_prefix (text, "http://"))
    return g_strconcat ("tcp://", text + strlen ("http://"), NULL);
  if (g_str_has_prefix (text, "https://"))
    return g_strconcat ("tcp://", text + strlen ("https://"), " DOCKER_TLS_VERIFY=1", NULL);
  return colon != NULL && strstr (text, "://") == NULL && parse_port (colon + 1, &port) ? g_strconcat ("tcp://", text, NULL) : NULL;
}

static EctlEndpoint *
unknown_scheme (const char *text, GError **error)
{
  g_autofree char *meant = guess (text);
  return malformed (error, text, _ ("it begins with none of unix://, tcp://, ssh://, npipe://"), meant);
}

EctlEndpoint *
ectl_endpoint_parse (const char *text, GError **error)
{
  static const struct {
    const char *prefix;
    EctlEndpoint *(*parse) (const char *text, const char *rest, GError **error);
  } schemes[] = { { "unix://", parse_unix }, { "tcp://", parse_tcp }, { "ssh://", parse_ssh }, { "npipe://", parse_npipe } };

  if (!g_utf8_validate (text, -1, NULL))
    return malformed (error, text, _ ("it is not UTF-8"), NULL);
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (is_blank (g_utf8_get_char (c)))
      return malformed (error, text, _ ("it has a blank or a control character"), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (text, schemes[i].prefix))
      return schemes[i].parse (text, text + strlen (schemes[i].prefix), error);
  return unknown_scheme (text, error);
}
