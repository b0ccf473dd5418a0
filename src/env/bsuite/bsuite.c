/* SPDX-License-Identifier: MIT
 * Rewards of bsuite's noise and scale variants. */
#include "env/bsuite/bsuite.h"

#include <string.h>

static size_t aligned(size_t size) {
    return (size + 15) / 16 * 16;
}

size_t bsuite_size(size_t state_size, double noise_scale) {
    return noise_scale > 0 ? aligned(state_size) + sizeof(a3c_rng) : state_size;
}

void bsuite_init(bsuite_reward *head, double noise_scale, double reward_scale, size_t state_size, const a3c_rng *rng) {
    head->noise_scale = noise_scale;
    head->reward_scale = reward_scale;
    head->noise_offset = noise_scale > 0 ? aligned(state_size) : 0;
    if (head->noise_offset > 0) {
        size_t bytes = rng->kind == A3C_RNG_MT19937 ? sizeof(a3c_rng) : offsetof(a3c_rng, position);
        memcpy((char *)head + head->noise_offset, rng, bytes);
    }
}

double bsuite_reward_of(bsuite_reward *head, const a3c_random *random, double reward) {
    reward *= head->reward_scale;
    if (head->noise_offset > 0) {
        a3c_rng *noise = (a3c_rng *)(void *)((char *)head + head->noise_offset);
        reward += head->noise_scale * random->normal(noise);
    }
    return reward;
}
