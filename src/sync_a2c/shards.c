/* SPDX-License-Identifier: MIT
 * What is computed for each environment (advantages, losses) or for each shard, a range of environments (gradients),
 * before it is added up along the tree (global/tree.h). */
#include "sync_a2c/shards.h"

#include "global/tree.h"
#include "sync_a2c/ranks.h"
#include "sync_a2c/reduce.h"

#include <string.h>

/* Environments [first, first + count) of a learner that belong to shard s; count 0: none. */
static int shard_part(const team *t, const learner *l, int s, int *first) {
    int from = team_shard_first(t, s) - l->first_env, to = team_shard_first(t, s + 1) - l->first_env;
    *first = from > 0 ? from : 0;
    if (to > l->envs) to = l->envs;
    return to > *first ? to - *first : 0;
}

void shards_sum_advantages(team *t, const team_member *m) {
    for (int k = 0; k < m->count; k++) {
        const learner *l = &m->learners[k];
        for (int e = 0; e < l->envs; e++) {
            double *sums = t->env_advantages + 3 * (l->first_env + e);
            t->steps[l->first_env + e] = l->steps;
            sums[0] = l->steps, sums[1] = sums[2] = 0;
            if (l->config->normalize_advantage) learner_advantage_sums(l, e, 1, &sums[1], &sums[2]);
        }
    }
}

/* Whether an environment broke while the team, or another rank's, collected. */
static bool any_failure(const team *t) {
    bool failed = false;
    for (int i = 0; i < t->threads; i++)
        for (int k = 0; k < t->members[i].count; k++) failed |= t->members[i].learners[k].failed;
    return ranks_any(t, failed);
}

void shards_totals(team *t) {
    const training *run = t->run->training;
    t->failed = any_failure(t);
    double *sums = t->env_advantages;
    ranks_gather_envs(t, sums, 3 * sizeof *sums);
    ranks_gather_envs(t, t->steps, sizeof *t->steps);
    tree_sum(run->workers * run->envs_per_worker, 3, sums);
    t->scale =
        (gradient_scale){.samples = sums[0],
                         .entropy_coef = schedule_at(&run->entropy_coef, block_steps(run->block), run->total_steps),
                         .advantage_deviation = 1};
    if (run->learning->normalize_advantage) learner_normalize_advantages(sums[1], sums[2], &t->scale);
}

/* Shard s, which lies with one member. */
static void differentiate_shard(team *t, team_member *m, int s, float *gradient) {
    bool accumulate = false;
    for (int k = 0, first; k < m->count; k++) {
        learner *l = &m->learners[k];
        int count = shard_part(t, l, s, &first);
        if (count == 0) continue;
        learner_gradient_part(l, t->parameters, first, count, &t->scale, accumulate, gradient,
                              &t->env_sums[l->first_env + first]);
        accumulate = true;
    }
}

static void find_factors(team *t, team_member *m) {
    for (int k = 0; k < m->count; k++)
        learner_gradient_factors(&m->learners[k], t->parameters, &t->scale, &m->factors[k],
                                 &t->env_sums[m->learners[k].first_env]);
}

void shards_differentiate(team *t, const team_updater *u, stopwatch *watch) {
    memset(t->env_sums + u->first_env, 0, (size_t)u->envs * sizeof *t->env_sums);
    for (int i = u->first_member; i < u->first_member + u->members; i++) {
        team_member *m = &t->members[i];
        if (t->is_cut) find_factors(t, m);
        for (int s = m->first_shard; s < m->first_shard + m->shards; s++) {
            differentiate_shard(t, m, s, reduce_shard_gradient(t, s));
            t->shard_used[s] = true;
        }
    }
    reduce_own(t, u);
    lap(watch, PHASE_PUSH);
}
