/* SPDX-License-Identifier: MIT
 * An environment that breaks at its third step, or at its second reset, in the way that its option says. */
#include <a3c/env.h>

#include <math.h>
#include <stdio.h>

enum { SOUND, STEP_FAILS, RESET_FAILS, REWARD_NAN, REWARD_INFINITE, OBSERVATION_NAN, OBSERVATION_INFINITE };
static const char *const ways[] = {
    "sound", "step", "reset", "reward_nan", "reward_infinite", "observation_nan", "observation_infinite", NULL};
static const a3c_env_option options[] = {
    {"way", A3C_OPTION_CHOICE, STEP_FAILS, 0, OBSERVATION_INFINITE, ways, "how it breaks"},
    {"after", A3C_OPTION_INT, 2, 0, 1000000, NULL, "good steps before, over all episodes"}};

typedef struct breaker {
    int way, after, steps, resets, in_episode, broken;
} breaker;

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t size) {
    static const char *const names[] = {"position", "speed"};
    (void)values, (void)message, (void)size;
    spec->observation = A3C_OBSERVATION_VECTOR;
    spec->observation_dims = 1;
    spec->observation_shape[0] = 2;
    spec->observation_names = names;
    spec->action = A3C_ACTION_DISCRETE;
    spec->action_dims = 1;
    spec->action_n[0] = 2;
    spec->max_episode_steps = 20;
    spec->instance_size = sizeof(breaker);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    breaker *b = instance;
    (void)random, (void)rng;
    b->way = (int)values[0];
    b->after = (int)values[1];
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    breaker *b = instance;
    float *o = observation;
    (void)random, (void)rng;
    b->in_episode = 0;
    b->broken = b->way == RESET_FAILS && b->resets++ > 0;
    o[0] = o[1] = 0;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    breaker *b = instance;
    float *o = observation;
    (void)random, (void)rng;
    int bad = b->steps++ >= b->after;
    o[0] = (float)++b->in_episode / 20;
    o[1] = 1;
    *reward = ((const int32_t *)action)[0];
    if (!bad) return b->in_episode == 3 ? A3C_TERMINATED : 0;
    if (b->way == REWARD_NAN) *reward = NAN;
    if (b->way == REWARD_INFINITE) *reward = -INFINITY;
    if (b->way == OBSERVATION_NAN) o[1] = NAN;
    if (b->way == OBSERVATION_INFINITE) o[0] = INFINITY;
    b->broken = b->way == STEP_FAILS;
    return b->broken ? A3C_FAILED : 0;
}

static int failure(const void *instance, char *message, size_t size) {
    const breaker *b = instance;
    if (b->broken) snprintf(message, size, "the motor is off its axis");
    return b->broken;
}

static const a3c_env_def def = {.abi = A3C_ENV_ABI,
                                .struct_size = sizeof(a3c_env_def),
                                .name = "test/breaks",
                                .summary = "breaks as its option says",
                                .options = options,
                                .option_count = sizeof options / sizeof options[0],
                                .describe = describe,
                                .init = init,
                                .reset = reset,
                                .step = step,
                                .failure = failure};

const a3c_env_def *a3c_env_plugin(uint32_t host_abi, size_t *count);
const a3c_env_def *a3c_env_plugin(uint32_t host_abi, size_t *count) {
    (void)host_abi;
    *count = 1;
    return &def;
}
