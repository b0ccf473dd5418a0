/* SPDX-License-Identifier: MIT
 * Environments that forbid actions: every step allows one choice of each component, which the observation does not tell.
 * An allowed action is worth 1; a forbidden one ends the episode. */
#include <a3c/env.h>

#include <string.h>

enum { STEPS = 8 };
static const int32_t choices[2] = {5, 3};

typedef struct state {
    int32_t step, open[2];
} state;

static void describe(a3c_env_spec *spec, int32_t components) {
    spec->observation = A3C_OBSERVATION_VECTOR;
    spec->observation_dims = 1;
    spec->observation_shape[0] = 1;
    spec->action = components == 1 ? A3C_ACTION_DISCRETE : A3C_ACTION_MULTI_DISCRETE;
    spec->action_dims = components;
    for (int i = 0; i < components; i++) spec->action_n[i] = choices[i];
    spec->instance_size = sizeof(state);
}

static int describe_one(a3c_env_values values, a3c_env_spec *spec, char *message, size_t size) {
    (void)values, (void)message, (void)size;
    describe(spec, 1);
    return 0;
}

static int describe_two(a3c_env_values values, a3c_env_spec *spec, char *message, size_t size) {
    (void)values, (void)message, (void)size;
    describe(spec, 2);
    return 0;
}

static void draw(state *s, const a3c_random *random, a3c_rng *rng, void *observation) {
    for (int i = 0; i < 2; i++) s->open[i] = (int32_t)random->below(rng, (uint32_t)choices[i]);
    *(float *)observation = (float)s->step;
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    state *s = instance;
    s->step = 0;
    draw(s, random, rng, observation);
}

static unsigned step(state *s, int components, const a3c_random *random, a3c_rng *rng, const int32_t *action,
                     void *observation, double *reward) {
    int good = 1;
    for (int i = 0; i < components; i++) good = good && action[i] == s->open[i];
    *reward = good;
    s->step++;
    draw(s, random, rng, observation);
    return !good || s->step == STEPS ? A3C_TERMINATED : 0;
}

static unsigned step_one(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                         double *reward) {
    return step(instance, 1, random, rng, action, observation, reward);
}

static unsigned step_two(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                         double *reward) {
    return step(instance, 2, random, rng, action, observation, reward);
}

static void mask_one(const void *instance, uint8_t *mask) {
    const state *s = instance;
    for (int32_t k = 0; k < choices[0]; k++) mask[k] = k == s->open[0];
}

static void mask_two(const void *instance, uint8_t *mask) {
    const state *s = instance;
    mask_one(instance, mask);
    for (int32_t k = 0; k < choices[1]; k++) mask[choices[0] + k] = k == s->open[1];
}

A3C_ENV_EXPORT const a3c_env_def *a3c_env_plugin(uint32_t host_abi, size_t *count) {
    static const a3c_env_def defs[] = {{.abi = A3C_ENV_ABI,
                                        .struct_size = sizeof(a3c_env_def),
                                        .name = "one",
                                        .summary = "one component",
                                        .describe = describe_one,
                                        .reset = reset,
                                        .step = step_one,
                                        .action_mask = mask_one},
                                       {.abi = A3C_ENV_ABI,
                                        .struct_size = sizeof(a3c_env_def),
                                        .name = "two",
                                        .summary = "two components",
                                        .describe = describe_two,
                                        .reset = reset,
                                        .step = step_two,
                                        .action_mask = mask_two}};
    (void)host_abi;
    *count = 2;
    return defs;
}
