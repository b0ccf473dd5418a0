/* SPDX-License-Identifier: MIT
 * Pauses: the moments, between a push and the next pull, when all threads of a run stand still so that one of them can
 * look at everything at once: to log, to take a checkpoint, to evaluate, to end the run.
 *
 * A pause is due when the run reaches a step, or when someone asks for one. Reading whether it is due costs one load of
 * a line that nobody writes meanwhile. */
#ifndef GLOBAL_PAUSES_H
#define GLOBAL_PAUSES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct pauses pauses;

/* Called while all threads stand still, by one of them. Returns the step at which the next pause is due, or -1: end the
 * run. */
typedef int64_t (*pause_action)(void *context);

pauses *pauses_new(int threads, int64_t first_step, pause_action action, void *context);
void pauses_free(pauses *p);

/* Is a pause due at this step? */
bool pauses_due(pauses *p, int64_t step);
/* Asks for a pause as soon as may be. From any thread, also from one that watches signals. */
void pauses_request(pauses *p);

/* Stands still until the pause is over; the last to arrive acts. Returns false when the run has ended. */
bool pauses_wait(pauses *p);
/* For a team that has its own barrier: acts at once. Returns false when the run has ended. */
bool pauses_act(pauses *p);
/* This thread takes part no more: whoever waits need not wait for it. */
void pauses_leave(pauses *p);
bool pauses_ended(pauses *p);

#endif
