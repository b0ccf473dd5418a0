/* SPDX-License-Identifier: MIT
 * What a plan needs for training: threads, the pulls of a turn, and what the ways of training share. */
#include "trainer/train_plan.h"

#include "base/cpus.h"
#include "global/shared.h"

enum { TIMED_EVERY = 16 }; /* one turn or update in 16 is timed: its cost stays below a hundredth of the run */

/* threads: as many as there are workers, at most the CPUs; environments that block get one thread per worker. A team (sync)
 * gains nothing by more threads than CPUs, and loses much by their meetings, unless an environment sleeps. */
static int plan_threads(const plan *p) {
    const settings *s = &p->settings;
    if (s->mode == MODE_ASYNC && s->async.schedule == SETTINGS_SCHEDULE_SIMULATED) return 1;
    int most = s->workers, threads = s->threads, cpus = cpus_allowed();
    bool blocks = false;
    for (int i = 0; i < s->env.count; i++) blocks |= (p->configs[i].spec.flags & A3C_ENV_BLOCKS) != 0;
    if (threads == 0) threads = blocks && s->mode == MODE_ASYNC ? most : cpus;
    bool sleeps = blocks || (s->env.delay.kind != ENV_DELAY_NONE && s->env.delay.sleeps);
    if (s->mode == MODE_SYNC && !sleeps && most > cpus) most = cpus;
    return threads < most ? threads : most;
}

int train_plan_make(plan *p, const settings *s, error *e) {
    if (plan_make(p, s, e)) return -1;
    if (s->mode == MODE_ASYNC && (s->advantage.estimator == ESTIMATOR_VTRACE || s->async.behavior_delay > 0))
        p->learning.second_pull = shared_pull_again;
    p->threads = plan_threads(p);
    return 0;
}

training train_plan_shared(const plan *p) {
    const settings *s = &p->settings;
    return (training){.learning = &p->learning,
                      .workers = s->workers,
                      .envs_per_worker = s->envs_per_worker,
                      .total_steps = s->total_steps,
                      .learning_rate = p->learning_rate,
                      .entropy_coef = p->entropy_coef,
                      .max_grad_norm = s->optimizer.max_grad_norm,
                      .stop_when_solved = s->stop.when_solved,
                      .timed_every = TIMED_EVERY};
}
