/* SPDX-License-Identifier: MIT
 * The discrete distributions: one categorical, or several. A multi-discrete action's components have their logits one
 * after the other; they are independent, so that log-probabilities and entropies add up. */
#include "learn/policy_distribution.h"

static size_t at(const distribution_rows *rows, int row) {
    return (size_t)row * (size_t)rows->ld;
}

static int outputs(const distribution *d) {
    int sum = 0;
    for (int c = 0; c < d->dims; c++) sum += d->n[c];
    return sum;
}

/* ---- Evaluation ---- */

static void categorical_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                                 int count) {
    (void)parameters;
    size_t i = at(rows, row);
    kernels_get()->softmax(count, d->n[0], rows->output + i, rows->ld, rows->log_probability + i, rows->probability + i,
                           rows->entropy + row);
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

static void multi_discrete_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows,
                                    int row, int count) {
    (void)parameters;
    const kernels *k = kernels_get();
    for (int r = row; r < row + count; r++) {
        size_t i = at(rows, r);
        rows->entropy[r] = 0;
        for (int c = 0; c < d->dims; i += (size_t)d->n[c], c++)
            rows->entropy[r] +=
                evaluate_component(k, d->n[c], rows->output + i, rows->log_probability + i, rows->probability + i);
    }
}

/* ---- Actions ---- */

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

static void sample(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                   action_word *action) {
    const float *probability = rows->probability + at(rows, row);
    for (int c = 0; c < d->dims; probability += d->n[c], c++)
        action[c].index = choose(d->n[c], probability, random_uniform(stream));
}

static int32_t largest(int n, const float *x) {
    int32_t best = 0;
    for (int i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

static void greedy(const distribution *d, const distribution_rows *rows, int row, action_word *action) {
    const float *logits = rows->output + at(rows, row);
    for (int c = 0; c < d->dims; logits += d->n[c], c++) action[c].index = largest(d->n[c], logits);
}

/* ---- Log-probability and gradient ---- */

static float log_probability(const distribution *d, const distribution_rows *rows, int row, const action_word *action) {
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

static void categorical_gradient(const distribution *d, const distribution_rows *rows, int row,
                                 const action_word *action, float weight, float entropy_weight, float *d_output,
                                 float *d_log_std) {
    (void)d_log_std;
    size_t i = at(rows, row);
    component_gradient(d->n[0], rows->log_probability + i, rows->probability + i, rows->entropy[row], action[0].index,
                       weight, entropy_weight, d_output);
}

static void multi_discrete_gradient(const distribution *d, const distribution_rows *rows, int row,
                                    const action_word *action, float weight, float entropy_weight, float *d_output,
                                    float *d_log_std) {
    (void)d_log_std;
    const float *log_probability = rows->log_probability + at(rows, row),
                *probability = rows->probability + at(rows, row);
    for (int c = 0; c < d->dims; c++) {
        int n = d->n[c];
        float entropy = 0;
        for (int i = 0; i < n; i++)
            if (probability[i] > 0) entropy -= probability[i] * log_probability[i];
        component_gradient(n, log_probability, probability, entropy, action[c].index, weight, entropy_weight, d_output);
        log_probability += n, probability += n, d_output += n;
    }
}

const distribution_kind distribution_categorical = {
    .name = "categorical",
    .actions = 1 << A3C_ACTION_DISCRETE,
    .noises = 1 << NOISE_FRESH,
    .outputs = outputs,
    .evaluate = categorical_evaluate,
    .sample = sample,
    .greedy = greedy,
    .log_probability = log_probability,
    .gradient = categorical_gradient,
};

const distribution_kind distribution_multi_discrete = {
    .name = "multi-discrete",
    .actions = 1 << A3C_ACTION_MULTI_DISCRETE,
    .noises = 1 << NOISE_FRESH,
    .outputs = outputs,
    .evaluate = multi_discrete_evaluate,
    .sample = sample,
    .greedy = greedy,
    .log_probability = log_probability,
    .gradient = multi_discrete_gradient,
};
