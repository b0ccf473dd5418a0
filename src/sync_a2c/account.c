/* SPDX-License-Identifier: MIT
 * Accounts: updates and steps that landed, episodes that ended, and whether the run pauses. */
#include "sync_a2c/account.h"

#include "global/tree.h"
#include "sync_a2c/ranks.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(loss_sums) % sizeof(double) == 0, "sums are doubles only");

static void land(team *t, int64_t steps) {
    update_figures *f = &t->figures;
    const training *run = t->run->training;
    ranks_gather_envs(t, t->env_sums, sizeof *t->env_sums);
    tree_sum(run->workers * run->envs_per_worker, sizeof *t->env_sums / sizeof(double), (double *)t->env_sums);
    loss_sums_add(&f->sums, &t->env_sums[0]);
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

/* Frames, running statistics and finished episodes of the team's learners: t->played. Returns how many episodes. */
static int collect_learners(team *t, int64_t *frames) {
    int count = 0;
    for (int i = 0; i < t->threads; i++)
        for (int k = 0; k < t->members[i].count; k++) {
            const learner *l = &t->members[i].learners[k];
            *frames += l->frames;
            memcpy(t->played + count, l->rollout->episodes, (size_t)l->episode_count * sizeof *t->played);
            count += l->episode_count;
            shared_stats_copy(t->run->training->stats, l, t->env_stats);
        }
    return count;
}

/* t->episodes: what was played, ordered by time step, then environment. */
static void order_episodes(team *t, int count) {
    for (int step = 0, at = 0; at < count; step++)
        for (int i = 0; i < count; i++)
            if (t->played[i].t == step) t->episodes[at++] = t->played[i];
}

void account(team *t) {
    const training *run = t->run->training;
    if (t->failed) {
        pauses_request(run->pauses);
        t->pause = true;
        return;
    }
    land(t, (int64_t)t->scale.samples);
    int64_t steps = block_steps(run->block), frames = 0;
    int episodes = collect_learners(t, &frames);
    episodes = ranks_gather_episodes(t, t->played, episodes);
    order_episodes(t, episodes);
    frames = ranks_total(t, frames);
    t->figures.frames += frames;
    t->frames += frames;
    ranks_gather_envs(t, t->env_stats, shared_stats_size(run->stats) * sizeof *t->env_stats);
    shared_stats_add(run->stats, run->workers * run->envs_per_worker, t->env_stats);
    bool solved = episodes > 0 && episodes_add(run->episodes, t->episodes, episodes, steps);
    if (t->diverged || (solved && run->stop_when_solved)) pauses_request(run->pauses);
    t->pause = ranks_any(t, pauses_due(run->pauses, steps));
}
