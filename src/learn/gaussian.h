/* SPDX-License-Identifier: MIT
 * Inside learn/: what the diagonal Gaussians share, wherever their standard deviations s come from. A row holds the
 * means (output), s (probability) and log s (log_probability). */
#ifndef LEARN_GAUSSIAN_H
#define LEARN_GAUSSIAN_H

#include "learn/policy_distribution.h"

static inline size_t gaussian_at(const distribution_rows *rows, int row) {
    return (size_t)row * (size_t)rows->ld;
}

/* The entropy of a row from its log s. */
void gaussian_entropy(const distribution *d, const distribution_rows *rows, int row);
/* Of the means' outputs, and d_log_s [dims], with respect to log s. */
void gaussian_mean_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                            float weight, float entropy_weight, float *d_output, float *d_log_s);

/* Functions of the table, see distribution_kind; noise is fresh or held. */
void gaussian_sample(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                     action_word *action);
void gaussian_greedy(const distribution *d, const distribution_rows *rows, int row, action_word *action);
float gaussian_log_probability(const distribution *d, const distribution_rows *rows, int row,
                               const action_word *action);
size_t gaussian_noise_size(const distribution *d);
void gaussian_noise_draw(const distribution *d, const float *parameters, random_stream *stream, float *noise);
void gaussian_sample_noise(const distribution *d, const distribution_rows *rows, int row, const float *noise,
                           action_word *action);

#endif
