/* SPDX-License-Identifier: Apache-2.0 */
/* The words of ssh(1). */
#include "api/ssh.h"

#include "base/error.h"
#include "base/i18n.h"
#include "platform/system.h"

static void
add (GPtrArray *argv, const char *word)
{
  g_ptr_array_add (argv, g_strdup (word));
}

GPtrArray *
ectl_ssh_words (EctlHost *host, const EctlEndpoint *endpoint, GError **error)
{
  g_autofree char *ssh = ectl_host_find_program (host, "ssh");
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);

  if (ssh == NULL)
    {
      ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("cannot reach %s: there is no ssh program on this host"), endpoint->url);
      return NULL;
    }
  add (argv, ssh);
  add (argv, "-o");
  add (argv, "ConnectTimeout=10");
  add (argv, "-T");
  if (!ectl_system_has_terminal ())
    {
      add (argv, "-o");
      add (argv, "BatchMode=yes");
    }
  if (endpoint->user != NULL)
    {
      add (argv, "-l");
      add (argv, endpoint->user);
    }
  if (endpoint->port != 0)
    {
      add (argv, "-p");
      g_ptr_array_add (argv, g_strdup_printf ("%u", endpoint->port));
    }
  add (argv, "--");
  add (argv, endpoint->host);
  return g_steal_pointer (&argv);
}
