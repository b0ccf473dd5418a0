/* SPDX-License-Identifier: MIT
 * Sync (A2C): a team of threads collects with the same parameters and makes one batched update (update.c), or PPO's
 * several (ppo.c).
 *
 * A thread has one learner for all its environments, so that their forward passes are one batch. The gradient is
 * computed in shards, each a range of environments that depends on settings alone, and summed along a tree over the
 * shards (global/tree.h), so that the bits do not depend on the number of threads. Where threads are more
 * than shards (sizes may make one shard of all), differentiate stops before the weights' gradients, and reduce cuts those by
 * rows among the threads (net/factors.h).
 *
 * One update, two threads. Between two meetings a thread writes only what it owns; whatever it reads of others was
 * written before the last meeting. At a meeting the last to arrive may do something for all before any goes on.
 *
 *     thread 0                thread 1                reads                          writes
 *
 *     collect                 collect                 parameters                     own rollouts
 *     ======= meeting of all: shards_totals =======   advantages' sums               samples, advantages' mean
 *     differentiate           differentiate           own rollouts, parameters       own shards' gradients
 *     ================= meeting ===================
 *     reduce                  reduce                  all partial sums               own stripes of the gradient
 *     ========== meeting: reduce_norm =============   squares of all stripes         norm
 *     step                    step                    norm, own stripes              own stripes of the block and
 *                                                                                    of the parameters
 *     ============ meeting: account ===============   all learners' episodes         counters, episodes, pause
 *
 * With sync.barrier: step all also meet after every environment step. With more threads than CPUs (environments that
 * sleep) only the last to collect, one per CPU, are updaters: they make the update for all, each for whole threads,
 * while the others sleep until it is made. */
#ifndef SYNC_A2C_TEAM_H
#define SYNC_A2C_TEAM_H

#include "base/barrier.h"
#include "base/stopwatch.h"
#include "global/collective.h"
#include "global/training.h"

/* What a run of the team needs. Read-only while it trains, except for what synchronizes itself. */
typedef struct sync_run {
    const training *training;
    const collective *collective;    /* the run's ranks; each has a team */
    int ppo_epochs, ppo_minibatches; /* 0 epochs: one actor-critic update */
    schedule ppo_clip;
    int shards; /* partial sums of a gradient; 0: as many as the sizes suggest */
    bool barrier_each_step;
} sync_run;

/* A thread's part: learners over consecutive environments. */
typedef struct team_member {
    void *memory;
    learner *learners; /* [count]: one, or one per worker when rollouts end with their episodes */
    rollout *rollouts; /* [count] */
    factors *factors;  /* [count] of their rollouts, where the weights' rows are cut among the updaters */
    int count;
    int first_env, envs, first_shard, shards;
    stopwatch watch; /* of the updates that are timed */
} team_member;

/* A share of an update: whole members' shards or, where threads are more than shards, rows of the weights; and stripes of
 * the gradient. */
typedef struct team_updater {
    int first_member, members, first_env, envs, first_shard, shards, first_stripe, stripes;
    int squared;           /* of its stripes, the leading ones whose sum no other updater or rank has a part in */
    factors_cut rows, end; /* the rows, and those after them */
    int *order;            /* [T * N] room for a random order of the samples, or of parts of them */
} team_updater;

/* Where each rank begins, [ranks + 1] each, and room for what they say (ranks.h). */
typedef struct team_ranks {
    int *shard, *env, *single, *episode; /* its first shard, environment, number, episode of this update */
    int64_t *value;                      /* [ranks] */
    float **node;                        /* [shards] see collective_sum */
} team_ranks;

/* Shards and environments are numbered over the whole run; a team has shards first_shard .. end_shard - 1. */
typedef struct team {
    sync_run *run;
    int threads, updaters, shards, first_shard, end_shard;
    team_ranks ranks;
    barrier *all;            /* the threads */
    barrier *updating;       /* the updaters */
    barrier *updated;        /* completed when an update is made: the threads that do not update sleep until then */
    team_member *members;    /* [threads] */
    team_updater *updater;   /* [updaters] */
    float *parameters;       /* [net.size] what all collect with, and differentiate at */
    bool is_cut;             /* more threads than shards: the updaters cut the rows of the weights (net/factors.h) */
    const factors **factors; /* [learners] of all members, in order */
    int factors_count;
    int *shard_factors;     /* [the team's shards + 1] where each one's begin in factors */
    float *shard_gradients; /* [the team's shards, net.size]; one shard in all: the gradient */
    bool *shard_used;       /* [shards] whether the shard has a gradient: PPO's minibatches leave shards out */
    int *shard_updater;     /* [shards] which updater has it */
    float *gradient;        /* [net.size] their sum */
    double *stripe_squares; /* [stripes] */
    double norm;            /* of the gradient, before clipping */
    loss_sums *env_sums;    /* [N] */
    double *env_advantages; /* [N, 3] samples, sum and sum of squares of the advantages */
    gradient_scale scale;   /* of the whole batch */
    int *steps;             /* [N] of each environment's present rollout */
    double *env_stats;      /* [N, shared_stats_size] what each environment adds to the running statistics */
    episode *played;        /* [T * N] one update's, learner after learner */
    episode *episodes;      /* [T * N] the same, ordered by time step, then environment */
    update_figures figures; /* since the last row of metrics */
    int64_t frames;         /* over the whole run */
    bool running, pause, diverged;
    bool failed; /* an environment broke: nothing more is updated */
} team;

/* How many threads the team can use: no more than OpenMP gives, and than it has shards, or environments when one shard
 * is cut by rows. */
int team_threads(const sync_run *run, int threads);
/* `configs` [N], of the whole run. */
team *team_new(sync_run *run, const env_config *const *configs, int threads);
void team_free(team *t);

/* The learner that holds environment `env` of the run, and its index there; NULL when another rank has it. */
learner *team_learner(team *t, int env, int *index);

/* First environment of a shard; shard t->shards begins after the last. */
int team_shard_first(const team *t, int shard);

/* ---- Meetings ---- */

/* What the last to arrive does for all; NULL: nothing. */
typedef void (*team_action)(team *t);

/* All threads meet: in the middle of collecting, or for a pause between two updates. */
void team_meet_all(team *t, team_action action, stopwatch *watch);
/* All threads have collected. Returns the share of the update that this thread makes, or NULL when others made all of
 * it while this thread slept. */
const team_updater *team_meet_collected(team *t, int thread, team_action action, stopwatch *watch);
/* The updaters meet. */
void team_meet(team *t, team_action action, stopwatch *watch);
/* The updaters meet for the last time in this update. */
void team_meet_updated(team *t, team_action action, stopwatch *watch);

/* Updates until the run's pauses end it or its steps are taken (update.c). */
void team_run(team *t);

#endif
