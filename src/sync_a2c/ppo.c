/* SPDX-License-Identifier: MIT
 * PPO's updates (Schulman et al., 1707.06347, algorithm 1): several passes over one batch, each in minibatches.
 *
 * A minibatch is a list of units (learn/ppo.h), an environment's consecutive steps. A thread goes through those of its
 * own environments in the list's order, whose gradients belong to their shards: so the bits do not depend on the number
 * of threads. */
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
    return ppo_segments(r->workers * r->envs_per_worker, steps, r->ppo_minibatches,
                        r->learning->net->recurrent || r->learning->rollout_until_done);
}

int ppo_units(const team *t, int steps) {
    return t->run->workers * t->run->envs_per_worker * segments(t, steps);
}

static unit unit_at(const team *t, const minibatch *b, int i) {
    int env = b->units[i] / b->segments, segment = b->units[i] % b->segments, steps = t->steps[env];
    int first = ppo_cut(steps, b->segments, segment);
    return (unit){env, first, ppo_cut(steps, b->segments, segment + 1) - first};
}

/* The learner that has the unit's environment, if it is this thread's. */
static learner *learner_of(const team_member *m, const unit *u) {
    int k = (u->env - m->learners[0].first_env) / m->learners[0].envs;
    return u->env >= m->learners[0].first_env && k < m->count ? &m->learners[k] : NULL;
}

/* The samples of a minibatch, the same number in every thread. */
static double count_samples(const team *t, const minibatch *b) {
    double samples = 0;
    for (int i = 0; i < b->count; i++) samples += unit_at(t, b, i).steps;
    return samples;
}

/* This thread's part of a minibatch: all forward passes, then all backward passes, so that what a backward pass
 * prepares of the parameters is prepared once. */
static void differentiate(team *t, team_member *m, const minibatch *b, const gradient_scale *scale) {
    size_t size = t->run->learning->net->size;
    for (int s = m->first_shard; s < m->first_shard + m->shards; s++) t->shard_sums[s] = (loss_sums){0};
    for (int i = 0; i < b->count; i++) {
        unit u = unit_at(t, b, i);
        learner *l = learner_of(m, &u);
        if (l) learner_revisit(l, t->parameters, u.env - l->first_env, u.first, u.steps);
    }
    for (int i = 0; i < b->count; i++) {
        unit u = unit_at(t, b, i);
        learner *l = learner_of(m, &u);
        if (!l) continue;
        int s = m->first_shard;
        while (u.env >= team_shard_first(t, s + 1)) s++;
        learner_gradient_ppo(l, t->parameters, u.env - l->first_env, u.first, u.steps, scale,
                             t->shard_sums[s].samples > 0, t->shard_gradients + size * (size_t)s, &t->shard_sums[s]);
    }
}

double ppo_update(team *t, team_member *m, const gradient_scale *whole, int64_t position, double rate,
                  team_member *timed) {
    const sync_run *r = t->run;
    gradient_scale scale = *whole;
    scale.clip = schedule_at(&r->ppo_clip, position, r->total_steps);
    minibatch b = {.segments = segments(t, m->learners[0].asked)};
    int units = ppo_units(t, m->learners[0].asked), last = r->ppo_epochs * r->ppo_minibatches - 1;
    int64_t version = block_version(r->block);
    double norm = 0;
    for (int i = 0; i <= last; i++) {
        int epoch = i / r->ppo_minibatches, k = i % r->ppo_minibatches;
        if (k == 0) ppo_shuffle(r->learning->seed, version, epoch, units, m->order);
        int first = ppo_cut(units, r->ppo_minibatches, k);
        b.units = m->order + first;
        b.count = ppo_cut(units, r->ppo_minibatches, k + 1) - first;
        scale.samples = count_samples(t, &b);
        differentiate(t, m, &b, &scale);
        norm = update_step(t, m, rate, timed);
        if (i == last || !isfinite(norm)) break;
        if (m == t->members) update_land(t, norm, 0);
        update_meet(t, timed);
    }
    return norm;
}
