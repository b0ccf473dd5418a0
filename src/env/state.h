/* SPDX-License-Identifier: MIT
 * Small tools that environments share: uniform draws, strided rows, get and set of states made of doubles. */
#ifndef ENV_STATE_H
#define ENV_STATE_H

#include "a3c/env.h"

/* NumPy's Generator.uniform(low, high): one draw */
static inline double state_uniform(const a3c_random *random, a3c_rng *rng, double low, double high) {
    return low + (high - low) * random->uniform01(rng);
}

static inline void *state_at(void *rows, size_t stride, size_t i) {
    return (char *)rows + i * stride;
}
static inline const void *state_at_const(const void *rows, size_t stride, size_t i) {
    return (const char *)rows + i * stride;
}

/* get_state and set_state of an environment whose hidden state is double[n]. */
static inline size_t state_get(const double *state, size_t n, double *out, size_t count) {
    for (size_t i = 0; i < n && i < count; i++) {
        out[i] = state[i];
    }
    return n;
}
static inline void state_set(double *state, size_t n, const double *in, size_t count) {
    for (size_t i = 0; i < n && i < count; i++) {
        state[i] = in[i];
    }
}

#endif
