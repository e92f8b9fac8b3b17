/* SPDX-License-Identifier: Apache-2.0 */
/* Marks for translation: every sentence for people goes through one of these. */
#pragma once

#include <libintl.h>

#define ECTL_TEXT_DOMAIN "enginectl"

#define _(text) dgettext (ECTL_TEXT_DOMAIN, text)
#define N_(text) (text)
#define ngettext_(one, many, n) dngettext (ECTL_TEXT_DOMAIN, one, many, n)
