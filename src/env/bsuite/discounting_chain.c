/* SPDX-License-Identifier: MIT
 * bsuite's discounting_chain: the first action chooses one of five chains, which pay 1 after 1, 3, 10, 30 or 100 steps;
 * one of them pays 1.1. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>

enum { MAPPING_SEED, NOISE_SCALE, REWARD_SCALE, OPTIONS };

static const a3c_env_option options[OPTIONS] = {
    [MAPPING_SEED] = {"mapping_seed", A3C_OPTION_INT, 0, 0, UINT32_MAX, NULL, "modulo 5: the chain that pays 1.1"},
    BSUITE_REWARD_OPTIONS(0, 1),
};

static const char *const observation_names[] = {"context", "time"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    double scale = values[REWARD_SCALE];
    bool noisy = values[NOISE_SCALE] > 0;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {2},
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {DISCOUNTING_CHAINS},
        .solved_return = 1.09 * scale,
        .random_return = 1.02 * scale,
        .return_low = noisy ? NAN : scale,
        .return_high = noisy ? NAN : 1.1 * scale,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(discounting_chain), values[NOISE_SCALE]),
        .render_width = 320,
        .render_height = 160,
        .render_fps = 20,
    };
    return 0;
}

int32_t discounting_chain_time(int32_t chain) {
    static const int32_t times[DISCOUNTING_CHAINS] = {1, 3, 10, 30, 100};
    return times[chain];
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random;
    discounting_chain *chain = instance;
    bsuite_init(&chain->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *chain, rng);
    chain->bonus = (int32_t)((uint64_t)values[MAPPING_SEED] % DISCOUNTING_CHAINS);
    chain->context = -1;
}

static void observe(const discounting_chain *chain, float *observation) {
    observation[0] = (float)chain->context;
    observation[1] = (float)((double)chain->step / DISCOUNTING_STEPS);
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    discounting_chain *chain = instance;
    chain->step = 0;
    chain->context = -1;
    observe(chain, observation);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)rng;
    discounting_chain *chain = instance;
    if (chain->step == 0) {
        chain->context = *(const int32_t *)action;
    }
    chain->step++;
    bool pays = chain->step == discounting_chain_time(chain->context);
    *reward = bsuite_reward_of(&chain->head, random, !pays ? 0 : chain->context == chain->bonus ? 1.1 : 1);
    observe(chain, observation);
    return chain->step >= DISCOUNTING_STEPS ? A3C_TERMINATED : 0;
}

const a3c_env_def env_discounting_chain =
    ENV_DEFINITION("bsuite/discounting_chain", "choose the chain that pays most, though it may pay late", options,
                   .render = draw_discounting_chain);
