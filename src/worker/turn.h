/* SPDX-License-Identifier: MIT
 * Async (A3C): what a worker's turn is. Who goes next is a schedule's business (worker_pool.h). */
#ifndef WORKER_TURN_H
#define WORKER_TURN_H

#include "global/shared.h"

/* The parts of a turn. Threads take whole turns; virtual time begins one, lets others push, and ends it; a replay orders pulls
 * and pushes and computes between them. */
enum { TURN_PULL = 1, TURN_COMPUTE = 2, TURN_PUSH = 4, TURN_BEGIN = TURN_PULL | TURN_COMPUTE, TURN_WHOLE = 7 };

/* Those parts of w's turn, at the workspace d, which is the calling thread's. False when it would have pulled but the run has no
 * steps left to give; nothing else is done then. */
bool turn(worker *w, workspace *d, async *a, unsigned parts);

#endif
