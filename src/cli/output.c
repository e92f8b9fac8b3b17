/* SPDX-License-Identifier: Apache-2.0 */
/* Printing for people; to a pipe the same words without marks, colour and moving lines. */
#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "i18n.h"
#include "json.h"

#define COLUMNS 80
#define LIVE_AFTER_MS 500

Mark
mark_of_state (EctlState state)
{
  switch (state)
    {
    case ECTL_STATE_RUNNING:
      return MARK_WELL;
    case ECTL_STATE_STOPPED:
    case ECTL_STATE_ARMED:
      return MARK_OFF;
    case ECTL_STATE_STARTING:
    case ECTL_STATE_STOPPING:
      return MARK_UNDER_WAY;
    case ECTL_STATE_UNMANAGED:
    case ECTL_STATE_UNKNOWN:
      return MARK_WARNING;
    default:
      return MARK_WRONG;
    }
}

const char *
state_phrase (EctlState state)
{
  switch (state)
    {
    case ECTL_STATE_RUNNING:
      return _ ("docker is running");
    case ECTL_STATE_STARTING:
      return _ ("docker is starting");
    case ECTL_STATE_STOPPING:
      return _ ("docker is stopping");
    case ECTL_STATE_STOPPED:
      return _ ("docker is stopped");
    case ECTL_STATE_ARMED:
      return _ ("docker is stopped, and armed");
    case ECTL_STATE_FAILED:
      return _ ("docker failed");
    case ECTL_STATE_HUNG:
      return _ ("docker hangs");
    case ECTL_STATE_DEGRADED:
      return _ ("docker is degraded");
    case ECTL_STATE_UNMANAGED:
      return _ ("docker runs unmanaged");
    case ECTL_STATE_NOT_INSTALLED:
      return _ ("docker is not installed here");
    default:
      return _ ("the state of docker is unknown");
    }
}

static gboolean
is_terminal (int fd)
{
  const char *term = g_getenv ("TERM");
  return isatty (fd) && term != NULL && !g_str_equal (term, "dumb");
}

static gboolean
wants_colour (const Session *session)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  return !session->options.no_color && (no_colour == NULL || *no_colour == '\0') && is_terminal (STDOUT_FILENO);
}

static const char *
mark_text (Mark mark)
{
  static const char *const marks[] = { "●", "○", "◐", "▲", "✗" };
  static const char *const plain[] = { "*", "-", "~", "!", "x" };
  return g_get_charset (NULL) ? marks[mark] : plain[mark];
}

char *
plain_text (const char *text)
{
  char *plain = g_utf8_make_valid (text, -1);

  for (char *c = plain; *c != '\0'; c = g_utf8_next_char (c))
    if (*c != '\t' && g_unichar_iscntrl (g_utf8_get_char (c)))
      memset (c, *c == '\n' ? ' ' : '?', (gsize) (g_utf8_next_char (c) - c));
  return plain;
}

static guint
columns_of (const char *letter)
{
  gunichar code = g_utf8_get_char (letter);
  return g_unichar_iszerowidth (code) ? 0 : (g_unichar_iswide (code) ? 2 : 1);
}

guint
width_of (const char *text)
{
  guint width = 0;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    width += columns_of (c);
  return width;
}

/* Cuts TEXT to WIDTH columns. */
static void
clip (char *text, guint width)
{
  guint used = 0;
  for (char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      used += columns_of (c);
      if (used > width)
        {
          *c = '\0';
          return;
        }
    }
}

void
append_padded (GString *line, const char *text, guint width, gboolean right)
{
  guint used = width_of (text);
  int blanks = (int) (width > used ? width - used : 0);
  g_string_append_printf (line, "%*s%s%*s", right ? blanks : 0, "", text, right ? 0 : blanks, "");
}

void
print_verdict (const Session *session, Mark mark, const char *text, const char *right)
{
  static const char *const colours[] = { "32", "2", "33", "33", "31" };
  gboolean terminal = isatty (STDOUT_FILENO);
  g_autofree char *plain = plain_text (text);
  guint used = width_of (plain) + 2;

  if (terminal && wants_colour (session))
    printf ("\033[%sm%s\033[0m ", colours[mark], mark_text (mark));
  else if (terminal)
    printf ("%s ", mark_text (mark));
  fputs (plain, stdout);
  if (right != NULL && *right != '\0')
    {
      guint wanted = used + width_of (right);
      printf ("%*s%s", terminal && wanted + 2 <= COLUMNS ? (int) (COLUMNS - wanted) : 2, "", right);
    }
  putchar ('\n');
}

void
print_layer (const char *label, guint width, const char *format, ...)
{
  g_autoptr (GString) padded = g_string_new (NULL);
  va_list args;

  g_autofree char *plain_label = plain_text (label);
  append_padded (padded, plain_label, width, FALSE);
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *plain = plain_text (text);
  printf ("  %s  %s\n", padded->str, plain);
}

char *
span_to_string (gint64 ms)
{
  gint64 seconds = ms / 1000, minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

  if (seconds < 60)
    return g_strdup_printf (_ ("%d s"), (int) seconds);
  if (minutes < 60)
    return g_strdup_printf (_ ("%d min"), (int) minutes);
  if (hours < 24)
    return g_strdup_printf (_ ("%d h %d min"), (int) hours, (int) (minutes % 60));
  return g_strdup_printf (_ ("%d d %d h"), (int) days, (int) (hours % 24));
}

char *
size_to_string (gint64 bytes)
{
  return bytes < 0 ? g_strdup ("-") : g_strdup_printf ("%" G_GINT64_FORMAT " MiB", (bytes + 512 * 1024) / (1024 * 1024));
}

void
print_error (const GError *error)
{
  g_autofree char *message = plain_text (error->message);
  g_autofree char *hint = ectl_error_get_hint (error) != NULL ? plain_text (ectl_error_get_hint (error)) : NULL;
  const char *finding = ectl_error_get_finding (error);

  fprintf (stderr, "enginectl: %s", message);
  if (finding != NULL)
    fprintf (stderr, "  [%s]", finding);
  fputc ('\n', stderr);
  if (hint != NULL)
    fprintf (stderr, _ ("  try: %s\n"), hint);
}

int
tell_error (Session *session, const GError *error)
{
  clear_live_line (session);
  if (session->options.json)
    json_print_error (error);
  else
    print_error (error);
  return error->code;
}

void
clear_live_line (Session *session)
{
  if (session->live)
    fputs ("\r\033[K", stderr);
  session->live = FALSE;
}

static void
show_live_line (Session *session, const char *text, gint64 waited_ms, gint64 until_ms)
{
  g_autofree char *plain = plain_text (text);
  g_autofree char *waited = span_to_string (waited_ms);
  g_autofree char *left = until_ms >= 0 ? span_to_string (until_ms) : NULL;
  g_autofree char *line = left != NULL ? g_strdup_printf (_ ("%s %s, %s (at most %s more)"), mark_text (MARK_UNDER_WAY), plain, waited, left)
                                       : g_strdup_printf ("%s %s, %s", mark_text (MARK_UNDER_WAY), plain, waited);

  /* A line that wraps could not be wiped again. */
  clip (line, COLUMNS - 1);
  fprintf (stderr, "\r\033[K%s", line);
  fflush (stderr);
  session->live = TRUE;
}

/* Its own line ends stand: a note may be a whole file. */
static void
show_note (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *plain = plain_text (*line);
      printf ("%s%s\n", *plain != '\0' ? "  " : "", plain);
    }
  fflush (stdout);
}

void
show_progress (EctlProgressKind kind, const char *text, gint64 waited_ms, gint64 until_ms, gpointer data)
{
  Session *session = data;

  if (session->options.quiet || session->options.json)
    return;
  if (kind == ECTL_PROGRESS_NOTE)
    {
      clear_live_line (session);
      show_note (text);
    }
  else if (waited_ms >= LIVE_AFTER_MS && is_terminal (STDERR_FILENO))
    show_live_line (session, text, waited_ms, until_ms);
}
