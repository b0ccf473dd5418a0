/* SPDX-License-Identifier: MIT
 * A learner: environments, a rollout, random streams and episode statistics. It collects with given parameters and
 * differentiates the loss at them; it knows nothing of threads, of sharing, or of who asked.
 *
 * Sizes: n environments, T rollout length, L <= T steps really taken, rows t*n + e. The caller owns all memory:
 * learner_bytes / learner_place for what lives from turn to turn, rollout_bytes / rollout_place for what one turn needs
 * (which a thread may lend to one learner after another). */
#ifndef LEARN_LEARNER_H
#define LEARN_LEARNER_H

#include "base/stopwatch.h"
#include "env/env.h"
#include "learn/estimators.h"
#include "learn/policy_distribution.h"
#include "learn/schedules.h"
#include "net/factors.h"

typedef struct learner_config {
    const net *net;
    distribution distribution;
    int rollout_steps;   /* T, the longest */
    int rollout_initial; /* where rollout_growth starts from, unless it is constant */
    schedule_kind rollout_growth;
    bool rollout_until_done; /* one environment: the rollout ends with the episode or after T */
    estimator estimator;
    bool normalize_advantage;
    bool sum_loss; /* sum over the update's samples instead of their mean */
    double value_coef;
    double reward_scale, reward_clip; /* what the learner sees: clip(reward * scale) to +- reward_clip; 0: no clip */
    bool reward_sign;                 /* or its sign alone */
    bool normalize_observations, normalize_returns;
    float normalize_clip;
    int envs_per_worker; /* to name a worker by */
    int noise_hold;      /* steps that an environment's lasting noise lasts; 0: a rollout (gSDE) */
    bool masked;         /* some environment forbids actions */
    bool by_environment; /* gradients are computed an environment after the other, see net_tape_by_environment */
    bool keep_behavior;  /* log pi of the actions as they were taken is kept: V-trace, PPO */
    /* V-trace: pulls the parameters once more, after collecting and before the gradient; NULL: who collects also learns. */
    const float *(*second_pull)(void *context);
    uint64_t seed;
} learner_config;

/* The finished episodes of a turn, in order of time step, then environment; raw returns. */
typedef struct episode {
    double total;
    int length, env, t;
} episode;

/* Sums over the samples of a turn; a metric is a ratio of them. */
typedef struct loss_sums {
    double samples, policy_loss, value_loss, entropy;
    double target, target_squared, residual, residual_squared; /* explained variance = 1 - Var(G - V) / Var(G) */
} loss_sums;

/* Sums over the updates since the last row of metrics. */
typedef struct update_figures {
    loss_sums sums;
    double norm_sum, staleness_sum; /* gradient norms before clipping */
    int64_t updates, frames;
} update_figures;

/* Memory of one turn. */
typedef struct rollout {
    net_tape tape;
    distribution_rows rows;
    action_word *action;                /* [T, n, dims] */
    float *reward, *value, *next_value; /* [T, n] */
    float *advantage, *target;          /* [T, n] */
    uint8_t *done;                      /* [T, n] A3C_TERMINATED | A3C_TRUNCATED */
    uint8_t *allowed;                   /* [T, n, outputs] where masked, else NULL */
    float *log_behavior, *log_rho; /* [T, n] log pi when the action was taken; less than the second pass's; or NULL */
    float *final_input;            /* [T, n, input_ld] the true final observations, with keep_behavior */
    double *raw_reward;            /* [n] of one step */
    unsigned *flags;               /* [n] of one step */
    episode *episodes;             /* [T * n] */
} rollout;

enum { LEARNER_FAILURE = 512 };

typedef struct learner {
    const learner_config *config;
    int envs;                         /* n */
    int first_env;                    /* global index of the first */
    const env_config *const *configs; /* [n] what each environment is */
    char *instances;                  /* the environments, one after the other */
    size_t *instance_at;              /* [n] byte offsets in instances */
    float *observation;               /* [n, input_ld] the present one */
    float *recurrent;                 /* [n, net.state_size] */
    uint8_t *episode_start;           /* [n] 1: the present observation starts an episode */
    double *episode_return;           /* [n] so far */
    int32_t *episode_length;          /* [n] so far, in steps */
    random_stream *stream;            /* [n] of actions */
    double *discounted;               /* [n] discounted return so far, for the normalization of returns */
    float *noise;                     /* [n, noise size] lasting exploration noise, and how many steps it still lasts */
    int32_t *noise_left;              /* [n] */
    double *batch_stats; /* [n, running_stats_size(input_size)] of this turn's observations, for who shares them */
    double *batch_return_stats; /* [n, running_stats_size(1)] */
    float *mean, *scale;        /* [input_ld] of the normalization in use, constant through a turn */
    float return_scale;
    rollout *rollout; /* borrowed */

    int length;        /* steps that the present rollout may have: T, or less while it grows */
    int steps;         /* L of the present rollout */
    int64_t frames;    /* played in the present rollout */
    int episode_count; /* finished in the present rollout: rollout->episodes */
    loss_sums sums;    /* of the present turn */
    bool failed;       /* an environment broke: what was collected is not to be used, and nothing more is collected */
    char failure[LEARNER_FAILURE]; /* which one, where, why */
    stopwatch *watch;              /* borrowed: of the thread that has this turn, or NULL: not timed */
    void *second_pull_context;     /* borrowed likewise; NULL: no second pull */
} learner;

size_t learner_bytes(const learner_config *config, const env_config *const *configs, int envs);
void learner_place(learner *l, const learner_config *config, const env_config *const *configs, int envs, int first_env,
                   void *memory);
/* `envs` n; memory zeroed. */
size_t rollout_bytes(const learner_config *config, int envs);
void rollout_place(const learner_config *config, int envs, void *memory, rollout *r);

/* Environment e failed, in its last reset or step, with this reward: l->failed, l->failure. */
void learner_fail(learner *l, int e, double reward);

/* Seeds environment e as worker w's and starts its first episode. It may fail: l->failed. */
void learner_seed_env(learner *l, int e, uint32_t worker, uint32_t index);

/* The running moments that normalize this turn: of observations [running_stats_size(input_size)], of returns
 * [running_stats_size(1)]; either may be NULL where it is not normalized. Before learner_begin. */
void learner_use_stats(learner *l, const double *observations, const double *returns);

/* How long the next rollout may be, which begins at this position of a run of total steps. Before learner_begin. */
void learner_set_length(learner *l, int64_t position, int64_t total);

/* ---- Collecting: begin, then one step after another, then the end; or all at once ---- */
void learner_begin(learner *l);
/* One decision in every environment; false when the rollout is over (rollout_until_done). */
bool learner_step(learner *l, const float *parameters, int t);
/* V-trace: everything that was collected is evaluated once more with these parameters; then learner_estimate. */
void learner_second_pass(learner *l, const float *parameters);
void learner_estimate(learner *l);
/* Bootstraps and estimates advantages and targets. */
void learner_end(learner *l, const float *parameters);
/* With config.second_pull, everything that was collected is evaluated once more with the parameters that it returns. */
/* Sees to l->failed afterwards. */
void learner_collect(learner *l, const float *parameters);
/* All of that but the end. */
void learner_rollout(learner *l, const float *parameters);

/* Sum and sum of squares of the advantages of environments first .. first + count - 1, added up in order. */
void learner_advantage_sums(const learner *l, int first, int count, double *sum, double *squares);

/* What a gradient needs beside the parameters. */
typedef struct gradient_scale {
    double samples; /* of the whole update: the mean divides by it */
    double entropy_coef;
    double advantage_mean, advantage_deviation; /* of the whole update when normalize_advantage; else 0 and 1 */
    double clip;                                /* PPO: bound on the probability ratio's distance from 1 */
} gradient_scale;

/* Mean and deviation (population sigma + 1e-8) of scale->samples advantages with these sums. */
void learner_normalize_advantages(double sum, double squares, gradient_scale *scale);

/* gradient (+)= d L / d parameters over environments first .. first + count - 1, one environment after the other, so
 * that the bits do not depend on what else this learner holds; and the sums of each one's loss (added to sums[count]). L =
 * -mean(log pi(a|s) A) + c_v * 1/2 mean((G - V)^2) - beta * mean(H), or the same with sums. */
void learner_gradient_part(learner *l, const float *parameters, int first, int count, const gradient_scale *scale,
                           bool accumulate, float *gradient, loss_sums *sums);
/* The first half of learner_gradient_part over all its environments, for a network that has factors: the second is
 * factors_sum (net/factors.h). */
void learner_gradient_factors(learner *l, const float *parameters, const gradient_scale *scale, factors *f,
                              loss_sums *sums);
/* PPO: environment e's steps t .. t + count - 1 are evaluated once more with these parameters. */
void learner_revisit(learner *l, const float *parameters, int e, int t, int count);
/* gradient (+)= d L / d parameters over the same steps, revisited with these parameters before, with the clipped
 * surrogate (learn/ppo.h) in place of log pi(a|s) A. */
void learner_gradient_ppo(learner *l, const float *parameters, int e, int t, int count, const gradient_scale *scale,
                          bool accumulate, float *gradient, loss_sums *sums);
/* learner_gradient_part over all its environments in one pass, step by step: an update of its own. */
void learner_gradient(learner *l, const float *parameters, double entropy_coef, float *gradient);

void loss_sums_add(loss_sums *to, const loss_sums *from);

/* ---- Snapshot: all that environment e carries from turn to turn, as flat bytes ---- */
size_t learner_env_bytes(const learner *l, int e);
void learner_env_save(const learner *l, int e, void *bytes);
void learner_env_load(learner *l, int e, const void *bytes);

#endif
