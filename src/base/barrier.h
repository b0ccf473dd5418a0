/* SPDX-License-Identifier: MIT
 * A barrier for threads that usually arrive within microseconds of each other: it spins for a moment, then sleeps, so
 * that a thread whose partner has lost its CPU to another program gives its own away. (OpenMP's own barrier spins for
 * milliseconds: beside another busy process a team lost two thirds of its speed to it.) */
#ifndef BASE_BARRIER_H
#define BASE_BARRIER_H

typedef struct barrier barrier;

/* For `threads` threads. Nobody spins when there are more of them than CPUs. */
barrier *barrier_new(int threads);
void barrier_free(barrier *b);

/* Returns when all have come; what each wrote before is seen by all after. */
void barrier_wait(barrier *b);

#endif
