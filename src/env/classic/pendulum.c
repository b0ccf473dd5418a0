/* SPDX-License-Identifier: MIT
 * Pendulum: swing a pendulum up and keep it there with a weak motor. Gymnasium's equations under NumPy 2 with float32
 * actions: products of the action alone are float32, all else is double; the angle is never wrapped. */
#include "env/classic/classic.h"

#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/classic/square.h"
#include "env/state.h"

#include <math.h>

/* angle from upright [rad], its rate [rad/s] */
enum { STATE = 2, OBSERVATION = 3 };
typedef struct pendulum {
    double state[STATE];
    double gravity;
    double torque; /* of the last step, for the picture */
} pendulum;

enum { GRAVITY, OPTION_COUNT };
static const a3c_env_option options[OPTION_COUNT] = {
    {"g", A3C_OPTION_FLOAT, 10, -100, 100, NULL, "acceleration of gravity [m/s^2]"},
};

static const double pi = 3.141592653589793, largest_rate = 8, tau = 0.05, start_angle = 3.141592653589793,
                    start_rate = 1;
static const float largest_torque = 2;

static const float low[OBSERVATION] = {-1, -1, -8}, high[OBSERVATION] = {1, 1, 8};
static const char *const observation_names[OBSERVATION] = {"cos_angle", "sin_angle", "angular_velocity"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {OBSERVATION},
        .observation_low = low,
        .observation_high = high,
        .observation_names = observation_names,
        .action = A3C_ACTION_BOX,
        .action_dims = 1,
        .action_low = {-2},
        .action_high = {2},
        .max_episode_steps = 200,
        .solved_return = NAN,
        .random_return = values[GRAVITY] == 10 ? -1238.5 : NAN,
        .return_low = -16.2736044 * 200,
        .return_high = 0,
        .instance_size = sizeof(pendulum),
        .render_width = 500,
        .render_height = 500,
        .render_fps = 30,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    ((pendulum *)instance)->gravity = values[GRAVITY];
}

static void observe(const double state[STATE], float *observation) {
    double sine, cosine;
    sincos(state[0], &sine, &cosine);
    observation[0] = (float)cosine;
    observation[1] = (float)sine;
    observation[2] = (float)state[1];
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    pendulum *p = (pendulum *)instance;
    p->state[0] = state_uniform(random, rng, -start_angle, start_angle);
    p->state[1] = state_uniform(random, rng, -start_rate, start_rate);
    p->torque = 0;
    observe(p->state, (float *)observation);
}

/* The angle in [-pi, pi): Python's modulo, whose result has the sign of the divisor */
static double normalized(double angle) {
    double turn = 2 * pi, rest = fmod(angle + pi, turn);
    return (rest < 0 ? rest + turn : rest) - pi;
}

/* The cost is of the state before the step; the new rate moves the angle. */
static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)random, (void)rng;
    pendulum *p = (pendulum *)instance;
    double angle = p->state[0], rate = p->state[1];
    float torque = *(const float *)action;
    torque = torque < -largest_torque ? -largest_torque : torque > largest_torque ? largest_torque : torque;
    double cost =
        square_as_pow(normalized(angle)) + 0.1 * square_as_pow(rate) + (double)(0.001f * square_as_powf(torque));
    rate = rate + (3 * p->gravity / 2.0 * sin(angle) + (double)(3.0f * torque)) * tau;
    rate = rate < -largest_rate ? -largest_rate : rate > largest_rate ? largest_rate : rate;
    p->state[0] = angle + rate * tau;
    p->state[1] = rate;
    p->torque = torque;
    observe(p->state, (float *)observation);
    *reward = -cost;
    return 0;
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const pendulum *p = (const pendulum *)instance;
    draw_pendulum(p->state, p->torque, width, height, rgb);
}

static size_t get_state(const void *instance, double *state, size_t count) {
    return state_get(((const pendulum *)instance)->state, STATE, state, count);
}

static void set_state(void *instance, const double *state, size_t count) {
    state_set(((pendulum *)instance)->state, STATE, state, count);
}

const a3c_env_def env_pendulum_v1 =
    ENV_DEFINITION("Pendulum-v1", "swing a pendulum up and hold it with a weak motor", options, .render = render,
                   .get_state = get_state, .set_state = set_state);
