/* SPDX-License-Identifier: MIT
 * PPO: the clipped surrogate of one sample, and the minibatches of an epoch. */
#include "learn/ppo.h"

#include <math.h>

ppo_sample ppo_surrogate(double log_ratio, double advantage, double clip) {
    ppo_sample s = {.ratio = exp(log_ratio)};
    double held = s.ratio < 1 - clip ? 1 - clip : s.ratio > 1 + clip ? 1 + clip : s.ratio;
    double free_term = s.ratio * advantage, held_term = held * advantage;
    s.clipped = held != s.ratio;
    s.loss = -(held_term < free_term ? held_term : free_term);
    s.weight = held_term < free_term ? 0 : free_term;
    s.divergence = (s.ratio - 1) - log_ratio;
    return s;
}

int ppo_cut(int n, int parts, int k) {
    return (int)((int64_t)n * k / parts);
}

int ppo_segments(int envs, int steps, int minibatches, bool recurrent) {
    enum { UNITS = 4 }; /* a minibatch */
    int segments = (UNITS * minibatches + envs - 1) / envs;
    return recurrent || segments < 1 ? 1 : segments < steps ? segments : steps;
}

/* Uniform in 0 .. n-1: the high half of a product, redrawn where its low half would favor some numbers (Lemire, 2019).
 */
static uint32_t below(random_stream *s, uint32_t n) {
    uint64_t product = (uint64_t)random_word(s) * n;
    while ((uint32_t)product < -n % n) product = (uint64_t)random_word(s) * n;
    return (uint32_t)(product >> 32);
}

void ppo_shuffle(uint64_t seed, int64_t update, int epoch, int n, int *order) {
    random_stream s = random_stream_new(seed, (uint32_t)epoch, RANDOM_SHUFFLE);
    s.counter = (uint64_t)update << 20; /* a stretch of words for each update */
    for (int i = 0; i < n; i++) order[i] = i;
    for (int i = n; i-- > 1;) {
        int j = (int)below(&s, (uint32_t)i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
