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

guint
width_of (const char *text)
{
  guint width = 0;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);
      width += g_unichar_iszerowidth (letter) ? 0 : (g_unichar_iswide (letter) ? 2 : 1);
    }
  return width;
}

void
print_verdict (const Session *session, Mark mark, const char *text, const char *right)
{
  static const char *const colours[] = { "32", "2", "33", "33", "31" };
  gboolean terminal = isatty (STDOUT_FILENO);
  guint used = width_of (text) + 2;

  if (terminal && wants_colour (session))
    printf ("\033[%sm%s\033[0m ", colours[mark], mark_text (mark));
  else if (terminal)
    printf ("%s ", mark_text (mark));
  fputs (text, stdout);
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
  va_list args;
  guint used = width_of (label);

  printf ("  %s%*s", label, (int) (width > used ? width - used : 0) + 2, "");
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
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
  return g_strdup_printf ("%" G_GINT64_FORMAT " MiB", (bytes + 512 * 1024) / (1024 * 1024));
}

void
print_error (const GError *error)
{
  const char *hint = ectl_error_get_hint (error);
  const char *finding = ectl_error_get_finding (error);

  fprintf (stderr, "enginectl: %s", error->message);
  if (finding != NULL)
    fprintf (stderr, "  [%s]", finding);
  fputc ('\n', stderr);
  if (hint != NULL)
    fprintf (stderr, _ ("  try: %s\n"), hint);
}

int
tell_error (const Session *session, const GError *error)
{
  clear_live_line ();
  if (session->options.json)
    json_print_error (error);
  else
    print_error (error);
  return error->code;
}

void
clear_live_line (void)
{
  if (is_terminal (STDERR_FILENO))
    fputs ("\r\033[K", stderr);
}

void
show_progress (EctlProgressKind kind, const char *text, gint64 waited_ms, gint64 until_ms, gpointer data)
{
  const Session *session = data;

  if (session->options.quiet || session->options.json)
    return;
  if (kind == ECTL_PROGRESS_NOTE)
    {
      clear_live_line ();
      printf ("  %s\n", text);
      fflush (stdout);
      return;
    }
  if (waited_ms < LIVE_AFTER_MS || !is_terminal (STDERR_FILENO))
    return;
  g_autofree char *waited = span_to_string (waited_ms);
  g_autofree char *left = until_ms >= 0 ? span_to_string (until_ms) : NULL;
  if (left != NULL)
    fprintf (stderr, _ ("\r\033[K%s %s, %s (at most %s more)"), mark_text (MARK_UNDER_WAY), text, waited, left);
  else
    fprintf (stderr, "\r\033[K%s %s, %s", mark_text (MARK_UNDER_WAY), text, waited);
  fflush (stderr);
}
