/* SPDX-License-Identifier: MIT
 * The actor-critic loss and its gradient:
 *   L = -mean(log pi(a|s) A) + c_v * 1/2 mean((G - V)^2) - beta * mean(H)        (or sums instead of means)
 * and PPO's, whose first term is the clipped surrogate. */
#include "learn/learner.h"

#include "learn/ppo.h"

#include <math.h>
#include <string.h>

void learner_advantage_sums(const learner *l, int first, int count, double *sum, double *squares) {
    for (int e = first; e < first + count; e++)
        for (int t = 0; t < l->steps; t++) {
            double a = l->rollout->advantage[t * l->envs + e];
            *sum += a;
            *squares += a * a;
        }
}

void learner_normalize_advantages(double sum, double squares, gradient_scale *scale) {
    double mean = sum / scale->samples;
    scale->advantage_mean = mean;
    scale->advantage_deviation = sqrt(fmax(0, squares / scale->samples - mean * mean)) + 1e-8;
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

/* A sample's part of the loss that is the policy's own, and minus its derivative by log pi(a|s). */
typedef struct policy_term {
    double loss, weight;
} policy_term;

static const action_word *action_taken(const learner *l, int row) {
    return l->rollout->action + (size_t)row * (size_t)l->config->distribution.dims;
}

static double advantage_of(const learner *l, int row, const gradient_scale *g) {
    return (l->rollout->advantage[row] - g->advantage_mean) / g->advantage_deviation;
}

static policy_term actor_critic_term(const learner *l, int row, const gradient_scale *g) {
    double advantage = advantage_of(l, row, g);
    const distribution *d = &l->config->distribution;
    return (policy_term){-advantage * distribution_log_probability(d, &l->rollout->rows, row, action_taken(l, row)),
                         advantage};
}

static policy_term ppo_term(const learner *l, int row, const gradient_scale *g) {
    ppo_sample s = ppo_surrogate(l->rollout->log_rho[row], advantage_of(l, row, g), g->clip);
    return (policy_term){s.loss, s.weight};
}

/* One sample's loss, and its gradient at the heads' outputs. */
static void sample_loss(learner *l, int row, double scale, const gradient_scale *g, policy_term policy, loss_sums *sums,
                        float *d_log_std) {
    const learner_config *c = l->config;
    rollout *r = l->rollout;
    double residual = (double)r->target[row] - r->value[row];
    distribution_gradient(&c->distribution, &r->rows, row, action_taken(l, row), (float)(policy.weight * scale),
                          (float)(g->entropy_coef * scale), r->tape.d_policy + (size_t)row * (size_t)c->net->policy_ld,
                          d_log_std);
    r->tape.d_value[(size_t)row * (size_t)c->net->value_ld] = (float)(-residual * c->value_coef * scale);

    double target = r->target[row];
    sums->samples += 1;
    sums->policy_loss += policy.loss;
    sums->value_loss += 0.5 * residual * residual;
    sums->entropy += r->rows.entropy[row];
    sums->target += target;
    sums->target_squared += target * target;
    sums->residual += residual;
    sums->residual_squared += residual * residual;
}

/* Where the gradient of the log standard deviations goes, NULL when there are none; heads add to it, sample by sample.
 */
static float *log_std_gradient(const net *net, bool accumulate, float *gradient) {
    if (!net->spec.log_std) return NULL;
    if (!accumulate) memset(gradient + net->log_std, 0, net->log_std_size * sizeof *gradient);
    return gradient + net->log_std;
}

/* The loss of environments first .. first + count - 1, step by step; its gradients at the heads go to the tape, an
 * environment's loss to sums[e - first], or to sums[0] when they are not `apart`. */
static void heads(learner *l, int first, int count, const gradient_scale *scale, bool accumulate, float *gradient,
                  loss_sums *sums, bool apart) {
    double each = l->config->sum_loss ? 1 : 1 / scale->samples;
    float *d_log_std = log_std_gradient(l->config->net, accumulate, gradient);
    for (int t = 0; t < l->steps; t++)
        for (int e = first; e < first + count; e++) {
            int row = t * l->envs + e;
            sample_loss(l, row, each, scale, actor_critic_term(l, row, scale), &sums[apart ? e - first : 0], d_log_std);
        }
}

void learner_gradient_part(learner *l, const float *parameters, int first, int count, const gradient_scale *scale,
                           bool accumulate, float *gradient, loss_sums *sums) {
    heads(l, first, count, scale, accumulate, gradient, sums, true);
    net_backward_envs(l->config->net, parameters, &l->rollout->tape, first, count, l->steps, accumulate, gradient);
    lap(l->watch, PHASE_BACKWARD);
}

void learner_gradient_factors(learner *l, const float *parameters, const gradient_scale *scale, factors *f,
                              loss_sums *sums) {
    heads(l, 0, l->envs, scale, false, NULL, sums, true);
    factors_find(l->config->net, parameters, &l->rollout->tape, 0, l->envs, l->steps, f);
    lap(l->watch, PHASE_BACKWARD);
}

void learner_gradient_ppo(learner *l, const float *parameters, int e, int t, int count, const gradient_scale *scale,
                          bool accumulate, float *gradient, loss_sums *sums) {
    double each = l->config->sum_loss ? 1 : 1 / scale->samples;
    float *d_log_std = log_std_gradient(l->config->net, accumulate, gradient);
    int first = t * l->envs + e;
    for (int k = 0; k < count; k++) {
        int row = first + k * l->envs;
        sample_loss(l, row, each, scale, ppo_term(l, row, scale), sums, d_log_std);
    }
    net_backward(l->config->net, parameters, &l->rollout->tape, first, count, l->envs, accumulate, gradient);
    lap(l->watch, PHASE_BACKWARD);
}

void learner_gradient(learner *l, const float *parameters, double entropy_coef, float *gradient) {
    gradient_scale scale = {
        .samples = (double)l->steps * l->envs, .entropy_coef = entropy_coef, .advantage_deviation = 1};
    if (l->config->normalize_advantage) {
        double sum = 0, squares = 0;
        learner_advantage_sums(l, 0, l->envs, &sum, &squares);
        learner_normalize_advantages(sum, squares, &scale);
    }
    heads(l, 0, l->envs, &scale, false, gradient, &l->sums, false);
    net_backward(l->config->net, parameters, &l->rollout->tape, 0, l->steps * l->envs, 1, false, gradient);
    lap(l->watch, PHASE_BACKWARD);
}
