/* SPDX-License-Identifier: MIT
 * The running statistics that all workers of a run share (normalize.observations, normalize.returns): read in pull, added
 * to in push, under a lock of their own that is taken only where something is normalized. */
#ifndef GLOBAL_SHARED_STATS_H
#define GLOBAL_SHARED_STATS_H

#include "learn/learner.h"

typedef struct shared_stats shared_stats;

/* NULL when the learner normalizes nothing; all functions take that. */
shared_stats *shared_stats_new(const learner_config *config);
void shared_stats_free(shared_stats *m);

/* Hands the present statistics to a learner, for its next turn. */
void shared_stats_pull(shared_stats *m, learner *l);
/* Adds what the learner saw this turn, environment after environment. */
void shared_stats_push(shared_stats *m, const learner *l);

/* The same in two halves, for who adds up several learners' at once: a learner's rows, copied to those of its environments
 * in rows [N, shared_stats_size]; then the rows of environments 0 .. envs - 1, in order. */
size_t shared_stats_size(const shared_stats *m);
void shared_stats_copy(const shared_stats *m, const learner *l, double *rows);
void shared_stats_add(shared_stats *m, int envs, const double *rows);

/* The arrays themselves, for a checkpoint or an evaluation, while nobody pushes; NULL where there are none. */
double *shared_stats_observations(shared_stats *m);
double *shared_stats_returns(shared_stats *m);

#endif
