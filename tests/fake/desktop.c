/* SPDX-License-Identifier: Apache-2.0 */
/* A Docker Desktop for Linux as far as its host sees it: com.docker.backend, a first process and one of its kind that serves.
 *
 * It takes no arguments. In ~/.docker/desktop of its user it makes backend.sock and docker.raw.sock at once, docker.sock after a while, and it listens on 127.0.0.1:5432 as
 * for a container's port. docker.sock answers /_ping, /version and /containers/json. Whoever asks the others is told on stderr. Words in ~/.docker/stand-in change it:
 *
 *   relative    the sockets are bound by names from the user's home on
 *   alone       the first process serves, there is no second one
 *   silent      docker.sock accepts and never answers
 *   no-api      docker.sock is never made
 *
 * SIGTERM ends both processes and removes the sockets. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 5432
#define MOST_CLIENTS 16
#define DELAY_MS 300

typedef struct {
  int fd;
  char text[4096];
  size_t length;
} Client;

typedef struct {
  int private_sock, raw_sock, port, api; /* listeners, -1 where there is none */
  Client clients[MOST_CLIENTS];
  int count;
  sigset_t unblocked;
} Desktop;

static void
fail (const char *what)
{
  fprintf (stderr, "com.docker.backend: %s: %s\n", what, strerror (errno));
  exit (1);
}

static bool
is_told (const char *word)
{
  char text[256] = "";
  FILE *file = fopen (".docker/stand-in", "re");

  if (file == NULL)
    return false;
  text[fread (text, 1, sizeof text - 1, file)] = '\0';
  fclose (file);
  return strstr (text, word) != NULL;
}

/* --- listening ---------------------------------------------------------------------------------------------------------- */

static int
listen_at (const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char home[64] = "";

  if (!is_told ("relative") && getcwd (home, sizeof home - 1) != NULL)
    strcat (home, "/");
  snprintf (address.sun_path, sizeof address.sun_path, "%s%s", home, name);
  unlink (name);
  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 8) < 0)
    fail (name);
  return fd;
}

static int
listen_on_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (PORT), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 8) < 0)
    fail ("the port");
  return fd;
}

static void
enter_home (void)
{
  const struct passwd *user = getpwuid (geteuid ());

  if (user == NULL || chdir (user->pw_dir) < 0)
    fail ("no home");
  mkdir (".docker", 0700);
  mkdir (".docker/desktop", 0700);
}

/* --- answering ---------------------------------------------------------------------------------------------------------- */

static void
answer (Client *client, int status, const char *body)
{
  dprintf (client->fd,
           "HTTP/1.1 %d Word\r\nApi-Version: 1.51\r\nOstype: linux\r\nServer: Docker/28.3.0 (linux)\r\nContent-Type: application/json\r\nContent-Length: "
           "%zu\r\n\r\n%s",
           status, strlen (body), body);
}

static void
serve (Client *client)
{
  static const char version[] = "{\"Platform\":{\"Name\":\"Docker Desktop 4.43.0\"},\"Version\":\"28.3.0\",\"ApiVersion\":\"1.51\",\"Os\":\"linux\"}";
  char path[256] = "";

  if (is_told ("silent"))
    return;
  if (sscanf (client->text, "GET %255s HTTP/1.1", path) != 1)
    answer (client, 400, "{\"message\":\"not understood\"}");
  else if (strcmp (path, "/_ping") == 0)
    answer (client, 200, "OK");
  else if (strcmp (path, "/version") == 0)
    answer (client, 200, version);
  else if (strcmp (path, "/containers/json") == 0)
    answer (client, 200, "[]");
  else
    answer (client, 404, "{\"message\":\"page not found\"}");
}

/* FALSE once the client is gone. */
static bool
read_client (Client *client)
{
  ssize_t got = read (client->fd, client->text + client->length, sizeof client->text - 1 - client->length);
  char *end;

  if (got <= 0)
    return false;
  client->length += (size_t) got;
  client->text[client->length] = '\0';
  while ((end = strstr (client->text, "\r\n\r\n")) != NULL)
    {
      serve (client);
      client->length = strlen (end + 4);
      memmove (client->text, end + 4, client->length + 1);
    }
  return true;
}

static void
take_client (Desktop *desktop, int listener)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);

  if (fd < 0)
    return;
  if (listener != desktop->api)
    fprintf (stderr, "ASKED: %s\n", listener == desktop->port ? "the port of a container" : "a private socket");
  if (listener == desktop->api && desktop->count < MOST_CLIENTS)
    desktop->clients[desktop->count++] = (Client){ .fd = fd };
  else
    close (fd);
}

static void
drop_client (Desktop *desktop, int i)
{
  close (desktop->clients[i].fd);
  desktop->clients[i] = desktop->clients[--desktop->count];
}

/* --- the two processes -------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t ended; /* lint: a signal handler */

static void
note_end (int number)
{
  (void) number;
  ended = 1;
}

static void
look_at_clients (Desktop *desktop, const struct pollfd *fds)
{
  for (int i = desktop->count - 1; i >= 0; i--)
    if (fds[i].revents != 0 && !read_client (&desktop->clients[i]))
      drop_client (desktop, i);
}

/* Waits for whoever comes; once the delay is over, makes docker.sock. */
static void
serve_once (Desktop *desktop, const struct timespec *delay)
{
  struct pollfd fds[MOST_CLIENTS + 4];
  int listeners[] = { desktop->private_sock, desktop->raw_sock, desktop->port, desktop->api };
  int count = desktop->count;

  for (int i = 0; i < count; i++)
    fds[i] = (struct pollfd){ desktop->clients[i].fd, POLLIN, 0 };
  for (int i = 0; i < 4; i++)
    fds[count + i] = (struct pollfd){ listeners[i], POLLIN, 0 };
  bool waits = desktop->api < 0 && !is_told ("no-api");
  int got = ppoll (fds, (nfds_t) count + 4, waits ? delay : NULL, &desktop->unblocked);
  if (got == 0)
    desktop->api = listen_at (".docker/desktop/docker.sock");
  if (got <= 0)
    return;
  look_at_clients (desktop, fds);
  for (int i = 0; i < 4; i++)
    if (fds[count + i].revents != 0)
      take_client (desktop, listeners[i]);
}

static int
run (const sigset_t *unblocked)
{
  Desktop desktop = { .private_sock = listen_at (".docker/desktop/backend.sock"), .api = -1, .unblocked = *unblocked };
  const struct timespec delay = { 0, DELAY_MS * 1000000 };

  desktop.raw_sock = listen_at (".docker/desktop/docker.raw.sock");
  desktop.port = listen_on_port ();
  while (!ended)
    serve_once (&desktop, &delay);
  unlink (".docker/desktop/backend.sock");
  unlink (".docker/desktop/docker.raw.sock");
  unlink (".docker/desktop/docker.sock");
  return 0;
}

/* It stays when its child dies: that is another state than that of both being gone. */
static int
mind (pid_t child, const sigset_t *unblocked)
{
  while (!ended)
    sigsuspend (unblocked);
  kill (child, SIGTERM);
  waitpid (child, NULL, 0);
  return 0;
}

int
main (int argc, char **argv)
{
  struct sigaction action = { .sa_handler = note_end };
  sigset_t blocked, unblocked;

  if (argc != 1)
    {
      fprintf (stderr, "com.docker.backend: it takes no argument, and this is one: %s\n", argv[1]);
      return 64;
    }
  sigaction (SIGTERM, &action, NULL);
  signal (SIGPIPE, SIG_IGN);
  sigemptyset (&blocked);
  sigaddset (&blocked, SIGTERM);
  sigprocmask (SIG_BLOCK, &blocked, &unblocked);
  enter_home ();
  pid_t child = is_told ("alone") ? 0 : fork ();
  if (child < 0)
    fail ("fork");
  return child > 0 ? mind (child, &unblocked) : run (&unblocked);
}
