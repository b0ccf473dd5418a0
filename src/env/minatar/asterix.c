/* SPDX-License-Identifier: MIT
 * MinAtar's Asterix: move about the board, collect gold, avoid enemies; both cross the board, one in a row. They come
 * and move faster as the game goes on. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/minatar/minatar.h"

enum { LAST = MINATAR_SIZE - 1, TOP = 1, BOTTOM = 8 };
enum { SPAWN_SPEED = 10, MOVE_SPEED = 5, RAMP_INTERVAL = 100 };

static const char *const names[] = {"nothing", "left", "up", "right", "down"};
static const minatar_game game = {
    .channels = ASTERIX_CHANNELS,
    .minimal_count = 5,
    .minimal = {MINATAR_NOTHING, MINATAR_LEFT, MINATAR_UP, MINATAR_RIGHT, MINATAR_DOWN},
    .minimal_names = names,
    .instance_size = sizeof(asterix),
    .random_return = {0.502, 0.499},
};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    minatar_describe(&game, values, spec);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    minatar_init(&((asterix *)instance)->head, values);
}

void asterix_observe(const asterix *a, uint8_t *planes) {
    memset(planes, 0, ASTERIX_CHANNELS * MINATAR_CELLS);
    minatar_set(planes, ASTERIX_PLAYER, a->x, a->y);
    for (int i = 0; i < ASTERIX_SLOTS; i++) {
        const asterix_entity *entity = &a->entities[i];
        if (entity->present) {
            minatar_set(planes, entity->gold ? ASTERIX_GOLD : ASTERIX_ENEMY, entity->x, i + 1);
            minatar_set_inside(planes, ASTERIX_TRAIL, entity->x + (entity->rightward ? -1 : 1), i + 1);
        }
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    asterix *a = instance;
    *a = (asterix){
        .head = a->head,
        .x = 5,
        .y = 5,
        .spawn_timer = SPAWN_SPEED,
        .spawn_speed = SPAWN_SPEED,
        .move_timer = MOVE_SPEED,
        .move_speed = MOVE_SPEED,
        .ramp_timer = RAMP_INTERVAL,
    };
    a->head.terminal = false;
    asterix_observe(a, observation);
}

static void spawn(asterix *a, const a3c_random *random, a3c_rng *rng) {
    bool from_left = random->uniform01(rng) < 0.5;
    bool gold = random->uniform01(rng) < 1.0 / 3.0;
    int free_slots[ASTERIX_SLOTS], count = 0;
    for (int i = 0; i < ASTERIX_SLOTS; i++) {
        if (!a->entities[i].present) {
            free_slots[count++] = i;
        }
    }
    if (count > 0) {
        int slot = free_slots[random->below(rng, (uint32_t)count)];
        a->entities[slot] =
            (asterix_entity){.present = true, .rightward = from_left, .gold = gold, .x = from_left ? 0 : LAST};
    }
}

static void move_player(asterix *a, int32_t action) {
    switch (action) {
    case MINATAR_LEFT:
        a->x -= a->x > 0;
        break;
    case MINATAR_RIGHT:
        a->x += a->x < LAST;
        break;
    case MINATAR_UP:
        a->y -= a->y > TOP;
        break;
    case MINATAR_DOWN:
        a->y += a->y < BOTTOM;
        break;
    default:
        break;
    }
}

/* What meeting an entity brings: gold is taken, an enemy ends the game. */
static double meet(asterix *a, int slot) {
    asterix_entity *entity = &a->entities[slot];
    if (!entity->present || entity->x != a->x || slot + 1 != a->y) {
        return 0;
    }
    if (entity->gold) {
        entity->present = false;
        return 1;
    }
    a->head.terminal = true;
    return 0;
}

static void ramp(asterix *a) {
    if (!a->head.ramping || (a->spawn_speed <= 1 && a->move_speed <= 1)) {
        return;
    }
    if (a->ramp_timer >= 0) {
        a->ramp_timer--;
        return;
    }
    if (a->move_speed > 1 && a->ramp_index % 2 == 1) {
        a->move_speed--;
    }
    if (a->spawn_speed > 1) {
        a->spawn_speed--;
    }
    a->ramp_index++;
    a->ramp_timer = RAMP_INTERVAL;
}

static double play(asterix *a, int32_t action, const a3c_random *random, a3c_rng *rng) {
    double reward = 0;
    if (a->spawn_timer == 0) {
        spawn(a, random, rng);
        a->spawn_timer = a->spawn_speed;
    }
    move_player(a, action);
    reward += meet(a, a->y - 1);
    if (a->move_timer == 0) {
        a->move_timer = a->move_speed;
        for (int i = 0; i < ASTERIX_SLOTS; i++) {
            asterix_entity *entity = &a->entities[i];
            if (entity->present) {
                entity->x = (int8_t)(entity->x + (entity->rightward ? 1 : -1));
                entity->present = entity->x >= 0 && entity->x <= LAST;
            }
        }
        reward += meet(a, a->y - 1);
    }
    a->spawn_timer--;
    a->move_timer--;
    ramp(a);
    return reward;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    asterix *a = instance;
    int32_t act = minatar_action(&a->head, &game, action, random, rng);
    *reward = a->head.terminal ? 0 : play(a, act, random, rng);
    asterix_observe(a, observation);
    return a->head.terminal ? A3C_TERMINATED : 0;
}

const a3c_env_def env_asterix_v0 = ENV_DEFINITION("MinAtar/Asterix-v0", "collect gold and avoid enemies; six actions",
                                                  minatar_options_v0, .render = draw_asterix);

const a3c_env_def env_asterix_v1 = ENV_DEFINITION("MinAtar/Asterix-v1", "collect gold and avoid enemies; five actions",
                                                  minatar_options_v1, .render = draw_asterix);
