/* SPDX-License-Identifier: Apache-2.0 */
/* The two Docker Desktops that a Linux may meet; each opens a backend "desktop". */
#pragma once

#include "platform/backend.h"

#define ECTL_DESKTOP_SERVICE "docker-desktop"

extern const EctlBackendClass ectl_desktop_on_windows; /* desktop-windows.c: this Linux is one of WSL */
extern const EctlBackendClass ectl_desktop_on_linux;   /* desktop-linux.c: a service of the user's own systemd */
