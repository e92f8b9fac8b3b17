/* SPDX-License-Identifier: Apache-2.0 */
/* A systemd for faults that a real one does not show: it owns org.freedesktop.systemd1 on the bus of DBUS_SYSTEM_BUS_ADDRESS, or serves a private socket.
 *
 * manager [--log FILE] [--private SOCKET] [SETTING…]        prints READY once it can be called
 *
 *   UNIT:PROPERTY=VALUE   docker.service:ActiveState=active; a unit exists from its LoadState on
 *   job=RESULT            how jobs end: done (the default), failed, canceled …; `never`; `exit`: the manager is gone instead
 *   deny=NAME             everything that changes something is refused with org.freedesktop.DBus.Error.NAME
 *   list=NAME             ListUnitsByNames is refused in the same way
 *   mute=yes              it takes calls and answers none
 *   after-list=U:P>V,…    what changes right after the next answer to ListUnitsByNames
 *
 * The method Set (s) of org.enginectl.Fake takes a setting later; a new `job` also ends the jobs that wait. FILE receives a line for each call, with its
 * arguments. As the real one it tells of jobs and changes only when somebody has subscribed. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER NAME ".Manager"
#define DBUS_ERROR "org.freedesktop.DBus.Error."

typedef struct {
  sd_bus *bus;
  FILE *log;
  GHashTable *settings; /* "docker.service:ActiveState", "job" … */
  GHashTable *enabled;  /* unit -> file state that the next Reload makes visible */
  GQueue jobs;          /* (element-type Job) oldest first */
  guint32 last_job;
  gboolean subscribed;
} Fake;

typedef struct {
  guint32 id;
  char *unit;
  gboolean start;
} Job;

/* --- settings ------------------------------------------------------------------------------------------------------------- */

static const char *
setting (const Fake *fake, const char *key)
{
  return g_hash_table_lookup (fake->settings, key);
}

static const char *
get (const Fake *fake, const char *unit, const char *property, const char *otherwise)
{
  g_autofree char *key = g_strconcat (unit, ":", property, NULL);
  const char *value = setting (fake, key);
  return value != NULL ? value : otherwise;
}

static const char *
load_state (const Fake *fake, const char *unit)
{
  return get (fake, unit, "LoadState", "not-found");
}

static char *
unit_path (const char *unit)
{
  char *path = NULL;
  if (sd_bus_path_encode (PATH "/unit", unit, &path) < 0)
    g_error ("no path for %s", unit);
  return path;
}

static void
put (Fake *fake, const char *unit, const char *property, const char *value)
{
  g_autofree char *path = unit_path (unit);

  g_hash_table_replace (fake->settings, g_strconcat (unit, ":", property, NULL), g_strdup (value));
  if (fake->subscribed)
    sd_bus_emit_signal (fake->bus, path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", NAME ".Unit", 0, 1, property);
}

/* --- jobs ------------------------------------------------------------------------------------------------------------------- */

static void
end_job (Fake *fake, Job *job, const char *result)
{
  g_autofree char *path = g_strdup_printf (PATH "/job/%u", job->id);
  gboolean socket = g_str_has_suffix (job->unit, ".socket");

  if (g_str_equal (result, "done"))
    {
      put (fake, job->unit, "ActiveState", job->start ? "active" : "inactive");
      put (fake, job->unit, "SubState", job->start ? "running" : "dead");
      if (!socket)
        put (fake, job->unit, "MainPID", job->start ? "4711" : "0");
    }
  if (fake->subscribed)
    sd_bus_emit_signal (fake->bus, PATH, MANAGER, "JobRemoved", "uoss", job->id, path, job->unit, result);
  g_free (job->unit);
  g_free (job);
}

static void
end_jobs (Fake *fake)
{
  const char *mode = setting (fake, "job");

  if (g_str_equal (mode, "never"))
    return;
  if (g_str_equal (mode, "exit") && fake->jobs.length > 0)
    {
      sd_bus_flush (fake->bus);
      exit (0);
    }
  while (fake->jobs.length > 0)
    end_job (fake, g_queue_pop_head (&fake->jobs), mode);
}

static void
set (Fake *fake, const char *text)
{
  g_auto (GStrv) pair = g_strsplit (text, "=", 2);
  g_auto (GStrv) place = g_strsplit (pair[0], ":", 2);

  if (pair[1] == NULL)
    g_error ("no setting: %s", text);
  if (place[1] != NULL)
    put (fake, place[0], place[1], pair[1]);
  else
    g_hash_table_replace (fake->settings, g_strdup (pair[0]), g_strdup (pair[1]));
}

/* Mode "replace": what is queued for the unit gives way. */
static guint32
queue_job (Fake *fake, const char *unit, gboolean start)
{
  Job *job = g_new0 (Job, 1);

  for (GList *link = fake->jobs.head, *next; link != NULL; link = next)
    {
      Job *other = link->data;
      next = link->next;
      if (g_str_equal (other->unit, unit))
        {
          g_queue_delete_link (&fake->jobs, link);
          end_job (fake, other, "canceled");
        }
    }
  *job = (Job){ .id = ++fake->last_job, .unit = g_strdup (unit), .start = start };
  g_queue_push_tail (&fake->jobs, job);
  return job->id;
}

/* --- refusing -------------------------------------------------------------------------------------------------------------- */

static int
refuse (sd_bus_message *call, const char *name, const char *format, const char *what)
{
  return sd_bus_reply_method_errorf (call, name, format, what);
}

static int
refuse_rights (sd_bus_message *call, const char *kind)
{
  g_autofree char *name = g_strconcat (DBUS_ERROR, kind, NULL);
  return refuse (call, name, "%s", g_str_equal (kind, "InteractiveAuthorizationRequired") ? "Interactive authentication required." : "Permission denied");
}

/* 0: the unit can be started. */
static int
refuse_unit (const Fake *fake, sd_bus_message *call, const char *unit)
{
  const char *load = load_state (fake, unit);

  if (g_str_equal (load, "not-found"))
    return refuse (call, NAME ".NoSuchUnit", "Unit %s not found.", unit);
  if (g_str_equal (load, "masked"))
    return refuse (call, NAME ".UnitMasked", "Unit %s is masked.", unit);
  if (g_str_equal (load, "bad-setting"))
    return refuse (call, NAME ".BadUnitSetting", "Unit %s has a bad unit file setting.", unit);
  return 0;
}

/* --- methods ---------------------------------------------------------------------------------------------------------------- */

static G_GNUC_PRINTF (2, 3) void note (Fake *fake, const char *format, ...)
{
  va_list args;

  if (fake->log == NULL)
    return;
  va_start (args, format);
  vfprintf (fake->log, format, args);
  va_end (args);
  fputc ('\n', fake->log);
  fflush (fake->log);
}

static int
do_job (Fake *fake, sd_bus_message *call, const char *member)
{
  const char *unit, *mode;
  gboolean start = !g_str_equal (member, "StopUnit");

  if (sd_bus_message_read (call, "ss", &unit, &mode) <= 0)
    return refuse (call, DBUS_ERROR "InvalidArgs", "%s takes ss", member);
  note (fake, "%s %s %s", member, unit, mode);
  if (setting (fake, "deny") != NULL)
    return refuse_rights (call, setting (fake, "deny"));
  if (!g_str_equal (mode, "replace") && !g_str_equal (mode, "fail"))
    return refuse (call, DBUS_ERROR "InvalidArgs", "Job mode %s invalid", mode);
  if (!start && g_str_equal (load_state (fake, unit), "not-found"))
    return refuse (call, NAME ".NoSuchUnit", "Unit %s not loaded.", unit);
  int refused = start ? refuse_unit (fake, call, unit) : 0;
  if (refused != 0)
    return refused;
  if (g_str_equal (member, "ReloadUnit") && g_str_equal (get (fake, unit, "CanReload", "yes"), "no"))
    return refuse (call, NAME ".JobTypeNotApplicable", "Job type reload is not applicable for unit %s.", unit);
  g_autofree char *path = g_strdup_printf (PATH "/job/%u", queue_job (fake, unit, start));
  return sd_bus_reply_method_return (call, "o", path);
}

static int
do_unit_act (Fake *fake, sd_bus_message *call, const char *member)
{
  const char *unit, *who = "";
  gint32 signal = 0;
  int code = g_str_equal (member, "KillUnit") ? sd_bus_message_read (call, "ssi", &unit, &who, &signal) : sd_bus_message_read (call, "s", &unit);

  if (code <= 0)
    return refuse (call, DBUS_ERROR "InvalidArgs", "wrong arguments of %s", member);
  note (fake, *who != '\0' ? "%s %s %s %d" : "%s %s", member, unit, who, signal);
  if (setting (fake, "deny") != NULL)
    return refuse_rights (call, setting (fake, "deny"));
  if (g_str_equal (load_state (fake, unit), "not-found"))
    return refuse (call, NAME ".NoSuchUnit", "Unit %s not loaded.", unit);
  if (*who != '\0' && g_str_equal (get (fake, unit, "MainPID", "0"), "0"))
    return refuse (call, NAME ".NoSuchProcess", "Unit %s has no main process.", unit);
  if (*who == '\0' && g_str_equal (get (fake, unit, "ActiveState", ""), "failed"))
    put (fake, unit, "ActiveState", "inactive");
  return sd_bus_reply_method_return (call, NULL);
}

/* What is not there or masked makes the whole call fail, before anything is changed. */
static int
refuse_files (const Fake *fake, sd_bus_message *call, char **units)
{
  for (; *units != NULL; units++)
    {
      if (g_str_equal (load_state (fake, *units), "not-found"))
        return refuse (call, DBUS_ERROR "FileNotFound", "Unit file %s does not exist.", *units);
      if (g_str_equal (load_state (fake, *units), "masked"))
        return refuse (call, NAME ".UnitMasked", "Unit file %s is masked.", *units);
    }
  return 0;
}

static void
switch_file (Fake *fake, sd_bus_message *reply, const char *unit, gboolean enable, gboolean runtime)
{
  const char *state = get (fake, unit, "UnitFileState", "disabled");
  const char *wanted = enable ? "enabled" : runtime ? "enabled-runtime" : "enabled";

  if (g_str_equal (state, wanted) == enable)
    return;
  g_hash_table_replace (fake->enabled, g_strdup (unit), g_strdup (enable ? "enabled" : "disabled"));
  sd_bus_message_append (reply, "(sss)", enable ? "symlink" : "unlink", unit, "");
}

static int
do_switch (Fake *fake, sd_bus_message *call, const char *member)
{
  char **units = NULL;
  int runtime = 0, force = 0;
  gboolean enable = g_str_equal (member, "EnableUnitFiles");
  sd_bus_message *reply = NULL;

  if (sd_bus_message_read_strv (call, &units) < 0 || units == NULL || sd_bus_message_read (call, "b", &runtime) <= 0
      || (enable && sd_bus_message_read (call, "b", &force) <= 0))
    return refuse (call, DBUS_ERROR "InvalidArgs", "wrong arguments of %s", member);
  g_autofree char *names = g_strjoinv (" ", units);
  note (fake, "%s %s%s%s", member, names, runtime ? " runtime" : "", force ? " force" : "");
  if (setting (fake, "deny") != NULL)
    return refuse_rights (call, setting (fake, "deny"));
  int refused = refuse_files (fake, call, units);
  if (refused != 0)
    return refused;
  sd_bus_message_new_method_return (call, &reply);
  if (enable)
    sd_bus_message_append (reply, "b", 1);
  sd_bus_message_open_container (reply, 'a', "(sss)");
  for (char **unit = units; *unit != NULL; unit++)
    switch_file (fake, reply, *unit, enable, runtime);
  sd_bus_message_close_container (reply);
  g_strfreev (units);
  int sent = sd_bus_message_send (reply);
  sd_bus_message_unref (reply);
  return sent;
}

static int
do_reload (Fake *fake, sd_bus_message *call, const char *member)
{
  GHashTableIter iter;
  gpointer unit, state;

  note (fake, "%s", member);
  if (setting (fake, "deny") != NULL)
    return refuse_rights (call, setting (fake, "deny"));
  g_hash_table_iter_init (&iter, fake->enabled);
  while (g_hash_table_iter_next (&iter, &unit, &state))
    put (fake, unit, "UnitFileState", state);
  g_hash_table_remove_all (fake->enabled);
  return sd_bus_reply_method_return (call, NULL);
}

static int
do_subscribe (Fake *fake, sd_bus_message *call, const char *member)
{
  note (fake, "%s", member);
  fake->subscribed = TRUE;
  return sd_bus_reply_method_return (call, NULL);
}

static int
do_set (Fake *fake, sd_bus_message *call, const char *member)
{
  const char *text;

  if (sd_bus_message_read (call, "s", &text) <= 0)
    return refuse (call, DBUS_ERROR "InvalidArgs", "%s takes s", member);
  set (fake, text);
  return sd_bus_reply_method_return (call, NULL);
}

static void
append_row (Fake *fake, sd_bus_message *reply, const char *unit)
{
  g_autofree char *path = unit_path (unit);
  const char *job = get (fake, unit, "JobType", "");

  sd_bus_message_append (reply, "(ssssssouso)", get (fake, unit, "Id", unit), unit, load_state (fake, unit), get (fake, unit, "ActiveState", "inactive"),
                         get (fake, unit, "SubState", "dead"), "", path, *job != '\0' ? 99 : 0, job, *job != '\0' ? PATH "/job/99" : "/");
}

static int
do_list (Fake *fake, sd_bus_message *call, const char *member)
{
  sd_bus_message *reply = NULL;
  const char *unit;

  note (fake, "%s", member);
  if (setting (fake, "list") != NULL)
    return refuse_rights (call, setting (fake, "list"));
  sd_bus_message_enter_container (call, 'a', "s");
  sd_bus_message_new_method_return (call, &reply);
  sd_bus_message_open_container (reply, 'a', "(ssssssouso)");
  while (sd_bus_message_read_basic (call, 's', &unit) > 0)
    append_row (fake, reply, unit);
  sd_bus_message_close_container (reply);
  /* A change between two answers of one batch: the batch is no picture of one moment then. */
  const char *then = setting (fake, "after-list");
  int sent = sd_bus_message_send (reply);
  sd_bus_message_unref (reply);
  if (then != NULL)
    {
      g_auto (GStrv) changes = g_strsplit (then, ",", -1);
      g_hash_table_remove (fake->settings, "after-list");
      for (char **change = changes; *change != NULL; change++)
        {
          g_strdelimit (*change, ">", '=');
          set (fake, *change);
        }
    }
  return sent;
}

/* --- properties -------------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *interface; /* without the name's prefix */
  const char *name;
  const char *type;
  const char *otherwise;
} properties[] = {
  { "Unit", "LoadState", "s", "not-found" },
  { "Unit", "ActiveState", "s", "inactive" },
  { "Unit", "SubState", "s", "dead" },
  { "Unit", "UnitFileState", "s", "" },
  { "Unit", "StateChangeTimestamp", "t", "0" },
  { "Unit", "InvocationID", "ay", "" },
  { "Unit", "NeedDaemonReload", "b", "0" },
  { "Unit", "CanReload", "b", "1" },
  { "Unit", "FragmentPath", "s", "" },
  { "Unit", "DropInPaths", "as", "" },
  { "Unit", "TriggeredBy", "as", "" },
  { "Unit", "LoadError", "(ss)", "" },
  { "Service", "MainPID", "u", "0" },
  { "Service", "Result", "s", "success" },
  { "Service", "NRestarts", "u", "0" },
  { "Service", "Type", "s", "simple" },
  { "Service", "TimeoutStopUSec", "t", "90000000" },
  { "Service", "ExecStart", "a(sasbttttuii)", "" },
  { "Socket", "Listen", "a(ss)", "" },
};

static void
append_words (sd_bus_message *reply, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);
  sd_bus_message_append_strv (reply, words);
}

static void
append_listen (sd_bus_message *reply, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);

  sd_bus_message_open_container (reply, 'a', "(ss)");
  for (char **word = words; *word != NULL; word++)
    sd_bus_message_append (reply, "(ss)", "Stream", *word);
  sd_bus_message_close_container (reply);
}

static void
append_command (sd_bus_message *reply, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", -1);

  sd_bus_message_open_container (reply, 'a', "(sasbttttuii)");
  if (words[0] != NULL)
    {
      sd_bus_message_open_container (reply, 'r', "sasbttttuii");
      sd_bus_message_append (reply, "s", words[0]);
      sd_bus_message_append_strv (reply, words);
      sd_bus_message_append (reply, "bttttuii", 0, 0, 0, 0, 0, 0, 0, 0);
      sd_bus_message_close_container (reply);
    }
  sd_bus_message_close_container (reply);
}

static void
append_value (sd_bus_message *reply, const char *type, const char *value)
{
  sd_bus_message_open_container (reply, 'v', type);
  if (g_str_equal (type, "s"))
    sd_bus_message_append (reply, "s", value);
  else if (g_str_equal (type, "u") || g_str_equal (type, "b"))
    sd_bus_message_append (reply, type, atoi (value));
  else if (g_str_equal (type, "t"))
    sd_bus_message_append (reply, "t", g_ascii_strtoull (value, NULL, 10));
  else if (g_str_equal (type, "ay"))
    sd_bus_message_append_array (reply, 'y', value, strlen (value));
  else if (g_str_equal (type, "as"))
    append_words (reply, value);
  else if (g_str_equal (type, "(ss)"))
    sd_bus_message_append (reply, "(ss)", *value != '\0' ? NAME ".BadUnitSetting" : "", value);
  else if (g_str_equal (type, "a(ss)"))
    append_listen (reply, value);
  else
    append_command (reply, value);
  sd_bus_message_close_container (reply);
}

static int
answer_property (Fake *fake, sd_bus_message *call, const char *unit, guint i)
{
  sd_bus_message *reply = NULL;

  sd_bus_message_new_method_return (call, &reply);
  append_value (reply, properties[i].type, get (fake, unit, properties[i].name, properties[i].otherwise));
  int sent = sd_bus_message_send (reply);
  sd_bus_message_unref (reply);
  return sent;
}

static int
do_get (Fake *fake, sd_bus_message *call, const char *member)
{
  const char *interface, *name;
  g_autofree char *unit = NULL;

  if (sd_bus_message_read (call, "ss", &interface, &name) <= 0)
    return refuse (call, DBUS_ERROR "InvalidArgs", "%s takes ss", member);
  if (sd_bus_path_decode (sd_bus_message_get_path (call), PATH "/unit", &unit) <= 0)
    return refuse (call, DBUS_ERROR "UnknownObject", "Unknown object '%s'.", sd_bus_message_get_path (call));
  note (fake, "%s %s %s", member, unit, name);
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      g_autofree char *full = g_strconcat (NAME ".", properties[i].interface, NULL);
      if (g_str_equal (properties[i].name, name) && g_str_equal (full, interface) && !g_str_equal (get (fake, unit, name, ""), "unknown"))
        return answer_property (fake, call, unit, i);
    }
  return refuse (call, DBUS_ERROR "UnknownProperty", "Unknown property '%s'.", name);
}

/* --- the bus ------------------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *interface;
  const char *member;
  int (*answer) (Fake *fake, sd_bus_message *call, const char *member);
} methods[] = {
  { MANAGER, "ListUnitsByNames", do_list },
  { "org.freedesktop.DBus.Properties", "Get", do_get },
  { MANAGER, "Subscribe", do_subscribe },
  { MANAGER, "StartUnit", do_job },
  { MANAGER, "StopUnit", do_job },
  { MANAGER, "ReloadUnit", do_job },
  { MANAGER, "ResetFailedUnit", do_unit_act },
  { MANAGER, "KillUnit", do_unit_act },
  { MANAGER, "EnableUnitFiles", do_switch },
  { MANAGER, "DisableUnitFiles", do_switch },
  { MANAGER, "Reload", do_reload },
  { "org.enginectl.Fake", "Set", do_set },
};

static int
take_message (sd_bus_message *call, void *data, sd_bus_error *ignored)
{
  Fake *fake = data;
  (void) ignored;

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (sd_bus_message_is_method_call (call, methods[i].interface, methods[i].member) > 0)
      {
        if (setting (fake, "mute") != NULL && methods[i].answer != do_set)
          {
            note (fake, "%s ignored", methods[i].member);
            return 1;
          }
        int code = methods[i].answer (fake, call, methods[i].member);
        return code < 0 ? code : 1;
      }
  return 0;
}

static int
accept_peer (const char *path, sd_bus **bus)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sd_id128_t id;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (bind (listener, (struct sockaddr *) &address, sizeof address) < 0 || listen (listener, 1) < 0)
    g_error ("cannot listen on %s: %m", path);
  puts ("READY");
  fflush (stdout);
  int peer = accept4 (listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  close (listener);
  sd_id128_randomize (&id);
  int code = sd_bus_new (bus);
  if (code >= 0)
    code = sd_bus_set_fd (*bus, peer, peer);
  if (code >= 0)
    code = sd_bus_set_server (*bus, 1, id);
  return code;
}

static void
serve (Fake *fake, const char *private_path)
{
  int code = private_path != NULL ? accept_peer (private_path, &fake->bus) : sd_bus_open_system (&fake->bus);

  if (code >= 0)
    code = sd_bus_add_filter (fake->bus, NULL, take_message, fake);
  if (code >= 0)
    code = private_path != NULL ? sd_bus_start (fake->bus) : sd_bus_request_name (fake->bus, NAME, 0);
  if (code < 0)
    g_error ("no bus: %s", g_strerror (-code));
  if (private_path == NULL)
    puts ("READY");
  fflush (stdout);
  while (code >= 0)
    {
      code = sd_bus_process (fake->bus, NULL);
      if (code != 0)
        continue;
      end_jobs (fake);
      code = sd_bus_wait (fake->bus, UINT64_MAX);
    }
}

int
main (int argc, char **argv)
{
  Fake fake = { .settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                .enabled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                .jobs = G_QUEUE_INIT };
  const char *private_path = NULL;

  set (&fake, "job=done");
  for (int i = 1; i < argc; i++)
    if (g_str_equal (argv[i], "--log") && i + 1 < argc)
      fake.log = fopen (argv[++i], "a");
    else if (g_str_equal (argv[i], "--private") && i + 1 < argc)
      private_path = argv[++i];
    else
      set (&fake, argv[i]);
  serve (&fake, private_path);
  return 0;
}
