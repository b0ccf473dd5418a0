/* SPDX-License-Identifier: MIT
 * LunarLander joins the registry where the build found Box2D, so that what is linked without it knows nothing of it. */
#include "env/box2d/lunar_lander.h"
#include "env/env.h"

__attribute__((constructor)) static void join(void) {
    env_register(&env_lunar_lander_v3);
    env_register(&env_lunar_lander_continuous_v3);
}
