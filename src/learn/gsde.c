/* SPDX-License-Identifier: MIT
 * gSDE (Raffin et al., 2005.05719): a Gaussian whose variances are sum_f features_f^2 exp(2 log_std_jf) + 1e-6, and
 * whose noise lasts, see policy_distribution.h. */
#include "learn/gaussian.h"

#include "base/memory.h"

#include <math.h>

static const float variance_floor = 1e-6f;

static size_t features_ld(const distribution *d) {
    return line_floats((size_t)d->features);
}

static int outputs(const distribution *d) {
    return d->dims;
}

static size_t matrix_size(const distribution *d) {
    return (size_t)d->dims * features_ld(d);
}

/* sum_f x_f^2 v_f over whole lines, in sixteen partial sums */
static float weighted_squares(size_t n, const float *x, const float *v) {
    float s[LINE_FLOATS] = {0};
    for (size_t f = 0; f < n; f += LINE_FLOATS)
        for (size_t i = 0; i < LINE_FLOATS; i++) s[i] += x[f + i] * x[f + i] * v[f + i];
    for (size_t half = LINE_FLOATS / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++) s[i] += s[i + half];
    return s[0];
}

static void deviations(const kernels *k, const distribution *d, const distribution_rows *rows, int row, float *log_std,
                       float *std) {
    size_t n = features_ld(d);
    float variance[ACTION_DIMS];
    for (size_t j = 0; j < (size_t)d->dims; j++) {
        variance[j] = weighted_squares(n, rows->features + (size_t)row * n, rows->variance + j * n) + variance_floor;
        std[j] = sqrtf(variance[j]);
    }
    k->log((size_t)d->dims, variance, log_std);
    for (int j = 0; j < d->dims; j++) log_std[j] *= 0.5f;
}

static void evaluate_rows(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                          int count) {
    const kernels *k = kernels_get();
    size_t n = matrix_size(d);
    for (size_t i = 0; i < n; i++) rows->variance[i] = 2 * parameters[d->log_std + i];
    k->exp(n, rows->variance, rows->variance);
    for (int r = row; r < row + count; r++) {
        size_t i = gaussian_at(rows, r);
        deviations(k, d, rows, r, rows->log_probability + i, rows->probability + i);
        gaussian_entropy(d, rows, r);
    }
}

static void noise_draw(const distribution *d, const float *parameters, random_stream *stream, float *noise) {
    size_t n = features_ld(d);
    kernels_get()->exp(matrix_size(d), parameters + d->log_std, noise);
    for (size_t j = 0; j < (size_t)d->dims; j++)
        for (size_t f = 0; f < n; f++) noise[j * n + f] *= f < (size_t)d->features ? (float)random_normal(stream) : 0;
}

static void sample_noise(const distribution *d, const distribution_rows *rows, int row, const float *noise,
                         action_word *action) {
    int n = (int)features_ld(d);
    float perturbation[LINE_FLOATS];
    const float *mean = rows->output + gaussian_at(rows, row), *features = rows->features + (size_t)row * (size_t)n;
    kernels_get()->dot(1, d->features, d->dims, features, n, noise, n, NULL, perturbation, LINE_FLOATS);
    for (int j = 0; j < d->dims; j++) action[j].number = mean[j] + perturbation[j];
}

/* d log s_j / d log_std_jf = features_f^2 exp(2 log_std_jf) / s_j^2 */
static void gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                     float weight, float entropy_weight, float *d_output, float *d_log_std) {
    const float *std = rows->probability + gaussian_at(rows, row);
    size_t n = features_ld(d);
    const float *x = rows->features + (size_t)row * n, *v = rows->variance;
    float d_log_s[ACTION_DIMS];
    gaussian_mean_gradient(d, rows, row, action, weight, entropy_weight, d_output, d_log_s);
    for (int j = 0; d_log_std && j < d->dims; j++, v += n, d_log_std += n) {
        float slope = d_log_s[j] / (std[j] * std[j]);
        for (size_t f = 0; f < n; f++) d_log_std[f] += slope * (x[f] * x[f] * v[f]);
    }
}

const distribution_kind distribution_gsde = {
    .name = "gSDE",
    .actions = 1 << A3C_ACTION_BOX,
    .noises = 1 << NOISE_GSDE,
    .log_std = LOG_STD_PER_FEATURE,
    .outputs = outputs,
    .evaluate = evaluate_rows,
    .sample = gaussian_sample,
    .greedy = gaussian_greedy,
    .log_probability = gaussian_log_probability,
    .gradient = gradient,
    .noise_size = matrix_size,
    .noise_draw = noise_draw,
    .sample_noise = sample_noise,
    .scratch_size = matrix_size,
};
