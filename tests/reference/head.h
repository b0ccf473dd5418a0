/* SPDX-License-Identifier: MIT
 * Action distributions and losses in double precision on the tape. */
#ifndef REFERENCE_HEAD_H
#define REFERENCE_HEAD_H

#include "reference/tape.h"

#include <stdbool.h>

/* What an action distribution says of one row. */
typedef struct head_result {
    var log_probability, entropy;
} head_result;

/* Categorical: log pi(a) = z_a - log sum exp z, H = -sum p log p. `mask` [n]: 0 where an action is impossible; NULL: none. */
head_result head_categorical(int n, const var *logits, int action, const unsigned char *mask);

/* Components after one another in the logits, independent: sums of both. n [dims], action [dims]; `mask` [sum of n] or NULL. */
head_result head_multi_discrete(int dims, const int *n, const var *logits, const int *action,
                                const unsigned char *mask);

/* Diagonal Gaussian: mean, log_std [dims]; log pi(a) = sum -(a - mean)^2 / (2 s^2) - log s - log(2 pi) / 2,
 * H = sum log s + (1 + log(2 pi)) / 2. */
head_result head_gaussian(int dims, const var *mean, const var *log_std, const double *action);

/* gSDE's log s_j = log(sum_f features_f^2 exp(2 log_std_fj) + 1e-6) / 2, the features constants (Raffin et al., 2005.05719);
 * log_std [features, dims] of consecutive variables -> [dims]. */
void head_gsde_log_std(int dims, int features, const double *feature, var log_std, var *of_row);

/* The same with variance softplus(raw) + floor, as in the A3C paper (floor 0 there). */
head_result head_gaussian_softplus(int dims, const var *mean, const var *raw, double floor, const double *action);

typedef struct loss_spec {
    double value_coef, entropy_coef;
    bool sum; /* over the batch; else the mean */
} loss_spec;

/* The three terms and their total; policy = mean or sum of -log pi A, value = of (G - V)^2 / 2, entropy = of H. */
typedef struct loss_result {
    var total, policy, value, entropy;
} loss_result;

/* L = -mean(log pi A) + c_v mean((G - V)^2) / 2 - beta mean(H); advantage and target [rows] are constants. */
loss_result loss_actor_critic(const loss_spec *spec, int rows, const head_result *head, const var *value,
                              const double *advantage, const double *target);

/* The same with the clipped surrogate: policy = mean of -min(r A, clip(r, 1 - clip, 1 + clip) A), r = pi / pi_old;
 * old_log_probability [rows]. */
loss_result loss_ppo(const loss_spec *spec, double clip, int rows, const head_result *head, const var *value,
                     const double *old_log_probability, const double *advantage, const double *target);

#endif
