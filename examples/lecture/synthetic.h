/* SPDX-License-Identifier: MIT
 * The made-up rollout of experiments 5 and 6: the lecture gives its length, but neither the distribution of its rewards
 * nor its baseline, so both are stated here. Rewards are normal with mean 1 and the standard deviation that the
 * lecture's one-step advantages have; the baseline falls in a straight line from 0.5 to 0, where the episode ends. */
#ifndef SYNTHETIC_H
#define SYNTHETIC_H

#include "a3c/env.h"
#include "base/random.h"
#include "statistics/statistics.h"
#include "learn/estimators.h"

#include <math.h>
#include <string.h>

enum { SYNTHETIC_LONGEST = 30 };

typedef struct synthetic {
    int steps;
    float reward[SYNTHETIC_LONGEST], value[SYNTHETIC_LONGEST], next_value[SYNTHETIC_LONGEST];
    uint8_t done[SYNTHETIC_LONGEST];
} synthetic;

static inline synthetic synthetic_draw(int steps, double reward_sd, uint64_t seed) {
    synthetic s = {.steps = steps};
    random_stream stream = random_stream_new(seed, (uint32_t)steps, RANDOM_NOISE);
    for (int t = 0; t < steps; t++) {
        s.reward[t] = (float)(1 + reward_sd * random_normal(&stream));
        s.value[t] = 0.5f * (1 - (float)t / (float)steps);
        s.next_value[t] = 0.5f * (1 - (float)(t + 1) / (float)steps);
    }
    s.done[steps - 1] = A3C_TERMINATED;
    return s;
}

/* advantage [steps] by one estimator; its mean and standard deviation (of the population, as normalization uses). */
static inline void synthetic_advantages(const synthetic *s, estimator e, double *advantage, double *mean, double *sd) {
    float a[SYNTHETIC_LONGEST], target[SYNTHETIC_LONGEST];
    estimator_arrays arrays = {.steps = s->steps,
                               .stride = 1,
                               .reward = s->reward,
                               .value = s->value,
                               .next_value = s->next_value,
                               .done = s->done,
                               .advantage = a,
                               .target = target};
    estimate(&e, &arrays);
    for (int t = 0; t < s->steps; t++) advantage[t] = a[t];
    *mean = statistics_mean((size_t)s->steps, advantage);
    *sd = statistics_sd((size_t)s->steps, advantage) * sqrt((s->steps - 1.0) / s->steps);
}

#endif
