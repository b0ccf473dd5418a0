/* SPDX-License-Identifier: MIT
 * Categorical (one or several components side by side in the outputs) and diagonal Gaussian distributions. */
#include "learn/policy_distribution.h"

#include <math.h>
#include <string.h>

static const float half_log_2pi = 0.9189385332046727f;

static bool gaussian(const distribution *d) { return d->kind == DISTRIBUTION_GAUSSIAN; }

static size_t at(const distribution_rows *r, int row) { return (size_t)row * (size_t)r->ld; }

/* ---- Gaussian: `probability` holds standard deviations, `log_probability` their logarithms ---- */

static float softplus(float x) { return fmaxf(x, 0) + log1pf(expf(-fabsf(x))); }

static void gaussian_evaluate(const distribution *d, const float *parameters, const distribution_rows *r, int row) {
    const float *output = r->output + at(r, row);
    float *log_std = r->log_probability + at(r, row), *std = r->probability + at(r, row), entropy = 0;
    for (int i = 0; i < d->dims; i++) {
        if (d->state_dependent_std) {
            std[i] = sqrtf(softplus(output[d->dims + i]) + 1e-6f);
            log_std[i] = logf(std[i]);
        } else {
            log_std[i] = parameters[d->log_std + (size_t)i];
            std[i] = expf(log_std[i]);
        }
        entropy += log_std[i] + half_log_2pi + 0.5f;
    }
    r->entropy[row] = entropy;
}

static float gaussian_log_probability(const distribution *d, const distribution_rows *r, int row, const action_word *action) {
    const float *mean = r->output + at(r, row), *log_std = r->log_probability + at(r, row), *std = r->probability + at(r, row);
    float sum = 0;
    for (int i = 0; i < d->dims; i++) {
        float z = (action[i].number - mean[i]) / std[i];
        sum -= 0.5f * z * z + log_std[i] + half_log_2pi;
    }
    return sum;
}

/* d log pi / d mean = z / sigma, d log pi / d log sigma = z^2 - 1, d H / d log sigma = 1; softplus variance v: log sigma = log(v) / 2. */
static void gaussian_gradient(const distribution *d, const distribution_rows *r, int row, const action_word *action, float weight,
                              float entropy_weight, float *d_output, float *d_log_std) {
    const float *output = r->output + at(r, row), *std = r->probability + at(r, row);
    for (int i = 0; i < d->dims; i++) {
        float z = (action[i].number - output[i]) / std[i];
        d_output[i] = -weight * z / std[i];
        float of_log_std = -weight * (z * z - 1) - entropy_weight;
        if (d->state_dependent_std) {
            float slope = 1 / (1 + expf(-output[d->dims + i]));
            d_output[d->dims + i] = of_log_std * 0.5f * slope / (std[i] * std[i]);
        } else if (d_log_std) {
            d_log_std[i] += of_log_std;
        }
    }
}

/* ---- Categorical: component after component in the row ---- */

/* Each component is made at the start of the row's arrays and moved to its place: kernels want aligned rows. */
static void multi_evaluate(const distribution *d, const distribution_rows *r, int row) {
    _Alignas(64) float logits[256], log_probability[256], probability[256];
    float entropy = 0, part;
    for (int i = 0, first = 0; i < d->dims; first += d->n[i++]) {
        int n = d->n[i], ld = (n + 15) / 16 * 16;
        CHECK(ld <= 256);
        memset(logits, 0, (size_t)ld * sizeof *logits);
        memcpy(logits, r->output + at(r, row) + first, (size_t)n * sizeof *logits);
        kernels_get()->softmax(1, n, logits, ld, log_probability, probability, &part);
        memcpy(r->log_probability + at(r, row) + first, log_probability, (size_t)n * sizeof *logits);
        memcpy(r->probability + at(r, row) + first, probability, (size_t)n * sizeof *logits);
        entropy += part;
    }
    r->entropy[row] = entropy;
}

void distribution_evaluate(const distribution *d, const float *parameters, const distribution_rows *r, int row, int count) {
    if (d->kind == DISTRIBUTION_CATEGORICAL) {
        size_t first = at(r, row);
        kernels_get()->softmax(count, d->n[0], r->output + first, r->ld, r->log_probability + first, r->probability + first,
                               r->entropy + row);
        return;
    }
    for (int i = row; i < row + count; i++) {
        if (gaussian(d)) gaussian_evaluate(d, parameters, r, i);
        else multi_evaluate(d, r, i);
    }
}

/* The first index whose cumulative probability is above u; rounding may leave u above them all: then the last possible one. */
static int32_t pick(const float *probability, int n, float u) {
    float cumulative = 0;
    int32_t last = 0;
    for (int32_t i = 0; i < n; i++) {
        cumulative += probability[i];
        if (cumulative > u) return i;
        if (probability[i] > 0) last = i;
    }
    return last;
}

void distribution_sample(const distribution *d, const distribution_rows *r, int row, random_stream *stream, action_word *action) {
    const float *probability = r->probability + at(r, row), *mean = r->output + at(r, row);
    for (int i = 0, first = 0; i < d->dims; first += d->n[i++]) {
        if (gaussian(d)) action[i].number = mean[i] + probability[i] * (float)random_normal(stream);
        else action[i].index = pick(probability + first, d->n[i], random_uniform(stream));
    }
}

void distribution_greedy(const distribution *d, const distribution_rows *r, int row, action_word *action) {
    const float *probability = r->probability + at(r, row), *mean = r->output + at(r, row);
    for (int i = 0, first = 0; i < d->dims; first += d->n[i++]) {
        if (gaussian(d)) {
            action[i].number = mean[i];
            continue;
        }
        action[i].index = 0;
        for (int32_t k = 1; k < d->n[i]; k++)
            if (probability[first + k] > probability[first + action[i].index]) action[i].index = k;
    }
}

float distribution_log_probability(const distribution *d, const distribution_rows *r, int row, const action_word *action) {
    if (gaussian(d)) return gaussian_log_probability(d, r, row, action);
    const float *log_probability = r->log_probability + at(r, row);
    float sum = 0;
    for (int i = 0, first = 0; i < d->dims; first += d->n[i++]) sum += log_probability[first + action[i].index];
    return sum;
}

/* d log pi / d z_j = 1[j = a] - p_j;  d H / d z_j = -p_j (log p_j + H), H the component's own entropy. */
static void categorical_gradient(const float *log_probability, const float *probability, int n, int32_t action, float weight,
                                 float entropy_weight, float *d_output) {
    float entropy = 0;
    if (entropy_weight != 0)
        for (int j = 0; j < n; j++)
            if (probability[j] > 0) entropy -= probability[j] * log_probability[j];
    for (int j = 0; j < n; j++) {
        float bonus = probability[j] > 0 ? probability[j] * (log_probability[j] + entropy) : 0;
        d_output[j] = weight * (probability[j] - (j == action ? 1.0f : 0.0f)) + entropy_weight * bonus;
    }
}

void distribution_gradient(const distribution *d, const distribution_rows *r, int row, const action_word *action, float weight,
                           float entropy_weight, float *d_output, float *d_log_std) {
    if (gaussian(d)) {
        gaussian_gradient(d, r, row, action, weight, entropy_weight, d_output, d_log_std);
        return;
    }
    for (int i = 0, first = 0; i < d->dims; first += d->n[i++])
        categorical_gradient(r->log_probability + at(r, row) + first, r->probability + at(r, row) + first, d->n[i], action[i].index, weight,
                             entropy_weight, d_output + first);
}
