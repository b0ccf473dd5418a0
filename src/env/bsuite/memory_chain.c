/* SPDX-License-Identifier: MIT
 * bsuite's memory_chain: bits are shown at the start, one of them has to be given at the end. As the original plays it,
 * a step's observation is that of before the step, so that the bits are seen twice (at the reset and in the first step)
 * and an episode has memory_length + 1 steps. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>

enum { MEMORY_LENGTH, NUM_BITS, NOISE_SCALE, REWARD_SCALE, OPTIONS };

#define OPTION_TABLE(length, bits)                                                                                     \
    {                                                                                                                  \
        [MEMORY_LENGTH] = {"memory_length", A3C_OPTION_INT, length, 1, 1e6, NULL, "steps to remember"},                \
        [NUM_BITS] = {"num_bits", A3C_OPTION_INT, bits, 1, MEMORY_BITS, NULL, "bits to remember"},                     \
        BSUITE_REWARD_OPTIONS(0, 1),                                                                                   \
    }
static const a3c_env_option options[OPTIONS] = OPTION_TABLE(10, 1);
static const a3c_env_option size_options[OPTIONS] = OPTION_TABLE(2, 2);

static const char *const observation_names[2 + MEMORY_BITS] = {
    "time",  "query", "bit0",  "bit1",  "bit2",  "bit3",  "bit4",  "bit5",  "bit6",  "bit7",  "bit8",
    "bit9",  "bit10", "bit11", "bit12", "bit13", "bit14", "bit15", "bit16", "bit17", "bit18", "bit19",
    "bit20", "bit21", "bit22", "bit23", "bit24", "bit25", "bit26", "bit27", "bit28", "bit29", "bit30",
    "bit31", "bit32", "bit33", "bit34", "bit35", "bit36", "bit37", "bit38", "bit39", "bit40", "bit41",
    "bit42", "bit43", "bit44", "bit45", "bit46", "bit47", "bit48", "bit49", "bit50", "bit51", "bit52",
    "bit53", "bit54", "bit55", "bit56", "bit57", "bit58", "bit59", "bit60", "bit61", "bit62", "bit63",
};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    double scale = values[REWARD_SCALE];
    bool noisy = values[NOISE_SCALE] > 0;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {2 + (int32_t)values[NUM_BITS]},
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {2},
        .solved_return = 0.9 * scale,
        .random_return = 0,
        .return_low = noisy ? NAN : -scale,
        .return_high = noisy ? NAN : scale,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(memory_chain), values[NOISE_SCALE]),
        .render_width = 320,
        .render_height = 160,
        .render_fps = 4,
    };
    return 0;
}

static void draw_context(memory_chain *chain, const a3c_random *random, a3c_rng *rng) {
    for (int32_t i = 0; i < chain->bits; i++) {
        chain->context[i] = (int8_t)bsuite_bit(random, rng);
    }
    chain->query = (int32_t)random->below(rng, (uint32_t)chain->bits);
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    memory_chain *chain = instance;
    bsuite_init(&chain->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *chain, rng);
    chain->length = (int32_t)values[MEMORY_LENGTH];
    chain->bits = (int32_t)values[NUM_BITS];
    chain->last_action = -1;
    draw_context(chain, random, rng); /* the original's constructor does */
}

static void observe(const memory_chain *chain, float *observation) {
    observation[0] = (float)(1 - (double)chain->step / chain->length);
    observation[1] = chain->step == chain->length - 1 ? (float)chain->query : 0;
    for (int32_t i = 0; i < chain->bits; i++) {
        observation[2 + i] = chain->step == 0 ? (float)(2 * chain->context[i] - 1) : 0;
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    memory_chain *chain = instance;
    chain->step = 0;
    chain->last_action = -1;
    draw_context(chain, random, rng);
    observe(chain, observation);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)rng;
    memory_chain *chain = instance;
    chain->last_action = *(const int32_t *)action;
    observe(chain, observation);
    bool over = chain->step >= chain->length;
    chain->step += !over;
    double value = !over ? 0 : chain->last_action == chain->context[chain->query] ? 1 : -1;
    *reward = bsuite_reward_of(&chain->head, random, value);
    return over ? A3C_TERMINATED : 0;
}

const a3c_env_def env_memory_chain =
    ENV_DEFINITION("bsuite/memory_chain", "remember what was shown at the start until it is asked for", options,
                   .render = draw_memory_chain);

const a3c_env_def env_memory_len = ENV_DEFINITION(
    "bsuite/memory_len", "memory_chain with one bit and a length to choose", options, .render = draw_memory_chain);

const a3c_env_def env_memory_size =
    ENV_DEFINITION("bsuite/memory_size", "memory_chain of length 2 with a number of bits to choose", size_options,
                   .render = draw_memory_chain);
