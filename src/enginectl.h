/* SPDX-License-Identifier: Apache-2.0 */
/* The public interface of libenginectl: one Docker engine of this host, its status and its verbs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS
#pragma GCC visibility push(default)

/*
 * Conventions
 *
 * - Every blocking call takes an EctlCall (NULL: the verb's own deadline, no progress, cannot be cancelled). It returns
 *   with an answer, or fails with ECTL_ERROR_DEADLINE or ECTL_ERROR_CANCELLED; it never waits without an end unless asked to.
 * - Structures are made by the library and freed with their own _free function; g_autoptr works on all of them. Fields may be
 *   appended in later versions, so never allocate or copy one yourself.
 * - Strings are UTF-8. A NULL string, a number of -1 and ECTL_UNKNOWN mean "not known, or not applicable".
 * - Wall-clock times are microseconds since 1970 (UTC), 0 where not known; spans are in the unit that the field's name ends with.
 * - The library prints nothing, never exits, and leaves signals, locale and working directory alone. Engine objects may
 *   be used from several threads, each by one thread at a time.
 */

/* --- errors ------------------------------------------------------------------------------------------------------------ */

#define ECTL_ERROR (ectl_error_quark ())

/* The codes are the exit codes of the program; 1 to 7 are those of an LSB init script's action. */
typedef enum {
  ECTL_ERROR_FAILED = 1,        /* it was tried and did not work */
  ECTL_ERROR_USAGE = 2,         /* the caller's words are malformed */
  ECTL_ERROR_NOT_SUPPORTED = 3, /* this host, backend or build cannot do it */
  ECTL_ERROR_NOT_PERMITTED = 4, /* more rights are needed */
  ECTL_ERROR_NOT_INSTALLED = 5, /* there is no engine, or no service for it */
  ECTL_ERROR_BAD_CONFIG = 6,    /* a file, a flag or a unit stands in the way: masked, daemon.json broken, endpoint malformed */
  ECTL_ERROR_NOT_RUNNING = 7,   /* nothing runs that could be asked */
  ECTL_ERROR_CANCELLED = 130,   /* ectl_call_cancel */
  ECTL_ERROR_DEADLINE = 150,    /* the deadline passed */
} EctlErrorCode;

GQuark ectl_error_quark (void);

/* What to do next: a command that can be pasted or a short sentence; NULL where there is nothing to say. Owned by ERROR. */
const char *ectl_error_get_hint (const GError *error);

/* The id of the catalogue's failure that this error was recognised as ("daemon-json-syntax"), or NULL. Owned by ERROR. */
const char *ectl_error_get_finding (const GError *error);

/* The engine's or the manager's own words that led to this error (one log line), or NULL. Owned by ERROR. */
const char *ectl_error_get_evidence (const GError *error);

/* --- a call: deadline, cancel, progress -------------------------------------------------------------------------------- */

typedef struct _EctlCall EctlCall;

#define ECTL_TIMEOUT_DEFAULT (-1) /* the verb's own: reads 3 s, start and restart 120 s, wait 60 s, reload 10 s, stop by the engine's rule */
#define ECTL_TIMEOUT_NONE 0       /* no deadline for start, stop, restart and wait; reads keep theirs */

typedef enum {
  ECTL_PROGRESS_NOTE, /* a sentence worth a line of its own, said once ("3 containers stop with it") */
  ECTL_PROGRESS_WAIT, /* what is being waited for; repeated about four times a second while it lasts */
} EctlProgressKind;

/* Called in the thread of the blocking call. TEXT is translated and valid only during the call. UNTIL_MS is what is left until
 * the deadline, -1 without one. */
typedef void (*EctlProgressFunc) (EctlProgressKind kind, const char *text, gint64 waited_ms, gint64 until_ms, gpointer user_data);

EctlCall *ectl_call_new (gint64 timeout_ms);
void ectl_call_free (EctlCall *call);
void ectl_call_set_progress (EctlCall *call, EctlProgressFunc progress, gpointer user_data);

/* Ends every wait of CALL with ECTL_ERROR_CANCELLED. May be called from any thread and from a signal handler. What a service
 * manager was already told to do goes on. */
void ectl_call_cancel (EctlCall *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlCall, ectl_call_free)

/* --- words ------------------------------------------------------------------------------------------------------------- */

typedef enum {
  ECTL_UNKNOWN = -1,
  ECTL_NO = 0,
  ECTL_YES = 1,
} EctlTri;

/* The verdict over the manager's word, the process table and the API. */
typedef enum {
  ECTL_STATE_UNKNOWN, /* could not be found out; the reason says why */
  ECTL_STATE_RUNNING, /* service up, engine process there, API answers */
  ECTL_STATE_STARTING,
  ECTL_STATE_STOPPING,
  ECTL_STATE_STOPPED, /* nothing runs, nothing starts it until asked or booted */
  ECTL_STATE_ARMED,   /* nothing runs, but a listening socket unit starts it at the first connection */
  ECTL_STATE_FAILED,
  ECTL_STATE_HUNG,      /* the endpoint accepts, the API is silent */
  ECTL_STATE_DEGRADED,  /* the manager says running; the process or its API is missing */
  ECTL_STATE_UNMANAGED, /* an engine answers, but not from the service */
  ECTL_STATE_NOT_INSTALLED,
  ECTL_STATE_LAST = ECTL_STATE_NOT_INSTALLED,
} EctlState;

/* The word of the contract ("not-installed"), never translated. */
const char *ectl_state_to_string (EctlState state);
gboolean ectl_state_from_string (const char *word, EctlState *state);

/* The exit code of `status` for STATE: 0, 3, 1, 5, 4 as an LSB init script's, 151 to 155 from LSB's range for applications. */
int ectl_state_to_exit_code (EctlState state);

typedef enum {
  ECTL_ROLE_ENGINE,
  ECTL_ROLE_HELPER, /* containerd, rootlesskit, Docker Desktop's companions */
  ECTL_ROLE_CLIENT, /* the docker program: never the engine */
  ECTL_ROLE_SHIM,   /* containerd-shim*: one or more for each container */
  ECTL_ROLE_PROXY,  /* docker-proxy: one for each published port */
  ECTL_ROLE_OTHER,
} EctlRole;

const char *ectl_role_to_string (EctlRole role);

typedef enum {
  ECTL_AT_BOOT_UNKNOWN,
  ECTL_AT_BOOT_YES,
  ECTL_AT_BOOT_ON_DEMAND, /* the service is disabled, its socket is enabled: the first client starts it */
  ECTL_AT_BOOT_NO,
} EctlAtBoot;

const char *ectl_at_boot_to_string (EctlAtBoot at_boot); /* NULL for unknown */

/* --- facts ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  gint64 pid;
  gint64 ppid;
  char *name; /* base name of the program, without " (deleted)" */
  EctlRole role;
  char *exe;     /* NULL where the caller may not read it */
  char *user;    /* name, or the number where it has none */
  char *command; /* the arguments, joined by spaces and shortened, for people */
  gint64 rss_bytes;
  gint64 cpu_ms;
  gint64 started_us;
  gint64 age_ms;       /* on the boot-time clock */
  char run_state;      /* R, S, D, T, Z … (proc(5)), 0 where not known */
  gboolean replaced;   /* its program file was deleted or replaced: an upgrade awaits a restart */
  gboolean foreign;    /* it lives in another pid namespace: docker-in-docker, not the host's engine */
  guint64 start_ticks; /* with the pid, the identity of the process (proc(5) starttime) */
} EctlProcess;

void ectl_process_free (EctlProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlProcess, ectl_process_free)

typedef struct {
  char *name;    /* docker.socket */
  char *load;    /* loaded, not-found, masked, bad-setting, error */
  char *active;  /* active, reloading, inactive, failed, activating, deactivating */
  char *sub;     /* the manager's finer word: listening, running … */
  char *enabled; /* enabled, disabled, static, masked, generated … */
  char **listen; /* paths and addresses of a socket unit; NULL-terminated, or NULL */
} EctlUnit;

void ectl_unit_free (EctlUnit *unit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlUnit, ectl_unit_free)

/* What the service manager says: belief, in its own words. */
typedef struct {
  char *name; /* docker.service */
  gboolean installed;
  char *load;
  char *active;
  char *sub;
  char *enabled;
  EctlAtBoot at_boot;
  gint64 main_pid;  /* 0: none */
  gint64 since_us;  /* of the last change of `active` */
  char *result;     /* success, exit-code, signal, start-limit-hit … */
  gint64 restarts;  /* automatic ones since the last start; -1 not known */
  EctlUnit *socket; /* NULL where the backend has none */
  /* Filled for ECTL_DETAIL_FULL only. */
  char *type; /* notify, simple … */
  char *fragment_path;
  char **drop_in_paths;
  char **command; /* ExecStart */
  char **triggered_by;
  char *invocation_id;
  gint64 stop_timeout_ms; /* the manager kills after it; -1 never or not known */
  EctlTri needs_daemon_reload;
} EctlService;

void ectl_service_free (EctlService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlService, ectl_service_free)

/* What the Engine API says: answer. */
typedef struct {
  char *endpoint; /* as a URL; NULL where none is known */
  gboolean tried;
  EctlTri answers; /* ECTL_UNKNOWN where it was not tried or the caller may not connect */
  char *version;
  char *api_version;
  char *os;
  double latency_ms; /* -1 without an answer */
  char *error;       /* why it does not answer, or why it was not tried */
} EctlApi;

void ectl_api_free (EctlApi *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlApi, ectl_api_free)

/* What the user's `docker` would reach. Under sudo the user is SUDO_USER. */
typedef struct {
  char *program; /* path of the docker program, or NULL */
  char *user;
  char *endpoint;      /* NULL where it cannot be told: `error` says why */
  char *from;          /* flag, DOCKER_HOST, DOCKER_CONTEXT, context, default */
  char *context;       /* name of the context that was used, or NULL */
  EctlTri same_engine; /* does it lead to the engine of this status? */
  char *error;
} EctlClient;

void ectl_client_free (EctlClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlClient, ectl_client_free)

typedef struct {
  gint64 time_us;
  char *level; /* error, warning, info, debug …; NULL where the line has none */
  char *text;
  gboolean from_engine; /* the engine's own line, not the manager's */
} EctlLogLine;

void ectl_log_line_free (EctlLogLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlLogLine, ectl_log_line_free)

/* --- the engine -------------------------------------------------------------------------------------------------------- */

typedef struct _EctlEngine EctlEngine;

/* This host's engine, found by itself. Nothing is looked at or connected to before the first verb. */
EctlEngine *ectl_engine_new (void);
void ectl_engine_free (EctlEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlEngine, ectl_engine_free)

/* Overrides, each checked at once: ECTL_ERROR_USAGE for a word that cannot be meant. */
gboolean ectl_engine_set_backend (EctlEngine *engine, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_set_service (EctlEngine *engine, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_set_endpoint (EctlEngine *engine, const char *endpoint, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ectl_engine_set_user_mode (EctlEngine *engine, gboolean user_mode); /* the caller's own manager: rootless */

/* The names that ectl_engine_set_backend takes; NULL-terminated, owned by the library. */
const char *const *ectl_backend_names (void);

typedef enum {
  ECTL_DETAIL_VERDICT,  /* what the verdict needs; of a service that is up and enabled no more than that is asked */
  ECTL_DETAIL_DOCUMENT, /* every field of EctlStatus that is not marked otherwise */
  ECTL_DETAIL_FULL,     /* and what `status -v` shows: why this backend, unit files, last log lines */
} EctlDetail;

typedef struct {
  EctlState state;
  char *reason;      /* one sentence, translated */
  char *backend;     /* NULL where none could be chosen */
  char *backend_why; /* one sentence, translated */
  EctlService *service;
  GPtrArray *processes; /* (element-type EctlProcess) engines, helpers, clients */
  EctlApi *api;
  EctlClient *client;
  char *finding;       /* id of the catalogue where the reason was recognised */
  char *evidence;      /* the engine's own line behind a failure */
  char *hint;          /* what to do next */
  GPtrArray *log;      /* (element-type EctlLogLine) with ECTL_DETAIL_FULL */
  char **option_files; /* files that may hold options of the engine and exist, with ECTL_DETAIL_FULL */
  char **options;      /* what init scripts pass on: "DOCKER_OPTS=… (/etc/default/docker:12)", with ECTL_DETAIL_FULL */
} EctlStatus;

void ectl_status_free (EctlStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlStatus, ectl_status_free)

/* Belief, fact, answer and the verdict. Changes nothing and never wakes the engine. Not finding out is no error but the state
 * `unknown`; it fails only where no answer makes sense (an endpoint elsewhere, cancelled). */
EctlStatus *ectl_engine_get_status (EctlEngine *engine, EctlDetail detail, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The manager's word alone: nothing else is asked. Free it. ECTL_ERROR_NOT_INSTALLED without a service. */
EctlService *ectl_engine_get_service (EctlEngine *engine, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- verbs ------------------------------------------------------------------------------------------------------------- */

typedef enum {
  ECTL_FLAG_NONE = 0,
  ECTL_FLAG_DRY_RUN = 1 << 0,     /* say what would change, change nothing */
  ECTL_FLAG_NO_WAIT = 1 << 1,     /* start: return when the manager has taken the job */
  ECTL_FLAG_KEEP_SOCKET = 1 << 2, /* stop: leave the socket unit armed */
  ECTL_FLAG_FORCE = 1 << 3,       /* stop: TERM, then KILL after the deadline */
  ECTL_FLAG_NOW = 1 << 4,         /* enable, disable: start or stop as well */
} EctlFlags;

typedef struct {
  char *text; /* "start docker.service", translated */
  double ms;  /* -1 in a dry run */
} EctlStep;

typedef struct {
  EctlState state;
  char *enabled; /* the manager's word for the service */
} EctlPoint;

typedef struct {
  char *name; /* start, stop, … */
  gboolean changed;
  gboolean dry_run;
  EctlPoint before;
  EctlPoint after;
  GPtrArray *steps; /* (element-type EctlStep) */
  GPtrArray *notes; /* (element-type utf8) sentences that were reported as ECTL_PROGRESS_NOTE, translated */
  char *summary;    /* one sentence, translated: what was reached */
  double duration_ms;
} EctlAction;

void ectl_action_free (EctlAction *action);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlAction, ectl_action_free)

/* Each verb is idempotent: what is already so is TRUE with `changed` FALSE. ACTION, where not NULL, receives what was done, also
 * when the verb fails after it began (free it in both cases). What may happen in which state is the table in enginectl(1). */
gboolean ectl_engine_start (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_stop (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_restart (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_reload (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_enable (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_disable (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A service for an engine that has none (static binaries), in the files of the init that runs here; and its removal. Never overwrites what was not written by it, or was
 * edited since. A list of what was written is kept in /var/lib/enginectl. ECTL_ERROR_NOT_INSTALLED without a dockerd. */
gboolean ectl_engine_install (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_uninstall (EctlEngine *engine, EctlFlags flags, EctlCall *call, EctlAction **action, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bits for ectl_engine_wait: one for each state. */
#define ECTL_STATE_MASK(state) (1u << (state))

/* Returns when one of STATES (bits of ECTL_STATE_MASK) is reached; `stopped` includes `armed`. STATE receives the last one
 * seen, also on failure: ECTL_ERROR_DEADLINE, or, where only running is waited for, ECTL_ERROR_FAILED on `failed` and
 * ECTL_ERROR_NOT_INSTALLED. Sleeps on the manager's signals; what has no signal is looked at once a second. */
gboolean ectl_engine_wait (EctlEngine *engine, guint states, EctlCall *call, EctlState *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- the endpoint that `docker` would use ------------------------------------------------------------------------------ */

typedef struct {
  EctlApi *api;
  EctlClient *client;
  char *engine_json; /* version: the body of /version as the API gave it */
} EctlPing;

void ectl_ping_free (EctlPing *ping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlPing, ectl_ping_free)

/* `/_ping` and `/version`. PING, where not NULL, receives what is known, also on failure: ECTL_ERROR_NOT_RUNNING where nothing listens or only
 * an armed socket unit does, ECTL_ERROR_DEADLINE where it accepts and is silent, ECTL_ERROR_NOT_PERMITTED, ECTL_ERROR_BAD_CONFIG for a
 * malformed endpoint in the environment or a file. */
gboolean ectl_engine_ping (EctlEngine *engine, EctlCall *call, EctlPing **ping, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ectl_engine_get_version (EctlEngine *engine, EctlCall *call, EctlPing **ping, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- probe: everything of Docker on this host -------------------------------------------------------------------------- */

typedef struct {
  char *name;
  char *path;
  EctlRole role;
} EctlProgram;

typedef struct {
  char *backend;
  char *name;
  char *active;
  char *enabled;
} EctlServiceRow;

typedef struct {
  char *endpoint;
  char *kind; /* socket, directory, file, dangling-symlink, pipe, port, missing */
  EctlTri listening;
  gint64 owner_pid; /* 0: not known */
  char *owner_name;
  gint64 mode; /* permission bits, -1: not applicable */
  char *group;
  EctlTri tls;
  EctlTri answers;
  char *note; /* translated: why it was not asked, or what is wrong */
} EctlEndpointRow;

typedef struct {
  char *name; /* a docker context */
  char *endpoint;
  gboolean current;
  char *error;
} EctlContextRow;

typedef struct {
  GPtrArray *processes; /* (element-type EctlProcess) engines, helpers, clients */
  guint shims;
  guint proxies;
  GPtrArray *programs;  /* (element-type EctlProgram) */
  GPtrArray *services;  /* (element-type EctlServiceRow) */
  GPtrArray *endpoints; /* (element-type EctlEndpointRow) */
  GPtrArray *contexts;  /* (element-type EctlContextRow) */
  EctlClient *client;
  GPtrArray *notes; /* (element-type utf8) what could not be seen, and why; translated */
} EctlProbe;

void ectl_probe_free (EctlProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EctlProbe, ectl_probe_free)

typedef enum {
  ECTL_PROBE_NONE = 0,
  ECTL_PROBE_ALL_PROCESSES = 1 << 0, /* list shims and proxies too, not only count them */
} EctlProbeFlags;

EctlProbe *ectl_engine_probe (EctlEngine *engine, EctlProbeFlags flags, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- logs -------------------------------------------------------------------------------------------------------------- */

typedef struct {
  gint64 lines;    /* at most so many, the newest; -1 all */
  gint64 since_us; /* 0: from the beginning of this boot */
  gboolean follow; /* go on until cancelled; there is no deadline then */
} EctlLogQuery;

/* LINE is owned by the library. FALSE ends the reading early, without an error. */
typedef gboolean (*EctlLogFunc) (const EctlLogLine *line, gpointer user_data);

/* SOURCE, where not NULL, receives "journal", "file" or "eventlog" (static) before the first line. */
gboolean ectl_engine_logs (EctlEngine *engine, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- another host ------------------------------------------------------------------------------------------------------ */

/* Does the engine's endpoint lead over ssh:// to a host whose own enginectl can be asked? */
gboolean ectl_engine_is_there (EctlEngine *engine);

/* Runs `enginectl WORDS…` on that host, by the installed ssh, with the caller's own input and outputs. CODE receives its exit code. ECTL_ERROR_NOT_SUPPORTED where
 * there is no ssh here or no enginectl there. Waits as long as it takes. */
gboolean ectl_engine_ask_there (EctlEngine *engine, const char *const *words, int *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- watch ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  gint64 time_us;
  EctlState state;
  EctlState previous; /* ECTL_STATE_UNKNOWN in the first one */
  gboolean is_first;
  char *why; /* the reason, translated; NULL where the state says all */
} EctlChange;

/* CHANGE is owned by the library. FALSE ends the watching, without an error. */
typedef gboolean (*EctlChangeFunc) (const EctlChange *change, gpointer user_data);

/* The state now, then each change as it happens, until FUNC has enough, CALL is cancelled or its time is up. By the manager's signals, or the engine's end and its
 * files where there is no such manager; while nothing happens nothing wakes it. What no event tells (hung, a socket that was removed) is looked for every
 * EVERY_MS; 0: not at all. */
gboolean ectl_engine_watch (EctlEngine *engine, gint64 every_ms, EctlChangeFunc func, gpointer user_data, EctlCall *call,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- run --------------------------------------------------------------------------------------------------------------- */

typedef enum {
  ECTL_RESTART_NO,
  ECTL_RESTART_ON_FAILURE, /* an exit code that is not 0, or a signal */
  ECTL_RESTART_ALWAYS,     /* unless it was told to end */
} EctlRestart;

typedef struct {
  EctlRestart restart;
  const char *log_file;         /* where its output goes as well, set aside at 10 MiB, four older ones kept; NULL: nowhere */
  gboolean background;          /* return once the API answers; the supervision goes on in a process of its own */
  gboolean dry_run;             /* only say whether it would be refused, and by EVENT what would be started */
  const char *const *arguments; /* of dockerd; NULL-terminated, may be NULL */
  /* Each may be NULL. What the engine prints, as it comes; what happens to it, as a translated sentence. */
  void (*output) (const char *bytes, gsize n, gpointer user_data);
  void (*event) (const char *text, gpointer user_data);
  gpointer user_data;
} EctlRunOptions;

/* The engine in the foreground, supervised: refused where another engine holds the pid file or the data root; ready when its API answers; SIGTERM and SIGINT
 * are passed on once, SIGHUP as a reload; killed when it takes longer to stop than its containers need (or than the time-out of CALL); started again by the
 * policy, with a growing delay. To an init that asked for it (NOTIFY_SOCKET) it says READY, RELOADING, STOPPING and the watchdog's word. Blocks those signals
 * in the calling thread while it lasts. CODE receives the engine's last exit code (128 + N for signal N). When the calling process is killed, the engine gets SIGTERM. */
gboolean ectl_engine_run (EctlEngine *engine, const EctlRunOptions *options, EctlCall *call, int *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- the library ------------------------------------------------------------------------------------------------------- */

/* "0.1.0" and what this build can do: "systemd", "tls" (the module is there); NULL-terminated, static. */
const char *ectl_version (void);
const char *const *ectl_features (void);

/* Where the translations of this library lie, for bindtextdomain (domain "enginectl"), or NULL. Free it. */
char *ectl_locale_dir (void);

#pragma GCC visibility pop
G_END_DECLS
