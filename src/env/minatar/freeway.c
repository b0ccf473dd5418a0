/* SPDX-License-Identifier: MIT
 * MinAtar's Freeway: a chicken crosses eight lanes of cars, as often as it can in 2501 steps. A car of speed s moves
 * every s + 1 steps; the chicken moves at most every third. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/minatar/minatar.h"

enum { LAST = MINATAR_SIZE - 1, CHICKEN_COLUMN = 4, MOVE_INTERVAL = 3, TIME = 2500, SPEEDS = 5 };

static const char *const names[] = {"nothing", "up", "down"};
static const minatar_game game = {
    .channels = FREEWAY_CHANNELS,
    .minimal_count = 3,
    .minimal = {MINATAR_NOTHING, MINATAR_UP, MINATAR_DOWN},
    .minimal_names = names,
    .instance_size = sizeof(freeway),
    .random_return = {0.10, 0.23},
};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    minatar_describe(&game, values, spec);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    minatar_init(&((freeway *)instance)->head, values);
}

static int32_t magnitude(int32_t speed) {
    return speed < 0 ? -speed : speed;
}

void freeway_observe(const freeway *f, uint8_t *planes) {
    memset(planes, 0, FREEWAY_CHANNELS * MINATAR_CELLS);
    minatar_set(planes, FREEWAY_CHICKEN, CHICKEN_COLUMN, f->row);
    for (int i = 0; i < FREEWAY_CARS; i++) {
        const freeway_car *car = &f->cars[i];
        int32_t behind = car->speed > 0 ? car->x - 1 : car->x + 1;
        behind = behind < 0 ? LAST : behind > LAST ? 0 : behind;
        minatar_set(planes, FREEWAY_CAR, car->x, i + 1);
        minatar_set(planes, FREEWAY_SPEED1 + magnitude(car->speed) - 1, behind, i + 1);
    }
}

/* New speeds, directions and timers for all cars: first all speeds are drawn, then all directions. */
static void draw_cars(freeway *f, const a3c_random *random, a3c_rng *rng) {
    for (int i = 0; i < FREEWAY_CARS; i++) {
        f->cars[i].timer = f->cars[i].speed = (int32_t)random->below(rng, SPEEDS) + 1;
    }
    for (int i = 0; i < FREEWAY_CARS; i++) {
        if (random->uniform01(rng) < 0.5) {
            f->cars[i].speed = -f->cars[i].speed;
        }
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    freeway *f = instance;
    for (int i = 0; i < FREEWAY_CARS; i++) {
        f->cars[i].x = 0;
    }
    draw_cars(f, random, rng);
    f->row = LAST;
    f->move_timer = MOVE_INTERVAL;
    f->terminate_timer = TIME;
    f->head.terminal = false;
    freeway_observe(f, observation);
}

/* A car that stands where the chicken is sends it back. */
static void hit(freeway *f, int lane) {
    if (f->cars[lane].x == CHICKEN_COLUMN && lane + 1 == f->row) {
        f->row = LAST;
    }
}

static void move_cars(freeway *f) {
    for (int i = 0; i < FREEWAY_CARS; i++) {
        freeway_car *car = &f->cars[i];
        hit(f, i);
        if (car->timer > 0) {
            car->timer--;
            continue;
        }
        car->timer = magnitude(car->speed);
        car->x += car->speed > 0 ? 1 : -1;
        car->x = car->x < 0 ? LAST : car->x > LAST ? 0 : car->x;
        hit(f, i);
    }
}

static double play(freeway *f, int32_t action, const a3c_random *random, a3c_rng *rng) {
    double reward = 0;
    if (f->move_timer == 0 && (action == MINATAR_UP || action == MINATAR_DOWN)) {
        f->move_timer = MOVE_INTERVAL;
        f->row += action == MINATAR_UP ? -(f->row > 0) : f->row < LAST;
    }
    if (f->row == 0) {
        reward = 1;
        draw_cars(f, random, rng);
        f->row = LAST;
    }
    move_cars(f);
    f->move_timer -= f->move_timer > 0;
    f->terminate_timer--;
    f->head.terminal = f->terminate_timer < 0;
    return reward;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    freeway *f = instance;
    int32_t act = minatar_action(&f->head, &game, action, random, rng);
    *reward = f->head.terminal ? 0 : play(f, act, random, rng);
    freeway_observe(f, observation);
    return f->head.terminal ? A3C_TERMINATED : 0;
}

const a3c_env_def env_freeway_v0 =
    ENV_DEFINITION("MinAtar/Freeway-v0", "cross the road as often as time allows; six actions", minatar_options_v0,
                   .render = draw_freeway);

const a3c_env_def env_freeway_v1 =
    ENV_DEFINITION("MinAtar/Freeway-v1", "cross the road as often as time allows; three actions", minatar_options_v1,
                   .render = draw_freeway);
