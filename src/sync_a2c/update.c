/* SPDX-License-Identifier: MIT
 * The update of A2C, the synchronous form of Mnih et al. (1602.01783): `update`, which every thread of the team runs
 * at once. */
#include "base/cpus.h"
#include "sync_a2c/account.h"
#include "sync_a2c/ppo.h"
#include "sync_a2c/ranks.h"
#include "sync_a2c/reduce.h"
#include "sync_a2c/shards.h"
#include "sync_a2c/step.h"

#include <omp.h>

/* T steps in each of the thread's environments, all with the same parameters; then their advantages. */
static void collect(team *t, team_member *m, stopwatch *watch) {
    const training *run = t->run->training;
    for (int k = 0; k < m->count; k++) {
        learner *l = &m->learners[k];
        l->watch = watch;
        shared_stats_pull(run->stats, l);
        learner_set_length(l, block_steps(run->block), run->total_steps);
        if (!t->run->barrier_each_step) {
            learner_collect(l, t->parameters);
            continue;
        }
        learner_begin(l);
        for (int step = 0; step < l->length; step++) {
            learner_step(l, t->parameters, step);
            team_meet_all(t, NULL, watch);
        }
        learner_end(l, t->parameters);
    }
    shards_sum_advantages(t, m);
    lap(watch, PHASE_OTHER);
}

static void update(team *t, int thread, bool timed) {
    team_member *m = &t->members[thread];
    stopwatch *watch = stopwatch_start(&m->watch, timed);

    collect(t, m, watch);
    const team_updater *mine = team_meet_collected(t, thread, shards_totals, watch);
    if (!mine) return; /* more threads than CPUs: others have made the update */
    if (t->failed) {
        /* what was collected is not whole: nothing is learned from it */
    } else if (t->run->ppo_epochs > 0) {
        ppo_update(t, mine, watch);
    } else {
        shards_differentiate(t, mine, watch); /* my shards */
        team_meet(t, NULL, watch);
        reduce_stripes(t, mine, watch); /* my stripes of the gradient */
        team_meet(t, reduce_norm, watch);
        step_stripes(t, mine, watch); /* my stripes of the parameters */
    }
    team_meet_updated(t, account, watch);
}

static bool steps_left(const team *t) {
    return block_steps(t->run->training->block) < t->run->training->total_steps;
}

static void act_in_pause(team *t) {
    t->running = !ranks_any(t, !(pauses_act(t->run->training->pauses) && steps_left(t)));
}

void team_run(team *t) {
    const training *run = t->run->training;
    cpus_prepare(t->threads);
    block_pull(run->block, t->parameters);
    t->running = steps_left(t);
#pragma omp parallel num_threads(t->threads)
    {
        int thread = omp_get_thread_num();
        cpus_pin(thread, t->threads);
        cpus_flush_denormals();
        for (int64_t i = 0; t->running; i++) {
            update(t, thread, run->timed_every > 0 && i % run->timed_every == 0);
            if (t->pause || !steps_left(t)) team_meet_all(t, act_in_pause, NULL);
        }
    }
    cpus_release();
    omp_pause_resource_all(omp_pause_hard); /* else OpenMP's threads spin for 10 ms beside whoever ends the run */
}
