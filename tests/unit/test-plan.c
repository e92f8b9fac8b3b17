/* SPDX-License-Identifier: Apache-2.0 */
/* The contract's table of verb and state, every cell. */
#include "engine/plan.h"

static EctlSituation
in (EctlState state)
{
  return (EctlSituation){ .state = state, .has_service = state != ECTL_STATE_NOT_INSTALLED };
}

static const struct {
  EctlState state;
  EctlPlan start, stop, restart, reload;
} cells[] = {
  { ECTL_STATE_UNKNOWN, ECTL_PLAN_UNKNOWN, ECTL_PLAN_UNKNOWN, ECTL_PLAN_UNKNOWN, ECTL_PLAN_UNKNOWN },
  { ECTL_STATE_RUNNING, ECTL_PLAN_NOTHING, ECTL_PLAN_STOP, ECTL_PLAN_STOP_THEN_START, ECTL_PLAN_RELOAD },
  { ECTL_STATE_STARTING, ECTL_PLAN_JOIN_START, ECTL_PLAN_STOP, ECTL_PLAN_STOP_THEN_START, ECTL_PLAN_SICK },
  { ECTL_STATE_STOPPING, ECTL_PLAN_WAIT_THEN_START, ECTL_PLAN_STOP, ECTL_PLAN_WAIT_THEN_START, ECTL_PLAN_SICK },
  { ECTL_STATE_STOPPED, ECTL_PLAN_START, ECTL_PLAN_NOTHING, ECTL_PLAN_START, ECTL_PLAN_NOT_RUNNING },
  { ECTL_STATE_ARMED, ECTL_PLAN_START, ECTL_PLAN_STOP_SOCKET, ECTL_PLAN_START, ECTL_PLAN_NOT_RUNNING },
  { ECTL_STATE_FAILED, ECTL_PLAN_RESET_THEN_START, ECTL_PLAN_NOTHING, ECTL_PLAN_RESET_THEN_START, ECTL_PLAN_NOT_RUNNING },
  { ECTL_STATE_HUNG, ECTL_PLAN_SICK, ECTL_PLAN_STOP, ECTL_PLAN_STOP_THEN_START, ECTL_PLAN_SICK },
  { ECTL_STATE_DEGRADED, ECTL_PLAN_SICK, ECTL_PLAN_STOP, ECTL_PLAN_STOP_THEN_START, ECTL_PLAN_SICK },
  { ECTL_STATE_UNMANAGED, ECTL_PLAN_UNMANAGED, ECTL_PLAN_UNMANAGED, ECTL_PLAN_UNMANAGED, ECTL_PLAN_UNMANAGED },
  { ECTL_STATE_NOT_INSTALLED, ECTL_PLAN_NOT_INSTALLED, ECTL_PLAN_NOT_INSTALLED, ECTL_PLAN_NOT_INSTALLED, ECTL_PLAN_NOT_INSTALLED },
};

static void
check_cell (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  EctlSituation now = in (cells[i].state);

  g_assert_cmpint (ectl_plan_start (&now), ==, cells[i].start);
  g_assert_cmpint (ectl_plan_stop (&now, FALSE, FALSE), ==, cells[i].stop);
  g_assert_cmpint (ectl_plan_restart (&now), ==, cells[i].restart);
  g_assert_cmpint (ectl_plan_reload (&now), ==, cells[i].reload);
}

static void
check_masked (void)
{
  EctlSituation stopped = { .state = ECTL_STATE_STOPPED, .has_service = TRUE, .masked = TRUE };
  EctlSituation running = { .state = ECTL_STATE_RUNNING, .has_service = TRUE, .masked = TRUE };

  g_assert_cmpint (ectl_plan_start (&stopped), ==, ECTL_PLAN_MASKED);
  g_assert_cmpint (ectl_plan_stop (&stopped, FALSE, FALSE), ==, ECTL_PLAN_NOTHING);
  g_assert_cmpint (ectl_plan_start (&running), ==, ECTL_PLAN_NOTHING);
  g_assert_cmpint (ectl_plan_stop (&running, FALSE, FALSE), ==, ECTL_PLAN_STOP);
  /* It would not come back. */
  g_assert_cmpint (ectl_plan_restart (&running), ==, ECTL_PLAN_MASKED);
  g_assert_cmpint (ectl_plan_enable (&running), ==, ECTL_PLAN_MASKED);
}

static void
check_bad_setting (void)
{
  EctlSituation stopped = { .state = ECTL_STATE_STOPPED, .has_service = TRUE, .bad_setting = TRUE };
  EctlSituation running = { .state = ECTL_STATE_RUNNING, .has_service = TRUE, .bad_setting = TRUE };

  g_assert_cmpint (ectl_plan_start (&stopped), ==, ECTL_PLAN_BAD_SETTING);
  g_assert_cmpint (ectl_plan_start (&running), ==, ECTL_PLAN_NOTHING);
  g_assert_cmpint (ectl_plan_restart (&running), ==, ECTL_PLAN_BAD_SETTING);
  g_assert_cmpint (ectl_plan_stop (&running, FALSE, FALSE), ==, ECTL_PLAN_STOP);
}

/* An engine by hand that hangs or has lost its socket. */
static void
check_foreign (void)
{
  static const EctlState ill[] = { ECTL_STATE_HUNG, ECTL_STATE_DEGRADED };

  for (guint i = 0; i < G_N_ELEMENTS (ill); i++)
    {
      EctlSituation now = { .state = ill[i], .has_service = TRUE, .foreign = TRUE };
      g_assert_cmpint (ectl_plan_stop (&now, FALSE, FALSE), ==, ECTL_PLAN_UNMANAGED);
      g_assert_cmpint (ectl_plan_stop (&now, FALSE, TRUE), ==, ECTL_PLAN_SIGNAL);
      g_assert_cmpint (ectl_plan_restart (&now), ==, ECTL_PLAN_UNMANAGED);
      g_assert_cmpint (ectl_plan_start (&now), ==, ECTL_PLAN_SICK);
    }
}

static void
check_no_service (void)
{
  EctlSituation now = { .state = ECTL_STATE_STOPPED };

  g_assert_cmpint (ectl_plan_start (&now), ==, ECTL_PLAN_NO_SERVICE);
  g_assert_cmpint (ectl_plan_restart (&now), ==, ECTL_PLAN_NO_SERVICE);
  g_assert_cmpint (ectl_plan_enable (&now), ==, ECTL_PLAN_NO_SERVICE);
  g_assert_cmpint (ectl_plan_stop (&now, FALSE, FALSE), ==, ECTL_PLAN_NOTHING);
}

static void
check_stop_and_socket (void)
{
  EctlSituation armed = { .state = ECTL_STATE_ARMED, .has_service = TRUE, .socket_up = TRUE };
  EctlSituation failed = { .state = ECTL_STATE_FAILED, .has_service = TRUE, .socket_up = TRUE };
  EctlSituation trying = { .state = ECTL_STATE_FAILED, .has_service = TRUE, .auto_restart = TRUE };
  EctlSituation by_hand = { .state = ECTL_STATE_UNMANAGED, .has_service = TRUE };

  g_assert_cmpint (ectl_plan_stop (&armed, TRUE, FALSE), ==, ECTL_PLAN_NOTHING);
  g_assert_cmpint (ectl_plan_stop (&failed, FALSE, FALSE), ==, ECTL_PLAN_STOP_SOCKET);
  g_assert_cmpint (ectl_plan_stop (&failed, TRUE, FALSE), ==, ECTL_PLAN_NOTHING);
  g_assert_cmpint (ectl_plan_stop (&trying, FALSE, FALSE), ==, ECTL_PLAN_STOP);
  g_assert_cmpint (ectl_plan_stop (&by_hand, FALSE, TRUE), ==, ECTL_PLAN_SIGNAL);
  g_assert_true (ectl_plan_is_refusal (ECTL_PLAN_UNMANAGED));
  g_assert_false (ectl_plan_is_refusal (ECTL_PLAN_RELOAD));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autofree char *path = g_strconcat ("/plan/", ectl_state_to_string (cells[i].state), NULL);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_cell);
    }
  g_test_add_func ("/plan/masked", check_masked);
  g_test_add_func ("/plan/bad-setting", check_bad_setting);
  g_test_add_func ("/plan/foreign", check_foreign);
  g_test_add_func ("/plan/no-service", check_no_service);
  g_test_add_func ("/plan/stop-and-socket", check_stop_and_socket);
  return g_test_run ();
}
