/* SPDX-License-Identifier: MIT
 * State of the diagnostic environments: what their dynamics and their pictures share. Flat, without pointers. */
#ifndef ENV_DIAGNOSTICS_DIAGNOSTICS_H
#define ENV_DIAGNOSTICS_DIAGNOSTICS_H

#include <stdint.h>

enum { IDENTITY_CLASSES = 4, IDENTITY_STEPS = 100, PASSWORD_MAX = 16, MULTI_DISCRETE_DIMS = 2 };

/* The number that the agent sees, and the step of the episode. */
typedef struct probe {
    float seen;
    int32_t step;
} probe;

typedef struct identity {
    int32_t seen;
} identity;

typedef struct identity_box {
    float seen;
    float tolerance;
} identity_box;

typedef struct multi_discrete {
    int32_t seen[MULTI_DISCRETE_DIMS];
} multi_discrete;

typedef struct stochastic {
    double share;
    int32_t horizon, step, zeros;
} stochastic;

/* entered[i] is -1 until digit i is given */
typedef struct password {
    int32_t length, step;
    float entered[PASSWORD_MAX];
} password;

/* Digit i of the password that is asked for: 0 or 1. */
int32_t password_digit(int32_t i);

#endif
