/* SPDX-License-Identifier: MIT
 * Accounts: updates and steps that landed, episodes that ended, and whether the run pauses. */
#include "sync_a2c/account.h"

#include "global/tree.h"

#include <math.h>

_Static_assert(sizeof(loss_sums) % sizeof(double) == 0, "sums are doubles only");

static void land(team *t, int64_t steps) {
    update_figures *f = &t->figures;
    tree_sum(t->shards, sizeof *t->shard_sums / sizeof(double), (double *)t->shard_sums);
    loss_sums_add(&f->sums, &t->shard_sums[0]);
    f->norm_sum += t->norm;
    f->updates++;
    if (isfinite(t->norm))
        block_landed(t->run->training->block, steps);
    else
        t->diverged = true;
}

void account_step(team *t) {
    land(t, 0);
}

/* One update's finished episodes, ordered by time step, then environment, whatever the threads were. */
static int merge_episodes(team *t) {
    int count = 0;
    for (int step = 0; step < t->run->training->learning->rollout_steps; step++)
        for (int i = 0; i < t->threads; i++)
            for (int k = 0; k < t->members[i].count; k++) {
                const learner *l = &t->members[i].learners[k];
                for (int e = 0; e < l->episode_count; e++)
                    if (l->rollout->episodes[e].t == step) t->episodes[count++] = l->rollout->episodes[e];
            }
    return count;
}

/* Frames and running statistics of all learners. Returns whether any of their episodes ended. */
static bool account_learners(team *t) {
    int64_t frames = 0;
    bool finished = false;
    for (int i = 0; i < t->threads; i++)
        for (int k = 0; k < t->members[i].count; k++) {
            const learner *l = &t->members[i].learners[k];
            frames += l->frames;
            finished |= l->episode_count > 0;
            shared_stats_push(t->run->training->stats, l);
        }
    t->figures.frames += frames;
    t->frames += frames;
    return finished;
}

void account(team *t) {
    const training *run = t->run->training;
    land(t, (int64_t)t->scale.samples);
    int64_t steps = block_steps(run->block);
    if (account_learners(t) && episodes_add(run->episodes, t->episodes, merge_episodes(t), steps) &&
        run->stop_when_solved)
        pauses_request(run->pauses);
    if (t->diverged) pauses_request(run->pauses);
    t->pause = pauses_due(run->pauses, steps);
}
