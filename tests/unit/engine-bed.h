/* SPDX-License-Identifier: Apache-2.0 */
/* The bed of the API tests: a folder, a fake engine (tests/fake/engine.py), a call with a limit. */
#pragma once

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/call.h"
#include "base/host.h"

#define LIMIT_MS 10000
#define PYTHON "/usr/bin/python3"
#define ARGUMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

typedef struct {
  char *folder;
  char *socket; /* where an engine listens, unless it is told another place */
  GPid engine;
  int input; /* of the engine: it ends when this is closed */
  guint port;
  EctlHost *host;
  EctlCall *call;
  GError *error;
} Bed;

static inline void
set_up (Bed *bed, gint64 timeout_ms)
{
  *bed = (Bed){ .folder = g_dir_make_tmp ("ectl-api-XXXXXX", NULL), .input = -1 };
  g_assert_nonnull (bed->folder);
  bed->socket = g_build_filename (bed->folder, "engine.sock", NULL);
  bed->host = ectl_host_new_at ("", ARGUMENTS ("HOME=/nonexistent"), 0);
  bed->call = ectl_call_new (timeout_ms);
  ectl_call_begin (bed->call, ECTL_CALL_READ, timeout_ms);
}

/* A call of its own for a second question: the first one's time may be over. */
static inline void
renew_call (Bed *bed, gint64 timeout_ms)
{
  ectl_call_free (bed->call);
  bed->call = ectl_call_new (timeout_ms);
  ectl_call_begin (bed->call, ECTL_CALL_READ, timeout_ms);
}

static inline void
die_with_parent (gpointer ignored)
{
  (void) ignored;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* READY, and the port where there is one. */
static inline void
await_ready (Bed *bed, int out)
{
  char line[32] = "";
  struct pollfd fd = { .fd = out, .events = POLLIN };

  for (gsize n = 0; strchr (line, '\n') == NULL; n++)
    {
      g_assert_cmpuint (n, <, sizeof line - 1);
      g_assert_cmpint (poll (&fd, 1, LIMIT_MS), ==, 1);
      g_assert_cmpint (read (out, line + n, 1), ==, 1);
    }
  g_assert_true (g_str_has_prefix (line, "READY"));
  bed->port = (guint) strtoul (line + strlen ("READY"), NULL, 10);
}

/* MODE and OPTIONS as tests/fake/engine.py has them; without a --tcp among them it listens on the bed's socket. */
static inline void
start_engine (Bed *bed, const char *mode, const char *const *options)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "..", "..", "..", "..", "tests", "fake", "engine.py", NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  gboolean tcp = options != NULL && g_strv_contains (options, "--tcp");
  int out;

  g_ptr_array_add (argv, (gpointer) PYTHON);
  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (gpointer) mode);
  if (!tcp)
    {
      g_ptr_array_add (argv, (gpointer) "--unix");
      g_ptr_array_add (argv, bed->socket);
    }
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (argv, (gpointer) *options);
  g_ptr_array_add (argv, NULL);
  g_spawn_async_with_pipes (NULL, (char **) argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL, &bed->engine, &bed->input, &out, NULL,
                            &bed->error);
  g_assert_no_error (bed->error);
  await_ready (bed, out);
  close (out);
}

static inline void
end_engine (Bed *bed)
{
  if (bed->engine == 0)
    return;
  close (bed->input);
  waitpid (bed->engine, NULL, 0);
  bed->engine = 0;
}

static inline void
write_file (Bed *bed, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (bed->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* What a test laid into its folder goes with it; links are not followed. */
static inline void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  if (dir != NULL)
    g_dir_close (dir);
  g_remove (path);
}

static inline void
tear_down (Bed *bed)
{
  end_engine (bed);
  ectl_call_free (bed->call);
  ectl_host_free (bed->host);
  g_clear_error (&bed->error);
  remove_tree (bed->folder);
  g_free (bed->folder);
  g_free (bed->socket);
}
