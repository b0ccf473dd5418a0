/* SPDX-License-Identifier: MIT
 * Shards: ranges of environments whose samples, advantages and gradients are each added up on their own, before they
 * are added up along the tree (global/tree.h). */
#include "sync_a2c/shards.h"

#include "global/tree.h"
#include "sync_a2c/ranks.h"
#include "sync_a2c/reduce.h"

/* Environments [first, first + count) of a learner that belong to shard s; count 0: none. */
static int shard_part(const team *t, const learner *l, int s, int *first) {
    int from = team_shard_first(t, s) - l->first_env, to = team_shard_first(t, s + 1) - l->first_env;
    *first = from > 0 ? from : 0;
    if (to > l->envs) to = l->envs;
    return to > *first ? to - *first : 0;
}

void shards_sum_advantages(team *t, const team_member *m) {
    for (int k = 0; k < m->count; k++)
        for (int e = 0; e < m->learners[k].envs; e++) t->steps[m->learners[k].first_env + e] = m->learners[k].steps;
    for (int s = m->first_shard; s < m->first_shard + m->shards; s++) {
        double *moments = t->shard_moments + 3 * s;
        moments[0] = moments[1] = moments[2] = 0;
        for (int k = 0, first; k < m->count; k++) {
            int count = shard_part(t, &m->learners[k], s, &first);
            moments[0] += (double)count * m->learners[k].steps;
            if (t->run->training->learning->normalize_advantage)
                learner_advantage_sums(&m->learners[k], first, count, &moments[1], &moments[2]);
        }
    }
}

void shards_totals(team *t) {
    const training *run = t->run->training;
    ranks_gather_shards(t, t->shard_moments, 3 * sizeof *t->shard_moments);
    ranks_gather_envs(t, t->steps, sizeof *t->steps);
    tree_sum(t->shards, 3, t->shard_moments);
    t->scale =
        (gradient_scale){.samples = t->shard_moments[0],
                         .entropy_coef = schedule_at(&run->entropy_coef, block_steps(run->block), run->total_steps),
                         .advantage_deviation = 1};
    if (run->learning->normalize_advantage)
        learner_normalize_advantages(t->shard_moments[1], t->shard_moments[2], &t->scale);
}

/* Shard s, which lies with one member. */
static void differentiate_shard(team *t, team_member *m, int s, float *gradient) {
    bool accumulate = false;
    t->shard_sums[s] = (loss_sums){0};
    for (int k = 0, first; k < m->count; k++) {
        int count = shard_part(t, &m->learners[k], s, &first);
        if (count == 0) continue;
        learner_gradient_part(&m->learners[k], t->parameters, first, count, &t->scale, accumulate, gradient,
                              &t->shard_sums[s]);
        accumulate = true;
    }
}

void shards_differentiate(team *t, const team_updater *u, stopwatch *watch) {
    for (int i = u->first_member; i < u->first_member + u->members; i++) {
        team_member *m = &t->members[i];
        for (int s = m->first_shard; s < m->first_shard + m->shards; s++) {
            differentiate_shard(t, m, s, reduce_shard_gradient(t, s));
            t->shard_used[s] = true;
            reduce_nodes(t, u, s);
            lap(watch, PHASE_PUSH);
        }
    }
}
