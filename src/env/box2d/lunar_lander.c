/* SPDX-License-Identifier: MIT
 * LunarLander: bring a lander down on a pad with three engines. Gymnasium's rules; its physics are Box2D 2.3's and
 * these are Box2D 2.4's, so that episodes agree in distribution, not to the bit. */
#include "env/box2d/lunar_lander.h"

#include "env/box2d/lunar_world.h"
#include "env/state.h"

#include <math.h>
#include <stdio.h>

enum { OBSERVATION = 8, PAD = LUNAR_HEIGHTS / 2, BODY_NUMBERS = 6, HIDDEN = LUNAR_BODIES * BODY_NUMBERS };

typedef struct lunar_lander {
    lunar_world world;
    double shaping; /* of the step before */
    double wind_power, turbulence_power;
    int32_t wind_index, torque_index;
    int32_t windy, continuous, unused[2];
} lunar_lander;

enum { GRAVITY, ENABLE_WIND, WIND_POWER, TURBULENCE_POWER, OPTION_COUNT };
static const a3c_env_option options[OPTION_COUNT] = {
    {"gravity", A3C_OPTION_FLOAT, -10, -12, 0, NULL, "acceleration of gravity [m/s^2], between -12 and 0"},
    {"enable_wind", A3C_OPTION_BOOL, 0, 0, 1, NULL, "gusts push and turn the lander until a leg touches the ground"},
    {"wind_power", A3C_OPTION_FLOAT, 15, 0, 20, NULL, "largest force of the wind"},
    {"turbulence_power", A3C_OPTION_FLOAT, 1.5, 0, 2, NULL, "largest torque of the wind"},
};

static const double pi = 3.141592653589793, pad_height = LUNAR_HEIGHT / 4, scale = LUNAR_SCALE, start_force = 1000,
                    main_power = 13, side_power = 0.6;

/* The original says that the angle is within a turn, which it is not when the lander spins. */
static const float low[OBSERVATION] = {-2.5f, -2.5f, -10, -10, -INFINITY, -10, 0, 0};
static const float high[OBSERVATION] = {2.5f, 2.5f, 10, 10, INFINITY, 10, 1, 1};
static const char *const observation_names[OBSERVATION] = {
    "x", "y", "x_velocity", "y_velocity", "angle", "angular_velocity", "left_leg", "right_leg"};
static const char *const action_names[] = {"none", "left_engine", "main_engine", "right_engine"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {OBSERVATION},
        .observation_low = low,
        .observation_high = high,
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {4},
        .action_names = action_names,
        .max_episode_steps = 1000,
        .solved_return = 200,
        .random_return = -185,
        .return_low = NAN,
        .return_high = NAN,
        .instance_size = sizeof(lunar_lander),
        .render_width = 600,
        .render_height = 400,
        .render_fps = LUNAR_FPS,
    };
    if (values[GRAVITY] <= -12 || values[GRAVITY] >= 0) {
        snprintf(message, message_size, "gravity %g is not between -12 and 0", values[GRAVITY]);
        return -1;
    }
    return 0;
}

static int describe_continuous(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    int result = describe(values, spec, message, message_size);
    spec->action = A3C_ACTION_BOX;
    spec->action_dims = 2;
    spec->random_return = -211;
    spec->action_names = NULL;
    for (int i = 0; i < 2; i++) {
        spec->action_n[i] = 0;
        spec->action_low[i] = -1;
        spec->action_high[i] = 1;
    }
    return result;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    lunar_lander *l = (lunar_lander *)instance;
    l->world.gravity = (float)values[GRAVITY];
    l->windy = values[ENABLE_WIND] != 0;
    l->wind_power = values[WIND_POWER];
    l->turbulence_power = values[TURBULENCE_POWER];
}

static void init_continuous(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    init(instance, values, random, rng);
    ((lunar_lander *)instance)->continuous = 1;
}

/* ---- One step ---- */

/* Gusts that are never periodic: tanh(sin 2kx + sin pi kx), k = 0.01 */
static double gust(int32_t index) {
    return tanh(sin(0.02 * index) + sin(pi * 0.01 * index));
}

static void blow(lunar_lander *l, lunar_push *push) {
    if (l->windy && !l->world.leg_contact[0] && !l->world.leg_contact[1]) {
        push->force_x += (float)(gust(l->wind_index++) * l->wind_power);
        push->torque += (float)(gust(l->torque_index++) * l->turbulence_power);
    }
}

/* How hard the engines fire, 0 for not at all, and which way the side engines push. */
typedef struct throttle {
    double main, side, direction;
} throttle;

static throttle throttle_of(const lunar_lander *l, const void *action) {
    throttle t = {0, 0, 0};
    if (!l->continuous) {
        int32_t index = *(const int32_t *)action;
        t.main = index == 2;
        t.side = index == 1 || index == 3;
        t.direction = index - 2;
        return t;
    }
    const float *given = (const float *)action;
    double up = fmax(-1, fmin(1, given[0])), across = fmax(-1, fmin(1, given[1]));
    t.main = up > 0 ? (up + 1) * 0.5 : 0;
    t.side = fabs(across) > 0.5 ? fabs(across) : 0;
    t.direction = across > 0 ? 1 : -1;
    return t;
}

/* The impulses of the engines, each a little off its place by chance; 17 where 14 was meant is the original's. */
static void fire(const lunar_lander *l, throttle t, const double chance[2], lunar_push *push) {
    const lunar_body *body = &l->world.bodies[LUNAR_LANDER];
    double sine = sin(body->angle), cosine = cos(body->angle);
    if (t.main > 0) {
        double x = sine * (4 / scale + 2 * chance[0]) - cosine * chance[1];
        double y = -cosine * (4 / scale + 2 * chance[0]) - sine * chance[1];
        push->engines[0].x = (float)(-x * main_power * t.main), push->engines[0].y = (float)(-y * main_power * t.main);
        push->engines[0].at_x = (float)(body->x + x), push->engines[0].at_y = (float)(body->y + y);
        push->engines[0].on = 1;
    }
    if (t.side > 0) {
        double away = 3 * chance[1] + t.direction * 12 / scale;
        double x = sine * chance[0] - cosine * away, y = -cosine * chance[0] - sine * away;
        push->engines[1].x = (float)(-x * side_power * t.side), push->engines[1].y = (float)(-y * side_power * t.side);
        push->engines[1].at_x = (float)(body->x + x - sine * 17 / scale);
        push->engines[1].at_y = (float)(body->y + y + cosine * 14 / scale);
        push->engines[1].on = 1;
    }
}

static void observe(const lunar_lander *l, double out[OBSERVATION]) {
    const lunar_body *body = &l->world.bodies[LUNAR_LANDER];
    out[0] = (body->x - LUNAR_WIDTH / 2) / (LUNAR_WIDTH / 2);
    out[1] = (body->y - (pad_height + 18 / scale)) / (LUNAR_HEIGHT / 2);
    out[2] = body->x_rate * (LUNAR_WIDTH / 2) / LUNAR_FPS;
    out[3] = body->y_rate * (LUNAR_HEIGHT / 2) / LUNAR_FPS;
    out[4] = body->angle;
    out[5] = 20.0 * body->angle_rate / LUNAR_FPS;
    out[6] = l->world.leg_contact[0];
    out[7] = l->world.leg_contact[1];
}

/* What a state is worth; the reward is its change, less fuel. */
static double shaping_of(const double o[OBSERVATION]) {
    return -100 * sqrt(o[0] * o[0] + o[1] * o[1]) - 100 * sqrt(o[2] * o[2] + o[3] * o[3]) - 100 * fabs(o[4]) +
           10 * o[6] + 10 * o[7];
}

/* `push`: what acts already. Returns the shaping after the step. */
static double advance(lunar_lander *l, const a3c_random *random, a3c_rng *rng, throttle t, lunar_push push,
                      double observed[OBSERVATION], float *observation) {
    double chance[2];
    blow(l, &push);
    for (int i = 0; i < 2; i++) {
        chance[i] = state_uniform(random, rng, -1, 1) / scale;
    }
    fire(l, t, chance, &push);
    lunar_world_step(&l->world, &push);
    observe(l, observed);
    for (int i = 0; i < OBSERVATION; i++) {
        observation[i] = (float)observed[i];
    }
    return shaping_of(observed);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    lunar_lander *l = (lunar_lander *)instance;
    throttle t = throttle_of(l, action);
    double observed[OBSERVATION];
    double shaping = advance(l, random, rng, t, (lunar_push){0}, observed, (float *)observation);
    *reward = shaping - l->shaping - t.main * 0.30 - t.side * 0.03;
    l->shaping = shaping;
    unsigned ended = 0;
    if (l->world.crashed || fabs(observed[0]) >= 1.0) {
        ended = A3C_TERMINATED;
        *reward = -100;
    }
    if (l->world.asleep) {
        ended = A3C_TERMINATED;
        *reward = 100;
    }
    return ended;
}

/* ---- A new moon ---- */

static void raise_ground(lunar_lander *l, const a3c_random *random, a3c_rng *rng) {
    double heights[LUNAR_HEIGHTS + 1];
    for (int i = 0; i <= LUNAR_HEIGHTS; i++) {
        heights[i] = state_uniform(random, rng, 0, LUNAR_HEIGHT / 2);
    }
    for (int i = PAD - 2; i <= PAD + 2; i++) {
        heights[i] = pad_height;
    }
    for (int i = 0; i < LUNAR_HEIGHTS; i++) {
        double before = heights[i > 0 ? i - 1 : LUNAR_HEIGHTS];
        l->world.heights[i] = (float)(0.33 * (before + heights[i] + heights[i + 1]));
    }
}

/* An episode starts with a random push, and one step without engines has been made when it is first seen. */
static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    lunar_lander *l = (lunar_lander *)instance;
    raise_ground(l, random, rng);
    lunar_world_place(&l->world);
    lunar_push push = {0};
    push.force_x = (float)state_uniform(random, rng, -start_force, start_force);
    push.force_y = (float)state_uniform(random, rng, -start_force, start_force);
    if (l->windy) {
        l->wind_index = (int32_t)random->below(rng, 2 * 9999) - 9999;
        l->torque_index = (int32_t)random->below(rng, 2 * 9999) - 9999;
    }
    double observed[OBSERVATION];
    l->shaping = advance(l, random, rng, (throttle){0, 0, 0}, push, observed, (float *)observation);
}

/* ---- The rest ---- */

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    draw_lunar_lander(&((const lunar_lander *)instance)->world, width, height, rgb);
}

/* x, y, angle and their rates of the lander and both legs */
static size_t get_state(const void *instance, double *state, size_t count) {
    const lunar_body *bodies = ((const lunar_lander *)instance)->world.bodies;
    double hidden[HIDDEN];
    for (int i = 0; i < LUNAR_BODIES; i++) {
        const double numbers[BODY_NUMBERS] = {bodies[i].x,      bodies[i].y,      bodies[i].angle,
                                              bodies[i].x_rate, bodies[i].y_rate, bodies[i].angle_rate};
        state_set(hidden + (size_t)i * BODY_NUMBERS, BODY_NUMBERS, numbers, BODY_NUMBERS);
    }
    return state_get(hidden, HIDDEN, state, count);
}

static void set_state(void *instance, const double *state, size_t count) {
    lunar_lander *l = (lunar_lander *)instance;
    double hidden[HIDDEN], observed[OBSERVATION];
    get_state(instance, hidden, HIDDEN);
    state_set(hidden, HIDDEN, state, count);
    for (int i = 0; i < LUNAR_BODIES; i++) {
        const double *numbers = hidden + (size_t)i * BODY_NUMBERS;
        lunar_body *body = &l->world.bodies[i];
        body->x = (float)numbers[0], body->y = (float)numbers[1], body->angle = (float)numbers[2];
        body->x_rate = (float)numbers[3], body->y_rate = (float)numbers[4], body->angle_rate = (float)numbers[5];
    }
    observe(l, observed);
    l->shaping = shaping_of(observed);
}

#define LUNAR_LANDER_DEF(id, text, describe_it, init_it)                                                               \
    {                                                                                                                  \
        .abi = A3C_ENV_ABI, .struct_size = sizeof(a3c_env_def), .name = id, .summary = text, .options = options,       \
        .option_count = OPTION_COUNT, .describe = describe_it, .init = init_it, .reset = reset, .step = step,          \
        .render = render, .get_state = get_state, .set_state = set_state,                                              \
    }

const a3c_env_def env_lunar_lander_v3 =
    LUNAR_LANDER_DEF("LunarLander-v3", "land on a pad with three engines that fire or do not", describe, init);
const a3c_env_def env_lunar_lander_continuous_v3 =
    LUNAR_LANDER_DEF("LunarLanderContinuous-v3", "land on a pad with engines that can be throttled",
                     describe_continuous, init_continuous);
