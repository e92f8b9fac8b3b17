/* SPDX-License-Identifier: Apache-2.0 */
/* Marks for translation in the command line. */
#pragma once

#include <libintl.h>

#define TEXT_DOMAIN "enginectl"

#define _(text) dgettext (TEXT_DOMAIN, text)
#define N_(text) (text)
#define ngettext_(one, many, n) dngettext (TEXT_DOMAIN, one, many, n)
