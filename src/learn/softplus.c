/* SPDX-License-Identifier: MIT
 * The Gaussian whose variances the network computes: softplus of the outputs after the means (1602.01783, section 9). */
#include "learn/gaussian.h"

#include <float.h>
#include <math.h>

static int outputs(const distribution *d) {
    return 2 * d->dims;
}

/* var_j = log(1 + e^x_j); log1p(e) = log(1 + e) e / ((1 + e) - 1) keeps the digits of a small e. */
static void deviations(const kernels *k, int dims, const float *raw, float *log_std, float *std) {
    float e[ACTION_DIMS], u[ACTION_DIMS], logarithm[ACTION_DIMS];
    for (int j = 0; j < dims; j++) e[j] = -fabsf(raw[j]);
    k->exp((size_t)dims, e, e);
    for (int j = 0; j < dims; j++) u[j] = 1 + e[j];
    k->log((size_t)dims, u, logarithm);
    for (int j = 0; j < dims; j++) {
        float log1p = u[j] > 1 ? logarithm[j] * (e[j] / (u[j] - 1)) : e[j];
        u[j] = fmaxf((raw[j] > 0 ? raw[j] : 0) + log1p, FLT_MIN);
        std[j] = sqrtf(u[j]);
    }
    k->log((size_t)dims, u, logarithm);
    for (int j = 0; j < dims; j++) log_std[j] = 0.5f * logarithm[j];
}

static void evaluate_rows(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                          int count) {
    (void)parameters;
    for (int r = row; r < row + count; r++) {
        size_t i = gaussian_at(rows, r);
        deviations(kernels_get(), d->dims, rows->output + i + d->dims, rows->log_probability + i,
                   rows->probability + i);
        gaussian_entropy(d, rows, r);
    }
}

/* d log s / d raw = sigmoid(raw) / (2 softplus(raw)) */
static float slope(const kernels *k, float raw, float std) {
    float sigmoid;
    k->sigmoid(1, &raw, &sigmoid);
    return 0.5f * sigmoid / (std * std);
}

static void gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                     float weight, float entropy_weight, float *d_output, float *d_log_std) {
    (void)d_log_std;
    const float *raw = rows->output + gaussian_at(rows, row) + d->dims,
                *std = rows->probability + gaussian_at(rows, row);
    float d_log_s[ACTION_DIMS];
    gaussian_mean_gradient(d, rows, row, action, weight, entropy_weight, d_output, d_log_s);
    for (int j = 0; j < d->dims; j++) d_output[d->dims + j] = d_log_s[j] * slope(kernels_get(), raw[j], std[j]);
}

const distribution_kind distribution_softplus = {
    .name = "softplus Gaussian",
    .actions = 1 << A3C_ACTION_BOX,
    .noises = 1 << NOISE_FRESH | 1 << NOISE_HELD,
    .state_dependent_std = true,
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
