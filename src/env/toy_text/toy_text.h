/* SPDX-License-Identifier: MIT
 * State of the toy-text environments: what dynamics, tables and pictures share. Flat, without pointers. */
#ifndef ENV_TOY_TEXT_TOY_TEXT_H
#define ENV_TOY_TEXT_TOY_TEXT_H

#include "env/tabular.h"

enum { FROZEN_LAKE_MAX = 64, CLIFF_ROWS = 4, CLIFF_COLUMNS = 12, TAXI_SIZE = 5, TAXI_STOPS = 4, BLACKJACK_CARDS = 24 };
enum { TAXI_ABOARD = TAXI_STOPS }; /* the passenger's place when in the taxi */

typedef struct frozen_lake {
    double move_probability, slip_probability; /* where it was meant to go, and to either side */
    double reward_goal, reward_hole, reward_frozen;
    int32_t size; /* rows and columns: 4 or 8 */
    int32_t is_slippery;
    int32_t state;       /* row * size + column */
    int32_t last_action; /* -1 at the start */
} frozen_lake;

typedef struct cliff_walking {
    int32_t is_slippery, state, last_action;
} cliff_walking;

typedef struct taxi {
    double rainy_probability, fickle_probability;
    int32_t is_rainy, fickle_passenger;
    int32_t fickle; /* the passenger will change the destination in this episode */
    int32_t state;  /* ((row * 5 + column) * 5 + passenger) * 4 + destination */
    int32_t last_action;
} taxi;

typedef struct taxi_place {
    int32_t row, column, passenger, destination;
} taxi_place;

typedef struct blackjack_hand {
    int32_t count, total, aces; /* an ace counts 1 in total */
    uint8_t cards[BLACKJACK_CARDS];
} blackjack_hand;

typedef struct blackjack {
    int32_t natural, sab;
    blackjack_hand dealer, player;
} blackjack;

/* The letter of a cell: 'S' start, 'F' frozen, 'H' hole, 'G' goal. */
char frozen_lake_cell(const frozen_lake *lake, int32_t state);

taxi_place taxi_decode(int32_t state);
int32_t taxi_stop_row(int32_t stop);
int32_t taxi_stop_column(int32_t stop);
/* Whether a wall stands between `column` and the next one east of it. */
bool taxi_wall_east(int32_t row, int32_t column);

/* Sum of a hand, an ace counted as 11 where that does not bust. */
int32_t blackjack_sum(const blackjack_hand *hand);

/* tabular.outcomes and tabular.start of the three tables */
int frozen_lake_outcomes(const void *instance, int32_t state, int32_t action, tabular_outcome *out);
double frozen_lake_start(const void *instance, int32_t state);
int cliff_walking_outcomes(const void *instance, int32_t state, int32_t action, tabular_outcome *out);
double cliff_walking_start(const void *instance, int32_t state);
int taxi_outcomes(const void *instance, int32_t state, int32_t action, tabular_outcome *out);
double taxi_start(const void *instance, int32_t state);

/* Gymnasium's categorical_sample: one double u is drawn, also when there is one outcome only; the first outcome whose
 * cumulated probability exceeds u, the first of all when rounding leaves none. */
static inline const tabular_outcome *toy_text_sample(const tabular_outcome *outcomes, int count,
                                                     const a3c_random *random, a3c_rng *rng) {
    double u = random->uniform01(rng), cumulated = 0;
    for (int i = 0; i < count; i++) {
        cumulated += outcomes[i].probability;
        if (cumulated > u) return &outcomes[i];
    }
    return outcomes;
}

#endif
