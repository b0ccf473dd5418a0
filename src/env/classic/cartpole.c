/* SPDX-License-Identifier: MIT
 * CartPole: a cart is pushed left or right so that the pole on it stays up. Barto, Sutton and Anderson (1983), with
 * Gymnasium's constants, evaluation order and explicit Euler integration. */
#include "env/classic/classic.h"

#include "env/draw/draw.h"
#include "env/state.h"

#include <math.h>

/* x [m], dx/dt [m/s], angle from upright [rad], its rate [rad/s] */
enum { STATE = 4 };
typedef struct cartpole {
    double state[STATE];
    int32_t sutton_barto, fallen; /* which reward; whether the episode is over */
} cartpole;

enum { SUTTON_BARTO_REWARD, OPTION_COUNT };
static const a3c_env_option options[OPTION_COUNT] = {
    {"sutton_barto_reward", A3C_OPTION_BOOL, 0, 0, 1, NULL,
     "reward -1 for falling and 0 otherwise, instead of 1 per step"},
};

static const double gravity = 9.8, pole_mass = 0.1, total_mass = 0.1 + 1.0, half_length = 0.5,
                    pole_mass_length = 0.1 * 0.5, tau = 0.02, x_limit = 2.4,
                    angle_limit = 12 * 2 * 3.141592653589793 / 360;

/* a table, not a branch: the action is unpredictable, and a branch would be mispredicted half the time */
static const double push[2] = {-10.0, 10.0};

static const float high[STATE] = {4.8f, INFINITY, (float)(2 * (12 * 2 * 3.141592653589793 / 360)), INFINITY};
static const float low[STATE] = {-4.8f, -INFINITY, (float)(-2 * (12 * 2 * 3.141592653589793 / 360)), -INFINITY};
static const char *const observation_names[STATE] = {"position", "velocity", "angle", "angular_velocity"};
static const char *const action_names[] = {"left", "right"};

static void describe(a3c_env_values values, a3c_env_spec *spec, int max_episode_steps, double solved_return) {
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {STATE},
        .observation_low = low,
        .observation_high = high,
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {2},
        .action_names = action_names,
        .max_episode_steps = max_episode_steps,
        .solved_return = values[SUTTON_BARTO_REWARD] != 0 ? NAN : solved_return,
        .random_return = values[SUTTON_BARTO_REWARD] != 0 ? -1 : 22.1,
        .return_low = values[SUTTON_BARTO_REWARD] != 0 ? -1 : 0,
        .return_high = values[SUTTON_BARTO_REWARD] != 0 ? 0 : max_episode_steps,
        .instance_size = sizeof(cartpole),
        .render_width = 600,
        .render_height = 400,
        .render_fps = 50,
    };
}

static int describe_v0(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    describe(values, spec, 200, 195);
    return 0;
}

static int describe_v1(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    describe(values, spec, 500, 475);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    ((cartpole *)instance)->sutton_barto = values[SUTTON_BARTO_REWARD] != 0;
}

static void observe(const double state[STATE], float *observation) {
    for (int i = 0; i < STATE; i++) {
        observation[i] = (float)state[i];
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    cartpole *c = (cartpole *)instance;
    for (int i = 0; i < STATE; i++) {
        c->state[i] = state_uniform(random, rng, -0.05, 0.05);
    }
    c->fallen = 0;
    observe(c->state, (float *)observation);
}

/* Instances are stepped several at a time, so that all arithmetic but sine and cosine is done in vectors; a lone one is
 * a block of one. Each lane's arithmetic is the same whatever its neighbors. */
enum { LANES = 8 };

/* The positions move with the velocities from before the step. */
static inline void integrate(int count, double state[STATE][LANES], const double force[LANES]) {
    double sine[LANES], cosine[LANES];
    for (int i = 0; i < count; i++) {
        sincos(state[2][i], &sine[i], &cosine[i]);
    }
    for (int i = 0; i < count; i++) {
        double x = state[0][i], x_rate = state[1][i], angle = state[2][i], angle_rate = state[3][i];
        double shared = (force[i] + pole_mass_length * (angle_rate * angle_rate) * sine[i]) / total_mass;
        double angle_acceleration = (gravity * sine[i] - cosine[i] * shared) /
                                    (half_length * (4.0 / 3.0 - pole_mass * (cosine[i] * cosine[i]) / total_mass));
        double acceleration = shared - pole_mass_length * angle_acceleration * cosine[i] / total_mass;
        state[0][i] = x + tau * x_rate;
        state[1][i] = x_rate + tau * acceleration;
        state[2][i] = angle + tau * angle_rate;
        state[3][i] = angle_rate + tau * angle_acceleration;
    }
}

/* Stores a state that was integrated; the pole is down when it or the cart is past its limit. */
static inline unsigned finish(cartpole *c, float *observation, double *reward) {
    double x = c->state[0], angle = c->state[2];
    observe(c->state, observation);
    int32_t fallen = (x < -x_limit) | (x > x_limit) | (angle < -angle_limit) | (angle > angle_limit);
    *reward = c->sutton_barto ? (fallen ? -1.0 : 0.0) : (fallen & c->fallen ? 0.0 : 1.0);
    c->fallen |= fallen;
    return fallen ? A3C_TERMINATED : 0;
}

/* `count` <= LANES neighbors, as in a3c_env_def.step_batch. */
static inline void step_lanes(int count, void *instances, size_t stride, const void *actions, size_t action_stride,
                              void *observations, size_t observation_stride, double *rewards, unsigned *flags) {
    double state[STATE][LANES], force[LANES];
    for (int i = 0; i < count; i++) {
        const cartpole *c = (const cartpole *)state_at_const(instances, stride, (size_t)i);
        for (int k = 0; k < STATE; k++) {
            state[k][i] = c->state[k];
        }
        force[i] = push[*(const int32_t *)state_at_const(actions, action_stride, (size_t)i) == 1];
    }
    integrate(count, state, force);
    for (int i = 0; i < count; i++) {
        cartpole *c = (cartpole *)state_at(instances, stride, (size_t)i);
        for (int k = 0; k < STATE; k++) {
            c->state[k] = state[k][i];
        }
        flags[i] = finish(c, (float *)state_at(observations, observation_stride, (size_t)i), rewards + i);
    }
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)random, (void)rng;
    unsigned flags;
    step_lanes(1, instance, 0, action, 0, observation, 0, reward, &flags);
    return flags;
}

static void step_batch(void *instances, size_t stride, size_t count, const a3c_random *random, a3c_rng *rngs,
                       size_t rng_stride, const void *actions, size_t action_stride, void *observations,
                       size_t observation_stride, double *rewards, unsigned *flags) {
    (void)random, (void)rngs, (void)rng_stride;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        step_lanes(LANES, state_at(instances, stride, i), stride, state_at_const(actions, action_stride, i),
                   action_stride, state_at(observations, observation_stride, i), observation_stride, rewards + i,
                   flags + i);
    }
    step_lanes((int)(count - i), state_at(instances, stride, i), stride, state_at_const(actions, action_stride, i),
               action_stride, state_at(observations, observation_stride, i), observation_stride, rewards + i,
               flags + i);
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    draw_cartpole(((const cartpole *)instance)->state, width, height, rgb);
}

static size_t get_state(const void *instance, double *state, size_t count) {
    return state_get(((const cartpole *)instance)->state, STATE, state, count);
}

static void set_state(void *instance, const double *state, size_t count) {
    state_set(((cartpole *)instance)->state, STATE, state, count);
    ((cartpole *)instance)->fallen = 0;
}

#define CARTPOLE(id, text, describe_it)                                                                                \
    {                                                                                                                  \
        .abi = A3C_ENV_ABI, .struct_size = sizeof(a3c_env_def), .name = id, .summary = text, .options = options,       \
        .option_count = OPTION_COUNT, .describe = describe_it, .init = init, .reset = reset, .step = step,             \
        .step_batch = step_batch, .render = render, .get_state = get_state, .set_state = set_state,                    \
    }

const a3c_env_def env_cartpole_v0 = CARTPOLE("CartPole-v0", "keep a pole upright on a cart for 200 steps", describe_v0);
const a3c_env_def env_cartpole_v1 = CARTPOLE("CartPole-v1", "keep a pole upright on a cart for 500 steps", describe_v1);
