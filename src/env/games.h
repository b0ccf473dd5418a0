/* SPDX-License-Identifier: MIT
 * The definitions of the built-in games: diagnostics, toy text, MinAtar, bsuite. games.c lists them. */
#ifndef ENV_GAMES_H
#define ENV_GAMES_H

#include "a3c/env.h"

extern const a3c_env_def *const env_games[]; /* [env_games_count] */
extern const size_t env_games_count;

extern const a3c_env_def env_probe1, env_probe2, env_probe3, env_probe4, env_probe5;
extern const a3c_env_def env_identity, env_identity_box, env_multi_discrete, env_stochastic, env_password;

extern const a3c_env_def env_frozen_lake, env_frozen_lake_8x8, env_cliff_walking, env_cliff_walking_slippery, env_taxi,
    env_blackjack;

extern const a3c_env_def env_breakout_v0, env_breakout_v1, env_asterix_v0, env_asterix_v1, env_freeway_v0,
    env_freeway_v1, env_seaquest_v0, env_seaquest_v1, env_space_invaders_v0, env_space_invaders_v1;

extern const a3c_env_def env_bandit, env_bandit_noise, env_bandit_scale, env_catch, env_catch_noise, env_catch_scale,
    env_deep_sea, env_deep_sea_stochastic, env_memory_chain, env_memory_len, env_memory_size, env_umbrella_chain,
    env_umbrella_length, env_umbrella_distract, env_discounting_chain, env_bsuite_cartpole, env_bsuite_cartpole_noise,
    env_bsuite_cartpole_scale, env_bsuite_cartpole_swingup, env_bsuite_mountain_car, env_bsuite_mountain_car_noise,
    env_bsuite_mountain_car_scale;

#endif
