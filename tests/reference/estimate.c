/* SPDX-License-Identifier: MIT
 * The reference's estimators of advantages and returns. */
#include "reference/estimate.h"

#include <math.h>

static int is_done(const trajectory *tr, int at) {
    return tr->terminated[at] || tr->truncated[at];
}

/* delta = r + discount V(s') (1 - terminated) - V */
static double delta(const trajectory *tr, int at) {
    double next = tr->terminated[at] ? 0 : tr->next_value[at];
    return tr->reward[at] + tr->discount * next - tr->value[at];
}

void estimate_gae(const trajectory *tr, double lambda, double *advantage, double *target) {
    for (int from = 0; from < tr->steps * tr->envs; from++) {
        double sum = 0, weight = 1;
        for (int at = from; at < tr->steps * tr->envs; at += tr->envs) {
            sum += weight * delta(tr, at);
            weight *= tr->discount * lambda;
            if (is_done(tr, at)) break;
        }
        advantage[from] = sum;
        target[from] = sum + tr->value[from];
    }
}

void estimate_n_step(const trajectory *tr, int n, double *advantage, double *target) {
    for (int from = 0; from < tr->steps * tr->envs; from++) {
        double sum = 0, weight = 1;
        int steps = 0;
        for (int at = from;; at += tr->envs) {
            sum += weight * tr->reward[at];
            weight *= tr->discount;
            steps++;
            if (is_done(tr, at) || steps == n || at + tr->envs >= tr->steps * tr->envs) {
                if (!tr->terminated[at]) sum += weight * tr->next_value[at];
                break;
            }
        }
        target[from] = sum;
        advantage[from] = sum - tr->value[from];
    }
}

void estimate_vtrace(const trajectory *tr, const double *ratio, double lambda, double rho_clip, double c_clip,
                     double *advantage, double *target) {
    int all = tr->steps * tr->envs;
    for (int from = 0; from < all; from++) {
        double sum = 0, weight = 1;
        for (int at = from; at < all; at += tr->envs) {
            sum += weight * fmin(rho_clip, ratio[at]) * delta(tr, at);
            weight *= tr->discount * lambda * fmin(c_clip, ratio[at]);
            if (is_done(tr, at)) break;
        }
        target[from] = tr->value[from] + sum;
    }
    for (int at = 0; at < all; at++) {
        int last = is_done(tr, at) || at + tr->envs >= all;
        double next = tr->terminated[at] ? 0 : last ? tr->next_value[at] : target[at + tr->envs];
        advantage[at] = fmin(rho_clip, ratio[at]) * (tr->reward[at] + tr->discount * next - tr->value[at]);
    }
}

void estimate_normalize(int n, double *x) {
    double mean = 0, variance = 0;
    for (int i = 0; i < n; i++) mean += x[i] / n;
    for (int i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean) / n;
    for (int i = 0; i < n; i++) x[i] = (x[i] - mean) / (sqrt(variance) + 1e-8);
}
