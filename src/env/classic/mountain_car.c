/* SPDX-License-Identifier: MIT
 * MountainCar: a weak car must rock itself out of a valley. Moore (1990), Singh and Sutton (1996), in Gymnasium's
 * order. */
#include "env/classic/classic.h"

#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/state.h"

#include <math.h>
#include <stdbool.h>

/* position, velocity a step */
enum { STATE = 2 };
typedef struct mountain_car {
    double state[STATE];
    double goal_velocity;
} mountain_car;

enum { GOAL_VELOCITY, OPTION_COUNT };
static const a3c_env_option options[OPTION_COUNT] = {
    {"goal_velocity", A3C_OPTION_FLOAT, 0, -0.07, 0.07, NULL, "least velocity at the goal that ends the episode"},
};

static const double force = 0.001, gravity = 0.0025, largest_velocity = 0.07, left_end = -1.2, right_end = 0.6,
                    goal = 0.5;

static const float low[STATE] = {-1.2f, -0.07f}, high[STATE] = {0.6f, 0.07f};
static const char *const observation_names[STATE] = {"position", "velocity"};
static const char *const action_names[] = {"left", "none", "right"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {STATE},
        .observation_low = low,
        .observation_high = high,
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {3},
        .action_names = action_names,
        .max_episode_steps = 200,
        .solved_return = -110,
        .random_return = -200,
        .return_low = -200,
        .return_high = 0,
        .instance_size = sizeof(mountain_car),
        .render_width = 600,
        .render_height = 400,
        .render_fps = 30,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    ((mountain_car *)instance)->goal_velocity = values[GOAL_VELOCITY];
}

static void observe(const double state[STATE], float *observation) {
    observation[0] = (float)state[0];
    observation[1] = (float)state[1];
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    mountain_car *m = (mountain_car *)instance;
    m->state[0] = state_uniform(random, rng, -0.6, -0.4);
    m->state[1] = 0;
    observe(m->state, (float *)observation);
}

static double clipped(double x, double least, double most) {
    return x < least ? least : x > most ? most : x;
}

/* The left end stops the car; the right end, behind the goal, does not. */
static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)random, (void)rng;
    mountain_car *m = (mountain_car *)instance;
    double position = m->state[0], velocity = m->state[1];
    velocity = velocity + ((*(const int32_t *)action - 1) * force + cos(3 * position) * -gravity);
    velocity = clipped(velocity, -largest_velocity, largest_velocity);
    position = clipped(position + velocity, left_end, right_end);
    if (position == left_end && velocity < 0) {
        velocity = 0;
    }
    m->state[0] = position;
    m->state[1] = velocity;
    observe(m->state, (float *)observation);
    *reward = -1.0;
    return position >= goal && velocity >= m->goal_velocity ? A3C_TERMINATED : 0;
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    draw_mountain_car(((const mountain_car *)instance)->state, goal, width, height, rgb);
}

static size_t get_state(const void *instance, double *state, size_t count) {
    return state_get(((const mountain_car *)instance)->state, STATE, state, count);
}

static void set_state(void *instance, const double *state, size_t count) {
    state_set(((mountain_car *)instance)->state, STATE, state, count);
}

const a3c_env_def env_mountain_car_v0 =
    ENV_DEFINITION("MountainCar-v0", "rock a weak car out of a valley", options, .render = render,
                   .get_state = get_state, .set_state = set_state);
