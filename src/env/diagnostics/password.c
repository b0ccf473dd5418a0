/* SPDX-License-Identifier: MIT
 * password: a fixed string of bits is asked for, and only all of it right is rewarded (after PufferLib's sanity
 * environment of that name): does the learner latch on to a reward that it meets once in 2^length episodes? What was
 * entered is seen, -1 where nothing is yet. */
#include "env/diagnostics/diagnostics.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>

enum { PASSWORD_LENGTH, OPTIONS };

static const a3c_env_option options[OPTIONS] = {
    [PASSWORD_LENGTH] = {"password_length", A3C_OPTION_INT, 5, 1, PASSWORD_MAX, NULL, "bits to enter"},
};

int32_t password_digit(int32_t i) {
    static const uint8_t digits[PASSWORD_MAX] = {0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1};
    return digits[i];
}

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {(int32_t)values[PASSWORD_LENGTH]},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {2},
        .solved_return = 0.9,
        .random_return = exp2(-values[PASSWORD_LENGTH]),
        .return_low = 0,
        .return_high = 1,
        .instance_size = sizeof(password),
        .render_width = 160,
        .render_height = 80,
        .render_fps = 4,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    password *p = instance;
    p->length = (int32_t)values[PASSWORD_LENGTH];
}

static void observe(const password *p, float *observation) {
    for (int32_t i = 0; i < p->length; i++) {
        observation[i] = p->entered[i];
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    password *p = instance;
    p->step = 0;
    for (int32_t i = 0; i < p->length; i++) {
        p->entered[i] = -1;
    }
    observe(p, observation);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)random, (void)rng;
    password *p = instance;
    if (p->step < p->length) {
        p->entered[p->step++] = (float)*(const int32_t *)action;
    }
    int32_t right = 0;
    while (right < p->length && p->entered[right] == (float)password_digit(right)) right++;
    *reward = right == p->length;
    observe(p, observation);
    return p->step == p->length ? A3C_TERMINATED : 0;
}

const a3c_env_def env_password = ENV_DEFINITION("password", "enter a fixed string of bits; only all of it is rewarded",
                                                options, .render = draw_password);
