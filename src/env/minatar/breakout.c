/* SPDX-License-Identifier: MIT
 * MinAtar's Breakout: a paddle in the bottom row keeps a ball in play that clears three rows of bricks. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/minatar/minatar.h"

enum { UP_LEFT, UP_RIGHT, DOWN_RIGHT, DOWN_LEFT };
enum { FIRST_BRICK_ROW = 1, PADDLE_ROW = MINATAR_SIZE - 1, LAST = MINATAR_SIZE - 1 };

static const char *const names[] = {"nothing", "left", "right"};
static const minatar_game game = {
    .channels = BREAKOUT_CHANNELS,
    .minimal_count = 3,
    .minimal = {MINATAR_NOTHING, MINATAR_LEFT, MINATAR_RIGHT},
    .minimal_names = names,
    .instance_size = sizeof(breakout),
    .random_return = {0.518, 0.375},
};

/* Directions after bouncing off a side, off top or bottom, and straight back */
static const int32_t mirror_sideways[] = {UP_RIGHT, UP_LEFT, DOWN_LEFT, DOWN_RIGHT};
static const int32_t mirror_vertical[] = {DOWN_LEFT, DOWN_RIGHT, UP_RIGHT, UP_LEFT};
static const int32_t reverse[] = {DOWN_RIGHT, DOWN_LEFT, UP_LEFT, UP_RIGHT};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    minatar_describe(&game, values, spec);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    minatar_init(&((breakout *)instance)->head, values);
}

void breakout_observe(const breakout *b, uint8_t *planes) {
    memset(planes, 0, BREAKOUT_CHANNELS * MINATAR_CELLS);
    minatar_set(planes, BREAKOUT_PADDLE, b->paddle, PADDLE_ROW);
    minatar_set(planes, BREAKOUT_BALL, b->ball_x, b->ball_y);
    minatar_set(planes, BREAKOUT_TRAIL, b->last_x, b->last_y);
    memcpy(planes + BREAKOUT_BRICK * MINATAR_CELLS + FIRST_BRICK_ROW * MINATAR_SIZE, b->bricks, sizeof b->bricks);
}

static void fill_bricks(breakout *b) {
    memset(b->bricks, 1, sizeof b->bricks);
    b->bricks_left = (int32_t)sizeof b->bricks;
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    breakout *b = instance;
    bool right = random->below(rng, 2);
    b->ball_x = b->last_x = right ? LAST : 0;
    b->ball_y = b->last_y = 3;
    b->direction = right ? DOWN_LEFT : DOWN_RIGHT;
    b->paddle = 4;
    b->strike = false;
    b->head.terminal = false;
    fill_bricks(b);
    breakout_observe(b, observation);
}

static uint8_t *brick_at(breakout *b, int32_t x, int32_t y) {
    int32_t row = y - FIRST_BRICK_ROW;
    return row >= 0 && row < BREAKOUT_BRICK_ROWS ? &b->bricks[row * MINATAR_SIZE + x] : NULL;
}

/* The ball comes to the paddle's row at column x: the row that it ends in. */
static int32_t meet_paddle(breakout *b, int32_t x) {
    if (b->bricks_left == 0) {
        fill_bricks(b);
    }
    if (b->last_x == b->paddle) {
        b->direction = mirror_vertical[b->direction];
        return b->last_y;
    }
    if (x == b->paddle) {
        b->direction = reverse[b->direction];
        return b->last_y;
    }
    b->head.terminal = true;
    return PADDLE_ROW;
}

static double move_ball(breakout *b) {
    double reward = 0;
    bool in_brick = false;
    b->last_x = b->ball_x;
    b->last_y = b->ball_y;
    int32_t x = b->ball_x + (b->direction == UP_RIGHT || b->direction == DOWN_RIGHT ? 1 : -1);
    int32_t y = b->ball_y + (b->direction == DOWN_RIGHT || b->direction == DOWN_LEFT ? 1 : -1);
    if (x < 0 || x > LAST) {
        x = x < 0 ? 0 : LAST;
        b->direction = mirror_sideways[b->direction];
    }
    uint8_t *brick = brick_at(b, x, y);
    if (y < 0) {
        y = 0;
        b->direction = mirror_vertical[b->direction];
    } else if (brick != NULL && *brick) {
        in_brick = true;
        if (!b->strike) { /* else the ball goes on into the brick, which stays */
            reward = 1;
            *brick = 0;
            b->bricks_left--;
            y = b->last_y;
            b->direction = mirror_vertical[b->direction];
        }
    } else if (y == PADDLE_ROW) {
        y = meet_paddle(b, x);
    }
    b->strike = in_brick;
    b->ball_x = x;
    b->ball_y = y;
    return reward;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    breakout *b = instance;
    int32_t act = minatar_action(&b->head, &game, action, random, rng);
    *reward = 0;
    if (!b->head.terminal) {
        if (act == MINATAR_LEFT && b->paddle > 0) {
            b->paddle--;
        } else if (act == MINATAR_RIGHT && b->paddle < LAST) {
            b->paddle++;
        }
        *reward = move_ball(b);
    }
    breakout_observe(b, observation);
    return b->head.terminal ? A3C_TERMINATED : 0;
}

const a3c_env_def env_breakout_v0 = ENV_DEFINITION("MinAtar/Breakout-v0", "clear the bricks with a ball; six actions",
                                                   minatar_options_v0, .render = draw_breakout);

const a3c_env_def env_breakout_v1 = ENV_DEFINITION("MinAtar/Breakout-v1", "clear the bricks with a ball; three actions",
                                                   minatar_options_v1, .render = draw_breakout);
