/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of endpoints: what each is read as, and what is said of each that is malformed. */
#include "api/endpoint.h"

#include <string.h>

#define LETTERS_50 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
#define PATH_107 "/" LETTERS_50 LETTERS_50 "ffffff"

static const struct {
  const char *text;
  EctlEndpoint expected; /* an url of NULL: the text itself */
} good[] = {
  { "unix:///run/docker.sock", { .scheme = ECTL_SCHEME_UNIX, .path = (char *) "/run/docker.sock" } },
  { "unix://", { .scheme = ECTL_SCHEME_UNIX, .path = (char *) "/var/run/docker.sock", .url = (char *) "unix:///var/run/docker.sock" } },
  { "unix://" PATH_107, { .scheme = ECTL_SCHEME_UNIX, .path = (char *) PATH_107 } },
  { "unix:///run/d\303\266cker.sock", { .scheme = ECTL_SCHEME_UNIX, .path = (char *) "/run/d\303\266cker.sock" } },
  { "tcp://engine.example:2376", { .scheme = ECTL_SCHEME_TCP, .host = (char *) "engine.example", .port = 2376 } },
  { "tcp://10.0.0.1:2376/", { .scheme = ECTL_SCHEME_TCP, .host = (char *) "10.0.0.1", .port = 2376, .url = (char *) "tcp://10.0.0.1:2376" } },
  { "tcp://engine", { .scheme = ECTL_SCHEME_TCP, .host = (char *) "engine", .port = 2375, .port_is_default = TRUE, .url = (char *) "tcp://engine:2375" } },
  { "tcp://engine:65535", { .scheme = ECTL_SCHEME_TCP, .host = (char *) "engine", .port = 65535 } },
  { "tcp://[::1]:2376", { .scheme = ECTL_SCHEME_TCP, .host = (char *) "::1", .port = 2376 } },
  { "tcp://[fe80::1%eth0]",
    { .scheme = ECTL_SCHEME_TCP, .host = (char *) "fe80::1%eth0", .port = 2375, .port_is_default = TRUE, .url = (char *) "tcp://[fe80::1%eth0]:2375" } },
  { "ssh://far", { .scheme = ECTL_SCHEME_SSH, .host = (char *) "far" } },
  { "ssh://ann@far:2222", { .scheme = ECTL_SCHEME_SSH, .host = (char *) "far", .user = (char *) "ann", .port = 2222 } },
  { "ssh://ann@[::1]:2222/run/d.sock",
    { .scheme = ECTL_SCHEME_SSH, .host = (char *) "::1", .user = (char *) "ann", .port = 2222, .path = (char *) "/run/d.sock" } },
  { "ssh://far/", { .scheme = ECTL_SCHEME_SSH, .host = (char *) "far" } },
  { "npipe:////./pipe/docker_engine", { .scheme = ECTL_SCHEME_NPIPE, .path = (char *) "//./pipe/docker_engine" } },
};

static const struct {
  const char *text;
  const char *why;  /* a part of the sentence */
  const char *hint; /* NULL: none */
} bad[] = {
  { "", "begins with none of", NULL },
  { "docker.sock", "begins with none of", NULL },
  { "ftp://engine:2375", "begins with none of", NULL },
  { "fd://", "begins with none of", NULL },
  { "UNIX:///run/docker.sock", "begins with none of", NULL },
  { "http://engine:2375", "begins with none of", "tcp://engine:2375" },
  { "https://engine:2376", "begins with none of", "tcp://engine:2376 DOCKER_TLS_VERIFY=1" },
  { "/var/run/docker.sock", "begins with none of", "unix:///var/run/docker.sock" },
  { "unix:/run/docker.sock", "begins with none of", "unix:///run/docker.sock" },
  { "engine:2375", "begins with none of", "tcp://engine:2375" },
  { "unix://run/docker.sock", "absolute", "unix:///run/docker.sock" },
  { "unix://" PATH_107 "g", "at most 107 bytes", NULL },
  { "unix:///" LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50, "at most 107 bytes", NULL },
  { "unix:///run/a b", "blank or a control character", NULL },
  { "unix:///run/a\nb", "blank or a control character", NULL },
  { "unix:///run/\033[31m", "blank or a control character", NULL },
  { "tcp://engine\177:2375", "blank or a control character", NULL },
  { "ssh://far/run/\302\23331m", "blank or a control character", NULL },
  { "ssh://far/run/d.sock;reboot", "may have letters", NULL },
  { "ssh://far/$(reboot)", "may have letters", NULL },
  { "ssh://far/`reboot`", "may have letters", NULL },
  { "http://ann:secret@far:2375", "'http://ann:******@far:2375'", "tcp://ann:******@far:2375" },
  { "ann:secret@far:2375", "'ann:******@far:2375'", "tcp://ann:******@far:2375" },
  { "unix:///run/\377", "not UTF-8", NULL },
  { "tcp://", "names no host", "tcp://HOST:2376" },
  { "tcp://:2375", "names no host", "tcp://HOST:2376" },
  { "tcp://[]:2375", "names no host", "tcp://HOST:2376" },
  { "tcp://engine:", "port is a number", "tcp://HOST:2376" },
  { "tcp://engine:0", "port is a number", "tcp://HOST:2376" },
  { "tcp://engine:70000", "port is a number", "tcp://HOST:2376" },
  { "tcp://engine:65536", "port is a number", "tcp://HOST:2376" },
  { "tcp://engine:-1", "port is a number", "tcp://HOST:2376" },
  { "tcp://engine:+1", "port is a number", "tcp://HOST:2376" },
  { "tcp://engine:23x", "port is a number", "tcp://HOST:2376" },
  { "tcp://::1:2375", "names no host", "tcp://HOST:2376" },
  { "tcp://-engine:2375", "no name of a host", "tcp://HOST:2376" },
  { "tcp://a;b:2375", "no name of a host", "tcp://HOST:2376" },
  { "tcp://[::1:2375", "bracket is not closed", "tcp://HOST:2376" },
  { "tcp://[::1]2375", "port is a number", "tcp://HOST:2376" },
  { "tcp://engine:2375/v1.41", "has no path", NULL },
  { "ssh://", "names no host", "ssh://USER@HOST" },
  { "ssh://ann@", "names no host", "ssh://USER@HOST" },
  { "ssh://ann@far:0", "port is a number", "ssh://USER@HOST" },
  { "ssh://-oProxyCommand=x", "no name of a host", "ssh://USER@HOST" },
  { "ssh://-l@far", "no name of a user", "ssh://USER@HOST" },
  { "ssh://@far", "no name of a user", "ssh://USER@HOST" },
  { "ssh://ann:secret@far", "no name of a user", "ssh://USER@HOST" },
  { "npipe://pipe", "a pipe is", "npipe:////./pipe/docker_engine" },
  { "npipe:////./pipe/", "a pipe is", "npipe:////./pipe/docker_engine" },
};

static void
check_good (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  const EctlEndpoint *expected = &good[i].expected;
  g_autoptr (GError) error = NULL;
  g_autoptr (EctlEndpoint) endpoint = ectl_endpoint_parse (good[i].text, &error);

  g_assert_no_error (error);
  g_assert_cmpint (endpoint->scheme, ==, expected->scheme);
  g_assert_cmpstr (endpoint->url, ==, expected->url != NULL ? expected->url : good[i].text);
  g_assert_cmpstr (endpoint->path, ==, expected->path);
  g_assert_cmpstr (endpoint->host, ==, expected->host);
  g_assert_cmpstr (endpoint->user, ==, expected->user);
  g_assert_cmpuint (endpoint->port, ==, expected->port);
  g_assert_cmpint (endpoint->port_is_default, ==, expected->port_is_default);
  g_assert_cmpint (ectl_endpoint_is_local (endpoint), ==, expected->scheme == ECTL_SCHEME_UNIX || expected->scheme == ECTL_SCHEME_NPIPE);
}

/* An endpoint is copied by its url. */
static void
check_round_trip (gconstpointer data)
{
  g_autoptr (EctlEndpoint) first = ectl_endpoint_parse (good[GPOINTER_TO_UINT (data)].text, NULL);
  g_autoptr (EctlEndpoint) again = ectl_endpoint_parse (first->url, NULL);

  g_assert_nonnull (again);
  g_assert_cmpstr (again->url, ==, first->url);
  g_assert_cmpstr (again->host, ==, first->host);
  g_assert_cmpstr (again->path, ==, first->path);
  g_assert_cmpuint (again->port, ==, first->port);
}

static void
check_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (ectl_endpoint_parse (bad[i].text, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_USAGE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, bad[i].why));
  g_assert_cmpstr (ectl_error_get_hint (error), ==, bad[i].hint);
  /* It may be shown on a terminal. */
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_false (g_ascii_iscntrl (*c));
  g_assert_null (ectl_endpoint_parse (bad[i].text, NULL));
}

static void
check_named (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ectl_endpoint_parse ("tcp://engine:70000", &error));
  g_assert_nonnull (strstr (error->message, "'tcp://engine:70000'"));
}

static void
check_made (void)
{
  g_autoptr (EctlEndpoint) local = ectl_endpoint_new_unix ("/run/x.sock");
  g_autoptr (EctlEndpoint) v6 = ectl_endpoint_new_tcp ("::1", 2376);

  g_assert_cmpstr (local->url, ==, "unix:///run/x.sock");
  g_assert_true (ectl_endpoint_is_local (local));
  g_assert_cmpstr (v6->url, ==, "tcp://[::1]:2376");
  g_assert_false (ectl_endpoint_is_local (v6));
}

static void
add_table (const char *name, guint n, GTestDataFunc check)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/endpoint/%s/%u", name, i);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_table ("good", G_N_ELEMENTS (good), check_good);
  add_table ("round-trip", G_N_ELEMENTS (good), check_round_trip);
  add_table ("bad", G_N_ELEMENTS (bad), check_bad);
  g_test_add_func ("/endpoint/named", check_named);
  g_test_add_func ("/endpoint/made", check_made);
  return g_test_run ();
}
