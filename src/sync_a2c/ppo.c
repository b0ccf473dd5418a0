/* SPDX-License-Identifier: MIT
 * PPO's updates (Schulman et al., 1707.06347, algorithm 1): several passes over one batch, each in minibatches.
 *
 * A minibatch is a list of units (learn/ppo.h), an environment's consecutive steps. An updater goes through those
 * of its members' environments in the list's order, whose gradients belong to their shards: so the bits do not depend
 * on the number of threads. */
#include "learn/ppo.h"
#include "sync_a2c/update.h"

#include <math.h>

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

int ppo_units(const team *t, int steps) {
    return t->run->training->workers * t->run->training->envs_per_worker * segments(t, steps);
}

static unit unit_at(const team *t, const minibatch *b, int i) {
    int env = b->units[i] / b->segments, segment = b->units[i] % b->segments, steps = t->steps[env];
    int first = ppo_cut(steps, b->segments, segment);
    return (unit){env, first, ppo_cut(steps, b->segments, segment + 1) - first};
}

/* The learner that has environment `env` (*index there), if it is one of this updater's. */
static learner *learner_of(team *t, const team_updater *u, int env, int *index) {
    bool mine = env >= team_shard_first(t, u->first_shard) && env < team_shard_first(t, u->first_shard + u->shards);
    return mine ? team_learner(t, env, index) : NULL;
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
    size_t size = t->run->training->learning->net->size;
    for (int s = u->first_shard; s < u->first_shard + u->shards; s++) t->shard_sums[s] = (loss_sums){0};
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
        learner_gradient_ppo(l, t->parameters, e, x.first, x.steps, scale, t->shard_sums[s].samples > 0,
                             t->shard_gradients + size * (size_t)s, &t->shard_sums[s]);
    }
}

double ppo_update(team *t, const team_updater *u, const gradient_scale *whole, int64_t position, double rate,
                  team_member *timed) {
    const sync_run *r = t->run;
    gradient_scale scale = *whole;
    scale.clip = schedule_at(&r->ppo_clip, position, r->training->total_steps);
    int asked = t->members[0].learners[0].length;
    minibatch b = {.segments = segments(t, asked)};
    int units = ppo_units(t, asked), last = r->ppo_epochs * r->ppo_minibatches - 1;
    int64_t version = block_version(r->training->block);
    double norm = 0;
    for (int i = 0; i <= last; i++) {
        int epoch = i / r->ppo_minibatches, k = i % r->ppo_minibatches;
        if (k == 0) ppo_shuffle(r->training->learning->seed, version, epoch, units, u->order);
        int first = ppo_cut(units, r->ppo_minibatches, k);
        b.units = u->order + first;
        b.count = ppo_cut(units, r->ppo_minibatches, k + 1) - first;
        scale.samples = count_samples(t, &b);
        differentiate(t, u, &b, &scale);
        norm = update_step(t, u, rate, timed);
        if (i == last || !isfinite(norm)) break;
        if (u == t->updater) update_land(t, norm, 0);
        update_meet(t, timed);
    }
    return norm;
}
