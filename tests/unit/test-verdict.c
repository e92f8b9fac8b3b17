/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict as a table: each row is one way through the rules of the contract. */
#include "engine/verdict.h"

#define HERE .listening = ECTL_LISTENING_HERE
#define ITS .program = TRUE, .process = TRUE, .process_is_its = TRUE
#define OLD .process_age_ms = ECTL_YOUNG_MS + 1
#define UP .activity = ECTL_BELIEF_ACTIVE, .active_is_ready = TRUE, .follows_processes = TRUE
#define NOTHING .program = TRUE

static const struct {
  const char *name;
  EctlEvidence evidence;
  EctlState state;
  EctlGround ground;
} rows[] = {
  { "not-installed", { 0 }, ECTL_STATE_NOT_INSTALLED, ECTL_GROUND_NO_PROGRAM },
  { "not-installed/left-over-unit-failed", { .activity = ECTL_BELIEF_FAILED }, ECTL_STATE_NOT_INSTALLED, ECTL_GROUND_NO_PROGRAM },
  { "not-installed/left-over-socket", { .socket_listens = TRUE }, ECTL_STATE_NOT_INSTALLED, ECTL_GROUND_NO_PROGRAM },
  { "stopped/program-removed-engine-elsewhere", { .any_engine = TRUE }, ECTL_STATE_STOPPED, ECTL_GROUND_STOPPED },

  { "stopping", { NOTHING, .activity = ECTL_BELIEF_DEACTIVATING }, ECTL_STATE_STOPPING, ECTL_GROUND_DEACTIVATING },
  { "stopping/engine-up", { ITS, HERE, .activity = ECTL_BELIEF_DEACTIVATING, .answer = ECTL_ANSWER_OK }, ECTL_STATE_STOPPING, ECTL_GROUND_DEACTIVATING },
  { "stopping/queued", { ITS, HERE, UP, .stop_queued = TRUE }, ECTL_STATE_STOPPING, ECTL_GROUND_STOP_QUEUED },
  { "starting", { NOTHING, .activity = ECTL_BELIEF_ACTIVATING }, ECTL_STATE_STARTING, ECTL_GROUND_ACTIVATING },
  { "starting/listens", { ITS, HERE, .activity = ECTL_BELIEF_ACTIVATING }, ECTL_STATE_STARTING, ECTL_GROUND_ACTIVATING },

  { "running", { ITS, HERE, UP, .answer = ECTL_ANSWER_OK }, ECTL_STATE_RUNNING, ECTL_GROUND_ANSWERS },
  { "running/api-not-http-200", { ITS, HERE, UP, .answer = ECTL_ANSWER_OTHER }, ECTL_STATE_RUNNING, ECTL_GROUND_ANSWERS },
  { "running/denied", { ITS, HERE, UP, .answer = ECTL_ANSWER_DENIED }, ECTL_STATE_RUNNING, ECTL_GROUND_NOT_ASKED },
  { "running/denied-unseen", { ITS, .listening = ECTL_LISTENING_UNSEEN, UP, .answer = ECTL_ANSWER_DENIED }, ECTL_STATE_RUNNING, ECTL_GROUND_NOT_ASKED },
  { "unmanaged/manager-off", { NOTHING, .process = TRUE, HERE, .answer = ECTL_ANSWER_OK }, ECTL_STATE_UNMANAGED, ECTL_GROUND_BY_HAND },
  { "unmanaged/unit-failed",
    { NOTHING, .process = TRUE, HERE, .activity = ECTL_BELIEF_FAILED, .answer = ECTL_ANSWER_OK },
    ECTL_STATE_UNMANAGED,
    ECTL_GROUND_BY_HAND },
  { "unmanaged/not-the-pid-of-the-manager", { NOTHING, .process = TRUE, HERE, UP, .answer = ECTL_ANSWER_OK }, ECTL_STATE_UNMANAGED, ECTL_GROUND_BY_HAND },
  { "unmanaged/denied", { NOTHING, .process = TRUE, HERE, .answer = ECTL_ANSWER_DENIED }, ECTL_STATE_UNMANAGED, ECTL_GROUND_BY_HAND },

  { "degraded/path-gone", { ITS, UP, .listening = ECTL_LISTENING_ASTRAY }, ECTL_STATE_DEGRADED, ECTL_GROUND_PATH_ASTRAY },
  { "degraded/path-gone-young", { ITS, UP, .listening = ECTL_LISTENING_ASTRAY, .process_age_ms = 1 }, ECTL_STATE_DEGRADED, ECTL_GROUND_PATH_ASTRAY },
  { "degraded/path-gone-denied", { ITS, UP, .listening = ECTL_LISTENING_ASTRAY, .answer = ECTL_ANSWER_DENIED }, ECTL_STATE_DEGRADED, ECTL_GROUND_PATH_ASTRAY },
  { "degraded/500", { ITS, UP, HERE, .answer = ECTL_ANSWER_ERROR }, ECTL_STATE_DEGRADED, ECTL_GROUND_API_ERROR },

  { "hung/halted-young-by-hand",
    { NOTHING, .process = TRUE, HERE, .process_halted = TRUE, .answer = ECTL_ANSWER_SILENT },
    ECTL_STATE_HUNG,
    ECTL_GROUND_HALTED },
  { "hung/notify-young", { ITS, UP, HERE, .process_age_ms = 1, .answer = ECTL_ANSWER_SILENT }, ECTL_STATE_HUNG, ECTL_GROUND_SILENT },
  { "hung/old", { ITS, HERE, OLD, .activity = ECTL_BELIEF_ACTIVE, .answer = ECTL_ANSWER_SILENT }, ECTL_STATE_HUNG, ECTL_GROUND_SILENT },
  { "starting/silent-young", { ITS, HERE, .activity = ECTL_BELIEF_ACTIVE, .answer = ECTL_ANSWER_SILENT }, ECTL_STATE_STARTING, ECTL_GROUND_SILENT_YOUNG },
  { "starting/silent-60s",
    { ITS, HERE, .process_age_ms = ECTL_YOUNG_MS, .activity = ECTL_BELIEF_ACTIVE, .answer = ECTL_ANSWER_SILENT },
    ECTL_STATE_STARTING,
    ECTL_GROUND_SILENT_YOUNG },
  { "starting/not-listening-young", { ITS, UP, .process_age_ms = 1 }, ECTL_STATE_STARTING, ECTL_GROUND_NOT_LISTENING_YOUNG },
  { "degraded/not-listening-old", { ITS, UP, OLD }, ECTL_STATE_DEGRADED, ECTL_GROUND_NOT_LISTENING },

  { "failed/unit", { NOTHING, .activity = ECTL_BELIEF_FAILED }, ECTL_STATE_FAILED, ECTL_GROUND_UNIT_FAILED },
  { "failed/unit-but-socket-listens", { NOTHING, .activity = ECTL_BELIEF_FAILED, .socket_listens = TRUE }, ECTL_STATE_FAILED, ECTL_GROUND_UNIT_FAILED },
  { "failed/auto-restart", { NOTHING, .activity = ECTL_BELIEF_AUTO_RESTART }, ECTL_STATE_FAILED, ECTL_GROUND_AUTO_RESTART },
  { "failed/pid-file", { NOTHING, .pid_file_left = TRUE }, ECTL_STATE_FAILED, ECTL_GROUND_PID_FILE_LEFT },
  { "failed/script-says-started", { NOTHING, .activity = ECTL_BELIEF_ACTIVE }, ECTL_STATE_FAILED, ECTL_GROUND_ONLY_BELIEVED },
  { "degraded/process-missing", { NOTHING, UP }, ECTL_STATE_DEGRADED, ECTL_GROUND_PROCESS_MISSING },
  { "hidden/answers", { NOTHING, HERE, .hidden = TRUE, .pid_file_left = TRUE, .answer = ECTL_ANSWER_OK }, ECTL_STATE_RUNNING, ECTL_GROUND_ANSWERS },
  { "hidden/denied", { NOTHING, HERE, UP, .hidden = TRUE, .answer = ECTL_ANSWER_DENIED }, ECTL_STATE_RUNNING, ECTL_GROUND_NOT_ASKED },
  { "hidden/silent", { NOTHING, HERE, UP, .hidden = TRUE, .answer = ECTL_ANSWER_SILENT }, ECTL_STATE_UNKNOWN, ECTL_GROUND_HIDDEN },
  { "hidden/pid-file", { NOTHING, .hidden = TRUE, .pid_file_left = TRUE }, ECTL_STATE_UNKNOWN, ECTL_GROUND_HIDDEN },
  { "hidden/manager-says-failed",
    { NOTHING, .hidden = TRUE, .follows_processes = TRUE, .activity = ECTL_BELIEF_FAILED },
    ECTL_STATE_FAILED,
    ECTL_GROUND_UNIT_FAILED },
  { "hidden/armed", { NOTHING, .hidden = TRUE, .follows_processes = TRUE, .socket_listens = TRUE }, ECTL_STATE_ARMED, ECTL_GROUND_ARMED },
  { "armed", { NOTHING, .socket_listens = TRUE }, ECTL_STATE_ARMED, ECTL_GROUND_ARMED },
  { "stopped", { NOTHING }, ECTL_STATE_STOPPED, ECTL_GROUND_STOPPED },
};

static void
check_row (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  EctlGround ground = ECTL_GROUND_NONE;
  EctlState state = ectl_verdict (&rows[i].evidence, &ground);

  g_assert_cmpstr (ectl_state_to_string (state), ==, ectl_state_to_string (rows[i].state));
  g_assert_cmpint (ground, ==, rows[i].ground);
}

static void
check_words (void)
{
  static const int codes[] = { 4, 0, 151, 152, 3, 3, 1, 153, 154, 155, 5 };
  for (guint i = 0; i <= ECTL_STATE_LAST; i++)
    {
      EctlState back;
      g_assert_true (ectl_state_from_string (ectl_state_to_string ((EctlState) i), &back));
      g_assert_cmpint (back, ==, i);
      g_assert_cmpint (ectl_state_to_exit_code ((EctlState) i), ==, codes[i]);
    }
  EctlState state;
  g_assert_false (ectl_state_from_string ("sleepy", &state));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/verdict/", rows[i].name, NULL);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_row);
    }
  g_test_add_func ("/state/words", check_words);
  return g_test_run ();
}
