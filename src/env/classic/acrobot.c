/* SPDX-License-Identifier: MIT
 * Acrobot: two links hang from a fixed joint, a torque at the joint between them swings the end up. Sutton and Barto's
 * book (dynamics "nips": Sutton 1996), one Runge-Kutta step of fourth order a step, in Gymnasium's evaluation order. */
#include "env/classic/classic.h"

#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/classic/square.h"
#include "env/state.h"

#include <math.h>
#include <stdbool.h>

/* angle of link 1 from hanging [rad], of link 2 from link 1, their rates [rad/s] */
enum { STATE = 4, OBSERVATION = 6 };
typedef struct acrobot {
    double state[STATE];
    int32_t nips;
} acrobot;

enum { BOOK_OR_NIPS, OPTION_COUNT };
static const char *const equations[] = {"book", "nips", NULL};
static const a3c_env_option options[OPTION_COUNT] = {
    {"book_or_nips", A3C_OPTION_CHOICE, 0, 0, 1, equations,
     "equations of motion: of Sutton and Barto's book, or of 1996"},
};

static const double pi = 3.141592653589793, gravity = 9.8, tau = 0.2, largest_rate_1 = 4 * 3.141592653589793,
                    largest_rate_2 = 9 * 3.141592653589793;

#define RATE_1 ((float)(4 * 3.141592653589793))
#define RATE_2 ((float)(9 * 3.141592653589793))
static const float low[OBSERVATION] = {-1, -1, -1, -1, -RATE_1, -RATE_2};
static const float high[OBSERVATION] = {1, 1, 1, 1, RATE_1, RATE_2};
static const char *const observation_names[OBSERVATION] = {"cos_angle_1", "sin_angle_1",        "cos_angle_2",
                                                           "sin_angle_2", "angular_velocity_1", "angular_velocity_2"};
static const char *const action_names[] = {"torque_minus", "none", "torque_plus"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {OBSERVATION},
        .observation_low = low,
        .observation_high = high,
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {3},
        .action_names = action_names,
        .max_episode_steps = 500,
        .solved_return = -100,
        .random_return = -495.1,
        .return_low = -500,
        .return_high = 0,
        .instance_size = sizeof(acrobot),
        .render_width = 500,
        .render_height = 500,
        .render_fps = 15,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    ((acrobot *)instance)->nips = values[BOOK_OR_NIPS] != 0;
}

/* NumPy's float32 sine and cosine below pi/4, where they are these polynomials: what the reset observation is made of.
 */
static void float_sincos(float x, float *sine, float *cosine) {
    float square = x * x;
    float c = fmaf(0x1.98e616p-16f, square, -0x1.6c06dcp-10f);
    c = fmaf(c, square, 0x1.55553cp-05f);
    c = fmaf(c, square, -0.5f);
    *cosine = fmaf(c, square, 1.0f);
    float s = fmaf(0x1.7d3bbcp-19f, square, -0x1.a06bbap-13f);
    s = fmaf(s, square, 0x1.11119ap-07f);
    s = fmaf(s, square, -0x1.555556p-03f) * square;
    *sine = fmaf(s, x, x);
}

/* The start is rounded to float32, and so is the arithmetic of its observation. */
static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    acrobot *a = (acrobot *)instance;
    float start[STATE], *out = (float *)observation;
    for (int i = 0; i < STATE; i++) {
        start[i] = (float)state_uniform(random, rng, -0.1, 0.1);
    }
    float_sincos(start[0], &out[1], &out[0]);
    float_sincos(start[1], &out[3], &out[2]);
    out[4] = start[2];
    out[5] = start[3];
    for (int i = 0; i < STATE; i++) {
        a->state[i] = start[i];
    }
}

/* Instances are stepped several at a time, so that the long chains of one overlap with those of another; a lone one is
 * a block of one. Each lane's arithmetic is the same whatever its neighbors. */
enum { LANES = 8 };
typedef double lanes[STATE][LANES];

/* d(state)/dt under a torque at the second joint; links of length and mass 1, centers of mass at 0.5, moments of
 * inertia
 * 1. What calls libm comes first, so that the rest is done in vectors. */
static inline void derivatives(int count, lanes state, const double torque[LANES], const double book[LANES],
                               lanes out) {
    double sine[LANES], cosine[LANES], fall_1[LANES], fall_2[LANES], square_1[LANES], square_2[LANES], square_d2[LANES];
    for (int i = 0; i < count; i++) {
        double angle_1 = state[0][i], angle_2 = state[1][i];
        sincos(angle_2, &sine[i], &cosine[i]);
        fall_1[i] = cos(angle_1 - pi / 2);
        fall_2[i] = cos(angle_1 + angle_2 - pi / 2.0);
        square_1[i] = square_as_pow(state[2][i]);
        square_2[i] = square_as_pow(state[3][i]);
        square_d2[i] = square_as_pow((0.25 + 0.5 * cosine[i]) + 1.0);
    }
    for (int i = 0; i < count; i++) {
        double rate_1 = state[2][i], rate_2 = state[3][i];
        double d1 = 0.25 + (1.0 + 0.25 + cosine[i]) + 1.0 + 1.0;
        double d2 = (0.25 + 0.5 * cosine[i]) + 1.0;
        double phi2 = (0.5 * gravity) * fall_2[i];
        double phi1 = -0.5 * square_2[i] * sine[i] - rate_2 * rate_1 * sine[i] + (1.5 * gravity) * fall_1[i] + phi2;
        double forced = torque[i] + d2 / d1 * phi1 - book[i] * square_1[i] * sine[i];
        double acceleration_2 = (forced - phi2) / (1.25 - square_d2[i] / d1);
        out[0][i] = rate_1;
        out[1][i] = rate_2;
        out[2][i] = -(d2 * acceleration_2 + phi1) / d1;
        out[3][i] = acceleration_2;
    }
}

/* state + h * slope */
static inline void along(int count, lanes state, double h, lanes slope, lanes out) {
    for (int k = 0; k < STATE; k++) {
        for (int i = 0; i < count; i++) {
            out[k][i] = state[k][i] + h * slope[k][i];
        }
    }
}

static inline void runge_kutta(int count, lanes state, const double torque[LANES], const double book[LANES]) {
    lanes k1, k2, k3, k4, at;
    derivatives(count, state, torque, book, k1);
    along(count, state, tau / 2.0, k1, at);
    derivatives(count, at, torque, book, k2);
    along(count, state, tau / 2.0, k2, at);
    derivatives(count, at, torque, book, k3);
    along(count, state, tau, k3, at);
    derivatives(count, at, torque, book, k4);
    for (int k = 0; k < STATE; k++) {
        for (int i = 0; i < count; i++) {
            state[k][i] = state[k][i] + tau / 6.0 * (k1[k][i] + 2 * k2[k][i] + 2 * k3[k][i] + k4[k][i]);
        }
    }
}

/* An angle in [-pi, pi], both ends included */
static inline double wrapped(double angle) {
    while (angle > pi) {
        angle = angle - 2 * pi;
    }
    while (angle < -pi) {
        angle = angle + 2 * pi;
    }
    return angle;
}

static inline double bounded(double x, double limit) {
    return x < -limit ? -limit : x > limit ? limit : x;
}

/* Wraps, bounds and observes a state that was integrated; returns whether the end is above the line. */
static inline bool finish(double state[STATE], float *out) {
    double sine, cosine;
    state[0] = wrapped(state[0]);
    state[1] = wrapped(state[1]);
    state[2] = bounded(state[2], largest_rate_1);
    state[3] = bounded(state[3], largest_rate_2);
    sincos(state[1], &sine, &cosine);
    out[2] = (float)cosine, out[3] = (float)sine;
    sincos(state[0], &sine, &cosine);
    out[0] = (float)cosine, out[1] = (float)sine;
    out[4] = (float)state[2], out[5] = (float)state[3];
    return cosine < 0 && -cosine - cos(state[1] + state[0]) > 1.0; /* a link that hangs needs no second cosine */
}

/* `count` <= LANES neighbors, as in a3c_env_def.step_batch. */
static inline void step_lanes(int count, char *instances, size_t stride, const char *actions, size_t action_stride,
                              char *observations, size_t observation_stride, double *rewards, unsigned *flags) {
    lanes state;
    double torque[LANES];
    double book[LANES]; /* 0.5 where the equations have the term of rate_1 squared, else 0 */
    for (int i = 0; i < count; i++) {
        const acrobot *a = (const acrobot *)state_at_const(instances, stride, (size_t)i);
        for (int k = 0; k < STATE; k++) {
            state[k][i] = a->state[k];
        }
        torque[i] = *(const int32_t *)state_at_const(actions, action_stride, (size_t)i) - 1;
        book[i] = a->nips ? 0.0 : 0.5;
    }
    runge_kutta(count, state, torque, book);
    for (int i = 0; i < count; i++) {
        acrobot *a = (acrobot *)state_at(instances, stride, (size_t)i);
        for (int k = 0; k < STATE; k++) {
            a->state[k] = state[k][i];
        }
        bool up = finish(a->state, (float *)state_at(observations, observation_stride, (size_t)i));
        rewards[i] = up ? 0.0 : -1.0;
        flags[i] = up ? A3C_TERMINATED : 0;
    }
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)random, (void)rng;
    unsigned flags;
    step_lanes(1, (char *)instance, 0, (const char *)action, 0, (char *)observation, 0, reward, &flags);
    return flags;
}

static void step_batch(void *instances, size_t stride, size_t count, const a3c_random *random, a3c_rng *rngs,
                       size_t rng_stride, const void *actions, size_t action_stride, void *observations,
                       size_t observation_stride, double *rewards, unsigned *flags) {
    (void)random, (void)rngs, (void)rng_stride;
    for (size_t i = 0; i < count; i += LANES) {
        int part = count - i < LANES ? (int)(count - i) : LANES;
        step_lanes(part, (char *)state_at(instances, stride, i), stride,
                   (const char *)state_at_const(actions, action_stride, i), action_stride,
                   (char *)state_at(observations, observation_stride, i), observation_stride, rewards + i, flags + i);
    }
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    draw_acrobot(((const acrobot *)instance)->state, width, height, rgb);
}

static size_t get_state(const void *instance, double *state, size_t count) {
    return state_get(((const acrobot *)instance)->state, STATE, state, count);
}

static void set_state(void *instance, const double *state, size_t count) {
    state_set(((acrobot *)instance)->state, STATE, state, count);
}

const a3c_env_def env_acrobot_v1 =
    ENV_DEFINITION("Acrobot-v1", "swing the end of a two-link arm above a line", options, .step_batch = step_batch,
                   .render = render, .get_state = get_state, .set_state = set_state);
