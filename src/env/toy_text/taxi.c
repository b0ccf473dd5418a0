/* SPDX-License-Identifier: MIT
 * Taxi-v4 as in Gymnasium (Dietterich 2000): fetch a passenger from one of four stops and take it to another, in a city
 * of 5x5 cells with walls. Actions 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off. A step costs 1, an illegal
 * pick-up or drop-off 10, the right drop-off brings 20 and ends the episode. In the rain a move may go left or right of
 * where it was meant to; a fickle passenger changes the destination once, when the taxi first moves with it aboard. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/toy_text/toy_text.h"

#include <math.h>

enum { IS_RAINY, FICKLE_PASSENGER, RAINY_PROBABILITY, FICKLE_PROBABILITY, OPTIONS };
enum { SOUTH, NORTH, EAST, WEST, PICK_UP, DROP_OFF, ACTIONS };
enum { STATES = TAXI_SIZE * TAXI_SIZE * (TAXI_STOPS + 1) * TAXI_STOPS };

static const char *const action_names[ACTIONS] = {"south", "north", "east", "west", "pick up", "drop off"};

static const a3c_env_option options[OPTIONS] = {
    [IS_RAINY] = {"is_rainy", A3C_OPTION_BOOL, 0, 0, 1, NULL, "whether a move may go to a side"},
    [FICKLE_PASSENGER] = {"fickle_passenger", A3C_OPTION_BOOL, 0, 0, 1, NULL,
                          "whether a passenger may change the destination once"},
    [RAINY_PROBABILITY] = {"rainy_probability", A3C_OPTION_FLOAT, 0.8, 0, 1, NULL,
                           "probability of going where it was meant to, in the rain"},
    [FICKLE_PROBABILITY] = {"fickle_probability", A3C_OPTION_FLOAT, 0.3, 0, 1, NULL,
                            "probability that a passenger is fickle"},
};

/* ---- The city ---- */

int32_t taxi_stop_row(int32_t stop) {
    return stop < 2 ? 0 : TAXI_SIZE - 1;
}

int32_t taxi_stop_column(int32_t stop) {
    static const int32_t columns[TAXI_STOPS] = {0, 4, 0, 3};
    return columns[stop];
}

bool taxi_wall_east(int32_t row, int32_t column) {
    return column == TAXI_SIZE - 1 || (row <= 1 && column == 1) || (row >= 3 && (column == 0 || column == 2));
}

taxi_place taxi_decode(int32_t state) {
    return (taxi_place){
        .row = state / (TAXI_SIZE * (TAXI_STOPS + 1) * TAXI_STOPS),
        .column = state / ((TAXI_STOPS + 1) * TAXI_STOPS) % TAXI_SIZE,
        .passenger = state / TAXI_STOPS % (TAXI_STOPS + 1),
        .destination = state % TAXI_STOPS,
    };
}

static int32_t encode(taxi_place at) {
    return ((at.row * TAXI_SIZE + at.column) * (TAXI_STOPS + 1) + at.passenger) * TAXI_STOPS + at.destination;
}

static bool stands_at(taxi_place at, int32_t stop) {
    return at.row == taxi_stop_row(stop) && at.column == taxi_stop_column(stop);
}

/* Moves one cell unless a wall or the city's edge is in the way; returns whether it moved. */
static bool move(taxi_place *at, int32_t direction) {
    bool free;
    switch (direction) {
    case SOUTH:
        at->row += free = at->row < TAXI_SIZE - 1;
        break;
    case NORTH:
        at->row -= free = at->row > 0;
        break;
    case EAST:
        at->column += free = !taxi_wall_east(at->row, at->column);
        break;
    default:
        at->column -= free = at->column > 0 && !taxi_wall_east(at->row, at->column - 1);
        break;
    }
    return free;
}

/* ---- The table ---- */

static tabular_outcome pick_up(taxi_place at) {
    bool legal = at.passenger < TAXI_STOPS && stands_at(at, at.passenger);
    at.passenger = legal ? TAXI_ABOARD : at.passenger;
    return (tabular_outcome){1, legal ? -1 : -10, encode(at), false};
}

static tabular_outcome drop_off(taxi_place at) {
    if (at.passenger == TAXI_ABOARD) {
        if (stands_at(at, at.destination)) {
            at.passenger = at.destination;
            return (tabular_outcome){1, 20, encode(at), true};
        }
        for (int32_t stop = 0; stop < TAXI_STOPS; stop++) {
            if (stands_at(at, stop)) {
                at.passenger = stop;
                return (tabular_outcome){1, -1, encode(at), false};
            }
        }
    }
    return (tabular_outcome){1, -10, encode(at), false};
}

/* Forward, left, right; nobody drifts when the way forward is blocked. */
static int rainy_moves(const taxi *t, taxi_place at, int32_t action, tabular_outcome *out) {
    static const int32_t left_of[] = {[SOUTH] = EAST, [NORTH] = WEST, [EAST] = NORTH, [WEST] = SOUTH};
    static const int32_t right_of[] = {[SOUTH] = WEST, [NORTH] = EAST, [EAST] = SOUTH, [WEST] = NORTH};
    double aside = (1 - t->rainy_probability) / 2;
    taxi_place forward = at, left = at, right = at;
    if (move(&forward, action)) {
        (void)move(&left, left_of[action]);
        (void)move(&right, right_of[action]);
    }
    out[0] = (tabular_outcome){t->rainy_probability, -1, encode(forward), false};
    out[1] = (tabular_outcome){aside, -1, encode(left), false};
    out[2] = (tabular_outcome){aside, -1, encode(right), false};
    return 3;
}

int taxi_outcomes(const void *instance, int32_t state, int32_t action, tabular_outcome *out) {
    const taxi *t = instance;
    taxi_place at = taxi_decode(state);
    if (action == PICK_UP) {
        out[0] = pick_up(at);
    } else if (action == DROP_OFF) {
        out[0] = drop_off(at);
    } else if (t->is_rainy) {
        return rainy_moves(t, at, action, out);
    } else {
        (void)move(&at, action);
        out[0] = (tabular_outcome){1, -1, encode(at), false};
    }
    return 1;
}

double taxi_start(const void *instance, int32_t state) {
    (void)instance;
    taxi_place at = taxi_decode(state);
    const double starts = TAXI_SIZE * TAXI_SIZE * TAXI_STOPS * (TAXI_STOPS - 1);
    return at.passenger < TAXI_STOPS && at.passenger != at.destination ? 1 / starts : 0;
}

/* ---- The environment ---- */

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_DISCRETE,
        .observation_dims = 1,
        .observation_shape = {STATES},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {ACTIONS},
        .action_names = action_names,
        .max_episode_steps = 200,
        .solved_return = 8,
        .random_return = values[IS_RAINY] == 0 && values[FICKLE_PASSENGER] == 0 ? -771.09 : NAN,
        .return_low = -2000,
        .return_high = 20 - 2,
        .instance_size = sizeof(taxi),
        .render_width = 550,
        .render_height = 350,
        .render_fps = 4,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    taxi *t = instance;
    t->is_rainy = values[IS_RAINY] != 0;
    t->fickle_passenger = values[FICKLE_PASSENGER] != 0;
    t->rainy_probability = values[RAINY_PROBABILITY];
    t->fickle_probability = values[FICKLE_PROBABILITY];
    t->last_action = -1;
}

/* The first state whose cumulated starting probability exceeds u. */
static int32_t draw_start(double u) {
    double cumulated = 0;
    for (int32_t state = 0; state < STATES; state++) {
        cumulated += taxi_start(NULL, state);
        if (cumulated > u) return state;
    }
    return 0;
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    taxi *t = instance;
    *(int32_t *)observation = t->state = draw_start(random->uniform01(rng));
    t->fickle = t->fickle_passenger && random->uniform01(rng) < t->fickle_probability;
    t->last_action = -1;
}

/* A fickle passenger that rides along to another cell names another destination, once an episode. */
static void change_mind(taxi *t, taxi_place before, int32_t *next, const a3c_random *random, a3c_rng *rng) {
    taxi_place at = taxi_decode(*next);
    if (before.passenger != TAXI_ABOARD || (at.row == before.row && at.column == before.column)) {
        return;
    }
    t->fickle = false;
    int32_t other = (int32_t)random->below(rng, TAXI_STOPS - 1);
    at.destination = other < before.destination ? other : other + 1;
    *next = encode(at);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    taxi *t = instance;
    tabular_outcome outcomes[TABULAR_OUTCOMES];
    t->last_action = *(const int32_t *)action;
    int count = taxi_outcomes(t, t->state, t->last_action, outcomes);
    const tabular_outcome *outcome = toy_text_sample(outcomes, count, random, rng);
    int32_t next = outcome->next;
    if (t->fickle) {
        change_mind(t, taxi_decode(t->state), &next, random, rng);
    }
    *(int32_t *)observation = t->state = next;
    *reward = outcome->reward;
    return outcome->terminated ? A3C_TERMINATED : 0;
}

static size_t get_state(const void *instance, double *state, size_t count) {
    const taxi *t = instance;
    const double all[] = {t->state, t->fickle};
    for (size_t i = 0; i < count && i < 2; i++) {
        state[i] = all[i];
    }
    return 2;
}

static void set_state(void *instance, const double *state, size_t count) {
    taxi *t = instance;
    if (count > 0) {
        t->state = (int32_t)state[0];
    }
    if (count > 1) {
        t->fickle = state[1] != 0;
    }
}

const a3c_env_def env_taxi = ENV_DEFINITION("Taxi-v4", "fetch a passenger and take it to its destination", options,
                                            .render = draw_taxi, .get_state = get_state, .set_state = set_state);
