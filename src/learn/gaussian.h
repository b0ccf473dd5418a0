/* SPDX-License-Identifier: MIT
 * Inside learn/: the Gaussian case of policy_distribution.h, function by function. */
#ifndef LEARN_GAUSSIAN_H
#define LEARN_GAUSSIAN_H

#include "learn/policy_distribution.h"

void gaussian_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                       int count);
float gaussian_log_probability(const distribution *d, const distribution_rows *rows, int row,
                               const action_word *action);
void gaussian_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                       float weight, float entropy_weight, float *d_output, float *d_log_std);

#endif
