/* SPDX-License-Identifier: MIT
 * A barrier for threads that usually arrive within microseconds of each other: it spins for a moment, then sleeps, so
 * that a thread whose partner has lost its CPU to another program gives its own away. (OpenMP's own barrier spins for
 * milliseconds: beside another busy process a team lost two thirds of its speed to it.) */
#ifndef BASE_BARRIER_H
#define BASE_BARRIER_H

#include <stdint.h>

typedef struct barrier barrier;

/* For `threads` threads. Nobody spins when there are more of them than CPUs. */
barrier *barrier_new(int threads);
void barrier_free(barrier *b);

/* Returns when all have come; what each wrote before is seen by all after. */
void barrier_wait(barrier *b);

/* All come, but only the last `staying` of them to come wait for all, and get a number of 0 .. staying - 1 each; the
 * others get -1 at once. */
int barrier_come(barrier *b, int staying);

/* For who is not one of the barrier's threads: which meeting is the next, and waiting (asleep) until it has been. */
uint32_t barrier_meeting(const barrier *b);
void barrier_follow(barrier *b, uint32_t meeting);

#endif
