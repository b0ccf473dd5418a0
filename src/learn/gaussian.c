/* SPDX-License-Identifier: MIT
 * The diagonal Gaussian: log pi(a) = sum_j -(a_j - mean_j)^2 / (2 s_j^2) - log s_j - log(2 pi) / 2,
 * H = sum_j log s_j + (1 + log(2 pi)) / 2. Where s comes from: a parameter, a softplus of the network's outputs, or
 * (gSDE) the features of the policy head and a matrix of parameters. */
#include "learn/gaussian.h"

#include "base/memory.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const float half_log_2pi = 0.918938533f;
static const float gsde_variance_floor = 1e-6f;

static size_t at(const distribution_rows *rows, int row) {
    return (size_t)row * (size_t)rows->ld;
}
static size_t features_ld(const distribution *d) {
    return line_floats((size_t)d->features);
}

/* ---- Standard deviations ---- */

/* var_j = log(1 + e^x_j), the output after the means; log1p(e) = log(1 + e) e / ((1 + e) - 1) keeps the digits of a
 * small e. */
static void softplus_deviation(const kernels *k, int dims, const float *raw, float *log_std, float *std) {
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

/* sum_f x_f^2 v_f over whole lines, in sixteen partial sums */
static float weighted_squares(size_t n, const float *x, const float *v) {
    float s[LINE_FLOATS] = {0};
    for (size_t f = 0; f < n; f += LINE_FLOATS)
        for (size_t i = 0; i < LINE_FLOATS; i++) s[i] += x[f + i] * x[f + i] * v[f + i];
    for (size_t half = LINE_FLOATS / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++) s[i] += s[i + half];
    return s[0];
}

static void gsde_variance(const kernels *k, const distribution *d, const float *parameters, float *variance) {
    size_t n = (size_t)d->dims * features_ld(d);
    for (size_t i = 0; i < n; i++) variance[i] = 2 * parameters[d->log_std + i];
    k->exp(n, variance, variance);
}

static void gsde_deviation(const kernels *k, const distribution *d, const distribution_rows *rows, int row,
                           float *log_std, float *std) {
    size_t n = features_ld(d);
    float variance[ACTION_DIMS];
    for (size_t j = 0; j < (size_t)d->dims; j++) {
        variance[j] =
            weighted_squares(n, rows->features + (size_t)row * n, rows->variance + j * n) + gsde_variance_floor;
        std[j] = sqrtf(variance[j]);
    }
    k->log((size_t)d->dims, variance, log_std);
    for (int j = 0; j < d->dims; j++) log_std[j] *= 0.5f;
}

void gaussian_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                       int count) {
    const kernels *k = kernels_get();
    size_t dims = (size_t)d->dims;
    if (d->noise == NOISE_GSDE) gsde_variance(k, d, parameters, rows->variance);
    for (int r = row; r < row + count; r++) {
        float *log_std = rows->log_probability + at(rows, r), *std = rows->probability + at(rows, r);
        if (d->noise == NOISE_GSDE) {
            gsde_deviation(k, d, rows, r, log_std, std);
        } else if (d->state_dependent_std) {
            softplus_deviation(k, d->dims, rows->output + at(rows, r) + dims, log_std, std);
        } else if (r == row) {
            memcpy(log_std, parameters + d->log_std, dims * sizeof *log_std);
            k->exp(dims, log_std, std);
        } else { /* the same in every row */
            memcpy(log_std, rows->log_probability + at(rows, row), dims * sizeof *log_std);
            memcpy(std, rows->probability + at(rows, row), dims * sizeof *std);
        }
        rows->entropy[r] = 0;
        for (size_t j = 0; j < dims; j++) rows->entropy[r] += log_std[j] + (0.5f + half_log_2pi);
    }
}

/* ---- Noise that lasts ---- */

size_t distribution_noise_size(const distribution *d) {
    if (d->kind != DISTRIBUTION_GAUSSIAN || d->noise == NOISE_FRESH) return 0;
    return d->noise == NOISE_HELD ? (size_t)d->dims : (size_t)d->dims * features_ld(d);
}

void distribution_noise_draw(const distribution *d, const float *parameters, random_stream *stream, float *noise) {
    if (d->noise == NOISE_HELD) {
        for (int j = 0; j < d->dims; j++) noise[j] = (float)random_normal(stream);
        return;
    }
    size_t n = features_ld(d);
    kernels_get()->exp((size_t)d->dims * n, parameters + d->log_std, noise);
    for (size_t j = 0; j < (size_t)d->dims; j++)
        for (size_t f = 0; f < n; f++) noise[j * n + f] *= f < (size_t)d->features ? (float)random_normal(stream) : 0;
}

void distribution_sample_noise(const distribution *d, const distribution_rows *rows, int row, const float *noise,
                               action_word *action) {
    const float *mean = rows->output + at(rows, row), *std = rows->probability + at(rows, row);
    if (d->noise == NOISE_HELD) {
        for (int j = 0; j < d->dims; j++) action[j].number = mean[j] + std[j] * noise[j];
        return;
    }
    int n = (int)features_ld(d);
    float perturbation[LINE_FLOATS];
    const float *features = rows->features + (size_t)row * (size_t)n;
    kernels_get()->dot(1, d->features, d->dims, features, n, noise, n, NULL, perturbation, LINE_FLOATS);
    for (int j = 0; j < d->dims; j++) action[j].number = mean[j] + perturbation[j];
}

/* ---- Log-probability and gradient ---- */

float gaussian_log_probability(const distribution *d, const distribution_rows *rows, int row,
                               const action_word *action) {
    const float *mean = rows->output + at(rows, row);
    const float *log_std = rows->log_probability + at(rows, row), *std = rows->probability + at(rows, row);
    float sum = 0;
    for (int j = 0; j < d->dims; j++) {
        float z = (action[j].number - mean[j]) / std[j];
        sum += -0.5f * z * z - log_std[j] - half_log_2pi;
    }
    return sum;
}

/* d log s / d raw = sigmoid(raw) / (2 softplus(raw)) */
static float softplus_slope(const kernels *k, float raw, float std) {
    float sigmoid;
    k->sigmoid(1, &raw, &sigmoid);
    return 0.5f * sigmoid / (std * std);
}

/* d log s_j / d log_std_jf = features_f^2 exp(2 log_std_jf) / s_j^2 */
static void gsde_gradient(const distribution *d, const distribution_rows *rows, int row, int j, float slope,
                          float *d_log_std) {
    size_t n = features_ld(d);
    const float *x = rows->features + (size_t)row * n, *v = rows->variance + (size_t)j * n;
    for (size_t f = 0; f < n; f++) d_log_std[(size_t)j * n + f] += slope * (x[f] * x[f] * v[f]);
}

void gaussian_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                       float weight, float entropy_weight, float *d_output, float *d_log_std) {
    const kernels *k = kernels_get();
    const float *mean = rows->output + at(rows, row), *std = rows->probability + at(rows, row);
    for (int j = 0; j < d->dims; j++) {
        float z = (action[j].number - mean[j]) / std[j];
        float d_log = weight * (1 - z * z) - entropy_weight; /* with respect to log s_j */
        d_output[j] = -weight * z / std[j];
        if (d->noise == NOISE_GSDE) {
            if (d_log_std) gsde_gradient(d, rows, row, j, d_log / (std[j] * std[j]), d_log_std);
        } else if (d->state_dependent_std) {
            d_output[d->dims + j] = d_log * softplus_slope(k, mean[d->dims + j], std[j]);
        } else if (d_log_std) {
            d_log_std[j] += d_log;
        }
    }
}
