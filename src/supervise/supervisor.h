/* SPDX-License-Identifier: Apache-2.0 */
/* The loop that drives the policy. */
#pragma once

#include "engine/engine.h"
#include "platform/supervise.h"

/* Starts PROGRAM with the options' arguments and stays until it has ended for good; LOCK says so as soon as it is told to end. READY, where not NULL, is called once, when the
 * API has answered first; an engine that ends before that is an error then. */
gboolean ectl_supervise (EctlEngine *engine, const char *program, const EctlRunOptions *options, EctlLock *lock, void (*ready) (gpointer data), gpointer data,
                         EctlCall *call, int *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;
