/* SPDX-License-Identifier: MIT
 * The running moments that all workers of a run share (normalize.observations, normalize.returns): read in pull, added
 * to in push, under a lock of their own that is taken only where something is normalized. */
#ifndef GLOBAL_MOMENTS_H
#define GLOBAL_MOMENTS_H

#include "learn/learner.h"

typedef struct moments moments;

/* NULL when the learner normalizes nothing; all functions take that. */
moments *moments_new(const learner_config *config);
void moments_free(moments *m);

/* Hands the present moments to a learner, for its next turn. */
void moments_pull(moments *m, learner *l);
/* Adds what the learner saw this turn, environment after environment. */
void moments_push(moments *m, const learner *l);

/* The arrays themselves, for a checkpoint or an evaluation, while nobody pushes; NULL where there are none. */
double *moments_observations(moments *m);
double *moments_returns(moments *m);

#endif
