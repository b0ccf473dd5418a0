/* SPDX-License-Identifier: MIT
 * LunarLander through Box2D; register.c adds it to the registry where the build found Box2D. */
#ifndef ENV_BOX2D_LUNAR_LANDER_H
#define ENV_BOX2D_LUNAR_LANDER_H

#include "a3c/env.h"
#include "env/box2d/lunar_world.h"

extern const a3c_env_def env_lunar_lander_v3, env_lunar_lander_continuous_v3;

/* The whole picture, rgb uint8_t[height][width][3]. */
void draw_lunar_lander(const lunar_world *world, int32_t width, int32_t height, uint8_t *rgb);

#endif
