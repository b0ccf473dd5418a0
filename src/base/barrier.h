/* SPDX-License-Identifier: MIT
 * A barrier for threads that usually arrive within microseconds of each other: it spins for a moment, then sleeps, so
 * that a thread whose partner has lost its CPU to another program gives its own away. (OpenMP's own barrier spins for
 * milliseconds: beside another busy process a team lost two thirds of its speed to it.)
 *
 * sync_a2c/team.h draws how a team uses it. */
#ifndef BASE_BARRIER_H
#define BASE_BARRIER_H

#include <stdint.h>

typedef struct barrier barrier;

/* For `threads` threads. Nobody spins when there are more of them than CPUs. */
barrier *barrier_new(int threads);
void barrier_free(barrier *b);

/* What the last thread to arrive does for all, before any of them goes on. */
typedef void (*barrier_action)(void *context);

/* Returns when all have arrived and the action (NULL: none) is done; what each wrote before, the action included, is
 * seen by all after. */
void barrier_wait(barrier *b, barrier_action action, void *context);

/* All arrive, but only the last `staying` of them wait for all, and get a number of 0 .. staying - 1 each; the others
 * get -1 at once. */
int barrier_arrive(barrier *b, int staying, barrier_action action, void *context);

/* For threads outside the barrier: the current round, and a sleeping wait until that round has completed. */
uint32_t barrier_round(const barrier *b);
void barrier_follow(barrier *b, uint32_t round);

#endif
