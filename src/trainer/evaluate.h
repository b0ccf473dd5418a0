/* SPDX-License-Identifier: MIT
 * Evaluation: whole episodes with frozen parameters in environments and streams of their own. */
#ifndef TRAINER_EVALUATE_H
#define TRAINER_EVALUATE_H

#include "trainer/actor.h"
#include "trainer/trainer.h"

/* Plays request->episodes episodes of `kind`; episode k starts from reset(seed + k) and samples from stream k, so that
 * the figures do not depend on how many are played at once. `returns` [episodes]. Episodes without a time limit end
 * after EVALUATION_STEPS. */
enum { EVALUATION_STEPS = 100000 };
void evaluate(const acting *policy, const env_config *kind, const evaluation_request *request, evaluation *result,
              double *returns);

/* The same in every task of the policy's plan, request->episodes in each: `result` over all of them together, `tasks`
 * [env.count] one by one. */
void evaluate_tasks(const acting *policy, const evaluation_request *request, evaluation *result, evaluation *tasks);

#endif
