/* SPDX-License-Identifier: MIT
 * Whether threads can be had, asked before a run relies on them. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/error.h"

/* Whether the system lets this process have `count` threads beside this one at once: starts them and lets them end. 0, or -1
 * with the error, which says how many it would let. */
int thread_check(int count, error *e);

#endif
