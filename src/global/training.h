/* SPDX-License-Identifier: MIT
 * What every way of training shares: one description of a run, made once by the trainer. */
#ifndef GLOBAL_TRAINING_H
#define GLOBAL_TRAINING_H

#include "global/block.h"
#include "global/episodes.h"
#include "global/pauses.h"
#include "global/shared_stats.h"
#include "learn/learner.h"
#include "learn/schedules.h"

/* Read-only while the run trains, except for the members that synchronize themselves: block, episodes, pauses, stats. */
typedef struct training {
    block *block;
    episodes *episodes;
    pauses *pauses;
    shared_stats *stats; /* of the normalization, or NULL */
    const learner_config *learning;
    int workers, envs_per_worker;
    int64_t total_steps;
    schedule learning_rate, entropy_coef;
    double max_grad_norm; /* 0: no clipping */
    bool stop_when_solved;
    int timed_every; /* one turn or update in so many is timed; 0: none */
} training;

#endif
