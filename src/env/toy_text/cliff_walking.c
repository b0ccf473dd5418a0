/* SPDX-License-Identifier: MIT
 * CliffWalking-v1 and CliffWalkingSlippery-v1 as in Gymnasium (Sutton and Barto, example 6.6): walk along a cliff of 4
 * x 12 cells. Actions 0 up, 1 right, 2 down, 3 left. A step costs 1; falling costs 100 and leads back to the start,
 * without ending the episode. There is no time limit. Slippery: the move meant, or either side of it, with one third
 * each. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/toy_text/toy_text.h"

#include <math.h>

enum { IS_SLIPPERY, OPTIONS };
enum { UP, RIGHT, DOWN, LEFT, ACTIONS };
enum { START = (CLIFF_ROWS - 1) * CLIFF_COLUMNS, GOAL = CLIFF_ROWS * CLIFF_COLUMNS - 1 };

static const char *const action_names[ACTIONS] = {"up", "right", "down", "left"};
static const char slippery_help[] = "whether a move may go to a side";

static const a3c_env_option options[OPTIONS] = {
    [IS_SLIPPERY] = {"is_slippery", A3C_OPTION_BOOL, 0, 0, 1, NULL, slippery_help},
};
static const a3c_env_option slippery_options[OPTIONS] = {
    [IS_SLIPPERY] = {"is_slippery", A3C_OPTION_BOOL, 1, 0, 1, NULL, slippery_help},
};

/* ---- The table ---- */

static tabular_outcome go(int32_t state, int32_t direction, double probability) {
    int32_t row = state / CLIFF_COLUMNS, column = state % CLIFF_COLUMNS;
    row += direction == DOWN && row < CLIFF_ROWS - 1 ? 1 : direction == UP && row > 0 ? -1 : 0;
    column += direction == RIGHT && column < CLIFF_COLUMNS - 1 ? 1 : direction == LEFT && column > 0 ? -1 : 0;
    int32_t next = row * CLIFF_COLUMNS + column;
    if (next > START && next < GOAL) {
        return (tabular_outcome){probability, -100, START, false};
    }
    return (tabular_outcome){probability, -1, next, next == GOAL};
}

int cliff_walking_outcomes(const void *instance, int32_t state, int32_t action, tabular_outcome *out) {
    const cliff_walking *walk = instance;
    if (!walk->is_slippery) {
        out[0] = go(state, action, 1);
        return 1;
    }
    for (int i = 0; i < 3; i++) {
        out[i] = go(state, (action + ACTIONS - 1 + i) % ACTIONS, 1.0 / 3.0);
    }
    return 3;
}

double cliff_walking_start(const void *instance, int32_t state) {
    (void)instance;
    return state == START;
}

/* ---- The environment ---- */

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_DISCRETE,
        .observation_dims = 1,
        .observation_shape = {CLIFF_ROWS * CLIFF_COLUMNS},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {ACTIONS},
        .action_names = action_names,
        .solved_return = values[IS_SLIPPERY] != 0 ? NAN : -13,
        .random_return = NAN, /* thousands of steps, its mean dominated by the longest */
        .return_low = NAN,
        .return_high = -13,
        .instance_size = sizeof(cliff_walking),
        .render_width = 720,
        .render_height = 240,
        .render_fps = 4,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    cliff_walking *walk = instance;
    walk->is_slippery = values[IS_SLIPPERY] != 0;
    walk->state = START;
    walk->last_action = -1;
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    cliff_walking *walk = instance;
    (void)random->uniform01(rng); /* the start is drawn, though there is but one */
    *(int32_t *)observation = walk->state = START;
    walk->last_action = -1;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    cliff_walking *walk = instance;
    tabular_outcome outcomes[TABULAR_OUTCOMES];
    walk->last_action = *(const int32_t *)action;
    int count = cliff_walking_outcomes(walk, walk->state, walk->last_action, outcomes);
    const tabular_outcome *outcome = toy_text_sample(outcomes, count, random, rng);
    *(int32_t *)observation = walk->state = outcome->next;
    *reward = outcome->reward;
    return outcome->terminated ? A3C_TERMINATED : 0;
}

static size_t get_state(const void *instance, double *state, size_t count) {
    const cliff_walking *walk = instance;
    if (count > 0) {
        state[0] = walk->state;
    }
    return 1;
}

static void set_state(void *instance, const double *state, size_t count) {
    cliff_walking *walk = instance;
    if (count > 0) {
        walk->state = (int32_t)state[0];
    }
}

const a3c_env_def env_cliff_walking =
    ENV_DEFINITION("CliffWalking-v1", "walk along a cliff to the goal", options, .render = draw_cliff_walking,
                   .get_state = get_state, .set_state = set_state);

const a3c_env_def env_cliff_walking_slippery =
    ENV_DEFINITION("CliffWalkingSlippery-v1", "walk along a cliff to the goal, with a slippery ground",
                   slippery_options, .render = draw_cliff_walking, .get_state = get_state, .set_state = set_state);
