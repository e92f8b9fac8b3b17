/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's log in a file: its last lines, those since a time or behind a mark, and what is added while it is followed. */
#include "platform/linux/logfile.h"

#include <utime.h>

#include "base/error.h"
#include "tests/unit/script-bed.h"

#define PATH "/var/log/docker.log"
#define HOUR_US ((gint64) 3600 * G_USEC_PER_SEC)

/* A line as the engine writes it, of NOW plus HOURS. */
static char *
engine_line (gint64 now_us, int hours, const char *msg)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc ((now_us + hours * HOUR_US) / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  return g_strdup_printf ("time=\"%s.%06dZ\" level=info msg=%s", text, (int) ((now_us + hours * HOUR_US) % G_USEC_PER_SEC), msg);
}

typedef struct {
  GString *told; /* the messages, or whole lines where they have none */
  guint count;
  guint enough; /* 0: never */
} Listener;

static const char *
message_of (const char *text)
{
  const char *found = strstr (text, " msg=");
  return found != NULL ? found + strlen (" msg=") : text;
}

static gboolean
listen_to (const EctlLogLine *line, gpointer data)
{
  Listener *listener = data;
  g_assert_true (line->from_engine);
  g_assert_true (g_utf8_validate (line->text, -1, NULL));
  g_string_append_printf (listener->told, "%s%s", listener->count > 0 ? "|" : "", message_of (line->text));
  return ++listener->count != listener->enough;
}

static char *
read_path (const char *root, const char *path, gint64 from, const EctlLogQuery *query, guint enough)
{
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_autoptr (EctlCall) call = patient_call ();
  g_autoptr (GError) error = NULL;
  Listener listener = { g_string_new (NULL), 0, enough };

  if (!ectl_logfile_read (host, path, from, query, listen_to, &listener, call, &error))
    g_string_printf (listener.told, "error %d: %s", error->code, error->message);
  return g_string_free (listener.told, FALSE);
}

static char *
read_text (const char *text, gssize length, gint64 from, const EctlLogQuery *query)
{
  g_autofree char *root = make_root ();
  lay_file (root, PATH, text, length);
  char *told = read_path (root, PATH, from, query, 0);
  remove_root (root);
  return told;
}

/* --- which lines ------------------------------------------------------------------------------------------------------------------ */

static void
check_last (void)
{
  static const struct {
    const char *text;
    gint64 lines;
    const char *told;
  } rows[] = {
    { "a\nb\nc\n", -1, "a|b|c" },
    { "a\nb\nc\n", 2, "b|c" },
    { "a\nb\nc\n", 1, "c" },
    { "a\nb\nc\n", 0, "" },
    { "a\nb\nc\n", 3, "a|b|c" },
    { "a\nb\nc\n", 100, "a|b|c" },
    { "a\nb\nc", 2, "b|c" }, /* no line end */
    { "a", -1, "a" },
    { "", -1, "" },
    { "", 5, "" },
    { "\n", -1, "" },
    { "a\n\nb\n", -1, "a||b" },
    { "a\n\nb\n", 2, "|b" },
    { "a\r\nb\r\n", -1, "a|b" },
    { "a\r\nb", 1, "b" },
    { "\033[31mred\n\xff\n", -1, " [31mred|\xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const EctlLogQuery query = { .lines = rows[i].lines };
      g_autofree char *told = read_text (rows[i].text, -1, -1, &query);
      g_assert_cmpstr (told, ==, rows[i].told);
    }
}

static char *
mixed_log (gint64 now_us)
{
  g_autofree char *older = engine_line (now_us, -5, "older"), *old = engine_line (now_us, -3, "old"), *late = engine_line (now_us, -1, "new");
  return g_strconcat ("untimed\n", older, "\n", old, "\npanic: of old\n\tgoroutine 1\n", late, "\npanic: of new\n", NULL);
}

/* A line without a time is as old as the one before it. */
static void
check_since (void)
{
  const gint64 now = g_get_real_time ();
  g_autofree char *text = mixed_log (now);
  const struct {
    gint64 lines, since_us;
    const char *told;
  } rows[] = {
    { -1, now - 4 * HOUR_US, "untimed|old|panic: of old|\tgoroutine 1|new|panic: of new" },
    { -1, now - 2 * HOUR_US, "untimed|new|panic: of new" },
    { -1, now + HOUR_US, "" },
    { 1, now - 4 * HOUR_US, "panic: of new" },
    { 4, now - 4 * HOUR_US, "panic: of old|\tgoroutine 1|new|panic: of new" },
    { 4, now - 2 * HOUR_US, "new|panic: of new" },
    { 5, now - 2 * HOUR_US, "new|panic: of new" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const EctlLogQuery query = { .lines = rows[i].lines, .since_us = rows[i].since_us };
      g_autofree char *told = read_text (text, -1, -1, &query);
      /* The first line is as old as the file; whether lines before an older one are looked at is not promised. */
      const char *rest = g_str_has_prefix (told, "untimed|") ? told + strlen ("untimed|") : told;
      g_assert_cmpstr (rest, ==, g_str_has_prefix (rows[i].told, "untimed|") ? rows[i].told + strlen ("untimed|") : rows[i].told);
    }
}

/* Without any time: all as old as the file says. */
static void
check_since_without_times (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *file = g_build_filename (root, PATH, NULL);
  const gint64 now = g_get_real_time ();
  const time_t two_hours_ago = (time_t) ((now - 2 * HOUR_US) / G_USEC_PER_SEC);
  const EctlLogQuery after = { .lines = -1, .since_us = now - HOUR_US }, before = { .lines = -1, .since_us = now - 3 * HOUR_US };

  lay_file (root, PATH, "a\nb\n", -1);
  g_assert_cmpint (utime (file, &(struct utimbuf){ two_hours_ago, two_hours_ago }), ==, 0);
  g_autofree char *none = read_path (root, PATH, -1, &after, 0), *both = read_path (root, PATH, -1, &before, 0);
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (both, ==, "a|b");
  remove_root (root);
}

static gboolean
keep_line (const EctlLogLine *line, gpointer data)
{
  g_ptr_array_add (data, g_strdup_printf ("%" G_GINT64_FORMAT " %s %s", line->time_us, line->level != NULL ? line->level : "-", message_of (line->text)));
  return TRUE;
}

static void
check_times_and_levels (void)
{
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_autoptr (EctlCall) call = patient_call ();
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  const EctlLogQuery query = { .lines = -1 };

  lay_file (root, PATH,
            "time=\"2026-01-02T03:04:05Z\" level=warning msg=text\nno time\n"
            "{\"level\":\"error\",\"msg\":\"json\",\"time\":\"2026-01-02T03:04:06Z\"}\n",
            -1);
  g_assert_true (ectl_logfile_read (host, PATH, -1, &query, keep_line, lines, call, NULL));
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 1, 2, 3, 4, 5);
  const gint64 us = g_date_time_to_unix (time) * G_USEC_PER_SEC;
  g_autofree char *first = g_strdup_printf ("%" G_GINT64_FORMAT " warning text", us), *second = g_strdup_printf ("%" G_GINT64_FORMAT " - no time", us);
  g_autofree char *third = g_strdup_printf ("%" G_GINT64_FORMAT " error {", us + G_USEC_PER_SEC);
  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_cmpstr (lines->pdata[0], ==, first);
  g_assert_cmpstr (lines->pdata[1], ==, second);
  g_assert_true (g_str_has_prefix (lines->pdata[2], third));
  remove_root (root);
}

/* What stands behind the mark is new, whatever time it bears; what stands before it is not. HOURS: how the clock was wrong that the engine took its times from. */
static void
check_mark (gconstpointer hours)
{
  const gint64 now = g_get_real_time ();
  g_autofree char *old = engine_line (now, 1, "before"), *behind = engine_line (now, GPOINTER_TO_INT (hours), "behind");
  g_autofree char *text = g_strdup_printf ("%s\nuntimed before\nuntimed behind\n%s\nuntimed again\n", old, behind);
  const gint64 mark = (gint64) (strstr (text, "untimed behind") - text);
  const struct {
    gint64 from, lines;
    const char *told;
  } rows[] = {
    { mark, -1, "untimed behind|behind|untimed again" },
    { mark, 1, "untimed again" },
    { mark, 2, "behind|untimed again" },
    { mark, 0, "" },
    { 0, -1, "before|untimed before|untimed behind|behind|untimed again" },
    { (gint64) strlen (text), -1, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const EctlLogQuery query = { .lines = rows[i].lines, .since_us = now };
      g_autofree char *told = read_text (text, -1, rows[i].from, &query);
      g_assert_cmpstr (told, ==, rows[i].told);
    }
}

/* The file was rotated since: it is shorter than the mark, and only times can tell. */
static void
check_mark_behind_the_end (void)
{
  const gint64 now = g_get_real_time ();
  g_autofree char *old = engine_line (now, -2, "old"), *fresh = engine_line (now, 1, "new");
  g_autofree char *text = g_strdup_printf ("%s\n%s\n", old, fresh);
  const EctlLogQuery query = { .lines = -1, .since_us = now };
  g_autofree char *told = read_text (text, -1, 100000, &query);
  g_assert_cmpstr (told, ==, "new");
}

/* --- hostile files ------------------------------------------------------------------------------------------------------------------- */

/* Each is one line, wherever in the file it lies and however long it is. */
static void
check_long_lines (void)
{
  static const struct {
    gsize before, length;
  } rows[] = { { 0, 8000 },     { 0, 8191 },     { 0, 8192 },      { 0, 8193 },     { 0, 20000 },     { 0, 65533 },   { 0, 65536 },     { 0, 200000 },
               { 60000, 9000 }, { 60000, 5000 }, { 56000, 20000 }, { 65000, 8192 }, { 50000, 15534 }, { 65535, 100 }, { 40000, 500000 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const EctlLogQuery query = { .lines = 3 };
      g_autofree char *filler = g_strnfill (rows[i].before, '\n'), *line = g_strnfill (rows[i].length, 'x');
      g_autofree char *text = g_strconcat (filler, "first\n", line, "\nlast\n", NULL);
      g_autofree char *told = read_text (text, -1, -1, &query);
      g_auto (GStrv) lines = g_strsplit (told, "|", -1);
      g_test_message ("%" G_GSIZE_FORMAT " bytes at %" G_GSIZE_FORMAT, rows[i].length, rows[i].before);
      g_assert_cmpuint (g_strv_length (lines), ==, 3);
      g_assert_true (g_str_equal (lines[0], "first"));
      g_assert_true (lines[1] != NULL && g_str_has_prefix (lines[1], "xxxxxxxx") && strlen (lines[1]) <= rows[i].length);
    }
}

/* A crash of the machine leaves those where the end of the file was not written yet. */
static void
check_nul (void)
{
  static const char text[] = "a\n\0\0\0after\nb\0c\n";
  const EctlLogQuery query = { .lines = -1 };
  g_autofree char *told = read_text (text, sizeof text - 1, -1, &query);
  g_assert_nonnull (strstr (told, "after"));
  g_assert_nonnull (strchr (told, 'c'));
}

static void
check_huge_sparse (void)
{
  static const char end[] = "\nlast but one\nlast\n";
  g_autofree char *root = make_root ();
  g_autofree char *file = g_build_filename (root, PATH, NULL);
  const EctlLogQuery two = { .lines = 2 }, all = { .lines = -1 };
  const off_t size = (off_t) 100 * 1024 * 1024 * 1024;

  lay_file (root, PATH, "first\n", -1);
  int fd = open (file, O_WRONLY);
  gboolean laid = ftruncate (fd, size) == 0 && pwrite (fd, end, strlen (end), size) == (gssize) strlen (end);
  close (fd);
  if (laid)
    {
      g_autofree char *told = read_path (root, PATH, -1, &two, 0), *everything = read_path (root, PATH, -1, &all, 0);
      g_assert_cmpstr (told, ==, "last but one|last");
      g_assert_true (g_str_has_suffix (everything, "last but one|last"));
      g_assert_null (strstr (everything, "first"));
    }
  else
    g_test_skip ("no sparse file of 100 GiB here");
  remove_root (root);
}

/* Larger than what is looked at: the newest part, and not half a line at its beginning. */
static void
check_large (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const EctlLogQuery all = { .lines = -1 }, three = { .lines = 3 };

  for (guint i = 0; text->len < 20 * 1024 * 1024; i++)
    g_string_append_printf (text, "<%u %0*u>\n", i, 500 + (int) (i % 7), i);
  g_string_append (text, "<end>\n");
  g_autofree char *told = read_text (text->str, (gssize) text->len, -1, &all), *few = read_text (text->str, (gssize) text->len, -1, &three);
  g_auto (GStrv) lines = g_strsplit (told, "|", -1), last = g_strsplit (few, "|", -1);
  g_assert_cmpuint (g_strv_length (last), ==, 3);
  g_assert_cmpstr (last[2], ==, "<end>");
  g_assert_cmpuint (strlen (told), >, 1024 * 1024);
  g_assert_cmpuint (strlen (told), <, text->len);
  for (char **line = lines; *line != NULL; line++)
    g_assert_true (**line == '<' && g_str_has_suffix (*line, ">"));
}

static void
check_no_file (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *folder = g_build_filename (root, "var/log/folder", NULL), *fifo = g_build_filename (root, "var/log/fifo", NULL);
  static const char *const paths[] = { "/var/log/none", "/var/none/docker.log", "/var/log/folder", "/var/log/fifo", "/var/log/dangling" };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0644), ==, 0);
  lay_link (root, "var/log/dangling", "nothing");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    for (int follow = 0; follow < 2; follow++)
      {
        const EctlLogQuery query = { .lines = -1, .follow = follow };
        g_autofree char *told = read_path (root, paths[i], -1, &query, 0);
        g_assert_true (g_str_has_prefix (told, "error 1: "));
        g_assert_nonnull (strstr (told, paths[i]));
      }
  remove_root (root);
}

static gboolean
read_as_user (gconstpointer root)
{
  const EctlLogQuery query = { .lines = -1 };
  g_autofree char *told = read_path (root, PATH, -1, &query, 0);
  return g_str_has_prefix (told, "error 4: ");
}

static void
check_not_permitted (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *file = g_build_filename (root, PATH, NULL);
  lay_file (root, PATH, "a\n", -1);
  g_assert_cmpint (chmod (root, 0755), ==, 0);
  g_assert_cmpint (chmod (file, 0200), ==, 0);
  if (geteuid () == 0)
    run_as_nobody (read_as_user, root);
  else
    g_assert_true (read_as_user (root));
  remove_root (root);
}

static void
check_enough (void)
{
  g_autofree char *root = make_root ();
  lay_file (root, PATH, "a\nb\nc\n", -1);
  for (int follow = 0; follow < 2; follow++)
    {
      const EctlLogQuery query = { .lines = -1, .follow = follow };
      g_autofree char *told = read_path (root, PATH, -1, &query, 2);
      g_assert_cmpstr (told, ==, "a|b");
    }
  remove_root (root);
}

/* --- following ----------------------------------------------------------------------------------------------------------------------- */

typedef enum { APPEND, ROTATE, TRUNCATE, REMOVE_AND_WRITE } Deed;

/* When AWAITED was told, DEED is done with TEXT. */
typedef struct {
  const char *awaited;
  Deed deed;
  const char *before; /* appended first, to the file that is there */
  const char *text;
} Step;

typedef struct {
  const char *name;
  const char *laid;
  gint64 lines;
  Step steps[5];
  const char *told; /* up to the line "end"; '*' in front: only how it ends */
} Following;

static const Following followings[] = {
  { "append", "a\n", -1, { { "a", APPEND, "", "b\n" }, { "b", APPEND, "", "c\nd\n" }, { "d", APPEND, "", "end\n" } }, "a|b|c|d|end" },
  { "append-to-last", "a\nb\n", 1, { { "b", APPEND, "", "c\n" }, { "c", APPEND, "", "end\n" } }, "b|c|end" },
  { "half-lines", "a\nhal", -1, { { "a", APPEND, "", "f" }, { NULL, APPEND, "", "\nend\n" } }, "a|half|end" },
  { "rotated", "a\n", -1, { { "a", ROTATE, "", "b\n" }, { "b", APPEND, "", "c\n" }, { "c", ROTATE, "late\n", "end\n" } }, "a|b|c|late|end" },
  { "rotated-with-half-line", "a\nhalf", -1, { { "a", ROTATE, "", "new\n" }, { "new", APPEND, "", "end\n" } }, "a|half|new|end" },
  { "rotated-twice", "a\n", -1, { { "a", ROTATE, "", "b\n" }, { "b", ROTATE, "", "c\n" }, { "c", APPEND, "", "end\n" } }, "a|b|c|end" },
  { "truncated",
    "a\nlonger than what comes\n",
    -1,
    { { "longer than what comes", TRUNCATE, "", "b\n" }, { "b", APPEND, "", "end\n" } },
    "a|longer than what comes|b|end" },
  { "truncated-with-half-line", "a\nlong\nhalf", -1, { { "long", TRUNCATE, "", "new\n" }, { "new", APPEND, "", "end\n" } }, "*|new|end" },
  { "truncated-to-nothing", "a\nlonger than what comes\n", -1, { { "longer than what comes", TRUNCATE, "", "" }, { NULL, APPEND, "", "end\n" } }, "*|end" },
  { "removed", "a\n", -1, { { "a", REMOVE_AND_WRITE, "", "b\n" }, { "b", APPEND, "", "end\n" } }, "a|b|end" },
};

typedef struct {
  const Following *following;
  char *file;
  GAsyncQueue *queue;
  EctlCall *call;
  GString *told;
} Follower;

static void
append (const char *file, const char *text, int flags)
{
  int fd = open (file, O_WRONLY | O_CREAT | O_APPEND | flags, 0644);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  close (fd);
}

static void
act (const char *file, const Step *step)
{
  g_autofree char *aside = g_strconcat (file, ".1", NULL);

  append (file, step->before, 0);
  if (step->deed == ROTATE)
    g_assert_cmpint (rename (file, aside), ==, 0);
  if (step->deed == REMOVE_AND_WRITE)
    g_assert_cmpint (unlink (file), ==, 0);
  append (file, step->text, step->deed == TRUNCATE ? O_TRUNC : 0);
}

/* What does not come in time is not waited for: the reading is cancelled, and what was told shows it. */
static gboolean
await (Follower *follower, const char *awaited)
{
  for (;;)
    {
      g_autofree char *text = g_async_queue_timeout_pop (follower->queue, PATIENCE_MS / 4 * 1000);
      if (text == NULL)
        ectl_call_cancel (follower->call);
      if (text == NULL || g_str_equal (text, awaited))
        return text != NULL;
    }
}

static gpointer
take_steps (gpointer data)
{
  Follower *follower = data;

  for (const Step *step = follower->following->steps; step->text != NULL; step++)
    {
      if (step->awaited != NULL && !await (follower, step->awaited))
        return NULL;
      act (follower->file, step);
    }
  await (follower, "end");
  return NULL;
}

static gboolean
follow_line (const EctlLogLine *line, gpointer data)
{
  Follower *follower = data;
  g_string_append_printf (follower->told, "%s%s", follower->told->len > 0 ? "|" : "", line->text);
  g_async_queue_push (follower->queue, g_strdup (line->text));
  return !g_str_equal (line->text, "end");
}

/* What was told until "end", or until it did not come. */
static char *
follow (const char *root, const char *path, const char *written, const Following *following)
{
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_autoptr (EctlCall) call = begin_call (5 * PATIENCE_MS);
  const EctlLogQuery query = { .lines = following->lines, .follow = TRUE };
  Follower follower = { following, g_build_filename (root, written, NULL), g_async_queue_new_full (g_free), call, g_string_new (NULL) };

  GThread *thread = g_thread_new ("steps", take_steps, &follower);
  gboolean ok = ectl_logfile_read (host, path, -1, &query, follow_line, &follower, call, NULL);
  g_thread_join (thread);
  if (!ok)
    g_string_append (follower.told, "|and no more");
  g_async_queue_unref (follower.queue);
  g_free (follower.file);
  return g_string_free (follower.told, FALSE);
}

static void
check_follow (gconstpointer data)
{
  const Following *following = data;
  g_autofree char *root = make_root ();

  lay_file (root, PATH, following->laid, -1);
  g_autofree char *told = follow (root, PATH, PATH, following);
  if (*following->told == '*')
    g_assert_true (g_str_has_suffix (told, following->told + 1));
  else
    g_assert_cmpstr (told, ==, following->told);
  remove_root (root);
}

static const Following simple = { "simple", "a\n", -1, { { "a", APPEND, "", "b\n" }, { "b", APPEND, "", "end\n" } }, "a|b|end" };

/* The file lies on a larger disk, and the name is a link to it. */
static void
check_follow_link (void)
{
  g_autofree char *root = make_root ();

  lay_file (root, "data/docker.log", simple.laid, -1);
  lay_link (root, "var/log/docker.log", "../../data/docker.log");
  g_autofree char *told = follow (root, PATH, "data/docker.log", &simple);
  g_assert_cmpstr (told, ==, simple.told);
  remove_root (root);
}

static gboolean
follow_as_user (gconstpointer root)
{
  g_autofree char *told = follow (root, PATH, PATH, &simple);
  return g_str_equal (told, simple.told);
}

/* A folder that may be entered but not listed cannot be watched; the file in it can be read all the same. */
static void
check_follow_in_closed_folder (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *file = g_build_filename (root, PATH, NULL), *folder = g_build_filename (root, "var/log", NULL);
  lay_file (root, PATH, simple.laid, -1);
  g_assert_cmpint (chmod (root, 0755), ==, 0);
  g_assert_cmpint (chmod (file, 0666), ==, 0);
  g_assert_cmpint (chmod (folder, 0311), ==, 0);
  if (geteuid () == 0)
    run_as_nobody (follow_as_user, root);
  else
    g_assert_true (follow_as_user (root));
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  remove_root (root);
}

static void
check_follow_ends (void)
{
  g_autofree char *root = make_root ();
  g_autoptr (EctlHost) host = ectl_host_new_at (root, NULL, 0);
  g_autoptr (EctlCall) call = begin_call (200);
  g_autoptr (GError) error = NULL;
  const EctlLogQuery query = { .lines = -1, .follow = TRUE };
  Listener listener = { g_string_new (NULL), 0, 0 };

  lay_file (root, PATH, "a\n", -1);
  g_assert_false (ectl_logfile_read (host, PATH, -1, &query, listen_to, &listener, call, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_DEADLINE);
  g_assert_cmpstr (listener.told->str, ==, "a");
  g_string_free (listener.told, TRUE);
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  alarm (900); /* should anything wait without an end */
  g_test_add_func ("/logfile/last", check_last);
  g_test_add_func ("/logfile/since", check_since);
  g_test_add_func ("/logfile/since/without-times", check_since_without_times);
  g_test_add_func ("/logfile/times-and-levels", check_times_and_levels);
  g_test_add_data_func ("/logfile/mark/same-clock", GINT_TO_POINTER (0), check_mark);
  g_test_add_data_func ("/logfile/mark/fast-clock", GINT_TO_POINTER (2), check_mark);
  g_test_add_data_func ("/logfile/mark/slow-clock", GINT_TO_POINTER (-2), check_mark);
  g_test_add_func ("/logfile/mark/behind-the-end", check_mark_behind_the_end);
  g_test_add_func ("/logfile/hostile/long-lines", check_long_lines);
  g_test_add_func ("/logfile/hostile/nul", check_nul);
  g_test_add_func ("/logfile/hostile/huge-sparse", check_huge_sparse);
  g_test_add_func ("/logfile/hostile/large", check_large);
  g_test_add_func ("/logfile/none", check_no_file);
  g_test_add_func ("/logfile/not-permitted", check_not_permitted);
  g_test_add_func ("/logfile/enough", check_enough);
  for (guint i = 0; i < G_N_ELEMENTS (followings); i++)
    {
      g_autofree char *path = g_strconcat ("/logfile/follow/", followings[i].name, NULL);
      g_test_add_data_func (path, &followings[i], check_follow);
    }
  g_test_add_func ("/logfile/follow/link", check_follow_link);
  g_test_add_func ("/logfile/follow/closed-folder", check_follow_in_closed_folder);
  g_test_add_func ("/logfile/follow/ends", check_follow_ends);
  return g_test_run ();
}
