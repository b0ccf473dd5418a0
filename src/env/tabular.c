/* SPDX-License-Identifier: MIT
 * Exact values by dynamic programming. */
#include "env/tabular.h"
#include "base/error.h"
#include "env/games.h"
#include "env/toy_text/toy_text.h"

#include <string.h>

bool tabular_make(tabular *table, const a3c_env_def *def, a3c_env_values values) {
    *table = (tabular){0};
    a3c_env_spec spec = {0};
    if (def->describe(values, &spec, NULL, 0) != 0 || spec.instance_size > sizeof table->instance) {
        return false;
    }
    if (def == &env_frozen_lake || def == &env_frozen_lake_8x8) {
        table->outcomes = frozen_lake_outcomes;
        table->start = frozen_lake_start;
    } else if (def == &env_cliff_walking || def == &env_cliff_walking_slippery) {
        table->outcomes = cliff_walking_outcomes;
        table->start = cliff_walking_start;
    } else if (def == &env_taxi) {
        table->outcomes = taxi_outcomes;
        table->start = taxi_start;
    } else {
        return false;
    }
    table->states = spec.observation_shape[0];
    table->actions = spec.action_n[0];
    CHECK(table->states <= TABULAR_STATES && table->actions <= TABULAR_ACTIONS);
    def->init(table->instance, values, NULL, NULL); /* toy text draws nothing in its constructor */
    return !(def == &env_taxi && ((const taxi *)(const void *)table->instance)->fickle_passenger);
}

/* sum_o p_o (r_o + discount (1 - terminated_o) V(s_o)) */
static double action_value(const tabular *table, int32_t state, int32_t action, const double *value, double discount) {
    tabular_outcome outcomes[TABULAR_OUTCOMES];
    int count = tabular_outcomes(table, state, action, outcomes);
    double sum = 0;
    for (int i = 0; i < count; i++) {
        double after = outcomes[i].terminated ? 0 : discount * value[outcomes[i].next];
        sum += outcomes[i].probability * (outcomes[i].reward + after);
    }
    return sum;
}

double tabular_value(const tabular *table, const double *policy, int horizon, double discount) {
    double value[TABULAR_STATES] = {0}, next[TABULAR_STATES];
    for (int k = 0; k < horizon; k++) {
        for (int32_t s = 0; s < table->states; s++) {
            double best = action_value(table, s, 0, value, discount);
            double mean = policy != NULL ? policy[s * table->actions] * best : 0;
            for (int32_t a = 1; a < table->actions; a++) {
                double q = action_value(table, s, a, value, discount);
                best = q > best ? q : best;
                mean += policy != NULL ? policy[s * table->actions + a] * q : 0;
            }
            next[s] = policy != NULL ? mean : best;
        }
        memcpy(value, next, sizeof value);
    }
    double expected = 0;
    for (int32_t s = 0; s < table->states; s++) {
        expected += tabular_start(table, s) * value[s];
    }
    return expected;
}
