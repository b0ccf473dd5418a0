/* SPDX-License-Identifier: MIT
 * A stopwatch: where a thread's time goes, phase by phase. At the end of each phase the code says which one it was:
 *
 *     stopwatch *watch = stopwatch_start(&mine, timed);      NULL where this turn is not timed
 *     pull(..);     lap(watch, PHASE_PULL);
 *     collect(..);  lap(watch, PHASE_FORWARD);
 *
 * One thread uses a stopwatch at a time. What it shows are ticks; shares of them are what is reported. */
#ifndef BASE_STOPWATCH_H
#define BASE_STOPWATCH_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum phase {
    PHASE_ENVIRONMENT, /* stepping environments */
    PHASE_FORWARD,     /* forward passes, actions, advantages */
    PHASE_BACKWARD,    /* losses and gradients */
    PHASE_PULL,        /* from the shared block */
    PHASE_PUSH,        /* to the shared block; sync: reduction and step */
    PHASE_WAIT,        /* for other threads */
    PHASE_LOCK,        /* for the block's lock */
    PHASE_OTHER,
    PHASES
} phase;

typedef struct stopwatch {
    uint64_t last; /* when the present phase began */
    uint64_t ticks[PHASES];
} stopwatch;

/* A phase begins now. Returns w, or NULL when nothing is to be timed. */
static inline stopwatch *stopwatch_start(stopwatch *w, bool timed) {
    if (timed) w->last = clock_ticks();
    return timed ? w : NULL;
}

/* The phase that began at the last lap, or at the start, was this one. `w` NULL: nothing is timed. */
static inline void lap(stopwatch *w, phase p) {
    if (!w) return;
    uint64_t now = clock_ticks();
    w->ticks[p] += now - w->last;
    w->last = now;
}

#endif
