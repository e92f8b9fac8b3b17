/* SPDX-License-Identifier: Apache-2.0 */
/* What every backend must do alike over its fake: one set of cases, included behind the bed of a backend, which lays their scenes. */
#pragma once

#define BRIEF_MS 300

typedef enum {
  SCENE_STOPPED, /* not enabled */
  SCENE_ABSENT,  /* no such service */
  SCENE_DENIED,  /* it runs, the caller may only look */
  SCENE_ENDLESS, /* a start that comes to no end */
  SCENE_FAILING, /* a start that fails */
  SCENE_MUTE,    /* whoever should tell does not answer */
} Scene;

typedef struct {
  Bed *(*lay) (Scene scene);
  void (*clear) (Bed *bed);
} Stage;

typedef struct {
  const Stage *stage;
  Bed *bed;
  const EctlBackendClass *klass;
} Play;

static inline Play
begin_play (const Stage *stage, Scene scene)
{
  Play play = { .stage = stage, .bed = stage->lay (scene) };
  play.klass = play.bed->backend->klass;
  return play;
}

static inline void
end_play (Play *play)
{
  play->stage->clear (play->bed);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Play, end_play)

static inline gboolean
play_start (Play *play, EctlCall *call, GError **error)
{
  return play->klass->start (play->bed->backend, ECTL_UNIT_SERVICE, FALSE, TRUE, call, error);
}

static inline gboolean
play_stop (Play *play, GError **error)
{
  return play->klass->stop (play->bed->backend, ECTL_UNIT_SOCKET | ECTL_UNIT_SERVICE, play->bed->call, error);
}

static inline gboolean
play_enable (Play *play, gboolean enabled, gboolean dry_run, gboolean *changed, GError **error)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  return play->klass->set_enabled (play->bed->backend, enabled, dry_run, changed, notes, play->bed->call, error);
}

static inline EctlBelief *
play_look (Play *play)
{
  g_autoptr (GError) error = NULL;
  EctlBelief *belief = play->klass->get_belief (play->bed->backend, ECTL_DETAIL_DOCUMENT, play->bed->call, &error);
  g_assert_no_error (error);
  g_assert_nonnull (belief);
  return belief;
}

static inline void
assert_activity (Play *play, EctlActivity activity)
{
  g_autoptr (EctlBelief) belief = play_look (play);
  g_assert_cmpint (belief->activity, ==, activity);
  g_assert_true (belief->service->installed);
  g_assert_cmpstr (belief->service->load, ==, "loaded");
}

/* --- the cases ---------------------------------------------------------------------------------------------------------------------- */

/* Each verb twice: the second time there is nothing to do, and that is no failure. */
static inline void
case_start_and_stop (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_STOPPED);
  g_autoptr (GError) error = NULL;

  for (guint round = 0; round < 2; round++)
    {
      assert_activity (&play, round == 0 ? ECTL_BELIEF_INACTIVE : ECTL_BELIEF_ACTIVE);
      g_assert_true (play_start (&play, play.bed->call, &error));
      g_assert_no_error (error);
    }
  for (guint round = 0; round < 2; round++)
    {
      assert_activity (&play, round == 0 ? ECTL_BELIEF_ACTIVE : ECTL_BELIEF_INACTIVE);
      g_assert_true (play_stop (&play, &error));
      g_assert_no_error (error);
    }
}

static inline void
case_enable_twice (gconstpointer stage)
{
  static const struct {
    gboolean enabled, dry_run, changed;
    EctlAtBoot after;
  } rows[] = {
    { FALSE, FALSE, FALSE, ECTL_AT_BOOT_NO }, { TRUE, TRUE, TRUE, ECTL_AT_BOOT_NO },   { TRUE, FALSE, TRUE, ECTL_AT_BOOT_YES },
    { TRUE, FALSE, FALSE, ECTL_AT_BOOT_YES }, { FALSE, TRUE, TRUE, ECTL_AT_BOOT_YES }, { FALSE, FALSE, TRUE, ECTL_AT_BOOT_NO },
    { FALSE, FALSE, FALSE, ECTL_AT_BOOT_NO }, { TRUE, FALSE, TRUE, ECTL_AT_BOOT_YES },
  };
  g_auto (Play) play = begin_play (stage, SCENE_STOPPED);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean changed = -1;
      g_test_message ("row %u", i);
      g_assert_true (play_enable (&play, rows[i].enabled, rows[i].dry_run, &changed, &error));
      g_assert_no_error (error);
      g_assert_cmpint (changed, ==, rows[i].changed);
      g_autoptr (EctlBelief) belief = play_look (&play);
      g_assert_cmpint (belief->service->at_boot, ==, rows[i].after);
    }
}

static inline void
case_reload_nothing (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_STOPPED);
  g_autoptr (GError) error = NULL;
  g_assert_false (play.klass->reload (play.bed->backend, play.bed->call, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_NOT_RUNNING);
}

/* Nothing is done, and what is so may be seen by anybody. */
static inline void
case_denied (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_DENIED);

  for (guint verb = 0; verb < 4; verb++)
    {
      g_autoptr (GError) error = NULL;
      gboolean changed = FALSE;
      gboolean ok = verb == 0   ? play_start (&play, play.bed->call, &error)
                    : verb == 1 ? play_stop (&play, &error)
                                : play_enable (&play, verb == 2, FALSE, &changed, &error);
      if (ok && !changed)
        continue; /* one of both is so already */
      g_assert_false (ok);
      g_assert_error (error, ECTL_ERROR, ECTL_ERROR_NOT_PERMITTED);
      g_assert_nonnull (strstr (error->message, "not permitted"));
    }
  assert_activity (&play, ECTL_BELIEF_ACTIVE);
}

static inline void
case_absent (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_ABSENT);
  g_autoptr (EctlBelief) belief = play_look (&play);
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  g_assert_false (belief->service->installed);
  g_assert_cmpstr (belief->service->load, ==, "not-found");
  g_assert_cmpint (belief->activity, ==, ECTL_BELIEF_INACTIVE);
  g_assert_null (belief->service->fragment_path);
  g_assert_false (play_enable (&play, TRUE, FALSE, &changed, &error));
  g_assert_nonnull (strstr (error->message, "docker"));
  g_clear_error (&error);
  g_assert_false (play_start (&play, play.bed->call, &error));
  g_assert_nonnull (strstr (error->message, "docker"));
}

static inline void
case_deadline (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_ENDLESS);
  g_autoptr (EctlCall) brief = ectl_call_new (BRIEF_MS);
  g_autoptr (GError) error = NULL;

  ectl_call_begin (brief, ECTL_CALL_READ, BRIEF_MS);
  g_assert_false (play_start (&play, brief, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
}

static inline void
case_cancelled (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_ENDLESS);
  g_autoptr (GError) error = NULL;

  ectl_call_cancel (play.bed->call);
  g_assert_false (play_start (&play, play.bed->call, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_CANCELLED);
}

static inline void
case_failing (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_FAILING);
  g_autoptr (GError) error = NULL;

  g_assert_false (play_start (&play, play.bed->call, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "docker"));
}

static inline void
case_mute (gconstpointer stage)
{
  g_auto (Play) play = begin_play (stage, SCENE_MUTE);
  g_autoptr (EctlCall) brief = ectl_call_new (BRIEF_MS);
  g_autoptr (GError) error = NULL;

  ectl_call_begin (brief, ECTL_CALL_READ, BRIEF_MS);
  g_autoptr (EctlBelief) belief = play.klass->get_belief (play.bed->backend, ECTL_DETAIL_DOCUMENT, brief, &error);
  g_assert_null (belief);
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
}

/* PREFIX is that of the backend's other tests. */
static inline void
add_conformance (const char *prefix, const Stage *stage)
{
  static const struct {
    const char *name;
    GTestDataFunc check;
  } cases[] = {
    { "start-and-stop", case_start_and_stop },
    { "enable-twice", case_enable_twice },
    { "reload-nothing", case_reload_nothing },
    { "denied", case_denied },
    { "absent", case_absent },
    { "deadline", case_deadline },
    { "cancelled", case_cancelled },
    { "failing", case_failing },
    { "mute", case_mute },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat (prefix, "conformance/", cases[i].name, NULL);
      g_test_add_data_func (path, stage, cases[i].check);
    }
}
