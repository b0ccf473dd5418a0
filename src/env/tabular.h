/* SPDX-License-Identifier: MIT
 * Environments with few states as tables: what follows a state and an action, and the exact value of a policy by
 * dynamic programming. The dynamics of FrozenLake, CliffWalking and Taxi are these tables, so that a value that is
 * computed here is a value of the environment that is stepped. */
#ifndef ENV_TABULAR_H
#define ENV_TABULAR_H

#include "a3c/env.h"

#include <stdbool.h>

enum { TABULAR_STATES = 500, TABULAR_ACTIONS = 6, TABULAR_OUTCOMES = 3, TABULAR_INSTANCE = 96 };

typedef struct tabular_outcome {
    double probability, reward;
    int32_t next;
    bool terminated;
} tabular_outcome;

/* One environment with its option values. Flat; `instance` is the environment's own state, of which only the options
 * count. */
typedef struct tabular {
    int32_t states, actions;
    int (*outcomes)(const void *instance, int32_t state, int32_t action, tabular_outcome *out);
    double (*start)(const void *instance, int32_t state);
    _Alignas(16) unsigned char instance[TABULAR_INSTANCE];
} tabular;

/* Fills the table; false when the environment, with these values, is not a table over its observations. */
bool tabular_make(tabular *table, const a3c_env_def *def, a3c_env_values values);

/* The outcomes of (state, action) in the original's order: returns how many of out[TABULAR_OUTCOMES] were written;
 * their probabilities add up to 1. The same next state may appear more than once. */
static inline int tabular_outcomes(const tabular *table, int32_t state, int32_t action, tabular_outcome *out) {
    return table->outcomes(table->instance, state, action, out);
}

/* Probability that an episode starts in `state`. */
static inline double tabular_start(const tabular *table, int32_t state) {
    return table->start(table->instance, state);
}

/* The expected discounted return of an episode of at most `horizon` steps, by backward induction V_k(s) = sum_a pi(a|s)
 * sum_o p_o (r_o + discount (1 - terminated_o) V_{k-1}(s_o)): of the policy [states, actions] (probabilities), or, when
 * it is NULL, of the best one, which may depend on the time left. */
double tabular_value(const tabular *table, const double *policy, int horizon, double discount);

#endif
