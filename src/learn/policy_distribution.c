/* SPDX-License-Identifier: MIT
 * The table of distributions, and the calls through it. */
#include "learn/policy_distribution.h"

#include <math.h>

const distribution_kind *const distribution_kinds[] = {
    &distribution_categorical, &distribution_multi_discrete, &distribution_gaussian,
    &distribution_softplus,    &distribution_gsde,           NULL,
};

const distribution_kind *distribution_find(int action, noise_kind noise, bool state_dependent_std) {
    for (const distribution_kind *const *row = distribution_kinds; *row; row++) {
        const distribution_kind *k = *row;
        bool deviations = action != A3C_ACTION_BOX || k->state_dependent_std == state_dependent_std;
        if (k->actions & 1u << action && k->noises & 1u << noise && deviations) return k;
    }
    return NULL;
}

bool distribution_is_continuous(const distribution *d) {
    return d->kind->actions & 1u << A3C_ACTION_BOX;
}

void distribution_mask(const distribution *d, const uint8_t *allowed, float *output) {
    for (int i = 0; i < d->outputs; i++)
        if (!allowed[i]) output[i] = -INFINITY;
}

void distribution_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                           int count) {
    d->kind->evaluate(d, parameters, rows, row, count);
}

void distribution_sample(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                         action_word *action) {
    d->kind->sample(d, rows, row, stream, action);
}

void distribution_greedy(const distribution *d, const distribution_rows *rows, int row, action_word *action) {
    d->kind->greedy(d, rows, row, action);
}

size_t distribution_noise_size(const distribution *d) {
    return d->kind->noise_size ? d->kind->noise_size(d) : 0;
}

void distribution_noise_draw(const distribution *d, const float *parameters, random_stream *stream, float *noise) {
    d->kind->noise_draw(d, parameters, stream, noise);
}

void distribution_sample_noise(const distribution *d, const distribution_rows *rows, int row, const float *noise,
                               action_word *action) {
    d->kind->sample_noise(d, rows, row, noise, action);
}

size_t distribution_scratch_size(const distribution *d) {
    return d->kind->scratch_size ? d->kind->scratch_size(d) : 0;
}

float distribution_log_probability(const distribution *d, const distribution_rows *rows, int row,
                                   const action_word *action) {
    return d->kind->log_probability(d, rows, row, action);
}

void distribution_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                           float weight, float entropy_weight, float *d_output, float *d_log_std) {
    d->kind->gradient(d, rows, row, action, weight, entropy_weight, d_output, d_log_std);
}
