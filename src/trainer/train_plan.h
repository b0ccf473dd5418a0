/* SPDX-License-Identifier: MIT
 * A plan that is to be trained. */
#ifndef TRAINER_TRAIN_PLAN_H
#define TRAINER_TRAIN_PLAN_H

#include "global/training.h"
#include "policy/plan.h"

/* plan_make, and how many threads it takes. 0, or -1 with the error. */
int train_plan_make(plan *p, const settings *s, error *e);

/* What the modes share, as the settings have it; the shared objects (block, episodes, pauses, stats) are still to come. It
 * points into the plan. */
training train_plan_shared(const plan *p);

#endif
