/* SPDX-License-Identifier: Apache-2.0 */
/* Beds of tests that start programs: a root, scripts in it that know where it is, and FIFOs, over which a script says what it did and waits for a word. */
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include "base/call.h"
#include "base/host.h"
#include "tests/unit/children.h"

#define PATIENCE_MS 20000

static inline gint64
patience_from_now (void)
{
  return g_get_monotonic_time () + (gint64) PATIENCE_MS * 1000;
}

static inline EctlCall *
begin_call (gint64 limit_ms)
{
  EctlCall *call = ectl_call_new (limit_ms);
  ectl_call_begin (call, ECTL_CALL_ENDLESS, limit_ms);
  return call;
}

static inline EctlCall *
patient_call (void)
{
  return begin_call (PATIENCE_MS);
}

static inline gboolean
is_there (const char *root, const char *path)
{
  g_autofree char *file = g_build_filename (root, path, NULL);
  return g_file_test (file, G_FILE_TEST_EXISTS) || g_file_test (file, G_FILE_TEST_IS_SYMLINK);
}

/* The whole of PATH below ROOT; "" where it is not. */
static inline char *
contents (const char *root, const char *path)
{
  g_autofree char *file = g_build_filename (root, path, NULL);
  char *text = NULL;
  return g_file_get_contents (file, &text, NULL, NULL) ? text : g_strdup ("");
}

/* BODY as a script for sh that has $root, at PATH below ROOT. */
static inline void
lay_script (const char *root, const char *path, const char *body, int mode)
{
  g_autofree char *quoted = g_shell_quote (root);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\nroot=%s\n%s", quoted, body);
  g_autofree char *file = g_build_filename (root, path, NULL);
  lay_file (root, path, text, -1);
  g_assert_cmpint (chmod (file, (mode_t) mode), ==, 0);
}

/* A FIFO that the test reads: whoever opens it to write does not wait. */
static inline int
lay_report (const char *root, const char *name)
{
  g_autofree char *file = g_build_filename (root, name, NULL);
  g_assert_cmpint (mkfifo (file, 0666), ==, 0);
  g_assert_cmpint (chmod (file, 0666), ==, 0);
  int fd = open (file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

/* A FIFO that a script reads a line from: `read word < $root/NAME` waits until the test said one. */
static inline int
lay_gate (const char *root, const char *name)
{
  g_autofree char *file = g_build_filename (root, name, NULL);
  g_assert_cmpint (mkfifo (file, 0666), ==, 0);
  g_assert_cmpint (chmod (file, 0666), ==, 0);
  int fd = open (file, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static inline void
open_gate (int gate)
{
  g_assert_cmpint (write (gate, "go\n", 3), ==, 3);
}

/* Waits until something is written there. */
static inline gboolean
wait_for_report (int report)
{
  GPollFD poll_fd = { .fd = report, .events = G_IO_IN };
  char text[64];
  return g_poll (&poll_fd, 1, PATIENCE_MS) == 1 && read (report, text, sizeof text) > 0;
}

/* Waits until nobody holds it open to write any more: until all who could write there have ended. */
static inline gboolean
wait_for_silence (int report)
{
  const gint64 until = patience_from_now ();
  char text[64];

  while (g_get_monotonic_time () < until)
    {
      gssize got = read (report, text, sizeof text);
      GPollFD poll_fd = { .fd = report, .events = G_IO_IN };
      if (got == 0)
        return TRUE;
      if (got < 0 && g_poll (&poll_fd, 1, PATIENCE_MS) == 0)
        return FALSE;
    }
  return FALSE;
}
