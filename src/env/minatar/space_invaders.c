/* SPDX-License-Identifier: MIT
 * MinAtar's SpaceInvaders: a cannon in the bottom row shoots at a block of aliens that comes down. Nothing is random
 * but sticky actions. Rows of the board are words of ten bits, so that whole rows move and collide at once. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/minatar/minatar.h"

enum { LAST = MINATAR_SIZE - 1, ROW_BITS = (1 << MINATAR_SIZE) - 1, BLOCK_ROWS = 4, BLOCK = 0xfc /* columns 2 .. 7 */ };
enum { INTERVAL = 12, INTERVAL_MIN = 6, ALIEN_SHOT_INTERVAL = 10, SHOT_COOL_DOWN = 5 };

static const char *const names[] = {"nothing", "left", "right", "fire"};
static const minatar_game game = {
    .channels = INVADERS_CHANNELS,
    .minimal_count = 4,
    .minimal = {MINATAR_NOTHING, MINATAR_LEFT, MINATAR_RIGHT, MINATAR_FIRE},
    .minimal_names = names,
    .instance_size = sizeof(space_invaders),
    .random_return = {2.83, 4.01},
};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    minatar_describe(&game, values, spec);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    minatar_init(&((space_invaders *)instance)->head, values);
}

/* ---- Observation ---- */

/* Writes a row of bits as bytes of 0 and 1. */
static void expand_row(uint16_t bits, uint8_t *cells) {
    /* Eight copies of the low byte, each keeping its own bit; adding 0x7f carries a kept bit to the top of its byte. */
    uint64_t spread = (bits & 0xffu) * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    spread = (spread + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7 & UINT64_C(0x0101010101010101);
    for (int x = 0; x < 8; x++) {
        cells[x] = (uint8_t)(spread >> (8 * x));
    }
    cells[8] = bits >> 8 & 1;
    cells[9] = bits >> 9 & 1;
}

static void expand(const uint16_t *rows, uint8_t *plane) {
    for (int y = 0; y < MINATAR_SIZE; y++) {
        if (rows[y] != 0) {
            expand_row(rows[y], plane + y * MINATAR_SIZE);
        }
    }
}

void space_invaders_observe(const space_invaders *s, uint8_t *planes) {
    memset(planes, 0, INVADERS_CHANNELS * MINATAR_CELLS);
    int facing = s->direction < 0 ? INVADERS_ALIEN_LEFT : INVADERS_ALIEN_RIGHT;
    minatar_set(planes, INVADERS_CANNON, s->cannon, LAST);
    expand(s->aliens, planes + INVADERS_ALIEN * MINATAR_CELLS);
    memcpy(planes + facing * MINATAR_CELLS, planes + INVADERS_ALIEN * MINATAR_CELLS, MINATAR_CELLS);
    expand(s->friendly_bullets, planes + INVADERS_FRIENDLY_BULLET * MINATAR_CELLS);
    expand(s->enemy_bullets, planes + INVADERS_ENEMY_BULLET * MINATAR_CELLS);
}

/* ---- Dynamics ---- */

static void place_block(space_invaders *s) {
    for (int y = 0; y < MINATAR_SIZE; y++) {
        s->aliens[y] = y < BLOCK_ROWS ? BLOCK : 0;
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    space_invaders *s = instance;
    *s = (space_invaders){
        .head = s->head,
        .cannon = 5,
        .direction = -1,
        .interval = INTERVAL,
        .alien_timer = INTERVAL,
        .alien_shot_timer = ALIEN_SHOT_INTERVAL,
    };
    s->head.terminal = false;
    place_block(s);
    space_invaders_observe(s, observation);
}

/* Columns that hold an alien, as bits */
static unsigned occupied_columns(const space_invaders *s) {
    unsigned columns = 0;
    for (int y = 0; y < MINATAR_SIZE; y++) {
        columns |= s->aliens[y];
    }
    return columns;
}

static int count_aliens(const space_invaders *s) {
    int count = 0;
    for (int y = 0; y < MINATAR_SIZE; y++) {
        count += __builtin_popcount(s->aliens[y]);
    }
    return count;
}

static bool cannon_hit(const space_invaders *s, const uint16_t *rows) {
    return rows[LAST] >> s->cannon & 1;
}

static void act(space_invaders *s, int32_t action) {
    if (action == MINATAR_FIRE) {
        if (s->shot_timer == 0) {
            s->friendly_bullets[LAST] |= (uint16_t)(1u << s->cannon);
            s->shot_timer = SHOT_COOL_DOWN;
        }
    } else if (action == MINATAR_LEFT) {
        s->cannon -= s->cannon > 0;
    } else if (action == MINATAR_RIGHT) {
        s->cannon += s->cannon < LAST;
    }
}

static void move_bullets(space_invaders *s) {
    memmove(s->friendly_bullets, s->friendly_bullets + 1, LAST * sizeof s->friendly_bullets[0]);
    s->friendly_bullets[LAST] = 0;
    memmove(s->enemy_bullets + 1, s->enemy_bullets, LAST * sizeof s->enemy_bullets[0]);
    s->enemy_bullets[0] = 0;
}

/* One row down, and around from the bottom to the top. */
static void roll_down(uint16_t *rows) {
    uint16_t bottom = rows[LAST];
    memmove(rows + 1, rows, LAST * sizeof rows[0]);
    rows[0] = bottom;
}

static void move_aliens(space_invaders *s) {
    int count = count_aliens(s);
    s->alien_timer = count < s->interval ? count : s->interval;
    unsigned edge = s->direction < 0 ? 1u : 1u << LAST;
    if (occupied_columns(s) & edge) {
        s->direction = -s->direction;
        if (s->aliens[LAST] != 0) {
            s->head.terminal = true;
        }
        roll_down(s->aliens);
    } else {
        for (int y = 0; y < MINATAR_SIZE; y++) { /* no alien is in the edge column: nothing is shifted out */
            s->aliens[y] = (uint16_t)(s->direction < 0 ? s->aliens[y] >> 1 : s->aliens[y] << 1 & ROW_BITS);
        }
    }
    if (cannon_hit(s, s->aliens)) {
        s->head.terminal = true;
    }
}

/* The lowest alien of the column nearest to the cannon shoots; of two columns as near, the left one. */
static void alien_shot(space_invaders *s) {
    unsigned columns = occupied_columns(s);
    for (int distance = 0; distance < MINATAR_SIZE; distance++) {
        int left = s->cannon - distance, right = s->cannon + distance;
        int column = left >= 0 && columns >> left & 1 ? left : right <= LAST && columns >> right & 1 ? right : -1;
        if (column >= 0) {
            int y = LAST;
            while (!(s->aliens[y] >> column & 1)) y--;
            s->enemy_bullets[y] |= (uint16_t)(1u << column);
            return;
        }
    }
}

static double kill(space_invaders *s) {
    int killed = 0;
    for (int y = 0; y < MINATAR_SIZE; y++) {
        uint16_t both = s->aliens[y] & s->friendly_bullets[y];
        killed += __builtin_popcount(both);
        s->aliens[y] ^= both;
        s->friendly_bullets[y] ^= both;
    }
    return killed;
}

static double play(space_invaders *s, int32_t action) {
    act(s, action);
    move_bullets(s);
    if (cannon_hit(s, s->enemy_bullets) || cannon_hit(s, s->aliens)) {
        s->head.terminal = true;
    }
    if (s->alien_timer == 0) {
        move_aliens(s);
    }
    if (s->alien_shot_timer == 0) {
        s->alien_shot_timer = ALIEN_SHOT_INTERVAL;
        alien_shot(s);
    }
    double reward = kill(s);
    s->shot_timer -= s->shot_timer > 0;
    s->alien_timer--;
    s->alien_shot_timer--;
    if (occupied_columns(s) == 0) {
        if (s->head.ramping && s->interval > INTERVAL_MIN) {
            s->interval--;
            s->ramp_index++;
        }
        place_block(s);
    }
    return reward;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    space_invaders *s = instance;
    int32_t chosen = minatar_action(&s->head, &game, action, random, rng);
    *reward = s->head.terminal ? 0 : play(s, chosen);
    space_invaders_observe(s, observation);
    return s->head.terminal ? A3C_TERMINATED : 0;
}

const a3c_env_def env_space_invaders_v0 =
    ENV_DEFINITION("MinAtar/SpaceInvaders-v0", "shoot the aliens before they land; six actions", minatar_options_v0,
                   .render = draw_space_invaders);

const a3c_env_def env_space_invaders_v1 =
    ENV_DEFINITION("MinAtar/SpaceInvaders-v1", "shoot the aliens before they land; four actions", minatar_options_v1,
                   .render = draw_space_invaders);
