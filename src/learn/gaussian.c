/* SPDX-License-Identifier: MIT
 * The diagonal Gaussian: log pi(a) = sum_j -(a_j - mean_j)^2 / (2 s_j^2) - log s_j - log(2 pi) / 2,
 * H = sum_j log s_j + (1 + log(2 pi)) / 2. What all of them share, and the one whose log s are parameters [dims]. */
#include "learn/gaussian.h"

#include <string.h>

static const float half_log_2pi = 0.918938533f;

/* ---- Shared ---- */

void gaussian_entropy(const distribution *d, const distribution_rows *rows, int row) {
    const float *log_std = rows->log_probability + gaussian_at(rows, row);
    rows->entropy[row] = 0;
    for (int j = 0; j < d->dims; j++) rows->entropy[row] += log_std[j] + (0.5f + half_log_2pi);
}

void gaussian_sample(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                     action_word *action) {
    const float *mean = rows->output + gaussian_at(rows, row), *std = rows->probability + gaussian_at(rows, row);
    for (int j = 0; j < d->dims; j++) action[j].number = mean[j] + std[j] * (float)random_normal(stream);
}

void gaussian_greedy(const distribution *d, const distribution_rows *rows, int row, action_word *action) {
    const float *mean = rows->output + gaussian_at(rows, row);
    for (int j = 0; j < d->dims; j++) action[j].number = mean[j];
}

size_t gaussian_noise_size(const distribution *d) {
    return d->noise == NOISE_HELD ? (size_t)d->dims : 0;
}

void gaussian_noise_draw(const distribution *d, const float *parameters, random_stream *stream, float *noise) {
    (void)parameters;
    for (int j = 0; j < d->dims; j++) noise[j] = (float)random_normal(stream);
}

void gaussian_sample_noise(const distribution *d, const distribution_rows *rows, int row, const float *noise,
                           action_word *action) {
    const float *mean = rows->output + gaussian_at(rows, row), *std = rows->probability + gaussian_at(rows, row);
    for (int j = 0; j < d->dims; j++) action[j].number = mean[j] + std[j] * noise[j];
}

float gaussian_log_probability(const distribution *d, const distribution_rows *rows, int row,
                               const action_word *action) {
    const float *mean = rows->output + gaussian_at(rows, row);
    const float *log_std = rows->log_probability + gaussian_at(rows, row),
                *std = rows->probability + gaussian_at(rows, row);
    float sum = 0;
    for (int j = 0; j < d->dims; j++) {
        float z = (action[j].number - mean[j]) / std[j];
        sum += -0.5f * z * z - log_std[j] - half_log_2pi;
    }
    return sum;
}

void gaussian_mean_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                            float weight, float entropy_weight, float *d_output, float *d_log_s) {
    const float *mean = rows->output + gaussian_at(rows, row), *std = rows->probability + gaussian_at(rows, row);
    for (int j = 0; j < d->dims; j++) {
        float z = (action[j].number - mean[j]) / std[j];
        d_log_s[j] = weight * (1 - z * z) - entropy_weight;
        d_output[j] = -weight * z / std[j];
    }
}

/* ---- Log standard deviations that are parameters: the same in every row ---- */

static int outputs(const distribution *d) {
    return d->dims;
}

static void evaluate_rows(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                          int count) {
    size_t dims = (size_t)d->dims;
    float *log_std = rows->log_probability + gaussian_at(rows, row), *std = rows->probability + gaussian_at(rows, row);
    memcpy(log_std, parameters + d->log_std, dims * sizeof *log_std);
    kernels_get()->exp(dims, log_std, std);
    gaussian_entropy(d, rows, row);
    for (int r = row + 1; r < row + count; r++) {
        memcpy(rows->log_probability + gaussian_at(rows, r), log_std, dims * sizeof *log_std);
        memcpy(rows->probability + gaussian_at(rows, r), std, dims * sizeof *std);
        rows->entropy[r] = rows->entropy[row];
    }
}

static void gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                     float weight, float entropy_weight, float *d_output, float *d_log_std) {
    float d_log_s[ACTION_DIMS];
    gaussian_mean_gradient(d, rows, row, action, weight, entropy_weight, d_output, d_log_s);
    for (int j = 0; d_log_std && j < d->dims; j++) d_log_std[j] += d_log_s[j];
}

const distribution_kind distribution_gaussian = {
    .name = "Gaussian",
    .actions = 1 << A3C_ACTION_BOX,
    .noises = 1 << NOISE_FRESH | 1 << NOISE_HELD,
    .log_std = LOG_STD_PER_ACTION,
    .outputs = outputs,
    .evaluate = evaluate_rows,
    .sample = gaussian_sample,
    .greedy = gaussian_greedy,
    .log_probability = gaussian_log_probability,
    .gradient = gradient,
    .noise_size = gaussian_noise_size,
    .noise_draw = gaussian_noise_draw,
    .sample_noise = gaussian_sample_noise,
};
