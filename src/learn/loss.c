/* SPDX-License-Identifier: MIT
 * The actor-critic loss and its gradient:
 *   L = -mean(log pi(a|s) A) + c_v * 1/2 mean((G - V)^2) - beta * mean(H)        (or sums instead of means) */
#include "learn/learner.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

void learner_advantage_moments(const learner *l, int first, int count, double *sum, double *squares) {
    for (int e = first; e < first + count; e++)
        for (int t = 0; t < l->steps; t++) {
            double a = l->rollout->advantage[t * l->envs + e];
            *sum += a;
            *squares += a * a;
        }
}

void loss_sums_add(loss_sums *to, const loss_sums *from) {
    to->samples += from->samples;
    to->policy_loss += from->policy_loss;
    to->value_loss += from->value_loss;
    to->entropy += from->entropy;
    to->target += from->target;
    to->target_squared += from->target_squared;
    to->residual += from->residual;
    to->residual_squared += from->residual_squared;
}

/* One sample's loss, and its gradient at the heads' outputs. */
static void sample_loss(learner *l, int row, double scale, const gradient_scale *g, loss_sums *sums, float *d_log_std) {
    const learner_config *c = l->config;
    rollout *r = l->rollout;
    const action_word *action = r->action + (size_t)row * (size_t)c->distribution.dims;
    double advantage = (r->advantage[row] - g->advantage_mean) / g->advantage_deviation;
    double residual = (double)r->target[row] - r->value[row];
    distribution_gradient(&c->distribution, &r->rows, row, action, (float)(advantage * scale),
                          (float)(g->entropy_coef * scale), r->tape.d_policy + (size_t)row * (size_t)c->net->policy_ld,
                          d_log_std);
    r->tape.d_value[(size_t)row * (size_t)c->net->value_ld] = (float)(-residual * c->value_coef * scale);

    double target = r->target[row];
    sums->samples += 1;
    sums->policy_loss -= advantage * distribution_log_probability(&c->distribution, &r->rows, row, action);
    sums->value_loss += 0.5 * residual * residual;
    sums->entropy += r->rows.entropy[row];
    sums->target += target;
    sums->target_squared += target * target;
    sums->residual += residual;
    sums->residual_squared += residual * residual;
}

/* The loss of environments first .. first + count - 1, step by step; its gradients at the heads go to the tape. */
static void heads(learner *l, int first, int count, const gradient_scale *scale, bool accumulate, float *gradient,
                  loss_sums *sums) {
    const net *net = l->config->net;
    double each = l->config->sum_loss ? 1 : 1 / scale->samples;
    float *d_log_std = net->spec.log_std ? gradient + net->log_std : NULL;
    if (d_log_std && !accumulate) memset(d_log_std, 0, net->log_std_size * sizeof *d_log_std);
    for (int t = 0; t < l->steps; t++)
        for (int e = first; e < first + count; e++) sample_loss(l, t * l->envs + e, each, scale, sums, d_log_std);
}

void learner_gradient_part(learner *l, const float *parameters, int first, int count, const gradient_scale *scale,
                           bool accumulate, float *gradient, loss_sums *sums) {
    uint64_t start = l->timed ? clock_ticks() : 0;
    heads(l, first, count, scale, accumulate, gradient, sums);
    for (int e = first; e < first + count; e++)
        net_backward(l->config->net, parameters, &l->rollout->tape, e, l->steps, l->envs, accumulate || e > first,
                     gradient);
    if (l->timed) l->ticks.backward += clock_ticks() - start;
}

void learner_gradient(learner *l, const float *parameters, double entropy_coef, float *gradient) {
    uint64_t start = l->timed ? clock_ticks() : 0;
    gradient_scale scale = {(double)l->steps * l->envs, entropy_coef, 0, 1};
    if (l->config->normalize_advantage) {
        double sum = 0, squares = 0;
        learner_advantage_moments(l, 0, l->envs, &sum, &squares);
        scale.advantage_mean = sum / scale.samples;
        scale.advantage_deviation =
            sqrt(fmax(0, squares / scale.samples - scale.advantage_mean * scale.advantage_mean)) + 1e-8;
    }
    heads(l, 0, l->envs, &scale, false, gradient, &l->sums);
    net_backward(l->config->net, parameters, &l->rollout->tape, 0, l->steps * l->envs, 1, false, gradient);
    if (l->timed) l->ticks.backward += clock_ticks() - start;
}
