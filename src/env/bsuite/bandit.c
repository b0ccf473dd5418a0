/* SPDX-License-Identifier: MIT
 * bsuite's bandit: episodes of one step; the rewards 0 .. 1 in equal distances belong to the actions in a drawn
 * order. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/env.h"
#include "env/games.h"

#include <math.h>

enum { MAPPING_SEED, NUM_ACTIONS, NOISE_SCALE, REWARD_SCALE, OPTIONS };

#define OPTION_TABLE(noise, scale)                                                                                     \
    {                                                                                                                  \
        [MAPPING_SEED] = {"mapping_seed", A3C_OPTION_INT, 0, 0, UINT32_MAX, NULL, "seed of the order of rewards"},     \
        [NUM_ACTIONS] = {"num_actions", A3C_OPTION_INT, 11, 2, BANDIT_ACTIONS, NULL, "arms"},                          \
        BSUITE_REWARD_OPTIONS(noise, scale),                                                                           \
    }
static const a3c_env_option options[OPTIONS] = OPTION_TABLE(0, 1);
static const a3c_env_option noise_options[OPTIONS] = OPTION_TABLE(1, 1);
static const a3c_env_option scale_options[OPTIONS] = OPTION_TABLE(0, 30);

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    static const float low[] = {1}, high[] = {1};
    double scale = values[REWARD_SCALE];
    bool noisy = values[NOISE_SCALE] > 0;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {1},
        .observation_low = low,
        .observation_high = high,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {(int32_t)values[NUM_ACTIONS]},
        .solved_return = NAN,
        .random_return = 0.5 * scale,
        .return_low = noisy ? NAN : 0,
        .return_high = noisy ? NAN : scale,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(bandit), values[NOISE_SCALE]),
        .render_width = 320,
        .render_height = 160,
        .render_fps = 4,
    };
    return 0;
}

/* NumPy's choice(range(n), size=n, replace=False): a shuffle from the end of 0 .. n-1. */
static void draw_order(int32_t *order, int32_t n, uint64_t seed) {
    a3c_rng rng;
    env_rng_seed(&rng, A3C_RNG_MT19937, seed, NULL, 0);
    for (int32_t i = 0; i < n; i++) {
        order[i] = i;
    }
    for (int32_t i = n - 1; i > 0; i--) {
        int32_t j = (int32_t)env_random.below(&rng, (uint32_t)i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random;
    bandit *b = instance;
    bsuite_init(&b->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *b, rng);
    b->actions = (int32_t)values[NUM_ACTIONS];
    b->last_action = -1;
    int32_t order[BANDIT_ACTIONS];
    draw_order(order, b->actions, (uint64_t)values[MAPPING_SEED]);
    for (int32_t a = 0; a < b->actions; a++) {
        bool last = order[a] == b->actions - 1; /* exactly 1, as linspace ends */
        b->rewards[a] = last ? 1 : order[a] * (1.0 / (b->actions - 1));
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    bandit *b = instance;
    b->last_action = -1;
    *(float *)observation = 1;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)rng;
    bandit *b = instance;
    b->last_action = *(const int32_t *)action;
    *(float *)observation = 1;
    *reward = bsuite_reward_of(&b->head, random, b->rewards[b->last_action]);
    return A3C_TERMINATED;
}

const a3c_env_def env_bandit =
    ENV_DEFINITION("bsuite/bandit", "choose the best of several arms", options, .render = draw_bandit);

const a3c_env_def env_bandit_noise = ENV_DEFINITION(
    "bsuite/bandit_noise", "choose the best of several arms from noisy rewards", noise_options, .render = draw_bandit);

const a3c_env_def env_bandit_scale =
    ENV_DEFINITION("bsuite/bandit_scale", "choose the best of several arms from large or small rewards", scale_options,
                   .render = draw_bandit);
