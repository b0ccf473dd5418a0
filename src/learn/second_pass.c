/* SPDX-License-Identifier: MIT
 * A second forward pass over a collected rollout with other parameters, for V-trace and PPO. */
#include "learn/second_pass.h"

static void evaluate_strided(const second_pass *p, const float *parameters, int first, int count, int stride) {
    if (stride == 1) {
        distribution_evaluate(p->distribution, parameters, p->rows, first, count);
        return;
    }
    for (int i = 0; i < count; i++) distribution_evaluate(p->distribution, parameters, p->rows, first + i * stride, 1);
}

void second_pass_run(const second_pass *p, const float *parameters, int first, int count, int stride,
                     float *log_probability, float *value) {
    const distribution *d = p->distribution;
    net_forward_rows(p->net, parameters, p->tape, first, count, stride);
    for (int i = 0; p->allowed && i < count; i++) {
        size_t row = (size_t)(first + i * stride);
        distribution_mask(d, p->allowed + row * (size_t)d->outputs, p->tape->policy + row * (size_t)p->net->policy_ld);
    }
    evaluate_strided(p, parameters, first, count, stride);
    for (int i = 0; i < count; i++) {
        int row = first + i * stride;
        if (log_probability)
            log_probability[row] =
                distribution_log_probability(d, p->rows, row, p->action + (size_t)row * (size_t)d->dims);
        if (value) value[row] = p->tape->value[(size_t)row * (size_t)p->net->value_ld];
    }
}
