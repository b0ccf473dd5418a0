/* SPDX-License-Identifier: MIT
 * MinAtar's Seaquest: a submarine shoots fish and enemy submarines, collects divers and brings them up before its
 * oxygen ends. Lists keep the order in which things came, and are gone through from the last to the first; of several
 * things in one cell, the first in the list is the one that is hit. */
#include "base/error.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/minatar/minatar.h"

enum { LAST = MINATAR_SIZE - 1, DEEPEST = 8, ROWS = 8 };
enum { SPAWN_SPEED = 20, DIVER_SPAWN_SPEED = 30, MOVE_SPEED = 5, MOVE_SPEED_MIN = 2, DIVER_MOVE_SPEED = 5 };
enum { SHOT_COOL_DOWN = 5, ENEMY_SHOT_INTERVAL = 10 };

static const char *const names[] = {"nothing", "left", "up", "right", "down", "fire"};
static const minatar_game game = {
    .channels = SEAQUEST_CHANNELS,
    .minimal_count = 6,
    .minimal = {MINATAR_NOTHING, MINATAR_LEFT, MINATAR_UP, MINATAR_RIGHT, MINATAR_DOWN, MINATAR_FIRE},
    .minimal_names = names,
    .instance_size = sizeof(seaquest),
    .random_return = {0.088, 0.088},
};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    minatar_describe(&game, values, spec);
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    minatar_init(&((seaquest *)instance)->head, values);
}

/* ---- Observation ---- */

static int32_t behind(const seaquest_thing *thing) {
    return thing->x + (thing->rightward ? -1 : 1);
}

static void observe_list(const seaquest_list *list, int channel, bool trails, uint8_t *planes) {
    for (int i = 0; i < list->count; i++) {
        const seaquest_thing *thing = &list->things[i];
        minatar_set(planes, channel, thing->x, thing->y);
        if (trails) {
            minatar_set_inside(planes, SEAQUEST_TRAIL, behind(thing), thing->y);
        }
    }
}

static int32_t oxygen_shown(const seaquest *s) {
    return s->oxygen * MINATAR_SIZE / SEAQUEST_OXYGEN_MAX;
}

void seaquest_observe(const seaquest *s, uint8_t *planes) {
    memset(planes, 0, SEAQUEST_CHANNELS * MINATAR_CELLS);
    minatar_set(planes, SEAQUEST_FRONT, s->x, s->y);
    minatar_set_inside(planes, SEAQUEST_BACK, s->x + (s->rightward ? -1 : 1), s->y);
    for (int x = 0; x < oxygen_shown(s); x++) {
        minatar_set(planes, SEAQUEST_OXYGEN, x, LAST);
    }
    for (int i = 1; i <= s->divers; i++) {
        minatar_set(planes, SEAQUEST_DIVERS_ABOARD, LAST - i, LAST);
    }
    observe_list(&s->friendly_bullets, SEAQUEST_FRIENDLY_BULLET, false, planes);
    observe_list(&s->enemy_bullets, SEAQUEST_ENEMY_BULLET, false, planes);
    observe_list(&s->fish, SEAQUEST_FISH, true, planes);
    observe_list(&s->subs, SEAQUEST_SUB, true, planes);
    observe_list(&s->swimmers, SEAQUEST_DIVER, true, planes);
}

/* ---- Lists ---- */

static void add(seaquest_list *list, seaquest_thing thing) {
    CHECK(list->count < SEAQUEST_MANY); /* things cross ten cells and come one at a time: 40 at the highest speed */
    list->things[list->count++] = thing;
}

static void drop(seaquest_list *list, int i) {
    list->count--;
    memmove(&list->things[i], &list->things[i + 1], (size_t)(list->count - i) * sizeof list->things[0]);
}

/* Removes the first thing in a cell; returns whether there was one. */
static bool drop_at(seaquest_list *list, int x, int y) {
    for (int i = 0; i < list->count; i++) {
        if (list->things[i].x == x && list->things[i].y == y) {
            drop(list, i);
            return true;
        }
    }
    return false;
}

/* Moves a thing one cell; returns whether it is still on the board. */
static bool advance(seaquest_thing *thing) {
    thing->x = (int8_t)(thing->x + (thing->rightward ? 1 : -1));
    return thing->x >= 0 && thing->x <= LAST;
}

static bool at_player(const seaquest *s, const seaquest_thing *thing) {
    return thing->x == s->x && thing->y == s->y;
}

/* ---- Dynamics ---- */

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    seaquest *s = instance;
    s->x = 5;
    s->y = 0;
    s->oxygen = SEAQUEST_OXYGEN_MAX;
    s->divers = s->shot_timer = s->ramp_index = 0;
    s->spawn_speed = s->enemy_timer = SPAWN_SPEED;
    s->diver_timer = DIVER_SPAWN_SPEED;
    s->move_speed = MOVE_SPEED;
    s->rightward = false;
    s->surfaced = true;
    s->head.terminal = false;
    s->friendly_bullets.count = s->enemy_bullets.count = s->fish.count = s->subs.count = s->swimmers.count = 0;
    seaquest_observe(s, observation);
}

static bool opposed(const seaquest_list *list, int y, bool rightward) {
    for (int i = 0; i < list->count; i++) {
        if (list->things[i].y == y && list->things[i].rightward != rightward) return true;
    }
    return false;
}

static void spawn_enemy(seaquest *s, const a3c_random *random, a3c_rng *rng) {
    bool rightward = random->uniform01(rng) < 0.5;
    bool sub = random->uniform01(rng) < 1.0 / 3.0;
    int y = (int)random->below(rng, ROWS) + 1;
    if (opposed(&s->fish, y, rightward) || opposed(&s->subs, y, rightward)) {
        return;
    }
    add(sub ? &s->subs : &s->fish, (seaquest_thing){.x = rightward ? 0 : LAST,
                                                    .y = (int8_t)y,
                                                    .rightward = rightward,
                                                    .timer = (uint8_t)s->move_speed,
                                                    .shot_timer = ENEMY_SHOT_INTERVAL});
}

static void spawn_diver(seaquest *s, const a3c_random *random, a3c_rng *rng) {
    bool rightward = random->uniform01(rng) < 0.5;
    int y = (int)random->below(rng, ROWS) + 1;
    add(&s->swimmers,
        (seaquest_thing){.x = rightward ? 0 : LAST, .y = (int8_t)y, .rightward = rightward, .timer = DIVER_MOVE_SPEED});
}

static void spawn(seaquest *s, const a3c_random *random, a3c_rng *rng) {
    if (s->enemy_timer == 0) {
        spawn_enemy(s, random, rng);
        s->enemy_timer = s->spawn_speed;
    }
    if (s->diver_timer == 0) {
        spawn_diver(s, random, rng);
        s->diver_timer = DIVER_SPAWN_SPEED;
    }
}

static void act(seaquest *s, int32_t action) {
    switch (action) {
    case MINATAR_FIRE:
        if (s->shot_timer == 0) {
            add(&s->friendly_bullets,
                (seaquest_thing){.x = (int8_t)s->x, .y = (int8_t)s->y, .rightward = s->rightward});
            s->shot_timer = SHOT_COOL_DOWN;
        }
        break;
    case MINATAR_LEFT:
        s->x -= s->x > 0;
        s->rightward = false;
        break;
    case MINATAR_RIGHT:
        s->x += s->x < LAST;
        s->rightward = true;
        break;
    case MINATAR_UP:
        s->y -= s->y > 0;
        break;
    case MINATAR_DOWN:
        s->y += s->y < DEEPEST;
        break;
    default:
        break;
    }
}

static double move_friendly_bullets(seaquest *s) {
    double reward = 0;
    for (int i = s->friendly_bullets.count - 1; i >= 0; i--) {
        seaquest_thing *bullet = &s->friendly_bullets.things[i];
        if (!advance(bullet)) {
            drop(&s->friendly_bullets, i);
        } else if (drop_at(&s->fish, bullet->x, bullet->y) || drop_at(&s->subs, bullet->x, bullet->y)) {
            drop(&s->friendly_bullets, i);
            reward++;
        }
    }
    return reward;
}

static bool take_aboard(seaquest *s, int i) {
    if (s->divers >= SEAQUEST_CREW || !at_player(s, &s->swimmers.things[i])) {
        return false;
    }
    s->divers++;
    drop(&s->swimmers, i);
    return true;
}

static void move_divers(seaquest *s) {
    for (int i = s->swimmers.count - 1; i >= 0; i--) {
        seaquest_thing *diver = &s->swimmers.things[i];
        if (take_aboard(s, i)) {
            continue;
        }
        if (diver->timer > 0) {
            diver->timer--;
            continue;
        }
        diver->timer = DIVER_MOVE_SPEED;
        if (!advance(diver)) {
            drop(&s->swimmers, i);
        } else {
            (void)take_aboard(s, i);
        }
    }
}

/* Fish and enemy submarines: meet the player, move when their time has come, meet a bullet; submarines shoot. */
static double move_enemies(seaquest *s, seaquest_list *enemies, bool shoot) {
    double reward = 0;
    for (int i = enemies->count - 1; i >= 0; i--) {
        seaquest_thing enemy = enemies->things[i];
        bool gone = false;
        s->head.terminal |= at_player(s, &enemy);
        if (enemy.timer == 0) {
            enemy.timer = (uint8_t)s->move_speed;
            if (!advance(&enemy)) {
                gone = true;
            } else if (at_player(s, &enemy)) {
                s->head.terminal = true;
            } else if (drop_at(&s->friendly_bullets, enemy.x, enemy.y)) {
                gone = true;
                reward++;
            }
        } else {
            enemy.timer--;
        }
        if (shoot) { /* also one that is just gone */
            if (enemy.shot_timer == 0) {
                enemy.shot_timer = ENEMY_SHOT_INTERVAL;
                add(&s->enemy_bullets, (seaquest_thing){.x = enemy.x, .y = enemy.y, .rightward = enemy.rightward});
            } else {
                enemy.shot_timer--;
            }
        }
        enemies->things[i] = enemy;
        if (gone) {
            drop(enemies, i);
        }
    }
    return reward;
}

static void move_enemy_bullets(seaquest *s) {
    for (int i = s->enemy_bullets.count - 1; i >= 0; i--) {
        seaquest_thing *bullet = &s->enemy_bullets.things[i];
        s->head.terminal |= at_player(s, bullet);
        if (!advance(bullet)) {
            drop(&s->enemy_bullets, i);
        } else if (at_player(s, bullet)) {
            s->head.terminal = true;
        }
    }
}

/* Six divers are worth what oxygen is left. One diver is spent whenever the submarine surfaces, after a rescue too, so
 * that the count may be -1. */
static double surface(seaquest *s) {
    double reward = 0;
    s->surfaced = true;
    if (s->divers == SEAQUEST_CREW) {
        s->divers = 0;
        reward = oxygen_shown(s);
    }
    s->oxygen = SEAQUEST_OXYGEN_MAX;
    s->divers--;
    if (s->head.ramping && (s->spawn_speed > 1 || s->move_speed > MOVE_SPEED_MIN)) {
        if (s->move_speed > MOVE_SPEED_MIN && s->ramp_index % 2 == 1) {
            s->move_speed--;
        }
        if (s->spawn_speed > 1) {
            s->spawn_speed--;
        }
        s->ramp_index++;
    }
    return reward;
}

static double breathe(seaquest *s) {
    if (s->oxygen <= 0) {
        s->head.terminal = true;
    }
    if (s->y > 0) {
        s->oxygen--;
        s->surfaced = false;
    } else if (!s->surfaced) {
        if (s->divers != 0) {
            return surface(s);
        }
        s->head.terminal = true;
    }
    return 0;
}

static double play(seaquest *s, int32_t action, const a3c_random *random, a3c_rng *rng) {
    spawn(s, random, rng);
    act(s, action);
    double reward = move_friendly_bullets(s);
    move_divers(s);
    reward += move_enemies(s, &s->subs, true);
    move_enemy_bullets(s);
    reward += move_enemies(s, &s->fish, false);
    s->enemy_timer -= s->enemy_timer > 0;
    s->diver_timer -= s->diver_timer > 0;
    s->shot_timer -= s->shot_timer > 0;
    return reward + breathe(s);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    seaquest *s = instance;
    int32_t chosen = minatar_action(&s->head, &game, action, random, rng);
    *reward = s->head.terminal ? 0 : play(s, chosen, random, rng);
    seaquest_observe(s, observation);
    return s->head.terminal ? A3C_TERMINATED : 0;
}

const a3c_env_def env_seaquest_v0 =
    ENV_DEFINITION("MinAtar/Seaquest-v0", "shoot enemies and rescue divers before the oxygen ends; six actions",
                   minatar_options_v0, .render = draw_seaquest);

const a3c_env_def env_seaquest_v1 =
    ENV_DEFINITION("MinAtar/Seaquest-v1", "shoot enemies and rescue divers before the oxygen ends; six actions",
                   minatar_options_v1, .render = draw_seaquest);
