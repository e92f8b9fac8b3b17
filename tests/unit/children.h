/* SPDX-License-Identifier: Apache-2.0 */
/* Children of a test: they do something, say that it is done, and stay until they are ended; and roots that a test lays. */
#pragma once

#include <glib/gstdio.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* FALSE: this machine cannot do it. */
typedef gboolean (*ChildFunc) (gconstpointer data);

/* Forks into the new NAMESPACES (CLONE_NEW*, or 0) and returns when FUNC has returned there. 0 where that cannot be had. */
static inline pid_t
start_child (int namespaces, ChildFunc func, gconstpointer data)
{
  int ends[2];
  char word = 0;

  g_assert_cmpint (pipe (ends), ==, 0);
  pid_t pid = (pid_t) syscall (SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, 0);
  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      word = func == NULL || func (data) ? '+' : '-';
      if (write (ends[1], &word, 1) != 1 || word == '-')
        _exit (1);
      for (;;)
        pause ();
    }
  close (ends[1]);
  gssize got = pid > 0 ? read (ends[0], &word, 1) : 0;
  close (ends[0]);
  if (pid < 0)
    return 0;
  g_assert_cmpint (got, ==, 1); /* else an assertion failed in the child */
  if (word == '+')
    return pid;
  waitpid (pid, NULL, 0);
  return 0;
}

static inline void
end_child (pid_t pid)
{
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

/* FUNC in a child of another user, who has no rights over the caller. It may use assertions. */
static inline void
run_as_nobody (ChildFunc func, gconstpointer data)
{
  int status = -1;
  pid_t pid = fork ();

  if (pid == 0)
    {
      g_assert_cmpint (setgroups (0, NULL), ==, 0);
      g_assert_cmpint (setgid (NOBODY), ==, 0);
      g_assert_cmpint (setuid (NOBODY), ==, 0);
      _exit (func (data) ? 0 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
}

/* Without root nobody can be made another user. */
static inline gboolean
needs_root (void)
{
  if (geteuid () != 0)
    g_test_skip ("needs root");
  return geteuid () != 0;
}

static inline char *
make_root (void)
{
  char *root = g_dir_make_tmp ("ectl-unit-XXXXXX", NULL);
  g_assert_nonnull (root);
  return root;
}

static inline void
remove_root (char *root)
{
  char *argv[] = { (char *) "rm", (char *) "-r", root, NULL };
  g_assert_true (g_str_has_prefix (root, g_get_tmp_dir ()));
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

/* LENGTH bytes (-1: a string) at PATH below ROOT, with the folders that it needs. */
static inline void
lay_file (const char *root, const char *path, const char *text, gssize length)
{
  g_autofree char *file = g_build_filename (root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (file);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, text, length, NULL));
}

static inline void
lay_link (const char *root, const char *path, const char *target)
{
  g_autofree char *file = g_build_filename (root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (file);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_cmpint (symlink (target, file), ==, 0);
}
