/* SPDX-License-Identifier: MIT
 * Whose code runs: when a plugin crashes, its name and the function it was in are told before the process ends. */
#ifndef ENV_CRASH_H
#define ENV_CRASH_H

#include "env/env.h"

/* What the calling thread is in; NULL: no plugin's code. */
typedef struct crash_place {
    const char *env, *function;
} crash_place;
extern _Thread_local crash_place crash_here;

/* Around a call of a plugin's function; nothing where it is a built-in's. */
static inline void crash_enter(const env_config *kind, const char *function) {
    if (kind->checked) crash_here = (crash_place){kind->def->name, function};
}
static inline void crash_leave(const env_config *kind) {
    if (kind->checked) crash_here.env = NULL;
}

#endif
