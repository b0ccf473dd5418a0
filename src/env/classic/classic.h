/* SPDX-License-Identifier: MIT
 * The classic-control environments of Gymnasium (1.x, NumPy 2, float32 actions), equal to it for the same seed and
 * actions: float32 observations and terminations to the bit, rewards to 1e-12. */
#ifndef ENV_CLASSIC_CLASSIC_H
#define ENV_CLASSIC_CLASSIC_H

#include "a3c/env.h"

extern const a3c_env_def env_cartpole_v0, env_cartpole_v1, env_acrobot_v1, env_mountain_car_v0,
    env_mountain_car_continuous_v0, env_pendulum_v1;

#endif
