/* SPDX-License-Identifier: MIT
 * bsuite's mountain_car: Gymnasium's with the time as part of the observation; reaching max_steps truly ends the
 * episode. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>

enum { ACTIONS = 3, OBSERVATION = 3 };
enum { MAX_STEPS, NOISE_SCALE, REWARD_SCALE, OPTIONS };

#define OPTION_TABLE(noise, scale)                                                                                     \
    {                                                                                                                  \
        [MAX_STEPS] = {"max_steps", A3C_OPTION_INT, 1000, 1, 1e6, NULL, "steps after which the episode ends"},         \
        BSUITE_REWARD_OPTIONS(noise, scale),                                                                           \
    }
static const a3c_env_option options[OPTIONS] = OPTION_TABLE(0, 1);
static const a3c_env_option noise_options[OPTIONS] = OPTION_TABLE(1, 1);
static const a3c_env_option scale_options[OPTIONS] = OPTION_TABLE(0, 30);

static const double left_end = -1.2, right_end = 0.6, largest_velocity = 0.07, goal = 0.5;
static const double force = 0.001, gravity = 0.0025;
static const char *const action_names[ACTIONS] = {"left", "stay", "right"};
static const char *const observation_names[OBSERVATION] = {"position", "velocity", "time"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    double least = -values[MAX_STEPS] * values[REWARD_SCALE];
    bool noisy = values[NOISE_SCALE] > 0;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {OBSERVATION},
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {ACTIONS},
        .action_names = action_names,
        .solved_return = NAN,
        .random_return = least, /* it never gets out */
        .return_low = noisy ? NAN : least,
        .return_high = noisy ? NAN : 0,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(bsuite_mountain_car), values[NOISE_SCALE]),
        .render_width = 600,
        .render_height = 400,
        .render_fps = 30,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random;
    bsuite_mountain_car *car = instance;
    bsuite_init(&car->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *car, rng);
    car->max_steps = (int32_t)values[MAX_STEPS];
}

static void observe(const bsuite_mountain_car *car, float *observation) {
    observation[0] = (float)car->position;
    observation[1] = (float)car->velocity;
    observation[2] = (float)((double)car->step / car->max_steps);
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    bsuite_mountain_car *car = instance;
    car->step = 0;
    car->position = -0.6 + (-0.4 - -0.6) * random->uniform01(rng);
    car->velocity = 0;
    observe(car, observation);
}

static double clip(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)rng;
    bsuite_mountain_car *car = instance;
    car->step++;
    car->velocity += (*(const int32_t *)action - 1) * force + cos(3 * car->position) * -gravity;
    car->velocity = clip(car->velocity, -largest_velocity, largest_velocity);
    car->position = clip(car->position + car->velocity, left_end, right_end);
    if (car->position == left_end) {
        car->velocity = clip(car->velocity, 0, largest_velocity);
    }
    *reward = bsuite_reward_of(&car->head, random, -1);
    observe(car, observation);
    return car->position >= goal || car->step >= car->max_steps ? A3C_TERMINATED : 0;
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const bsuite_mountain_car *car = instance;
    draw_mountain_car(&car->position, goal, width, height, rgb);
}

const a3c_env_def env_bsuite_mountain_car =
    ENV_DEFINITION("bsuite/mountain_car", "rock a weak car out of a valley", options, .render = render);

const a3c_env_def env_bsuite_mountain_car_noise = ENV_DEFINITION(
    "bsuite/mountain_car_noise", "rock a weak car out of a valley; rewards are noisy", noise_options, .render = render);

const a3c_env_def env_bsuite_mountain_car_scale =
    ENV_DEFINITION("bsuite/mountain_car_scale", "rock a weak car out of a valley; rewards are large or small",
                   scale_options, .render = render);
