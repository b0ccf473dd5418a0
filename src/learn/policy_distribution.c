/* SPDX-License-Identifier: MIT
 * The discrete distributions, and the way to the Gaussian one. A multi-discrete action's components have their logits
 * one after the other; they are independent, so that log-probabilities and entropies add up. */
#include "learn/policy_distribution.h"

#include "learn/gaussian.h"

#include <math.h>

static size_t at(const distribution_rows *rows, int row) {
    return (size_t)row * (size_t)rows->ld;
}

void distribution_mask(const distribution *d, const uint8_t *allowed, float *output) {
    for (int i = 0; i < d->outputs; i++)
        if (!allowed[i]) output[i] = -INFINITY;
}

/* One component's log softmax and probabilities; returns its entropy. */
static float evaluate_component(const kernels *k, int n, const float *logits, float *log_probability,
                                float *probability) {
    float largest = logits[0], sum = 0, entropy = 0;
    for (int i = 1; i < n; i++) largest = largest < logits[i] ? logits[i] : largest;
    for (int i = 0; i < n; i++) log_probability[i] = logits[i] - largest;
    k->exp((size_t)n, log_probability, probability);
    for (int i = 0; i < n; i++) sum += probability[i];
    k->log(1, &sum, &sum);
    for (int i = 0; i < n; i++) log_probability[i] -= sum;
    k->exp((size_t)n, log_probability, probability);
    for (int i = 0; i < n; i++)
        if (probability[i] > 0) entropy -= probability[i] * log_probability[i];
    return entropy;
}

void distribution_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                           int count) {
    const kernels *k = kernels_get();
    if (d->kind == DISTRIBUTION_GAUSSIAN) {
        gaussian_evaluate(d, parameters, rows, row, count);
        return;
    }
    if (d->kind == DISTRIBUTION_CATEGORICAL) {
        size_t i = at(rows, row);
        k->softmax(count, d->n[0], rows->output + i, rows->ld, rows->log_probability + i, rows->probability + i,
                   rows->entropy + row);
        return;
    }
    for (int r = row; r < row + count; r++) {
        size_t i = at(rows, r);
        rows->entropy[r] = 0;
        for (int c = 0; c < d->dims; i += (size_t)d->n[c], c++)
            rows->entropy[r] +=
                evaluate_component(k, d->n[c], rows->output + i, rows->log_probability + i, rows->probability + i);
    }
}

/* The first index whose cumulative probability exceeds u; the last possible one where rounding leaves the sum below u.
 */
static int32_t choose(int n, const float *probability, float u) {
    float cumulative = 0;
    int32_t last = 0;
    for (int i = 0; i < n; i++) {
        cumulative += probability[i];
        if (cumulative > u) return i;
        if (probability[i] > 0) last = i;
    }
    return last;
}

void distribution_sample(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                         action_word *action) {
    size_t i = at(rows, row);
    for (int c = 0; c < d->dims; c++) {
        if (d->kind == DISTRIBUTION_GAUSSIAN) {
            action[c].number =
                rows->output[i + (size_t)c] + rows->probability[i + (size_t)c] * (float)random_normal(stream);
        } else {
            action[c].index = choose(d->n[c], rows->probability + i, random_uniform(stream));
            i += (size_t)d->n[c];
        }
    }
}

static int32_t largest(int n, const float *x) {
    int32_t best = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

void distribution_greedy(const distribution *d, const distribution_rows *rows, int row, action_word *action) {
    size_t i = at(rows, row);
    for (int c = 0; c < d->dims; c++) {
        if (d->kind == DISTRIBUTION_GAUSSIAN) {
            action[c].number = rows->output[i + (size_t)c];
        } else {
            action[c].index = largest(d->n[c], rows->output + i);
            i += (size_t)d->n[c];
        }
    }
}

float distribution_log_probability(const distribution *d, const distribution_rows *rows, int row,
                                   const action_word *action) {
    if (d->kind == DISTRIBUTION_GAUSSIAN) return gaussian_log_probability(d, rows, row, action);
    const float *log_probability = rows->log_probability + at(rows, row);
    float sum = 0;
    for (int c = 0; c < d->dims; log_probability += d->n[c], c++) sum += log_probability[action[c].index];
    return sum;
}

/* d(-log pi(a)) / dz_i = p_i - [i = a],  d(-H) / dz_i = p_i (log p_i + H) */
static void component_gradient(int n, const float *log_probability, const float *probability, float entropy,
                               int32_t action, float weight, float entropy_weight, float *d_output) {
    for (int i = 0; i < n; i++) {
        float p = probability[i];
        d_output[i] = p > 0 ? p * (weight + entropy_weight * (log_probability[i] + entropy)) : 0;
    }
    d_output[action] -= weight;
}

void distribution_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                           float weight, float entropy_weight, float *d_output, float *d_log_std) {
    if (d->kind == DISTRIBUTION_GAUSSIAN) {
        gaussian_gradient(d, rows, row, action, weight, entropy_weight, d_output, d_log_std);
        return;
    }
    const float *log_probability = rows->log_probability + at(rows, row),
                *probability = rows->probability + at(rows, row);
    for (int c = 0; c < d->dims; c++) {
        int n = d->n[c];
        float entropy = rows->entropy[row];
        if (d->kind == DISTRIBUTION_MULTI_DISCRETE) {
            entropy = 0;
            for (int i = 0; i < n; i++)
                if (probability[i] > 0) entropy -= probability[i] * log_probability[i];
        }
        component_gradient(n, log_probability, probability, entropy, action[c].index, weight, entropy_weight, d_output);
        log_probability += n, probability += n, d_output += n;
    }
}
