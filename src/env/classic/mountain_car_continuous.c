/* SPDX-License-Identifier: MIT
 * MountainCarContinuous: the valley of MountainCar with a force as action and a price on it. As in Gymnasium under
 * NumPy 2: the state is double after a reset and float32 after every step, and the arithmetic follows. */
#include "env/classic/classic.h"

#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/state.h"

#include <math.h>
#include <stdbool.h>

/* What was rounded to float32 lives in float: a double that holds a rounded value loses the rounding in some compilers.
 */
typedef struct mountain_car_continuous {
    double start; /* the position after a reset, where the velocity is 0, or as set */
    double start_velocity;
    float position, velocity; /* after a step */
    int32_t stepped;          /* which pair counts */
    float unused;
    double goal_velocity;
} mountain_car_continuous;

enum { STATE = 2, HIDDEN = 3 };
enum { GOAL_VELOCITY, OPTION_COUNT };
static const a3c_env_option options[OPTION_COUNT] = {
    {"goal_velocity", A3C_OPTION_FLOAT, 0, -0.07, 0.07, NULL, "least velocity at the goal that ends the episode"},
};

static const double power = 0.0015, gravity = 0.0025, largest_velocity = 0.07, left_end = -1.2, right_end = 0.6,
                    goal = 0.45;

static const float low[STATE] = {-1.2f, -0.07f}, high[STATE] = {0.6f, 0.07f};
static const char *const observation_names[STATE] = {"position", "velocity"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {STATE},
        .observation_low = low,
        .observation_high = high,
        .observation_names = observation_names,
        .action = A3C_ACTION_BOX,
        .action_dims = 1,
        .action_low = {-1},
        .action_high = {1},
        .max_episode_steps = 999,
        .solved_return = 90,
        .random_return = -33.05,
        .return_low = NAN,
        .return_high = 100,
        .instance_size = sizeof(mountain_car_continuous),
        .render_width = 600,
        .render_height = 400,
        .render_fps = 30,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    ((mountain_car_continuous *)instance)->goal_velocity = values[GOAL_VELOCITY];
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    mountain_car_continuous *m = (mountain_car_continuous *)instance;
    float *out = (float *)observation;
    m->start = state_uniform(random, rng, -0.6, -0.4);
    m->start_velocity = 0;
    m->stepped = 0;
    out[0] = (float)m->start;
    out[1] = 0;
}

/* The first step of an episode: in double, but for the force of an action within bounds. Returns whether the goal is
 * reached. */
static bool first_step(mountain_car_continuous *m, float action, bool within) {
    double position = m->start, velocity = m->start_velocity;
    double slope = gravity * cos(3 * position);
    if (within) {
        velocity = velocity + (double)(action * (float)power - (float)slope);
    } else {
        velocity = velocity + (copysign(power, action) - slope);
    }
    velocity = velocity > largest_velocity    ? largest_velocity
               : velocity < -largest_velocity ? -largest_velocity
                                              : velocity;
    position = position + velocity;
    position = position > right_end ? right_end : position < left_end ? left_end : position;
    if (position == left_end && velocity < 0) {
        velocity = 0;
    }
    m->position = (float)position;
    m->velocity = (float)velocity;
    return position >= goal && velocity >= m->goal_velocity;
}

/* Every later step: in float, but for the cosine. */
static bool later_step(mountain_car_continuous *m, float action, bool within) {
    const float fastest = (float)largest_velocity, left = (float)left_end, right = (float)right_end;
    float position = m->position, velocity = m->velocity;
    double slope = gravity * cos((double)(3.0f * position));
    if (within) {
        velocity = velocity + (action * (float)power - (float)slope);
    } else {
        velocity = velocity + (float)(copysign(power, action) - slope);
    }
    velocity = velocity > fastest ? fastest : velocity < -fastest ? -fastest : velocity;
    position = position + velocity;
    position = position > right ? right : position < left ? left : position;
    if (position == left && velocity < 0) {
        velocity = 0;
    }
    m->position = position;
    m->velocity = velocity;
    return position >= (float)goal && velocity >= (float)m->goal_velocity;
}

/* The price is of the action as given, the force of the action within bounds. */
static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)random, (void)rng;
    mountain_car_continuous *m = (mountain_car_continuous *)instance;
    float given = *(const float *)action, *out = (float *)observation;
    bool within = given >= -1.0f && given <= 1.0f;
    bool reached = m->stepped ? later_step(m, given, within) : first_step(m, given, within);
    m->stepped = 1;
    out[0] = m->position;
    out[1] = m->velocity;
    *reward = (reached ? 100.0 : 0.0) - (double)given * (double)given * 0.1;
    return reached ? A3C_TERMINATED : 0;
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const mountain_car_continuous *m = (const mountain_car_continuous *)instance;
    double state[STATE] = {m->stepped ? (double)m->position : m->start,
                           m->stepped ? (double)m->velocity : m->start_velocity};
    draw_mountain_car(state, goal, width, height, rgb);
}

/* position, velocity, whether they are float32 */
static size_t get_state(const void *instance, double *state, size_t count) {
    const mountain_car_continuous *m = (const mountain_car_continuous *)instance;
    double hidden[HIDDEN] = {m->stepped ? (double)m->position : m->start,
                             m->stepped ? (double)m->velocity : m->start_velocity, m->stepped};
    return state_get(hidden, HIDDEN, state, count);
}

static void set_state(void *instance, const double *state, size_t count) {
    mountain_car_continuous *m = (mountain_car_continuous *)instance;
    double hidden[HIDDEN];
    get_state(instance, hidden, HIDDEN);
    state_set(hidden, HIDDEN, state, count);
    m->start = hidden[0], m->position = (float)hidden[0];
    m->start_velocity = hidden[1], m->velocity = (float)hidden[1];
    m->stepped = hidden[2] != 0;
}

const a3c_env_def env_mountain_car_continuous_v0 =
    ENV_DEFINITION("MountainCarContinuous-v0", "drive a weak car out of a valley at the least cost", options,
                   .render = render, .get_state = get_state, .set_state = set_state);
