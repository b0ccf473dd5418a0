/* SPDX-License-Identifier: MIT
 * The optimizer's step on an updater's stripes of the shared block. */
#include "sync_a2c/step.h"

#include <math.h>

void step_stripes(team *t, const team_updater *u, stopwatch *watch) {
    const training *run = t->run->training;
    push p = {.gradient = t->gradient,
              .scale = (float)optimizer_clip(t->norm, run->max_grad_norm),
              .rate = (float)schedule_at(&run->learning_rate, block_steps(run->block), run->total_steps),
              .parameters = t->parameters};
    for (int i = u->first_stripe; isfinite(t->norm) && i < u->first_stripe + u->stripes; i++)
        block_step_stripe(run->block, i, &p);
    lap(watch, PHASE_PUSH);
}
