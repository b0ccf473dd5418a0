/* SPDX-License-Identifier: MIT
 * An environment of your own: walk along a corridor to the door at its right end; now and then the floor slips.
 *
 *     cc -shared -fPIC -fvisibility=hidden -O2 -I include examples/env_plugin/corridor.c -o corridor.so
 *     a3c env check ./corridor.so && a3c --env ./corridor.so */
#include <a3c/env.h>

typedef struct corridor {
    int32_t position, length;
} corridor;

static const a3c_env_option options[] = {{"length", A3C_OPTION_INT, 10, 2, 1000, NULL, "cells of the corridor"}};
static const float low[] = {0}, high[] = {1};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size; /* for options that do not go together */
    spec->observation = A3C_OBSERVATION_VECTOR;
    spec->observation_dims = spec->observation_shape[0] = 1;
    spec->observation_low = low, spec->observation_high = high;
    spec->action = A3C_ACTION_DISCRETE; /* 0: left, 1: right */
    spec->action_dims = 1;
    spec->action_n[0] = 2;
    spec->max_episode_steps = 20 * (int32_t)values[0]; /* the host truncates, counts and resets */
    spec->solved_return = 0.8;
    spec->instance_size = sizeof(corridor);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    ((corridor *)instance)->length = (int32_t)values[0]; /* what lasts from episode to episode */
}

static void observe(const corridor *c, void *observation) {
    *(float *)observation = (float)c->position / (float)(c->length - 1);
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    corridor *c = (corridor *)instance;
    c->position = (int32_t)random->below(rng, (uint32_t)(c->length - 1));
    observe(c, observation);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    corridor *c = (corridor *)instance;
    int32_t move = *(const int32_t *)action == 1 ? 1 : -1;
    move = random->uniform01(rng) < 0.1 ? -move : move;
    c->position = c->position + move < 0 ? 0 : c->position + move;
    int arrived = c->position == c->length - 1;
    observe(c, observation);
    *reward = arrived ? 1.0 : -0.01;
    return arrived ? A3C_TERMINATED : 0;
}

A3C_ENV_EXPORT const a3c_env_def *a3c_env_plugin(uint32_t host_abi, size_t *count) {
    static const a3c_env_def def = {
        .abi = A3C_ENV_ABI,
        .struct_size = sizeof def,
        .name = "Corridor-v0",
        .summary = "walk to the door on a slippery floor",
        .options = options,
        .option_count = 1,
        .describe = describe,
        .init = init,
        .reset = reset,
        .step = step,
    };
    *count = 1;
    return host_abi == A3C_ENV_ABI ? &def : NULL;
}
