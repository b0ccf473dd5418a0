/* SPDX-License-Identifier: MIT
 * The reference's distributions and losses. */
#include "reference/head.h"

#include <math.h>
#include <stddef.h>

#define LOG_TWO_PI 1.8378770664093453

head_result head_categorical(int n, const var *logits, int action, const unsigned char *mask) {
    double largest = -INFINITY;
    for (int k = 0; k < n; k++)
        if (!mask || mask[k]) largest = fmax(largest, var_value(logits[k]));
    var sum = var_new(0), entropy = var_new(0);
    for (int k = 0; k < n; k++)
        if (!mask || mask[k]) sum = var_add(sum, var_exp(var_affine(logits[k], 1, -largest)));
    var total = var_affine(var_log(sum), 1, largest);
    for (int k = 0; k < n; k++)
        if (!mask || mask[k]) {
            var log_p = var_subtract(logits[k], total);
            entropy = var_subtract(entropy, var_multiply(var_exp(log_p), log_p));
        }
    return (head_result){var_subtract(logits[action], total), entropy};
}

static head_result sum_of(head_result a, head_result b) {
    return (head_result){var_add(a.log_probability, b.log_probability), var_add(a.entropy, b.entropy)};
}

head_result head_multi_discrete(int dims, const int *n, const var *logits, const int *action,
                                const unsigned char *mask) {
    head_result all = {var_new(0), var_new(0)};
    for (int d = 0, at = 0; d < dims; at += n[d++])
        all = sum_of(all, head_categorical(n[d], logits + at, action[d], mask ? mask + at : NULL));
    return all;
}

head_result head_gaussian(int dims, const var *mean, const var *log_std, const double *action) {
    head_result all = {var_new(0), var_new(0)};
    for (int d = 0; d < dims; d++) {
        var z = var_divide(var_affine(mean[d], -1, action[d]), var_exp(log_std[d]));
        var log_p = var_affine(var_fma(var_affine(z, 0.5, 0), z, log_std[d]), -1, -0.5 * LOG_TWO_PI);
        all = sum_of(all, (head_result){log_p, var_affine(log_std[d], 1, 0.5 * (1 + LOG_TWO_PI))});
    }
    return all;
}

void head_gsde_log_std(int dims, int features, const double *feature, var log_std, var *of_row) {
    for (int j = 0; j < dims; j++) {
        var variance = var_new(1e-6);
        for (int f = 0; f < features; f++) {
            var squared = var_exp(var_affine(log_std + f * dims + j, 2, 0));
            variance = var_add(variance, var_affine(squared, feature[f] * feature[f], 0));
        }
        of_row[j] = var_affine(var_log(variance), 0.5, 0);
    }
}

head_result head_gaussian_softplus(int dims, const var *mean, const var *raw, double floor, const double *action) {
    head_result all = {var_new(0), var_new(0)};
    for (int d = 0; d < dims; d++) {
        var log_std = var_affine(var_log(var_affine(var_softplus(raw[d]), 1, floor)), 0.5, 0);
        all = sum_of(all, head_gaussian(1, &mean[d], &log_std, &action[d]));
    }
    return all;
}

/* What the losses have in common, once the sum of the policy terms is known. */
static loss_result combine(const loss_spec *spec, int rows, var policy, const head_result *head, const var *value,
                           const double *target) {
    double weight = spec->sum ? 1.0 : 1.0 / rows;
    var errors = var_new(0), entropy = var_new(0);
    for (int r = 0; r < rows; r++) {
        errors = var_add(errors, var_affine(var_square(var_affine(value[r], -1, target[r])), 0.5, 0));
        entropy = var_add(entropy, head[r].entropy);
    }
    loss_result l = {.policy = var_affine(policy, weight, 0),
                     .value = var_affine(errors, weight, 0),
                     .entropy = var_affine(entropy, weight, 0)};
    l.total = var_add(l.policy,
                      var_add(var_affine(l.value, spec->value_coef, 0), var_affine(l.entropy, -spec->entropy_coef, 0)));
    return l;
}

loss_result loss_actor_critic(const loss_spec *spec, int rows, const head_result *head, const var *value,
                              const double *advantage, const double *target) {
    var policy = var_new(0);
    for (int r = 0; r < rows; r++) policy = var_add(policy, var_affine(head[r].log_probability, -advantage[r], 0));
    return combine(spec, rows, policy, head, value, target);
}

loss_result loss_ppo(const loss_spec *spec, double clip, int rows, const head_result *head, const var *value,
                     const double *old_log_probability, const double *advantage, const double *target) {
    var policy = var_new(0);
    for (int r = 0; r < rows; r++) {
        var ratio = var_exp(var_affine(head[r].log_probability, 1, -old_log_probability[r]));
        var clipped = var_affine(var_clamp(ratio, 1 - clip, 1 + clip), advantage[r], 0);
        policy = var_subtract(policy, var_minimum(var_affine(ratio, advantage[r], 0), clipped));
    }
    return combine(spec, rows, policy, head, value, target);
}
