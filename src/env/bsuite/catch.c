/* SPDX-License-Identifier: MIT
 * bsuite's catch: a ball falls straight down, a paddle in the bottom row has to be below it. Actions 0 left, 1 stay, 2
 * right. */
#include "env/bsuite/bsuite.h"
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>
#include <string.h>

enum { ROWS, COLUMNS, NOISE_SCALE, REWARD_SCALE, OPTIONS };
enum { ACTIONS = 3 };

#define OPTION_TABLE(noise, scale)                                                                                     \
    {                                                                                                                  \
        [ROWS] = {"rows", A3C_OPTION_INT, 10, 2, CATCH_ROWS, NULL, "height of the board"},                             \
        [COLUMNS] = {"columns", A3C_OPTION_INT, 5, 1, CATCH_COLUMNS, NULL, "width of the board"},                      \
        BSUITE_REWARD_OPTIONS(noise, scale),                                                                           \
    }
static const a3c_env_option options[OPTIONS] = OPTION_TABLE(0, 1);
static const a3c_env_option noise_options[OPTIONS] = OPTION_TABLE(1, 1);
static const a3c_env_option scale_options[OPTIONS] = OPTION_TABLE(0, 30);

static const char *const action_names[ACTIONS] = {"left", "stay", "right"};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    double scale = values[REWARD_SCALE];
    bool noisy = values[NOISE_SCALE] > 0, registered = values[ROWS] == 10 && values[COLUMNS] == 5;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_PLANES,
        .observation_dims = 3,
        .observation_shape = {1, (int32_t)values[ROWS], (int32_t)values[COLUMNS]},
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {ACTIONS},
        .action_names = action_names,
        .solved_return = 0.95 * scale,
        .random_return = registered ? -0.6 * scale : NAN,
        .return_low = noisy ? NAN : -scale,
        .return_high = noisy ? NAN : scale,
        .flags = A3C_ENV_MT19937,
        .instance_size = bsuite_size(sizeof(catch_game), values[NOISE_SCALE]),
        .render_width = 160,
        .render_height = 320,
        .render_fps = 10,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random;
    catch_game *game = instance;
    bsuite_init(&game->head, values[NOISE_SCALE], values[REWARD_SCALE], sizeof *game, rng);
    game->rows = (int32_t)values[ROWS];
    game->columns = (int32_t)values[COLUMNS];
}

static void observe(const catch_game *game, uint8_t *cells) {
    memset(cells, 0, (size_t)(game->rows * game->columns));
    cells[game->ball_y * game->columns + game->ball_x] = 1;
    cells[(game->rows - 1) * game->columns + game->paddle_x] = 1;
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    catch_game *game = instance;
    game->ball_x = (int32_t)random->below(rng, (uint32_t)game->columns);
    game->ball_y = 0;
    game->paddle_x = game->columns / 2;
    observe(game, observation);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    (void)rng;
    catch_game *game = instance;
    int32_t x = game->paddle_x + *(const int32_t *)action - 1;
    game->paddle_x = x < 0 ? 0 : x >= game->columns ? game->columns - 1 : x;
    game->ball_y += game->ball_y < game->rows - 1;
    bool over = game->ball_y == game->rows - 1;
    double value = !over ? 0 : game->paddle_x == game->ball_x ? 1 : -1;
    *reward = bsuite_reward_of(&game->head, random, value);
    observe(game, observation);
    return over ? A3C_TERMINATED : 0;
}

static size_t get_state(const void *instance, double *state, size_t count) {
    const catch_game *game = instance;
    const double all[] = {game->ball_x, game->ball_y, game->paddle_x};
    for (size_t i = 0; i < count && i < 3; i++) {
        state[i] = all[i];
    }
    return 3;
}

const a3c_env_def env_catch = ENV_DEFINITION("bsuite/catch", "catch a falling ball with a paddle", options,
                                             .render = draw_catch, .get_state = get_state);

const a3c_env_def env_catch_noise = ENV_DEFINITION("bsuite/catch_noise", "catch a falling ball; rewards are noisy",
                                                   noise_options, .render = draw_catch, .get_state = get_state);

const a3c_env_def env_catch_scale =
    ENV_DEFINITION("bsuite/catch_scale", "catch a falling ball; rewards are large or small", scale_options,
                   .render = draw_catch, .get_state = get_state);
