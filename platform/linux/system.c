/* SPDX-License-Identifier: Apache-2.0 */
/* The machine and the caller on Linux: users, places of programs, modules, files. */
#include "platform/system.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"

guint
ectl_system_uid (void)
{
  return geteuid ();
}

static gboolean
is_wanted (const struct passwd *entry, guint uid, const char *name)
{
  return name != NULL ? g_str_equal (entry->pw_name, name) : entry->pw_uid == uid;
}

static void
keep (const struct passwd *entry, char **user, char **home)
{
  *user = g_strdup (entry->pw_name);
  *home = g_strdup (entry->pw_dir);
}

/* The name service loads its modules and may ask a network; nearly every user that matters here stands in the file. */
static gboolean
find_in_file (guint uid, const char *name, char **user, char **home)
{
  char line[2048];
  struct passwd entry, *found = NULL;
  FILE *file = fopen ("/etc/passwd", "re");

  if (file == NULL)
    return FALSE;
  while (fgetpwent_r (file, &entry, line, sizeof line, &found) == 0)
    if (is_wanted (found, uid, name))
      {
        keep (found, user, home);
        break;
      }
  fclose (file);
  return *user != NULL;
}

static gboolean
find_by_name_service (guint uid, const char *name, char **user, char **home)
{
  char buffer[4096];
  struct passwd entry, *found = NULL;
  int failed = name != NULL ? getpwnam_r (name, &entry, buffer, sizeof buffer, &found) : getpwuid_r (uid, &entry, buffer, sizeof buffer, &found);

  if (failed != 0 || found == NULL)
    return FALSE;
  keep (found, user, home);
  return TRUE;
}

gboolean
ectl_system_find_user (guint uid, const char *name, char **user, char **home)
{
  *user = NULL;
  *home = NULL;
  return find_in_file (uid, name, user, home) || find_by_name_service (uid, name, user, home);
}

gboolean
ectl_system_has_terminal (void)
{
  return isatty (STDIN_FILENO);
}

char *
ectl_system_find_group (guint gid)
{
  char line[4096];
  struct group entry, *found = NULL;
  FILE *file = gid != 0 ? fopen ("/etc/group", "re") : NULL;
  char *name = gid == 0 ? g_strdup ("root") : NULL;

  while (file != NULL && name == NULL && fgetgrent_r (file, &entry, line, sizeof line, &found) == 0)
    if (found->gr_gid == gid)
      name = g_strdup (found->gr_name);
  if (file != NULL)
    fclose (file);
  if (name == NULL && getgrgid_r (gid, &entry, line, sizeof line, &found) == 0 && found != NULL)
    name = g_strdup (found->gr_name);
  return name != NULL ? name : g_strdup_printf ("%u", gid);
}

const char *const *
ectl_system_program_dirs (void)
{
  static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/snap/bin", "/opt/bin", NULL };
  return dirs;
}

char *
ectl_system_own_dir (void)
{
  Dl_info info;
  static const char anchor = 0;

  if (dladdr (&anchor, &info) == 0 || info.dli_fname == NULL)
    return NULL;
  /* For the program itself the loader knows only what it was called as. */
  if (strchr (info.dli_fname, '/') == NULL)
    {
      g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
      return self != NULL ? g_path_get_dirname (self) : NULL;
    }
  g_autofree char *real = realpath (info.dli_fname, NULL);
  return real != NULL ? g_path_get_dirname (real) : NULL;
}

gpointer
ectl_system_open_module (const char *file, const char *symbol, GError **error)
{
  void *module = dlopen (file, RTLD_NOW | RTLD_LOCAL);
  void *address = module != NULL ? dlsym (module, symbol) : NULL;

  if (address == NULL)
    ectl_set_error (error, ECTL_ERROR_NOT_SUPPORTED, _ ("cannot load %s: %s"), file, dlerror ());
  return address;
}

static char *
read_all (int fd, gsize limit, gsize *length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 chunk[4096];
  gssize got;

  while ((got = read (fd, chunk, sizeof chunk)) > 0 && bytes->len <= limit)
    g_byte_array_append (bytes, chunk, (guint) got);
  if (got < 0)
    return NULL;
  *length = bytes->len;
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (g_steal_pointer (&bytes), FALSE);
}

char *
ectl_system_read_file (const char *file, gsize limit, gsize *length, GError **error)
{
  struct stat info;
  gsize got = 0;
  /* A FIFO must not block us, a terminal must not become ours. */
  int fd = open (file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  if (fd < 0)
    {
      ectl_set_error_errno (error, errno, _ ("cannot read %s"), file);
      return NULL;
    }
  gboolean regular = fstat (fd, &info) == 0 && S_ISREG (info.st_mode);
  char *text = regular ? read_all (fd, limit, &got) : NULL;
  int failed = errno;
  close (fd);
  if (!regular)
    ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot read %s: it is not a regular file"), file);
  else if (text == NULL)
    ectl_set_error_errno (error, failed, _ ("cannot read %s"), file);
  else if (got > limit)
    {
      g_clear_pointer (&text, g_free);
      ectl_set_error (error, ECTL_ERROR_FAILED, _ ("cannot read %s: it is larger than %" G_GSIZE_FORMAT " bytes"), file, limit);
    }
  if (text != NULL && length != NULL)
    *length = got;
  return text;
}
