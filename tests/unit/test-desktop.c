/* SPDX-License-Identifier: Apache-2.0 */
/* Docker Desktop: whose host it is in every combination of its files and others', and what root is told. */
#include "base/error.h"
#include "engine/engine.h"
#include "tests/unit/children.h"

extern const EctlBackendClass ectl_desktop_backend;

#define HOME "/home/ann"
#define SYSTEMD "run/systemd/system/x"
#define PACKAGE "usr/lib/systemd/user/docker-desktop.service"
#define DOCKERD "usr/sbin/dockerd"

typedef struct {
  const char *what;
  const char *files[5];
  const char *socket_link; /* what /var/run/docker.sock leads to, or NULL */
  EctlClaim claim;
  const char *why; /* a part of the sentence */
} Row;

static const Row rows[] = {
  { "nothing", { SYSTEMD }, NULL, ECTL_CLAIM_NOT_MINE, "does not lead" },
  { "the package", { SYSTEMD, PACKAGE }, NULL, ECTL_CLAIM_MINE, "/" PACKAGE },
  { "the package without systemd", { PACKAGE }, NULL, ECTL_CLAIM_NOT_MINE, "does not lead" },
  { "in /lib", { SYSTEMD, "lib/systemd/user/docker-desktop.service" }, NULL, ECTL_CLAIM_MINE, "Desktop is installed" },
  { "of the administrator", { SYSTEMD, "etc/systemd/user/docker-desktop.service" }, NULL, ECTL_CLAIM_MINE, "Desktop is installed" },
  { "in the user's home", { SYSTEMD, "home/ann/.config/systemd/user/docker-desktop.service" }, NULL, ECTL_CLAIM_MINE, HOME "/.config" },
  { "in another's home", { SYSTEMD, "home/bob/.config/systemd/user/docker-desktop.service" }, NULL, ECTL_CLAIM_NOT_MINE, "does not lead" },
  { "a folder of that name", { SYSTEMD, PACKAGE "/x" }, NULL, ECTL_CLAIM_NOT_MINE, "does not lead" },
  { "a system unit of that name", { SYSTEMD, "usr/lib/systemd/system/docker-desktop.service" }, NULL, ECTL_CLAIM_NOT_MINE, "does not lead" },
  { "and dockerd", { SYSTEMD, PACKAGE, DOCKERD }, NULL, ECTL_CLAIM_BESIDE, "/" DOCKERD },
  { "and docker.service", { SYSTEMD, PACKAGE, "lib/systemd/system/docker.service" }, NULL, ECTL_CLAIM_BESIDE, "--backend desktop" },
  { "and docker.service of the administrator",
    { SYSTEMD, PACKAGE, "etc/systemd/system/docker.service" },
    NULL,
    ECTL_CLAIM_BESIDE,
    "/etc/systemd/system/docker.service" },
  { "and the snap's", { SYSTEMD, PACKAGE, "etc/systemd/system/snap.docker.dockerd.service" }, NULL, ECTL_CLAIM_BESIDE, "snap.docker" },
  { "and an init script", { SYSTEMD, PACKAGE, "etc/init.d/docker" }, NULL, ECTL_CLAIM_BESIDE, "/etc/init.d/docker" },
  { "and all of them", { SYSTEMD, PACKAGE, DOCKERD, "lib/systemd/system/docker.service", "etc/init.d/docker" }, NULL, ECTL_CLAIM_BESIDE, "/" DOCKERD },
  { "and docker's command line", { SYSTEMD, PACKAGE, "usr/bin/docker" }, NULL, ECTL_CLAIM_MINE, "Desktop is installed" },
  { "and containerd.service", { SYSTEMD, PACKAGE, "lib/systemd/system/containerd.service" }, NULL, ECTL_CLAIM_MINE, "Desktop is installed" },
  { "dockerd alone", { SYSTEMD, DOCKERD }, NULL, ECTL_CLAIM_NOT_MINE, "does not lead" },
  { "WSL", { NULL }, "/mnt/wsl/docker-desktop/shared-sockets/guest-services/docker.proxy.sock", ECTL_CLAIM_MINE, "Windows side" },
  { "WSL with all of the others' files", { SYSTEMD, PACKAGE, DOCKERD }, "/mnt/wsl/x.sock", ECTL_CLAIM_MINE, "Windows side" },
  { "a link to somewhere else", { SYSTEMD }, "/mnt/wslx/x.sock", ECTL_CLAIM_NOT_MINE, "does not lead" },
  { "its own link for other clients", { SYSTEMD, PACKAGE }, HOME "/.docker/desktop/docker.sock", ECTL_CLAIM_MINE, "Desktop is installed" },
};

static const char *const environment[] = { "HOME=" HOME, "PATH=/usr/bin:/bin", NULL };

static void
check_claim (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *root = make_root ();
  g_autofree char *why = NULL;

  for (const char *const *file = row->files; file < row->files + G_N_ELEMENTS (row->files) && *file != NULL; file++)
    {
      g_autofree char *path = g_build_filename (root, *file, NULL);
      lay_file (root, *file, "", -1);
      g_assert_cmpint (g_chmod (path, 0755), ==, 0);
    }
  if (row->socket_link != NULL)
    lay_link (root, "var/run/docker.sock", row->socket_link);
  g_autoptr (EctlHost) host = ectl_host_new_at (root, environment, 1000);
  g_assert_cmpint (ectl_desktop_backend.claim (host, &why, NULL), ==, row->claim);
  if (strstr (why, row->why) == NULL)
    g_error ("'%s' does not say '%s'", why, row->why);
  remove_root (root);
}

/* A mask is a link to what is no file. */
static void
check_masks (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *why = NULL;

  lay_file (root, SYSTEMD, "", -1);
  lay_file (root, PACKAGE, "", -1);
  lay_link (root, "etc/systemd/system/docker.service", "/dev/null");
  g_autoptr (EctlHost) host = ectl_host_new_at (root, environment, 1000);
  g_assert_cmpint (ectl_desktop_backend.claim (host, &why, NULL), ==, ECTL_CLAIM_MINE);
  remove_root (root);
}

static void
assert_refused (const char *const *words, const char *hint)
{
  g_autofree char *root = make_root ();
  g_autoptr (GError) error = NULL;
  EctlBackendOptions options = { 0 };

  lay_file (root, PACKAGE, "", -1);
  g_autoptr (EctlHost) host = ectl_host_new_at (root, words, 0);
  g_assert_null (ectl_desktop_backend.open (host, &options, NULL, &error));
  g_assert_error (error, ECTL_ERROR, ECTL_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "root"));
  g_assert_cmpstr (ectl_error_get_hint (error), ==, hint);
  remove_root (root);
}

static void
check_root (void)
{
  static const char *const sudo[] = { "HOME=/root", "SUDO_USER=ann", NULL }, *const login[] = { "HOME=/root", NULL };

  assert_refused (sudo, "run it as ann, without sudo");
  assert_refused (login, "run it as the user who works with Docker Desktop, without sudo");
}

/* Without a package the folder of WSL decides. */
static void
check_windows_side (void)
{
  g_autofree char *root = make_root ();
  g_autoptr (GError) error = NULL;
  EctlBackendOptions options = { 0 };

  lay_file (root, "mnt/wsl/x", "", -1);
  g_autoptr (EctlHost) host = ectl_host_new_at (root, environment, 0);
  EctlBackend *backend = ectl_desktop_backend.open (host, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (backend->klass->name, ==, "desktop");
  g_autoptr (EctlBelief) belief = backend->klass->get_belief (backend, ECTL_DETAIL_VERDICT, NULL, &error);
  g_assert_true (belief->unseen);
  backend->klass->close (backend);
  remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/desktop/claim/", rows[i].what, NULL);
      g_strdelimit (path + strlen ("/desktop/claim/"), " /", '-');
      g_test_add_data_func (path, &rows[i], check_claim);
    }
  g_test_add_func ("/desktop/claim/masks", check_masks);
  g_test_add_func ("/desktop/root", check_root);
  g_test_add_func ("/desktop/windows-side", check_windows_side);
  return g_test_run ();
}
