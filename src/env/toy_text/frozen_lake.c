/* SPDX-License-Identifier: MIT
 * FrozenLake-v1 and FrozenLake8x8-v1 as in Gymnasium: cross a lake of ice with holes. Actions 0 left, 1 down, 2 right,
 * 3 up; on slippery ice the agent goes where it meant to with probability success_rate, else to either side of that
 * direction. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/toy_text/toy_text.h"

#include <math.h>
#include <stdio.h>

enum { MAP_NAME, IS_SLIPPERY, SUCCESS_RATE, REWARD_GOAL, REWARD_HOLE, REWARD_FROZEN, OPTIONS };
enum { LEFT, DOWN, RIGHT, UP, ACTIONS };

static const char *const map_names[] = {"4x4", "8x8", NULL};
static const char *const action_names[ACTIONS] = {"left", "down", "right", "up"};

#define OPTION_TABLE(map)                                                                                              \
    {                                                                                                                  \
        [MAP_NAME] = {"map_name", A3C_OPTION_CHOICE, map, 0, 1, map_names, "which lake"},                              \
        [IS_SLIPPERY] = {"is_slippery", A3C_OPTION_BOOL, 1, 0, 1, NULL, "whether the agent may slip to a side"},       \
        [SUCCESS_RATE] = {"success_rate",                                                                              \
                          A3C_OPTION_FLOAT,                                                                            \
                          1.0 / 3.0,                                                                                   \
                          0,                                                                                           \
                          1,                                                                                           \
                          NULL,                                                                                        \
                          "probability of going where it was meant to, on slippery ice"},                              \
        [REWARD_GOAL] = {"reward_goal", A3C_OPTION_FLOAT, 1, -1e6, 1e6, NULL, "reward_schedule: reaching the goal"},   \
        [REWARD_HOLE] = {"reward_hole", A3C_OPTION_FLOAT, 0, -1e6, 1e6, NULL, "reward_schedule: falling into a hole"}, \
        [REWARD_FROZEN] = {"reward_frozen", A3C_OPTION_FLOAT, 0, -1e6, 1e6, NULL, "reward_schedule: any other step"},  \
    }

static const a3c_env_option options_4x4[OPTIONS] = OPTION_TABLE(0);
static const a3c_env_option options_8x8[OPTIONS] = OPTION_TABLE(1);

static const char map_4x4[] = "SFFF"
                              "FHFH"
                              "FFFH"
                              "HFFG";
static const char map_8x8[] = "SFFFFFFF"
                              "FFFFFFFF"
                              "FFFHFFFF"
                              "FFFFFHFF"
                              "FFFHFFFF"
                              "FHHFFFHF"
                              "FHFFHFHF"
                              "FFFHFFFG";

char frozen_lake_cell(const frozen_lake *lake, int32_t state) {
    return (lake->size == 4 ? map_4x4 : map_8x8)[state];
}

/* ---- The table ---- */

static tabular_outcome go(const frozen_lake *lake, int32_t state, int32_t direction, double probability) {
    int32_t row = state / lake->size, column = state % lake->size, last = lake->size - 1;
    row += direction == DOWN && row < last ? 1 : direction == UP && row > 0 ? -1 : 0;
    column += direction == RIGHT && column < last ? 1 : direction == LEFT && column > 0 ? -1 : 0;
    int32_t next = row * lake->size + column;
    char cell = frozen_lake_cell(lake, next);
    double reward = cell == 'G' ? lake->reward_goal : cell == 'H' ? lake->reward_hole : lake->reward_frozen;
    return (tabular_outcome){probability, reward, next, cell == 'G' || cell == 'H'};
}

int frozen_lake_outcomes(const void *instance, int32_t state, int32_t action, tabular_outcome *out) {
    const frozen_lake *lake = instance;
    char cell = frozen_lake_cell(lake, state);
    if (cell == 'G' || cell == 'H') {
        out[0] = (tabular_outcome){1, 0, state, true};
        return 1;
    }
    if (!lake->is_slippery) {
        out[0] = go(lake, state, action, 1);
        return 1;
    }
    out[0] = go(lake, state, (action + 3) % ACTIONS, lake->slip_probability);
    out[1] = go(lake, state, action, lake->move_probability);
    out[2] = go(lake, state, (action + 1) % ACTIONS, lake->slip_probability);
    return 3;
}

double frozen_lake_start(const void *instance, int32_t state) {
    (void)instance;
    return state == 0;
}

/* ---- The environment ---- */

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    bool large = values[MAP_NAME] == 1;
    bool registered = values[IS_SLIPPERY] == 1 && values[SUCCESS_RATE] == 1.0 / 3.0 && values[REWARD_GOAL] == 1 &&
                      values[REWARD_HOLE] == 0 && values[REWARD_FROZEN] == 0;
    int steps = large ? 200 : 100;
    double end_low = fmin(values[REWARD_GOAL], values[REWARD_HOLE]);
    double end_high = fmax(values[REWARD_GOAL], values[REWARD_HOLE]);
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_DISCRETE,
        .observation_dims = 1,
        .observation_shape = {large ? 64 : 16},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {ACTIONS},
        .action_names = action_names,
        .max_episode_steps = steps,
        .solved_return = large ? 0.85 : 0.70,
        .random_return = registered ? (large ? 0.001901 : 0.013940) : NAN,
        .return_low = fmin(0, values[REWARD_FROZEN]) * steps + fmin(0, end_low),
        .return_high = fmax(0, values[REWARD_FROZEN]) * steps + fmax(0, end_high),
        .instance_size = sizeof(frozen_lake),
        .render_width = large ? 512 : 256,
        .render_height = large ? 512 : 256,
        .render_fps = 4,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    frozen_lake *lake = instance;
    lake->size = values[MAP_NAME] == 1 ? 8 : 4;
    lake->is_slippery = values[IS_SLIPPERY] != 0;
    lake->move_probability = values[SUCCESS_RATE];
    lake->slip_probability = (1 - values[SUCCESS_RATE]) / 2;
    lake->reward_goal = values[REWARD_GOAL];
    lake->reward_hole = values[REWARD_HOLE];
    lake->reward_frozen = values[REWARD_FROZEN];
    lake->last_action = -1;
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    frozen_lake *lake = instance;
    (void)random->uniform01(rng); /* the start is drawn, though there is but one */
    lake->state = 0;
    lake->last_action = -1;
    *(int32_t *)observation = 0;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    frozen_lake *lake = instance;
    tabular_outcome outcomes[TABULAR_OUTCOMES];
    lake->last_action = *(const int32_t *)action;
    int count = frozen_lake_outcomes(lake, lake->state, lake->last_action, outcomes);
    const tabular_outcome *outcome = toy_text_sample(outcomes, count, random, rng);
    *(int32_t *)observation = lake->state = outcome->next;
    *reward = outcome->reward;
    return outcome->terminated ? A3C_TERMINATED : 0;
}

static void render_text(const void *instance, char *text, size_t size) {
    const frozen_lake *lake = instance;
    size_t used = 0;
    for (int32_t s = 0; s < lake->size * lake->size && used + 4 < size; s++) {
        bool here = s == lake->state;
        used += (size_t)snprintf(text + used, size - used, here ? "[%c]" : " %c ", frozen_lake_cell(lake, s));
        if (s % lake->size == lake->size - 1 && used + 1 < size) {
            text[used++] = '\n';
            text[used] = 0;
        }
    }
}

static size_t get_state(const void *instance, double *state, size_t count) {
    const frozen_lake *lake = instance;
    if (count > 0) {
        state[0] = lake->state;
    }
    return 1;
}

static void set_state(void *instance, const double *state, size_t count) {
    frozen_lake *lake = instance;
    if (count > 0) {
        lake->state = (int32_t)state[0];
    }
}

const a3c_env_def env_frozen_lake = ENV_DEFINITION(
    "FrozenLake-v1", "cross a slippery frozen lake of 4x4 cells without falling into a hole", options_4x4,
    .render = draw_frozen_lake, .render_text = render_text, .get_state = get_state, .set_state = set_state);

const a3c_env_def env_frozen_lake_8x8 = ENV_DEFINITION(
    "FrozenLake8x8-v1", "cross a slippery frozen lake of 8x8 cells without falling into a hole", options_8x8,
    .render = draw_frozen_lake, .render_text = render_text, .get_state = get_state, .set_state = set_state);
