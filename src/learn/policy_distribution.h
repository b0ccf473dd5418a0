/* SPDX-License-Identifier: MIT
 * Action distributions over the outputs of the policy head: categorical, several categoricals, diagonal Gaussian. */
#ifndef LEARN_POLICY_DISTRIBUTION_H
#define LEARN_POLICY_DISTRIBUTION_H

#include "base/random.h"
#include "net/net.h"

typedef enum distribution_kind { DISTRIBUTION_CATEGORICAL, DISTRIBUTION_MULTI_DISCRETE, DISTRIBUTION_GAUSSIAN } distribution_kind;

enum { ACTION_DIMS = 8 };

/* One component of an action: an index or a number. */
typedef union action_word { int32_t index; float number; } action_word;

typedef struct distribution {
    distribution_kind kind;
    int dims;            /* components of an action */
    int n[ACTION_DIMS];  /* discrete kinds: choices of each component */
    int outputs;         /* outputs of the policy head it reads */
    bool state_dependent_std; /* Gaussian: softplus variances follow the means in the outputs (1602.01783 section 9) */
    size_t log_std;      /* Gaussian otherwise: offset of the log standard deviations in the parameters */
} distribution;

/* What is known of each row's distribution, computed from the head's outputs once and used to act, to report and to learn.
 * All [rows, ld] but entropy [rows]. Gaussian: `probability` holds the standard deviations. */
typedef struct distribution_rows {
    const float *output;
    int ld;
    float *log_probability, *probability, *entropy;
} distribution_rows;

void distribution_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows, int row, int count);

/* Draws an action of one row: action [dims]. */
void distribution_sample(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                         action_word *action);
/* The most probable action of one row (the first of equals), or the means. */
void distribution_greedy(const distribution *d, const distribution_rows *rows, int row, action_word *action);

float distribution_log_probability(const distribution *d, const distribution_rows *rows, int row, const action_word *action);

/* d_output [outputs] = gradient of  -weight * log pi(action) - entropy_weight * H  with respect to the head's outputs of one row;
 * d_log_std [dims] (Gaussian, may be NULL) is added to. */
void distribution_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action, float weight,
                           float entropy_weight, float *d_output, float *d_log_std);

#endif
