/* SPDX-License-Identifier: Apache-2.0 */
/* What a service that is an init script has in common under SysV and OpenRC: its files, its pid files, its log. Its word is belief and no more: it exits 0 while the
 * engine dies. */
#pragma once

#include "platform/backend.h"
#include "platform/linux/program.h"
#include "platform/process.h"

/* -1: not open. */
typedef struct {
  int epoll, inotify, pidfd;
  gint64 pid; /* whose the pidfd is */
} EctlScriptEvents;

void ectl_script_events_init (EctlScriptEvents *events);
void ectl_script_events_clear (EctlScriptEvents *events);

typedef struct _EctlInitScript EctlInitScript;

/* Whether a service starts at boot: what its links say, and the tool that switches them. */
typedef struct {
  gboolean (*is_enabled) (EctlInitScript *self);
  gboolean (*switch_links) (EctlInitScript *self, gboolean enabled, EctlCall *call, GError **error);
} EctlScriptLinks;

/* The head of the backend's own object. */
struct _EctlInitScript {
  EctlBackend base;
  const EctlScriptLinks *links; /* NULL where there is no boot to start at */
  EctlHost *host;
  char *name;         /* "docker" */
  char *script;       /* "/etc/init.d/docker" */
  char *own_pid_file; /* start-stop-daemon's, "/run/docker-ssd.pid" */
  char *pid_file;     /* what the engine writes itself, "/run/docker.pid" */
  char *log;          /* "/var/log/docker.log" */
  /* Where the log ended when the engine was last started from here, and when: what stands behind it is newer. */
  gint64 mark;
  gint64 mark_us;
  EctlScriptEvents events;
  EctlRunning *asked; /* its status, while a belief is pending; NULL */
};

/* A backend of SIZE bytes that begins with an EctlInitScript. There are no services of a user's own: NULL with ERROR for --user. */
gpointer ectl_initscript_new (gsize size, const EctlBackendClass *klass, const EctlScriptLinks *links, EctlHost *host, const EctlBackendOptions *options,
                              GError **error);
/* Frees the head's parts and the whole. */
void ectl_initscript_free (EctlInitScript *self);

/* The engine that a pid file names, or NULL. */
EctlProcess *ectl_initscript_find_engine (EctlInitScript *self);

/* A new belief with what the files say: installed, the pid that a pid file names and whether that is proof, a pid file that was left. The activity is inactive
 * until the script's word is known. */
EctlBelief *ectl_initscript_new_belief (EctlInitScript *self);

/* May it be executed? If not, BELIEF says so, and its word is not known. */
gboolean ectl_initscript_check (const EctlInitScript *self, EctlBelief *belief);

/* The script's word, as the LSB numbers it: 0 up; 1 and 2 dead, and a file was left; 3 down; the rest is not known. */
void ectl_initscript_take_word (EctlBelief *belief, int code);

/* Words of its own, of a manager that knows more. */
void ectl_initscript_take_state (EctlBelief *belief, EctlActivity activity, const char *active, const char *sub);
/* The service stands in this file. */
void ectl_initscript_set_file (EctlBelief *belief, const char *path);

/* Runs `PROGRAM NAME VERB`, or `SCRIPT VERB` where PROGRAM is NULL. A verb that changes something goes on when CALL is over. FALSE where it could not be run or
 * CALL was over; the exit code is in END. */
gboolean ectl_initscript_run (EctlInitScript *self, const char *program, const char *verb, gboolean changes, EctlCall *call, EctlProgramEnd *end,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Starts `SCRIPT status`, and leaves BELIEF pending. */
gboolean ectl_initscript_ask (EctlInitScript *self, EctlBelief *belief, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits for its end. No longer pending, whatever comes of it. */
gboolean ectl_initscript_hear (EctlInitScript *self, EctlBelief *belief, EctlCall *call, EctlProgramEnd *end, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Only root runs init scripts and switches their links: fails with ECTL_ERROR_NOT_PERMITTED. */
gboolean ectl_initscript_may_act (EctlInitScript *self, const char *verb, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What start and stop have in common. A script fails beside another one that is at work: that is waited for, for it cannot be interrupted; who was first with the
 * same verb has done what was wanted, and after another one it is tried again. Else the last that the script said becomes the error. */
typedef struct {
  const char *verb;    /* "start", "stop" */
  const char *program; /* as for ectl_initscript_run */
  EctlActivity wanted;
  gboolean busy; /* another one was seen at work already */
} EctlScriptVerb;
gboolean ectl_initscript_change (EctlInitScript *self, const EctlScriptVerb *verb, EctlCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The dockerd in the folders of the script's own PATH, as a command; NULL where it is in none. g_strfreev. */
char **ectl_initscript_read_command (const EctlInitScript *self);

/* What its links say. */
void ectl_initscript_take_links (EctlInitScript *self, EctlBelief *belief);

/* To be called right before a start. */
void ectl_initscript_mark_log (EctlInitScript *self);

/* --- members of the backend's table --- */

/* Over its begin_belief and complete_belief. */
EctlBelief *ectl_initscript_get_belief (EctlBackend *backend, EctlDetail detail, EctlCall *call, GError **error);
gboolean ectl_initscript_look_for_stop (EctlBackend *backend, const EctlProcess *engine, EctlBelief *belief);
gboolean ectl_initscript_reload (EctlBackend *backend, EctlCall *call, GError **error);
/* Only what is not so already is switched, and it is looked at whether that was done: a tool may exit 0 and change nothing. */
gboolean ectl_initscript_set_enabled (EctlBackend *backend, gboolean enabled, gboolean dry_run, gboolean *changed, GPtrArray *notes, EctlCall *call,
                                      GError **error);
gboolean ectl_initscript_read_log (EctlBackend *backend, const EctlLogQuery *query, const char **source, EctlLogFunc func, gpointer user_data, EctlCall *call,
                                   GError **error);
int ectl_initscript_subscribe (EctlBackend *backend, EctlCall *call, GError **error);
gboolean ectl_initscript_drain (EctlBackend *backend);
