/* SPDX-License-Identifier: MIT
 * What the five MinAtar games share: description, options, sticky actions. */
#include "env/minatar/minatar.h"

#include <math.h>

static const char sticky_help[] = "probability that the action executed before is executed again";
static const char ramping_help[] = "whether the game grows harder";
static const char minimal_help[] = "only the actions that do something, renumbered in the order of the six";

const a3c_env_option minatar_options_v0[MINATAR_OPTIONS] = {
    [MINATAR_STICKY] = {"sticky_action_prob", A3C_OPTION_FLOAT, 0.1, 0, 1, NULL, sticky_help},
    [MINATAR_RAMPING] = {"difficulty_ramping", A3C_OPTION_BOOL, 1, 0, 1, NULL, ramping_help},
    [MINATAR_MINIMAL] = {"use_minimal_action_set", A3C_OPTION_BOOL, 0, 0, 1, NULL, minimal_help},
};
const a3c_env_option minatar_options_v1[MINATAR_OPTIONS] = {
    [MINATAR_STICKY] = {"sticky_action_prob", A3C_OPTION_FLOAT, 0.1, 0, 1, NULL, sticky_help},
    [MINATAR_RAMPING] = {"difficulty_ramping", A3C_OPTION_BOOL, 1, 0, 1, NULL, ramping_help},
    [MINATAR_MINIMAL] = {"use_minimal_action_set", A3C_OPTION_BOOL, 1, 0, 1, NULL, minimal_help},
};

static const char *const all_names[MINATAR_ACTIONS] = {"nothing", "left", "up", "right", "down", "fire"};

void minatar_describe(const minatar_game *game, a3c_env_values values, a3c_env_spec *spec) {
    bool minimal = values[MINATAR_MINIMAL] != 0;
    bool as_published = values[MINATAR_STICKY] == 0.1 && values[MINATAR_RAMPING] == 1;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_PLANES,
        .observation_dims = 3,
        .observation_shape = {game->channels, MINATAR_SIZE, MINATAR_SIZE},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {minimal ? game->minimal_count : MINATAR_ACTIONS},
        .action_names = minimal ? game->minimal_names : all_names,
        .solved_return = NAN,
        .random_return = as_published ? game->random_return[minimal] : NAN,
        .return_low = 0,
        .return_high = NAN,
        .flags = A3C_ENV_MT19937,
        .instance_size = game->instance_size,
        .render_width = 320,
        .render_height = 320,
        .render_fps = 20,
    };
}

void minatar_init(minatar *head, a3c_env_values values) {
    head->sticky = values[MINATAR_STICKY];
    head->ramping = values[MINATAR_RAMPING] != 0;
    head->minimal = values[MINATAR_MINIMAL] != 0;
}

int32_t minatar_action(minatar *head, const minatar_game *game, const void *action, const a3c_random *random,
                       a3c_rng *rng) {
    int32_t chosen = *(const int32_t *)action;
    if (!(random->uniform01(rng) < head->sticky)) {
        head->last_action = head->minimal ? game->minimal[chosen] : chosen;
    }
    return head->last_action;
}
