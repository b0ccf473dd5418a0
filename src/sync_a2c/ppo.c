/* SPDX-License-Identifier: MIT
 * PPO's updates (Schulman et al., 1707.06347, algorithm 1): several passes over one batch, each in minibatches.
 *
 * A minibatch is a list of units (learn/ppo.h), an environment's consecutive steps. An updater goes through those
 * of its members' environments in the list's order, whose gradients belong to their shards: so the bits do not depend
 * on the number of threads. */
#include "sync_a2c/ppo.h"

#include "learn/ppo.h"
#include "sync_a2c/account.h"
#include "sync_a2c/reduce.h"
#include "sync_a2c/step.h"

#include <math.h>
#include <string.h>

/* Consecutive steps of an environment. */
typedef struct unit {
    int env, first, steps;
} unit;

/* One minibatch. */
typedef struct minibatch {
    const int *units; /* [count] */
    int count, segments;
} minibatch;

/* Rollouts of their own lengths are not cut either: every unit then has a step. */
static int segments(const team *t, int steps) {
    const sync_run *r = t->run;
    return ppo_segments(r->training->workers * r->training->envs_per_worker, steps, r->ppo_minibatches,
                        r->training->learning->net->recurrent || r->training->learning->rollout_until_done);
}

static unit unit_at(const team *t, const minibatch *b, int i) {
    int env = b->units[i] / b->segments, segment = b->units[i] % b->segments, steps = t->steps[env];
    int first = ppo_cut(steps, b->segments, segment);
    return (unit){env, first, ppo_cut(steps, b->segments, segment + 1) - first};
}

/* The learner that has environment `env` (*index there), if it is one of this updater's. */
static learner *learner_of(team *t, const team_updater *u, int env, int *index) {
    return env >= u->first_env && env < u->first_env + u->envs ? team_learner(t, env, index) : NULL;
}

/* The samples of a minibatch, the same number in every updater. */
static double count_samples(const team *t, const minibatch *b) {
    double samples = 0;
    for (int i = 0; i < b->count; i++) samples += unit_at(t, b, i).steps;
    return samples;
}

/* This updater's part of a minibatch: all forward passes, then all backward passes, so that what a backward pass
 * prepares of the parameters is prepared once. */
static void differentiate(team *t, const team_updater *u, const minibatch *b, const gradient_scale *scale) {
    memset(t->env_sums + u->first_env, 0, (size_t)u->envs * sizeof *t->env_sums);
    for (int s = u->first_shard; s < u->first_shard + u->shards; s++) t->shard_used[s] = false;
    for (int i = 0; i < b->count; i++) {
        unit x = unit_at(t, b, i);
        int e;
        learner *l = learner_of(t, u, x.env, &e);
        if (l) learner_revisit(l, t->parameters, e, x.first, x.steps);
    }
    for (int i = 0; i < b->count; i++) {
        unit x = unit_at(t, b, i);
        int e, s = u->first_shard;
        learner *l = learner_of(t, u, x.env, &e);
        if (!l) continue;
        while (x.env >= team_shard_first(t, s + 1)) s++;
        learner_gradient_ppo(l, t->parameters, e, x.first, x.steps, scale, t->shard_used[s],
                             reduce_shard_gradient(t, s), &t->env_sums[x.env]);
        t->shard_used[s] = true;
    }
    reduce_own(t, u);
}

/* Minibatch i of all epochs' together; the order of units is drawn anew where an epoch begins. `version`: the block's
 * before the first. */
static minibatch minibatch_at(const team *t, const team_updater *u, int64_t version, int i) {
    const sync_run *r = t->run;
    int epoch = i / r->ppo_minibatches, k = i % r->ppo_minibatches;
    minibatch b = {.segments = segments(t, t->members[0].learners[0].length)};
    int units = r->training->workers * r->training->envs_per_worker * b.segments;
    if (k == 0) ppo_shuffle(r->training->learning->seed, version, epoch, units, u->order);
    int first = ppo_cut(units, r->ppo_minibatches, k);
    b.units = u->order + first;
    b.count = ppo_cut(units, r->ppo_minibatches, k + 1) - first;
    return b;
}

void ppo_update(team *t, const team_updater *u, stopwatch *watch) {
    const training *run = t->run->training;
    gradient_scale scale = t->scale;
    scale.clip = schedule_at(&t->run->ppo_clip, block_steps(run->block), run->total_steps);
    int64_t version = block_version(run->block);
    for (int i = 0, last = t->run->ppo_epochs * t->run->ppo_minibatches - 1;; i++) {
        minibatch b = minibatch_at(t, u, version, i);
        scale.samples = count_samples(t, &b);
        differentiate(t, u, &b, &scale);
        team_meet(t, NULL, watch);
        reduce_stripes(t, u, watch);
        team_meet(t, reduce_norm, watch);
        step_stripes(t, u, watch);
        if (i == last || !isfinite(t->norm)) return;
        team_meet(t, account_step, watch);
    }
}
