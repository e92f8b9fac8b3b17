/* SPDX-License-Identifier: Apache-2.0 */
/* Which line tells why the engine did not start, and what it is called in the catalogue. */
#include "engine/cause.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "engine/logs.h"

#define MOST_LINES 800 /* newer engines follow a flag that they do not know with all that they do, at each try */
#define LOOK_AGAIN_MS 50

typedef struct {
  const char *needle;  /* in the message */
  const char *also;    /* and this one, or NULL */
  const char *finding; /* NULL: the catalogue has none */
  const char *title;
  gboolean config; /* the engine exits over something that it names and that can be edited */
} Pattern;

/* The first that fits decides: the narrow ones stand before the wide ones. Wording: moby v20.10 to v29, read in its sources or seen. */
static const Pattern patterns[] = {
  { "specified both as a flag and in the configuration file: hosts:", NULL, "hosts-flag-and-file", N_ ("hosts stands in daemon.json and on the command line"),
    TRUE },
  { "specified both as a flag and in the configuration file", NULL, "other-flag-and-file", N_ ("an option stands in daemon.json and on the command line"),
    TRUE },
  { "don't match any configuration option", NULL, "daemon-json-unknown-key", N_ ("daemon.json has a key that the engine does not know"), TRUE },
  { "cannot unmarshal", NULL, "daemon-json-wrong-type", N_ ("daemon.json has a value of the wrong type"), TRUE },
  { "daemon.json: EOF", NULL, "json-bom-or-utf16-or-empty", N_ ("daemon.json is empty"), TRUE },
  { "invalid character 'ï' looking for beginning of value", NULL, "json-bom-or-utf16-or-empty", N_ ("daemon.json begins with a byte order mark"), TRUE },
  { "invalid character 'ÿ'", NULL, "json-bom-or-utf16-or-empty", N_ ("daemon.json is UTF-16"), TRUE },
  { "unable to configure the Docker daemon with file", "invalid character", "daemon-json-syntax", N_ ("daemon.json is not valid JSON"), TRUE },
  { "unable to configure the Docker daemon with file", "unexpected EOF", "daemon-json-syntax", N_ ("daemon.json is not valid JSON"), TRUE },
  { "unable to configure the Docker daemon with file", "unexpected end of JSON", "daemon-json-syntax", N_ ("daemon.json is not valid JSON"), TRUE },
  { "unable to configure the Docker daemon with file", "invalid JSON", "daemon-json-syntax", N_ ("daemon.json is not valid JSON"), TRUE },
  { "unable to configure the Docker daemon with file", "no such file", "daemon-json-missing", N_ ("the configuration file is missing"), TRUE },
  { "specified default runtime", "does not exist", "default-runtime-missing", N_ ("the default runtime is not defined"), TRUE },
  { "unable to configure the Docker daemon with file", NULL, "bad-option-value", N_ ("daemon.json has a value that the engine refuses"), TRUE },
  { "unknown flag:", NULL, "unknown-flag", N_ ("the command line has a flag that the engine does not know"), TRUE },
  { "unknown shorthand flag:", NULL, "unknown-flag", N_ ("the command line has a flag that the engine does not know"), TRUE },
  { "accepts no argument", NULL, "dockerd-word-in-opts", N_ ("the command line has a word that is no option"), TRUE },
  { "unable to parse logging level", NULL, "bad-option-value", N_ ("an option has a value that the engine refuses"), TRUE },
  { "failed to set log opts", NULL, "bad-option-value", N_ ("a log option is unknown to the log driver"), TRUE },
  { "invalid mirror", NULL, "bad-option-value", N_ ("a registry mirror is no URL"), TRUE },
  { "is not an ip address", NULL, "bad-option-value", N_ ("an option has a value that the engine refuses"), TRUE },
  { "invalid argument \"", NULL, "bad-option-value", N_ ("an option has a value that the engine refuses"), TRUE },
  { "seccomp profile", "failed", "bad-option-value", N_ ("the seccomp profile cannot be read"), TRUE },
  { "unable to find entry", NULL, "bad-option-value", N_ ("an option names a user or group that does not exist"), TRUE },
  { "no sockets found via socket activation", NULL, "no-socket-activation", N_ ("-H fd:// is set, but no socket unit hands a socket over"), TRUE },
  { "is a directory", "unix socket", "socket-is-directory", N_ ("a directory stands where the socket belongs"), FALSE },
  { "Could not load X509 key pair", NULL, "tls-files-missing-or-bad", N_ ("a TLS file is missing or bad"), TRUE },
  { "could not read CA certificate", NULL, "tls-files-missing-or-bad", N_ ("the TLS authority file cannot be read"), TRUE },
  { "Error reading X509 key pair", NULL, "tls-files-missing-or-bad", N_ ("TLS certificate and key do not belong together"), TRUE },
  { "failed to append certificates from PEM", NULL, "tls-files-missing-or-bad", N_ ("a TLS file is no certificate"), TRUE },
  { "invalid TLS configuration", NULL, "tls-files-missing-or-bad", N_ ("a TLS file is missing or bad"), TRUE },
  { "address already in use", "listen tcp", "port-in-use", N_ ("the port is taken"), FALSE },
  { "ensure docker is not running or delete", NULL, "stale-pid-file", N_ ("the pid file names a process that lives"), FALSE },
  { "live-restore daemon configuration is incompatible with swarm", NULL, "live-restore-swarm", N_ ("live-restore and swarm mode exclude each other"), TRUE },
  { "containerd.sock", "context deadline exceeded", "containerd-not-running", N_ ("containerd does not answer"), FALSE },
  { "timeout waiting for containerd to start", NULL, "managed-containerd-dies", N_ ("containerd does not start"), FALSE },
  { "no space left on device", NULL, "data-root-disk-full", N_ ("the disk is full"), FALSE },
  { "several valid graphdrivers", NULL, "several-graphdrivers", N_ ("the data root was used by several storage drivers"), TRUE },
  { "driver not supported", NULL, "graphdriver-not-supported", N_ ("the storage driver does not work here"), FALSE },
  { "prerequisites for driver not satisfied", NULL, "graphdriver-prereq-wrong-fs", N_ ("the storage driver does not fit the file system"), FALSE },
  { "unknown option", "overlay2", "storage-opt-removed", N_ ("a storage option is unknown to this version"), TRUE },
  { "Iptables not found", NULL, "iptables-missing", N_ ("iptables is not installed"), FALSE },
  { "can't initialize iptables table", NULL, "iptables-legacy-nft-kernel", N_ ("iptables does not fit the kernel"), FALSE },
  { "ZONE_CONFLICT", NULL, "firewalld-zone-conflict", N_ ("firewalld has docker0 in another zone"), FALSE },
  { "no available network", NULL, "bridge-no-available-network", N_ ("no address pool is free for the bridge"), FALSE },
  { "invalid CIDR address", NULL, "bad-bip-or-pool", N_ ("bip or an address pool is malformed"), TRUE },
  { "failed to allocate gateway", NULL, "bad-bip-or-pool", N_ ("bip or an address pool is malformed"), TRUE },
  { "cgroup isn't mounted", NULL, "cgroups-missing", N_ ("control groups are not mounted"), FALSE },
  { "needs to be started with root privileges", NULL, "dockerd-not-root", N_ ("the engine was not started as root"), TRUE },
  { "volume store metadata database: timeout", NULL, "volume-db-locked", N_ ("another engine holds the data root"), FALSE },
  { "read-only file system", NULL, "data-root-missing-mount", N_ ("the data root cannot be written"), FALSE },
  { "Failed to resolve group", NULL, "docker-socket-unit-failed", N_ ("the socket unit's group does not exist"), TRUE },
  { "Failed to listen on sockets", NULL, "docker-socket-unit-failed", N_ ("the socket unit cannot listen"), FALSE },
  { "Failed to create listening socket", NULL, "docker-socket-unit-failed", N_ ("the socket unit cannot listen"), FALSE },
  { "Failed at step EXEC spawning", NULL, NULL, N_ ("the unit's program cannot be executed"), TRUE },
  { "Start request repeated too quickly", NULL, "start-limit-hit", N_ ("it was started too often"), FALSE },
};

void
ectl_cause_clear (EctlCause *cause)
{
  g_clear_pointer (&cause->line, g_free);
}

static const Pattern *
recognise (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    if (strstr (text, patterns[i].needle) != NULL && (patterns[i].also == NULL || strstr (text, patterns[i].also) != NULL))
      return &patterns[i];
  return NULL;
}

/* The fix stands with the finding, not with the wording: several wordings have one. */
static const struct {
  const char *finding;
  const char *fix;
} fixes[] = {
  { "daemon-json-syntax", N_ ("correct /etc/docker/daemon.json") },
  { "daemon-json-unknown-key", N_ ("correct or remove the key in /etc/docker/daemon.json") },
  { "daemon-json-wrong-type", N_ ("correct the value in /etc/docker/daemon.json") },
  { "json-bom-or-utf16-or-empty", N_ ("write /etc/docker/daemon.json anew as UTF-8; {} is the empty configuration") },
  { "hosts-flag-and-file", N_ ("remove \"hosts\" from /etc/docker/daemon.json, or -H from the unit by a drop-in") },
  { "other-flag-and-file", N_ ("keep the option in one place: /etc/docker/daemon.json or the command line") },
  { "default-runtime-missing", N_ ("define the runtime in /etc/docker/daemon.json, or remove default-runtime") },
  { "bad-option-value", N_ ("correct the value that the line names") },
  { "unknown-flag", N_ ("remove the flag from DOCKER_OPTS or from the unit's ExecStart") },
  { "dockerd-word-in-opts", N_ ("remove the word from DOCKER_OPTS or from the unit's ExecStart") },
  { "no-socket-activation", N_ ("start docker.socket, or replace -H fd:// by -H unix:///var/run/docker.sock") },
  { "socket-is-directory", N_ ("rmdir /run/docker.sock") },
  { "docker-socket-unit-failed", N_ ("make what the line names right: the group, or what stands at /run/docker.sock") },
  { "tls-files-missing-or-bad", N_ ("put the file there, or correct its path") },
  { "port-in-use", N_ ("free the port, or choose another one in -H") },
  { "stale-pid-file", N_ ("end the process that the pid file names, or remove /run/docker.pid if it is no engine") },
  { "containerd-not-running", N_ ("start containerd again") },
  { "data-root-disk-full", N_ ("free space on the file system that the line names") },
  { "several-graphdrivers", N_ ("set storage-driver in /etc/docker/daemon.json") },
  { "iptables-missing", N_ ("install iptables") },
  { "docker-socket-unit-failed", N_ ("groupadd --system docker") },
  { "live-restore-swarm", N_ ("remove live-restore, or leave the swarm") },
};

static const char *
fix_of (const Pattern *pattern)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixes); i++)
    if (g_strcmp0 (fixes[i].finding, pattern->finding) == 0)
      return _ (fixes[i].fix);
  return NULL;
}

char *
ectl_cause_get_fix (const EctlHost *host, const EctlCause *cause)
{
  g_autofree char *start = ectl_host_root_command (host, "enginectl start");
  if (cause->fix == NULL)
    return ectl_host_root_command (host, "enginectl logs -n 50");
  return g_strdup_printf (_ ("%s, then: %s"), cause->fix, start);
}

/* How much a line tells. The engine's parting words are plain text or level=fatal; level=error may be a complaint that it survives. */
typedef enum {
  TELLS_NOTHING,
  TELLS_OF_CONSEQUENCE, /* the manager's "start request repeated too quickly" */
  TELLS_OF_ERROR,
  TELLS_OF_MANAGER, /* the manager could not even begin */
  TELLS_THE_END,
} Weight;

static Weight
weigh (const EctlLogLine *line)
{
  const Pattern *pattern = recognise (line->text);
  gboolean plain = !g_str_has_prefix (line->text, "time=\"");

  if (!line->from_engine)
    {
      if (pattern == NULL)
        return TELLS_NOTHING;
      return g_strcmp0 (pattern->finding, "start-limit-hit") == 0 ? TELLS_OF_CONSEQUENCE : TELLS_OF_MANAGER;
    }
  if (plain
      && (pattern != NULL || g_str_has_prefix (line->text, "failed to ") || g_str_has_prefix (line->text, "unable to ")
          || g_str_has_prefix (line->text, "panic:")))
    return TELLS_THE_END;
  if (line->level == NULL)
    return TELLS_NOTHING;
  if (g_str_equal (line->level, "fatal") || g_str_equal (line->level, "panic"))
    return TELLS_THE_END;
  return g_str_equal (line->level, "error") && !plain ? TELLS_OF_ERROR : TELLS_NOTHING;
}

/* systemd announces each try, and so does an engine whose configuration is well. What was said before belongs to an earlier one. */
static gboolean
begins_a_try (const EctlLogLine *line)
{
  return line->from_engine ? strstr (line->text, "msg=\"Starting up\"") != NULL : g_str_has_prefix (line->text, "Starting ");
}

static const EctlLogLine *
find_first (const GPtrArray *lines)
{
  const EctlLogLine *telling = NULL;
  Weight best = TELLS_NOTHING;

  for (guint i = 0; i < lines->len; i++)
    {
      Weight weight = weigh (lines->pdata[i]);
      if (weight <= best)
        continue;
      best = weight;
      telling = lines->pdata[i];
    }
  return telling;
}

/* A complaint of an engine that ran on for hours is not why it ended: only its parting words count. */
static const EctlLogLine *
find_last (const GPtrArray *lines)
{
  for (guint i = lines->len; i > 0; i--)
    {
      const EctlLogLine *line = lines->pdata[i - 1];
      if (weigh (line) >= TELLS_OF_MANAGER)
        return line;
      if (begins_a_try (line))
        return NULL;
    }
  return NULL;
}

void
ectl_cause_find_in (GPtrArray *lines, gboolean newest, EctlCause *cause)
{
  const EctlLogLine *telling = newest ? find_last (lines) : find_first (lines);

  *cause = (EctlCause){ .code = ECTL_ERROR_FAILED };
  if (telling == NULL)
    return;
  const Pattern *pattern = recognise (telling->text);
  cause->line = ectl_log_message (telling->text);
  if (pattern == NULL)
    return;
  cause->finding = pattern->finding;
  cause->title = _ (pattern->title);
  cause->fix = fix_of (pattern);
  cause->code = pattern->config ? ECTL_ERROR_BAD_CONFIG : ECTL_ERROR_FAILED;
}

static void
look_once (EctlEngine *engine, gint64 since_us, EctlCall *call, EctlCause *cause)
{
  EctlLogQuery query = { .lines = MOST_LINES, .since_us = since_us };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = ectl_logs_collect (engine, &query, call, &error);

  if (lines != NULL)
    ectl_cause_find_in (lines, since_us == 0, cause);
  else
    *cause = (EctlCause){ .code = ECTL_ERROR_FAILED, .unreadable = ectl_error_is (error, ECTL_ERROR_NOT_PERMITTED) };
}

void
ectl_cause_find (EctlEngine *engine, gint64 since_us, gint64 patience_ms, EctlCall *call, EctlCause *cause)
{
  gint64 until = g_get_monotonic_time () + patience_ms * 1000;

  for (;;)
    {
      look_once (engine, since_us, call, cause);
      if (cause->line != NULL || cause->unreadable || g_get_monotonic_time () >= until || !ectl_call_sleep (call, LOOK_AGAIN_MS, NULL))
        return;
      ectl_cause_clear (cause);
    }
}
