/* SPDX-License-Identifier: MIT
 * bsuite's cartpole and cartpole_swingup: the physics of Barto, Sutton and Anderson (1983) with three actions, steps of
 * 0.01 s, and the time as part of the observation. cartpole starts upright and pays 1 while the pole is up and the cart
 * near the middle; swingup starts hanging, pays 1 while the pole is up, slow and in the middle, and moving costs. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/classic/square.h"

#include <math.h>

enum { LEFT, STAY, RIGHT, ACTIONS };
enum { UPRIGHT_OBSERVATION = 6, SWINGUP_OBSERVATION = 8 };

/* Options that both have, then swingup's */
enum { HEIGHT_THRESHOLD, X_THRESHOLD, TIMESCALE, MAX_TIME, INIT_RANGE, NOISE_SCALE, REWARD_SCALE, SHARED_OPTIONS };
enum { THETA_DOT_THRESHOLD = SHARED_OPTIONS, X_REWARD_THRESHOLD, MOVE_COST, SWINGUP_OPTIONS };

#define SHARED(height, noise, scale)                                                                                   \
    [HEIGHT_THRESHOLD] =                                                                                               \
        {"height_threshold", A3C_OPTION_FLOAT, height, -1, 1, NULL, "least cosine of the angle that is rewarded"},     \
    [X_THRESHOLD] = {"x_threshold", A3C_OPTION_FLOAT, 3, 0.1, 100, NULL, "position that ends the episode"},            \
    [TIMESCALE] = {"timescale", A3C_OPTION_FLOAT, 0.01, 1e-4, 0.1, NULL, "seconds of a step"},                         \
    [MAX_TIME] = {"max_time", A3C_OPTION_FLOAT, 10, 0.1, 1000, NULL, "seconds after which the episode ends"},          \
    [INIT_RANGE] = {"init_range", A3C_OPTION_FLOAT, 0.05, 0, 1, NULL, "largest deviation of the start"},               \
    BSUITE_REWARD_OPTIONS(noise, scale)

static const a3c_env_option options[SHARED_OPTIONS] = {SHARED(0.8, 0, 1)};
static const a3c_env_option noise_options[SHARED_OPTIONS] = {SHARED(0.8, 1, 1)};
static const a3c_env_option scale_options[SHARED_OPTIONS] = {SHARED(0.8, 0, 30)};
static const a3c_env_option swingup_options[SWINGUP_OPTIONS] = {
    SHARED(0.5, 0, 1),
    [THETA_DOT_THRESHOLD] = {"theta_dot_threshold", A3C_OPTION_FLOAT, 1, 0, 100, NULL, "largest rate that is rewarded"},
    [X_REWARD_THRESHOLD] = {"x_reward_threshold", A3C_OPTION_FLOAT, 1, 0, 100, NULL, "position that is rewarded"},
    [MOVE_COST] = {"move_cost", A3C_OPTION_FLOAT, 0.1, 0, 100, NULL, "what an action other than stay costs"},
};

static const char *const action_names[ACTIONS] = {"left", "stay", "right"};
static const char *const observation_names[SWINGUP_OBSERVATION] = {
    "position", "velocity", "sin_angle", "cos_angle", "angular_velocity", "time", "central", "slow"};

/* Random play's mean return, measured with the default options (but for noise and scale); NAN with others */
static double random_return(a3c_env_values values, const a3c_env_option *defaults, size_t count, double measured) {
    for (size_t i = 0; i < count; i++) {
        if (i != NOISE_SCALE && i != REWARD_SCALE && values[i] != defaults[i].value) return NAN;
    }
    return measured * values[REWARD_SCALE];
}

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    double steps = ceil(values[MAX_TIME] / values[TIMESCALE]) + 1, scale = values[REWARD_SCALE];
    bool noisy = values[NOISE_SCALE] > 0;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {UPRIGHT_OBSERVATION},
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {ACTIONS},
        .action_names = action_names,
        .solved_return = NAN,
        .random_return = random_return(values, options, SHARED_OPTIONS, 78.5),
        .return_low = noisy ? NAN : 0,
        .return_high = noisy ? NAN : steps * scale,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(bsuite_cartpole), values[NOISE_SCALE]),
        .render_width = 600,
        .render_height = 400,
        .render_fps = 100,
    };
    return 0;
}

static int describe_swingup(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    int status = describe(values, spec, message, message_size);
    spec->observation_shape[0] = SWINGUP_OBSERVATION;
    spec->random_return = random_return(values, swingup_options, SWINGUP_OPTIONS, -37.9);
    spec->return_low = -values[MOVE_COST] * spec->return_high;
    return status;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random;
    bsuite_cartpole *c = instance;
    bsuite_init(&c->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *c, rng);
    c->height_threshold = values[HEIGHT_THRESHOLD];
    c->x_threshold = values[X_THRESHOLD];
    c->timescale = values[TIMESCALE];
    c->max_time = values[MAX_TIME];
    c->init_range = values[INIT_RANGE];
}

static void init_swingup(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    bsuite_cartpole *c = instance;
    init(instance, values, random, rng);
    c->swingup = true;
    c->theta_dot_threshold = values[THETA_DOT_THRESHOLD];
    c->x_reward_threshold = values[X_REWARD_THRESHOLD];
    c->move_cost = values[MOVE_COST];
}

static void observe(const bsuite_cartpole *c, float *observation) {
    observation[0] = (float)(c->x / c->x_threshold);
    observation[1] = (float)(c->x_dot / c->x_threshold);
    observation[2] = (float)sin(c->theta);
    observation[3] = (float)cos(c->theta);
    observation[4] = (float)c->theta_dot;
    observation[5] = (float)(c->time / c->max_time);
    if (c->swingup) {
        observation[6] = fabs(c->x) < c->x_reward_threshold ? 1 : -1;
        observation[7] = fabs(c->theta_dot) < c->theta_dot_threshold ? 1 : -1;
    }
}

static double draw_start(const bsuite_cartpole *c, const a3c_random *random, a3c_rng *rng) {
    return -c->init_range + (c->init_range - -c->init_range) * random->uniform01(rng);
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    bsuite_cartpole *c = instance;
    c->x = draw_start(c, random, rng);
    c->x_dot = draw_start(c, random, rng);
    c->theta = draw_start(c, random, rng);
    if (c->swingup) {
        c->theta = M_PI + c->theta;
    }
    c->theta_dot = draw_start(c, random, rng);
    c->time = 0;
    observe(c, observation);
}

/* NumPy's remainder of two doubles: in [0, n) for a positive n */
static double remainder_of(double x, double n) {
    double rest = fmod(x, n);
    return rest < 0 ? rest + n : rest;
}

/* Explicit Euler, in the original's order of evaluation */
static void move(bsuite_cartpole *c, int32_t action) {
    const double cart = 1.0, pole = 0.1, length = 0.5, gravity = 9.8, total = cart + pole, pole_length = pole * length;
    double force = (action - STAY) * 10.0, cosine = cos(c->theta), sine = sin(c->theta), tau = c->timescale;
    double temp = (force + pole_length * square_as_pow(c->theta_dot) * sine) / total;
    double theta_acc = (gravity * sine - cosine * temp) / (length * (4.0 / 3.0 - pole * square_as_pow(cosine) / total));
    double x_acc = temp - pole_length * theta_acc * cosine / total;
    c->x += tau * c->x_dot;
    c->x_dot += tau * x_acc;
    c->theta = remainder_of(c->theta + tau * c->theta_dot, 2 * M_PI);
    c->theta_dot += tau * theta_acc;
    c->time += tau;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)rng;
    bsuite_cartpole *c = instance;
    move(c, *(const int32_t *)action);
    bool up = cos(c->theta) > c->height_threshold && fabs(c->x) < c->x_threshold;
    *reward = bsuite_reward_of(&c->head, random, up ? 1 : 0);
    observe(c, observation);
    return c->time > c->max_time || !up ? A3C_TERMINATED : 0;
}

static unsigned step_swingup(void *instance, const a3c_random *random, a3c_rng *rng, const void *action,
                             void *observation, double *reward) {
    (void)rng;
    bsuite_cartpole *c = instance;
    int32_t chosen = *(const int32_t *)action;
    move(c, chosen);
    bool up = cos(c->theta) > c->height_threshold && fabs(c->theta_dot) < c->theta_dot_threshold &&
              fabs(c->x) < c->x_reward_threshold;
    double cost = chosen != STAY ? c->move_cost : 0;
    *reward = bsuite_reward_of(&c->head, random, -cost + (up ? 1 : 0));
    observe(c, observation);
    return c->time > c->max_time || fabs(c->x) > c->x_threshold ? A3C_TERMINATED : 0;
}

/* The track of the picture ends at 2.4 */
static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const bsuite_cartpole *c = instance;
    const double state[] = {c->x * 2.4 / c->x_threshold, c->x_dot, c->theta, c->theta_dot};
    draw_cartpole(state, width, height, rgb);
}

const a3c_env_def env_bsuite_cartpole =
    ENV_DEFINITION("bsuite/cartpole", "balance a pole for ten seconds", options, .render = render);

const a3c_env_def env_bsuite_cartpole_noise = ENV_DEFINITION(
    "bsuite/cartpole_noise", "balance a pole for ten seconds; rewards are noisy", noise_options, .render = render);

const a3c_env_def env_bsuite_cartpole_scale =
    ENV_DEFINITION("bsuite/cartpole_scale", "balance a pole for ten seconds; rewards are large or small", scale_options,
                   .render = render);

const a3c_env_def env_bsuite_cartpole_swingup = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "bsuite/cartpole_swingup",
    .summary = "swing a pole up and balance it, when moving costs",
    .options = swingup_options,
    .option_count = SWINGUP_OPTIONS,
    .describe = describe_swingup,
    .init = init_swingup,
    .reset = reset,
    .step = step_swingup,
    .render = render,
};
