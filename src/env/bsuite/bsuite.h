/* SPDX-License-Identifier: MIT
 * bsuite (Osband et al. 2020): what its environments share, and their states, for dynamics and pictures. Flat, without
 * pointers. Draws come from MT19937 as the original's; mappings from a RandomState(mapping_seed) of their own.
 *
 * bsuite's noise and scale variants wrap rewards. Noise comes from a second stream that starts as the environment's own
 * does: bsuite seeds both alike. */
#ifndef ENV_BSUITE_BSUITE_H
#define ENV_BSUITE_BSUITE_H

#include "a3c/env.h"

#include <stdbool.h>

enum { BANDIT_ACTIONS = 32, CATCH_ROWS = 32, CATCH_COLUMNS = 32, DEEP_SEA_SIZE = 64, MEMORY_BITS = 64 };

/* ---- Rewards of the noise and scale variants ---- */

/* Head of the environments that have such variants */
typedef struct bsuite_reward {
    double noise_scale, reward_scale;
    size_t noise_offset; /* from the instance's start to the noise's stream; 0: there is none */
} bsuite_reward;

/* The rows of an option table that set the head; the table's indices have these names. */
#define BSUITE_REWARD_OPTIONS(noise, scale)                                                                            \
    [NOISE_SCALE] = {"noise_scale", A3C_OPTION_FLOAT, noise, 0, 1e6, NULL, "deviation of noise on rewards"},           \
    [REWARD_SCALE] = {"reward_scale", A3C_OPTION_FLOAT, scale, 1e-6, 1e6, NULL, "factor on rewards"}

/* instance_size of a state with head, with room for the stream of the noise where it is asked for */
size_t bsuite_size(size_t state_size, double noise_scale);

/* Sets up the head of an instance whose state takes `state_size` bytes. */
void bsuite_init(bsuite_reward *head, double noise_scale, double reward_scale, size_t state_size, const a3c_rng *rng);

/* The reward as the variant gives it. */
double bsuite_reward_of(bsuite_reward *head, const a3c_random *random, double reward);

/* binomial(1, 0.5): one double */
static inline int32_t bsuite_bit(const a3c_random *random, a3c_rng *rng) {
    return random->uniform01(rng) > 0.5;
}

/* ---- States ---- */

typedef struct bandit {
    bsuite_reward head;
    int32_t actions, last_action; /* -1 before the first */
    double rewards[BANDIT_ACTIONS];
} bandit;

typedef struct catch_game {
    bsuite_reward head;
    int32_t rows, columns, ball_x, ball_y, paddle_x;
} catch_game;

typedef struct deep_sea {
    bsuite_reward head;
    double unscaled_move_cost;
    int32_t size, deterministic, row, column;
    uint64_t right[DEEP_SEA_SIZE]; /* bit c of word r: the action that goes right in cell (r, c) */
} deep_sea;

typedef struct memory_chain {
    bsuite_reward head;
    int32_t length, bits, step, query, last_action;
    int8_t context[MEMORY_BITS]; /* 0 or 1 */
} memory_chain;

typedef struct umbrella_chain {
    bsuite_reward head;
    int32_t length, distractors, step, need, have;
} umbrella_chain;

typedef struct discounting_chain {
    bsuite_reward head;
    int32_t bonus, step, context; /* context: the chain chosen, -1 before */
} discounting_chain;

typedef struct bsuite_cartpole {
    bsuite_reward head;
    double height_threshold, x_threshold, timescale, max_time, init_range;
    double theta_dot_threshold, x_reward_threshold, move_cost; /* swingup */
    double x, x_dot, theta, theta_dot, time;
    bool swingup;
} bsuite_cartpole;

typedef struct bsuite_mountain_car {
    bsuite_reward head;
    double position, velocity;
    int32_t max_steps, step;
} bsuite_mountain_car;

/* When chain i pays: 1, 3, 10, 30, 100. */
int32_t discounting_chain_time(int32_t chain);
enum { DISCOUNTING_CHAINS = 5, DISCOUNTING_STEPS = 100 };

#endif
