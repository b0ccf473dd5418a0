/* SPDX-License-Identifier: MIT
 * Sync (A2C): a team of threads collects with the same parameters, meets, and makes one batched update (update.c), or
 * PPO's several (ppo.c).
 *
 * A thread has one learner for all the environments of its workers, so that their forward passes are one batch. The
 * gradient is computed in shards, each a range of workers that depends on settings alone; shards are reduced in their
 * order, stripe by stripe, so that the bits do not depend on the number of threads. */
#ifndef SYNC_A2C_TEAM_H
#define SYNC_A2C_TEAM_H

#include "base/barrier.h"
#include "global/training.h"

enum { TEAM_SHARDS = 64, SHARDS_LEAST = 8, SHARD_SAMPLES = 32 };

/* What a run of the team needs; const while it runs but for what knows how to be shared. */
typedef struct sync_run {
    const training *training;
    int ppo_epochs, ppo_minibatches; /* 0 epochs: one actor-critic update */
    schedule ppo_clip;
    bool barrier_each_step;
} sync_run;

typedef struct team_ticks {
    uint64_t environment, forward, backward, push, wait, total;
} team_ticks;

/* A thread's part: learners over consecutive environments. */
typedef struct team_member {
    void *memory;
    learner *learners; /* [count]: one, or one a worker when rollouts end with their episodes */
    rollout *rollouts; /* [count] */
    int count;
    int first_shard, shards;
    team_ticks ticks;
} team_member;

/* A share of the update that follows the rollouts. There are no more of them than CPUs: more threads than that collect
 * all the same (their environments may sleep), but only the last to be ready go on to differentiate and step, each with
 * whole members' shards, while the others sleep. */
typedef struct team_updater {
    int first_member, members, first_shard, shards, first_stripe, stripes;
    int *order; /* [units] PPO: this epoch's, the same in every updater; else NULL */
} team_updater;

typedef struct team {
    sync_run *run;
    int threads, updaters, shards;
    barrier *all;           /* the threads */
    barrier *updating;      /* the updaters */
    barrier *updated;       /* one updater, whom the threads that do not update follow */
    team_member *members;   /* [threads] */
    team_updater *updater;  /* [updaters] */
    float *parameters;      /* [net.size] what all collect with, and differentiate at */
    float *shard_gradients; /* [shards, net.size] */
    int folded;             /* so many leading shards, updater 0's, are added up in the first one's place already */
    float *gradient;        /* [net.size] reduced */
    double *stripe_squares; /* [stripes] */
    loss_sums *shard_sums;  /* [shards] */
    double *moments;        /* [shards, 3] samples, sum and sum of squares of the advantages */
    int *steps;             /* [N] of each environment's present rollout */
    episode *episodes;      /* [T * N] one update's, merged */
    update_figures figures; /* since the metrics were last looked at */
    int64_t frames;         /* over the whole run */
    bool pause, diverged;
} team;

/* How many threads the team can use: no more than there are shards, and than OpenMP gives. */
int team_threads(const sync_run *run, int threads);
/* `configs` [workers * envs_per_worker]. */
team *team_new(sync_run *run, const env_config *const *configs, int threads);
void team_free(team *t);

/* The learner that holds global environment `env`, and its index there. */
learner *team_learner(team *t, int env, int *index);

/* First environment of a shard; shard t->shards is behind the last. */
int team_shard_first(const team *t, int shard);

/* Updates until the run's pauses end it or its steps are taken. */
void team_run(team *t);

#endif
