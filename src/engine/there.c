/* SPDX-License-Identifier: Apache-2.0 */
/* The enginectl of another host. */
#include "api/ssh.h"
#include "base/error.h"
#include "base/i18n.h"
#include "engine/engine.h"
#include "platform/stream.h"

/* What a shell says of a command that it does not find; what ssh says where it could not connect. */
#define NOT_FOUND 127
#define NOT_CONNECTED 255

gboolean
ectl_engine_is_there (EctlEngine *engine)
{
  return engine->endpoint != NULL && engine->endpoint->scheme == ECTL_SCHEME_SSH;
}

/* A shell takes the words apart on the far side: each is quoted for it. */
static char *
join_for_shell (const EctlEndpoint *far, const char *const *words)
{
  g_autoptr (GString) line = g_string_new ("enginectl");

  if (far->path != NULL)
    g_string_append_printf (line, " -H unix://%s", far->path);
  for (; *words != NULL; words++)
    {
      g_autofree char *quoted = g_shell_quote (*words);
      g_string_append_printf (line, " %s", quoted);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

gboolean
ectl_engine_ask_there (EctlEngine *engine, const char *const *words, int *code, GError **error)
{
  g_autoptr (GPtrArray) argv = ectl_ssh_words (engine->host, engine->endpoint, error);

  if (argv == NULL)
    return FALSE;
  g_ptr_array_add (argv, join_for_shell (engine->endpoint, words));
  g_ptr_array_add (argv, NULL);
  if (!ectl_pass_through ((const char *const *) argv->pdata, code, error))
    return FALSE;
  if (*code == NOT_FOUND)
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("there is no enginectl on %s, and only it could answer there"), engine->endpoint->host);
  else if (*code == NOT_CONNECTED)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("ssh could not reach %s"), engine->endpoint->host);
  return *code != NOT_FOUND && *code != NOT_CONNECTED;
}
