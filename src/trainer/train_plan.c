/* SPDX-License-Identifier: MIT
 * What a plan needs for training: threads, the pulls of a turn, and what the ways of training share. */
#include "trainer/train_plan.h"

#include "trainer/mode.h"

enum { TIMED_EVERY = 16 }; /* one turn or update in 16 is timed: its cost stays below a hundredth of the run */

int train_plan_make(plan *p, const settings *s, error *e) {
    if (plan_make(p, s, e)) return -1;
    mode_of(s)->plan(p);
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
