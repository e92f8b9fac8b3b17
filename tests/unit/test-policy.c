/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences of ends, and what the policy of `run` makes of them. */
#include "supervise/policy.h"

typedef struct {
  gint64 now_ms;
  int code;
  gboolean ready;
  gint64 up_ms;
  gboolean asked;
  EctlPolicyWord word;
  gint64 delay_ms;
} Step;

#define MOST_STEPS 8
#define RESTART ECTL_POLICY_RESTART
#define END ECTL_POLICY_END

static const struct {
  const char *name;
  EctlRestart restart;
  Step steps[MOST_STEPS]; /* up to the first whose word is END */
} sequences[] = {
  { "no-restart", ECTL_RESTART_NO, { { 1000, 137, TRUE, 500, FALSE, END, 0 } } },
  { "on-failure-well", ECTL_RESTART_ON_FAILURE, { { 1000, 0, TRUE, 500, FALSE, END, 0 } } },
  { "always-well", ECTL_RESTART_ALWAYS, { { 1000, 0, TRUE, 500, FALSE, RESTART, 100 }, { 2000, 0, TRUE, 500, TRUE, END, 0 } } },
  { "asked-beats-all", ECTL_RESTART_ALWAYS, { { 1000, 137, TRUE, 500, TRUE, END, 0 } } },
  { "delay-grows",
    ECTL_RESTART_ON_FAILURE,
    { { 1000, 1, FALSE, 10, FALSE, RESTART, 100 },
      { 1200, 1, FALSE, 10, FALSE, RESTART, 200 },
      { 1500, 139, FALSE, 10, FALSE, RESTART, 400 },
      { 2000, 0, FALSE, 10, FALSE, END, 0 } } },
  { "healthy-time-resets",
    ECTL_RESTART_ON_FAILURE,
    { { 1000, 1, FALSE, 10, FALSE, RESTART, 100 },
      { 1200, 1, FALSE, 10, FALSE, RESTART, 200 },
      { 20000, 137, TRUE, ECTL_POLICY_HEALTHY_MS, FALSE, RESTART, 100 },
      { 30000, 0, TRUE, 10, FALSE, END, 0 } } },
  { "long-but-never-ready",
    ECTL_RESTART_ON_FAILURE,
    { { 1000, 1, FALSE, 10, FALSE, RESTART, 100 },
      { 90000, 1, FALSE, 80000, FALSE, RESTART, 200 },
      { 91000, 1, TRUE, ECTL_POLICY_HEALTHY_MS - 1, FALSE, RESTART, 400 },
      { 92000, 0, TRUE, 10, TRUE, END, 0 } } },
};

static void
check_sequence (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  EctlPolicy policy;
  EctlPolicyWord word = RESTART;

  ectl_policy_init (&policy, sequences[i].restart);
  for (const Step *step = sequences[i].steps; word == RESTART; step++)
    {
      gint64 delay = -1;
      word = ectl_policy_ended (&policy, step->now_ms, step->code, step->ready, step->up_ms, step->asked, &delay);
      g_assert_cmpint (word, ==, step->word);
      g_assert_cmpint (delay, ==, step->delay_ms);
    }
}

/* The ends of an engine that dies at once, each DISTANCE_MS after the one before; how many of them are followed by a new try. */
static guint
count_tries (EctlPolicy *policy, gint64 from_ms, gint64 distance_ms, guint most)
{
  gint64 delay, last = 0;
  guint n = 0;

  while (n < most && ectl_policy_ended (policy, from_ms + n * distance_ms, 1, FALSE, 1, FALSE, &delay) == RESTART)
    {
      g_assert_cmpint (delay, >=, last);
      g_assert_cmpint (delay, <=, ECTL_POLICY_CEILING_MS);
      last = delay;
      n++;
    }
  return n;
}

static void
check_limit (void)
{
  EctlPolicy policy;

  ectl_policy_init (&policy, ECTL_RESTART_ALWAYS);
  g_assert_cmpuint (count_tries (&policy, 1000, 1, 1000), ==, ECTL_POLICY_MOST_TRIES);
}

/* Failures that are far enough apart never reach the limit. */
static void
check_window (void)
{
  EctlPolicy policy;

  ectl_policy_init (&policy, ECTL_RESTART_ALWAYS);
  g_assert_cmpuint (count_tries (&policy, 1000, ECTL_POLICY_WINDOW_MS / 4, 1000), ==, 1000);
}

static void
check_clock_set_back (void)
{
  EctlPolicy policy;

  ectl_policy_init (&policy, ECTL_RESTART_ALWAYS);
  g_assert_cmpuint (count_tries (&policy, 5000000, 1, 5), ==, 5);
  g_assert_cmpuint (count_tries (&policy, 1000, 1, 1000), ==, ECTL_POLICY_MOST_TRIES);
}

/* What a silent engine used of the processors tells whether it works. */
static void
check_busy (void)
{
  g_assert_true (ectl_policy_is_busy (1000, 1000));
  g_assert_true (ectl_policy_is_busy (50, 1000));
  g_assert_false (ectl_policy_is_busy (40, 1000));
  g_assert_false (ectl_policy_is_busy (10, 1000));
  g_assert_false (ectl_policy_is_busy (0, 1000));
  g_assert_false (ectl_policy_is_busy (0, 0));
  g_assert_false (ectl_policy_is_busy (-500, 1000)); /* of another engine */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    {
      g_autofree char *path = g_strconcat ("/policy/", sequences[i].name, NULL);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_sequence);
    }
  g_test_add_func ("/policy/busy", check_busy);
  g_test_add_func ("/policy/limit", check_limit);
  g_test_add_func ("/policy/window", check_window);
  g_test_add_func ("/policy/clock-set-back", check_clock_set_back);
  return g_test_run ();
}
