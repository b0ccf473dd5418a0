/* SPDX-License-Identifier: MIT
 * stochastic: the best policy is mixed (after PufferLib's sanity environment of that name). Nothing is seen; an episode
 * has `horizon` steps. With f the share of action 0 so far, this step included, a step is rewarded with 1 - (p - f)^2
 * if it moves f toward p: action 0 while f < p, action 1 while f >= p. A deterministic policy is paid next to nothing;
 * one that takes action 0 with probability p keeps f near p. The episode's score is 1 - (p - f)^2 at the end.
 *
 * The return of a fixed coin is largest a little below p, where f stays on one side (p 0.75: 673 of 1000 at 0.71, 469
 * at 0.75), so that a learner ends between the two; it is the score that tells whether it did well. */
#include "env/diagnostics/diagnostics.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>
#include <stdbool.h>

enum { P, HORIZON, OPTIONS };

static const a3c_env_option options[OPTIONS] = {
    [P] = {"p", A3C_OPTION_FLOAT, 0.75, 0, 1, NULL, "best probability of action 0"},
    [HORIZON] = {"horizon", A3C_OPTION_INT, 1000, 1, 1e6, NULL, "steps of an episode"},
};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    static const float low[] = {0}, high[] = {0};
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {1},
        .observation_low = low,
        .observation_high = high,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {2},
        .solved_return = NAN,
        .random_return = values[P] == 0.75 && values[HORIZON] == 1000 ? 467 : NAN,
        .return_low = 0,
        .return_high = values[HORIZON],
        .instance_size = sizeof(stochastic),
        .render_width = 160,
        .render_height = 80,
        .render_fps = 30,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    stochastic *s = instance;
    s->share = values[P];
    s->horizon = (int32_t)values[HORIZON];
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    stochastic *s = instance;
    s->step = s->zeros = 0;
    *(float *)observation = 0;
}

static double closeness(const stochastic *s) {
    double distance = s->share - (double)s->zeros / s->step;
    return 1 - distance * distance;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)random, (void)rng;
    stochastic *s = instance;
    bool zero = *(const int32_t *)action == 0;
    s->step++;
    s->zeros += zero;
    bool below = (double)s->zeros / s->step < s->share;
    *reward = zero == below ? closeness(s) : 0;
    *(float *)observation = 0;
    return s->step >= s->horizon ? A3C_TERMINATED : 0;
}

static const char *metric(const void *instance, size_t k, double *value) {
    const stochastic *s = instance;
    if (k > 0) return NULL;
    *value = s->step > 0 ? closeness(s) : 0;
    return "score";
}

const a3c_env_def env_stochastic = ENV_DEFINITION("stochastic", "the best policy is a coin of a given bias", options,
                                                  .render = draw_stochastic, .metric = metric);
