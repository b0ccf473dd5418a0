/* SPDX-License-Identifier: MIT
 * Numbers that are not finite, which the host takes for a failure of the environment. */
#ifndef ENV_FAILURE_H
#define ENV_FAILURE_H

#include "env/env.h"

/* Whether one of these numbers is NaN or infinite. */
bool failure_in_numbers(const float *values, int count);

#endif
