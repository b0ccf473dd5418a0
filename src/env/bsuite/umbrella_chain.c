/* SPDX-License-Identifier: MIT
 * bsuite's umbrella_chain: only the first action counts (1 takes the umbrella), and only the last reward tells whether
 * it was right; rewards in between are coins, and so are the distractors beside the observation. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>

enum { CHAIN_LENGTH, N_DISTRACTOR, NOISE_SCALE, REWARD_SCALE, OPTIONS };

#define OPTION_TABLE(length)                                                                                           \
    {                                                                                                                  \
        [CHAIN_LENGTH] = {"chain_length", A3C_OPTION_INT, length, 1, 1e6, NULL, "steps of an episode"},                \
        [N_DISTRACTOR] = {"n_distractor", A3C_OPTION_INT, 20, 0, 1000, NULL, "random bits beside what counts"},        \
        BSUITE_REWARD_OPTIONS(0, 1),                                                                                   \
    }
static const a3c_env_option options[OPTIONS] = OPTION_TABLE(10);
static const a3c_env_option distract_options[OPTIONS] = OPTION_TABLE(20);

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    double scale = values[REWARD_SCALE], length = values[CHAIN_LENGTH];
    bool noisy = values[NOISE_SCALE] > 0;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {3 + (int32_t)values[N_DISTRACTOR]},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {2},
        .solved_return = NAN, /* the coins of a long chain hide what the agent earns */
        .random_return = 0,
        .return_low = noisy ? NAN : -length * scale,
        .return_high = noisy ? NAN : length * scale,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(umbrella_chain), values[NOISE_SCALE]),
        .render_width = 320,
        .render_height = 160,
        .render_fps = 4,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    umbrella_chain *chain = instance;
    bsuite_init(&chain->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *chain, rng);
    chain->length = (int32_t)values[CHAIN_LENGTH];
    chain->distractors = (int32_t)values[N_DISTRACTOR];
    chain->need = bsuite_bit(random, rng); /* the original's constructor draws it */
}

static void observe(const umbrella_chain *chain, const a3c_random *random, a3c_rng *rng, float *observation) {
    observation[0] = (float)chain->need;
    observation[1] = (float)chain->have;
    observation[2] = (float)(1 - (double)chain->step / chain->length);
    for (int32_t i = 0; i < chain->distractors; i++) {
        observation[3 + i] = (float)bsuite_bit(random, rng);
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    umbrella_chain *chain = instance;
    chain->step = 0;
    chain->need = bsuite_bit(random, rng);
    chain->have = bsuite_bit(random, rng);
    observe(chain, random, rng, observation);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    umbrella_chain *chain = instance;
    chain->step += chain->step < chain->length;
    if (chain->step == 1) {
        chain->have = *(const int32_t *)action;
    }
    bool over = chain->step == chain->length;
    bool good = over ? chain->have == chain->need : bsuite_bit(random, rng);
    *reward = bsuite_reward_of(&chain->head, random, good ? 1 : -1);
    observe(chain, random, rng, observation);
    return over ? A3C_TERMINATED : 0;
}

/* What the agent earned by its own choice, without the coins */
static const char *metric(const void *instance, size_t k, double *value) {
    const umbrella_chain *chain = instance;
    if (k > 0) return NULL;
    *value = chain->have == chain->need ? 1 : -1;
    return "choice";
}

const a3c_env_def env_umbrella_chain = ENV_DEFINITION(
    "bsuite/umbrella_chain", "take the umbrella if it will rain: the first action counts, the last reward tells",
    options, .render = draw_umbrella_chain, .metric = metric);

const a3c_env_def env_umbrella_length =
    ENV_DEFINITION("bsuite/umbrella_length", "umbrella_chain with a length to choose", options,
                   .render = draw_umbrella_chain, .metric = metric);

const a3c_env_def env_umbrella_distract =
    ENV_DEFINITION("bsuite/umbrella_distract", "umbrella_chain of length 20 with a number of distractors to choose",
                   distract_options, .render = draw_umbrella_chain, .metric = metric);
