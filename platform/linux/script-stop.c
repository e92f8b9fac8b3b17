/* SPDX-License-Identifier: Apache-2.0 */
/* An init script has no word for being on its way down. That it is shows in the process table: somebody runs it with the verb `stop`. */
#include <string.h>
#include <unistd.h>

#include "platform/linux/initscript.h"
#include "platform/linux/proc.h"

/* A stop takes as long as the containers need; what is older than this is something that the script left behind, and that looks like it. */
#define LONGEST_STOP_MS (10 * 60 * 1000)

typedef struct {
  const EctlInitScript *self;
  const EctlProcess *engine; /* NULL: it is gone */
  gboolean found;
} Search;

/* The script, or its link in a run level: rc(8) runs /etc/rc0.d/K01docker. */
static gboolean
is_script (const EctlInitScript *self, const char *word)
{
  const char *name = strrchr (word, '/');

  if (g_str_equal (word, self->script))
    return TRUE;
  return name != NULL && g_str_has_prefix (word, "/etc/rc") && name[1] == 'K' && g_ascii_isdigit (name[2]) && g_ascii_isdigit (name[3])
         && g_str_equal (name + 4, self->name);
}

/* What follows the script in the words of a command, each ended by a NUL; "" where it is not among them. */
static const char *
find_verb (const EctlInitScript *self, const char *words, gssize length)
{
  for (const char *word = words; word < words + length; word += strlen (word) + 1)
    if (is_script (self, word) && word + strlen (word) + 1 < words + length)
      return word + strlen (word) + 1;
  return "";
}

/* A restart is a stop as long as the engine of before is there. */
static gboolean
is_stop (const Search *search, const char *verb, const EctlProcess *script)
{
  if (g_str_equal (verb, "stop"))
    return TRUE;
  gboolean restarts = g_str_equal (verb, "restart") || g_str_equal (verb, "force-reload");
  return restarts && (search->engine == NULL || search->engine->start_ticks <= script->start_ticks);
}

static void
look_at (int proc, gint64 pid, gpointer data)
{
  Search *search = data;
  char words[1024];
  gssize length = search->found || pid == getpid () ? 0 : ectl_proc_read (proc, pid, "cmdline", words, sizeof words);
  const char *verb = length > 0 ? find_verb (search->self, words, length) : "";

  if (*verb == '\0')
    return;
  g_autoptr (EctlProcess) script = ectl_proc_load (proc, pid, NULL);
  search->found = script != NULL && !script->foreign && script->run_state != 'Z' && script->age_ms <= LONGEST_STOP_MS && is_stop (search, verb, script);
}

gboolean
ectl_initscript_look_for_stop (EctlBackend *backend, const EctlProcess *engine, EctlBelief *belief)
{
  const EctlInitScript *self = (const EctlInitScript *) backend;
  Search search = { self, engine, FALSE };
  int proc = ectl_proc_open (self->host);

  if (proc < 0)
    return FALSE;
  ectl_proc_for_each_pid (proc, look_at, &search);
  close (proc);
  if (search.found)
    ectl_initscript_take_state (belief, ECTL_BELIEF_DEACTIVATING, "deactivating", "stopping");
  return search.found;
}
