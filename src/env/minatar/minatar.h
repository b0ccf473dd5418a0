/* SPDX-License-Identifier: MIT
 * MinAtar (Young and Tian 2019): what the five games share, and their states, for dynamics and pictures. Written from
 * the rules of the paper and of the game as it is played, not from its source. Flat, without pointers.
 *
 * A game is 10x10 cells, an observation one plane of 0 and 1 for each kind of object. Every step first draws whether
 * the action executed before is executed again (sticky actions); that memory survives a reset. Rewards are whole
 * numbers. No time limit. */
#ifndef ENV_MINATAR_MINATAR_H
#define ENV_MINATAR_MINATAR_H

#include "a3c/env.h"

#include <stdbool.h>
#include <string.h>

enum { MINATAR_SIZE = 10, MINATAR_CELLS = 100, MINATAR_ACTIONS = 6 };
enum { MINATAR_NOTHING, MINATAR_LEFT, MINATAR_UP, MINATAR_RIGHT, MINATAR_DOWN, MINATAR_FIRE };

/* ---- What the games share ---- */

/* Head of every game's state */
typedef struct minatar {
    double sticky;       /* probability that the action executed before is executed again */
    int32_t last_action; /* executed before; survives a reset */
    uint8_t ramping;     /* games grow harder */
    uint8_t minimal;     /* the action set is the game's minimal one */
    uint8_t terminal;
} minatar;

/* One game: its minimal action set, planes and size of state, to describe and to translate actions. */
typedef struct minatar_game {
    int32_t channels;
    int32_t minimal_count;
    int32_t minimal[MINATAR_ACTIONS];
    const char *const *minimal_names;
    size_t instance_size;
    double random_return[2]; /* six actions, minimal set */
} minatar_game;

enum { MINATAR_STICKY, MINATAR_RAMPING, MINATAR_MINIMAL, MINATAR_OPTIONS };
extern const a3c_env_option minatar_options_v0[MINATAR_OPTIONS]; /* all six actions */
extern const a3c_env_option minatar_options_v1[MINATAR_OPTIONS]; /* the game's minimal set */

void minatar_describe(const minatar_game *game, a3c_env_values values, a3c_env_spec *spec);
void minatar_init(minatar *head, a3c_env_values values);

/* The action that is executed: draws whether the one before sticks. */
int32_t minatar_action(minatar *head, const minatar_game *game, const void *action, const a3c_random *random,
                       a3c_rng *rng);

/* Sets cell (x, y) of a plane. */
static inline void minatar_set(uint8_t *planes, int channel, int x, int y) {
    planes[channel * MINATAR_CELLS + y * MINATAR_SIZE + x] = 1;
}

/* The same where x may lie beside the board. */
static inline void minatar_set_inside(uint8_t *planes, int channel, int x, int y) {
    if (x >= 0 && x < MINATAR_SIZE) {
        minatar_set(planes, channel, x, y);
    }
}

/* ---- Games ---- */

enum { BREAKOUT_PADDLE, BREAKOUT_BALL, BREAKOUT_TRAIL, BREAKOUT_BRICK, BREAKOUT_CHANNELS };
enum { BREAKOUT_BRICK_ROWS = 3 };

typedef struct breakout {
    minatar head;
    int32_t ball_x, ball_y, last_x, last_y, direction, paddle, bricks_left;
    bool strike;                                        /* the step before hit a brick's cell */
    uint8_t bricks[BREAKOUT_BRICK_ROWS * MINATAR_SIZE]; /* rows 1 .. 3 of the board */
} breakout;

enum { ASTERIX_PLAYER, ASTERIX_ENEMY, ASTERIX_TRAIL, ASTERIX_GOLD, ASTERIX_CHANNELS };
enum { ASTERIX_SLOTS = 8 };

typedef struct asterix_entity {
    bool present, rightward, gold;
    int8_t x;
} asterix_entity;

typedef struct asterix {
    minatar head;
    int32_t x, y, spawn_timer, spawn_speed, move_timer, move_speed, ramp_timer, ramp_index;
    asterix_entity entities[ASTERIX_SLOTS]; /* slot i is row i + 1 */
} asterix;

enum { FREEWAY_CHICKEN, FREEWAY_CAR, FREEWAY_SPEED1, FREEWAY_CHANNELS = 7 };
enum { FREEWAY_CARS = 8 };

typedef struct freeway_car {
    int32_t x, timer, speed; /* sign: direction */
} freeway_car;

typedef struct freeway {
    minatar head;
    int32_t row, move_timer, terminate_timer;
    freeway_car cars[FREEWAY_CARS]; /* car i is in row i + 1 */
} freeway;

enum {
    SEAQUEST_FRONT,
    SEAQUEST_BACK,
    SEAQUEST_FRIENDLY_BULLET,
    SEAQUEST_TRAIL,
    SEAQUEST_ENEMY_BULLET,
    SEAQUEST_FISH,
    SEAQUEST_SUB,
    SEAQUEST_OXYGEN,
    SEAQUEST_DIVERS_ABOARD,
    SEAQUEST_DIVER,
    SEAQUEST_CHANNELS
};
enum { SEAQUEST_MANY = 64, SEAQUEST_OXYGEN_MAX = 200, SEAQUEST_CREW = 6 };

typedef struct seaquest_thing {
    int8_t x, y;
    bool rightward;
    uint8_t timer, shot_timer;
} seaquest_thing;

typedef struct seaquest_list {
    int32_t count;
    seaquest_thing things[SEAQUEST_MANY];
} seaquest_list;

typedef struct seaquest {
    minatar head;
    int32_t x, y, oxygen, divers, shot_timer, enemy_timer, diver_timer, spawn_speed, move_speed, ramp_index;
    bool rightward, surfaced;
    seaquest_list friendly_bullets, enemy_bullets, fish, subs, swimmers;
} seaquest;

enum {
    INVADERS_CANNON,
    INVADERS_ALIEN,
    INVADERS_ALIEN_LEFT,
    INVADERS_ALIEN_RIGHT,
    INVADERS_FRIENDLY_BULLET,
    INVADERS_ENEMY_BULLET,
    INVADERS_CHANNELS
};

/* A row of the board is ten bits, bit x for column x. */
typedef struct space_invaders {
    minatar head;
    int32_t cannon, direction, interval, ramp_index, alien_timer, alien_shot_timer, shot_timer;
    uint16_t aliens[MINATAR_SIZE], friendly_bullets[MINATAR_SIZE], enemy_bullets[MINATAR_SIZE];
} space_invaders;

/* Write the whole observation, uint8_t[channels][10][10]. */
void breakout_observe(const breakout *game, uint8_t *planes);
void asterix_observe(const asterix *game, uint8_t *planes);
void freeway_observe(const freeway *game, uint8_t *planes);
void seaquest_observe(const seaquest *game, uint8_t *planes);
void space_invaders_observe(const space_invaders *game, uint8_t *planes);

#endif
