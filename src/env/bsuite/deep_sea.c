/* SPDX-License-Identifier: MIT
 * bsuite's deep_sea: dive through N x N cells, one row per step; going right all the way finds the treasure, but each step
 * right costs. Which action goes right is drawn for each cell. In the stochastic variant going right fails with
 * probability 1/N, and both corners of the last row pay normal noise. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/env.h"
#include "env/games.h"

#include <math.h>
#include <string.h>

enum { SIZE, MAPPING_SEED, DETERMINISTIC, UNSCALED_MOVE_COST, RANDOMIZE_ACTIONS, NOISE_SCALE, REWARD_SCALE, OPTIONS };

#define OPTION_TABLE(certain)                                                                                          \
    {                                                                                                                  \
        [SIZE] = {"size", A3C_OPTION_INT, 10, 1, DEEP_SEA_SIZE, NULL, "N: rows, columns and steps"},                   \
        [MAPPING_SEED] = {"mapping_seed", A3C_OPTION_INT, 42, 0, UINT32_MAX, NULL, "seed of what the actions mean"},   \
        [DETERMINISTIC] = {"deterministic", A3C_OPTION_BOOL, certain, 0, 1, NULL, "whether going right never fails"},  \
        [UNSCALED_MOVE_COST] =                                                                                         \
            {"unscaled_move_cost", A3C_OPTION_FLOAT, 0.01, 0, 1e6, NULL, "N times what a step right costs"},           \
        [RANDOMIZE_ACTIONS] = {"randomize_actions",                                                                    \
                               A3C_OPTION_BOOL,                                                                        \
                               1,                                                                                      \
                               0,                                                                                      \
                               1,                                                                                      \
                               NULL,                                                                                   \
                               "whether the action that goes right is drawn for each cell; else it is 1"},             \
        BSUITE_REWARD_OPTIONS(0, 1),                                                                                   \
    }
static const a3c_env_option options[OPTIONS] = OPTION_TABLE(1);
static const a3c_env_option stochastic_options[OPTIONS] = OPTION_TABLE(0);

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    int32_t size = (int32_t)values[SIZE];
    double scale = values[REWARD_SCALE], cost = values[UNSCALED_MOVE_COST];
    bool certain = values[DETERMINISTIC] != 0, noisy = !certain || values[NOISE_SCALE] > 0;
    double best = (certain ? 1 : pow(1 - 1.0 / size, size - 1)) - cost;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_PLANES,
        .observation_dims = 3,
        .observation_shape = {1, size, size},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {2},
        .solved_return = best * scale,
        .random_return = certain ? (exp2(-size) - cost / 2) * scale : NAN,
        .return_low = noisy ? NAN : -cost * scale,
        .return_high = noisy ? NAN : scale,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(deep_sea), values[NOISE_SCALE]),
        .render_width = 320,
        .render_height = 320,
        .render_fps = 10,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random;
    deep_sea *sea = instance;
    bsuite_init(&sea->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *sea, rng);
    sea->size = (int32_t)values[SIZE];
    sea->deterministic = values[DETERMINISTIC] != 0;
    sea->unscaled_move_cost = values[UNSCALED_MOVE_COST];
    a3c_rng mapping;
    env_rng_seed(&mapping, A3C_RNG_MT19937, (uint64_t)values[MAPPING_SEED], NULL, 0);
    for (int32_t row = 0; row < sea->size; row++) {
        for (int32_t column = 0; column < sea->size; column++) {
            uint64_t right = values[RANDOMIZE_ACTIONS] != 0 ? (uint64_t)bsuite_bit(&env_random, &mapping) : 1;
            sea->right[row] |= right << column;
        }
    }
}

/* One cell is 1; none is when the dive is over. */
static void observe(const deep_sea *sea, uint8_t *cells) {
    memset(cells, 0, (size_t)(sea->size * sea->size));
    if (sea->row < sea->size) {
        cells[sea->row * sea->size + sea->column] = 1;
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    deep_sea *sea = instance;
    sea->row = sea->column = 0;
    observe(sea, observation);
}

static double dive(deep_sea *sea, int32_t action, const a3c_random *random, a3c_rng *rng) {
    int32_t last = sea->size - 1;
    bool right = action == (int32_t)(sea->right[sea->row] >> sea->column & 1);
    double reward = right && sea->column == last ? 1 : 0;
    if (!sea->deterministic && sea->row == last && (sea->column == 0 || sea->column == last)) {
        reward += random->normal(rng);
    }
    if (right) {
        bool moves = random->uniform01(rng) > 1.0 / sea->size || sea->deterministic; /* drawn in both variants */
        sea->column += moves && sea->column < last;
        reward -= sea->unscaled_move_cost / sea->size;
    } else {
        sea->column -= sea->column > 0;
    }
    sea->row++;
    return reward;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    deep_sea *sea = instance;
    double value = sea->row < sea->size ? dive(sea, *(const int32_t *)action, random, rng) : 0;
    *reward = bsuite_reward_of(&sea->head, random, value);
    observe(sea, observation);
    return sea->row == sea->size ? A3C_TERMINATED : 0;
}

const a3c_env_def env_deep_sea = ENV_DEFINITION(
    "bsuite/deep_sea", "find a treasure that only going right in every row leads to", options, .render = draw_deep_sea);

const a3c_env_def env_deep_sea_stochastic =
    ENV_DEFINITION("bsuite/deep_sea_stochastic",
                   "find a treasure that only going right in every row leads to, when going right may fail",
                   stochastic_options, .render = draw_deep_sea);
