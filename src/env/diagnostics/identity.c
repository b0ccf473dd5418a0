/* SPDX-License-Identifier: MIT
 * Identity environments: repeat what is seen, 100 times. A working actor-critic needs a few thousand steps (after
 * Stable-Baselines3's IdentityEnv, IdentityEnvBox and IdentityEnvMultiDiscrete).
 *
 *   identity        Discrete(4): reward 1 if action == observation
 *   identity_box    both in [-1, 1]: reward 1 if |action - observation| <= eps
 *   multi_discrete  two components, of 3 and 2 classes: reward 1 if both are repeated */
#include "env/diagnostics/diagnostics.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>

enum { EPS, BOX_OPTIONS };

static const a3c_env_option box_options[BOX_OPTIONS] = {
    [EPS] = {"eps", A3C_OPTION_FLOAT, 0.5, 0.01, 2, NULL, "largest distance that is rewarded"},
};

static const int32_t multi_discrete_n[MULTI_DISCRETE_DIMS] = {3, 2};

static void describe_identity(a3c_env_spec *spec) {
    *spec = (a3c_env_spec){
        .observation_dims = 1,
        .action_dims = 1,
        .max_episode_steps = IDENTITY_STEPS,
        .solved_return = 90,
        .return_low = 0,
        .return_high = IDENTITY_STEPS,
        .render_width = 160,
        .render_height = 80,
        .render_fps = 10,
    };
}

static int describe_classes(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    describe_identity(spec);
    spec->observation = A3C_OBSERVATION_DISCRETE;
    spec->observation_shape[0] = IDENTITY_CLASSES;
    spec->action = A3C_ACTION_DISCRETE;
    spec->action_n[0] = IDENTITY_CLASSES;
    spec->random_return = (double)IDENTITY_STEPS / IDENTITY_CLASSES;
    spec->instance_size = sizeof(identity);
    return 0;
}

static int describe_multi_discrete(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    describe_identity(spec);
    spec->observation = A3C_OBSERVATION_DISCRETE;
    spec->action = A3C_ACTION_MULTI_DISCRETE;
    spec->observation_dims = spec->action_dims = MULTI_DISCRETE_DIMS;
    spec->random_return = IDENTITY_STEPS;
    for (int i = 0; i < MULTI_DISCRETE_DIMS; i++) {
        spec->observation_shape[i] = spec->action_n[i] = multi_discrete_n[i];
        spec->random_return /= multi_discrete_n[i];
    }
    spec->instance_size = sizeof(multi_discrete);
    return 0;
}

/* Chance that two independent uniform numbers in [-1, 1] are within eps. */
static double chance_within(double eps) {
    return 1 - (1 - eps / 2) * (1 - eps / 2);
}

static int describe_box(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    static const float low[] = {-1}, high[] = {1};
    describe_identity(spec);
    spec->observation = A3C_OBSERVATION_VECTOR;
    spec->observation_shape[0] = 1;
    spec->observation_low = low;
    spec->observation_high = high;
    spec->action = A3C_ACTION_BOX;
    spec->action_low[0] = -1;
    spec->action_high[0] = 1;
    spec->random_return = IDENTITY_STEPS * chance_within(values[EPS]);
    spec->instance_size = sizeof(identity_box);
    return 0;
}

/* ---- identity ---- */

static void init_identity(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)instance, (void)values, (void)random, (void)rng;
}

static void reset_identity(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    identity *it = instance;
    *(int32_t *)observation = it->seen = (int32_t)random->below(rng, IDENTITY_CLASSES);
}

static unsigned step_identity(void *instance, const a3c_random *random, a3c_rng *rng, const void *action,
                              void *observation, double *reward) {
    const identity *it = instance;
    *reward = *(const int32_t *)action == it->seen;
    reset_identity(instance, random, rng, observation);
    return 0;
}

/* ---- identity_box ---- */

static void init_box(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    identity_box *it = instance;
    it->tolerance = (float)values[EPS];
}

static void reset_box(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    identity_box *it = instance;
    *(float *)observation = it->seen = (float)(2 * random->uniform01(rng) - 1);
}

static unsigned step_box(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                         double *reward) {
    const identity_box *it = instance;
    *reward = fabsf(*(const float *)action - it->seen) <= it->tolerance;
    reset_box(instance, random, rng, observation);
    return 0;
}

/* ---- multi_discrete ---- */

static void reset_multi_discrete(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    multi_discrete *it = instance;
    for (int i = 0; i < MULTI_DISCRETE_DIMS; i++) {
        ((int32_t *)observation)[i] = it->seen[i] = (int32_t)random->below(rng, (uint32_t)multi_discrete_n[i]);
    }
}

static unsigned step_multi_discrete(void *instance, const a3c_random *random, a3c_rng *rng, const void *action,
                                    void *observation, double *reward) {
    const multi_discrete *it = instance;
    const int32_t *chosen = action;
    *reward = 1;
    for (int i = 0; i < MULTI_DISCRETE_DIMS; i++) {
        if (chosen[i] != it->seen[i]) {
            *reward = 0;
        }
    }
    reset_multi_discrete(instance, random, rng, observation);
    return 0;
}

const a3c_env_def env_identity = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "identity",
    .summary = "repeat which of four classes is seen",
    .describe = describe_classes,
    .init = init_identity,
    .reset = reset_identity,
    .step = step_identity,
    .render = draw_identity,
};

const a3c_env_def env_identity_box = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "identity_box",
    .summary = "repeat the number that is seen, within a tolerance",
    .options = box_options,
    .option_count = BOX_OPTIONS,
    .describe = describe_box,
    .init = init_box,
    .reset = reset_box,
    .step = step_box,
    .render = draw_identity_box,
};

const a3c_env_def env_multi_discrete = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "multi_discrete",
    .summary = "repeat two classes at once, with an action of two components",
    .describe = describe_multi_discrete,
    .init = init_identity,
    .reset = reset_multi_discrete,
    .step = step_multi_discrete,
    .render = draw_multi_discrete,
};
