/* SPDX-License-Identifier: MIT
 * Advantages and returns of one environment's rollout, from its rewards and values. Pure arithmetic over arrays with a
 * stride: element t of an array is at t * stride.
 *
 *   delta_t = r_t + gamma * V'_t - V_t,   V'_t = 0 where the episode terminated, the value of the true final
 * observation where it was truncated, V(s_{t+1}) elsewhere;  done = terminated or truncated cuts the trace. */
#ifndef LEARN_ESTIMATORS_H
#define LEARN_ESTIMATORS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum estimator_kind {
    ESTIMATOR_GAE,
    ESTIMATOR_TD,
    ESTIMATOR_N_STEP,
    ESTIMATOR_MONTE_CARLO,
    ESTIMATOR_VTRACE
} estimator_kind;

typedef struct estimator {
    estimator_kind kind;
    double discount, lambda;
    int n;                   /* n_step: at most this many rewards; 0: to the end of the rollout (the paper's) */
    double rho_clip, c_clip; /* vtrace */
} estimator;

typedef struct estimator_arrays {
    int steps; /* length of the rollout */
    int stride;
    const float *reward;     /* [steps] */
    const float *value;      /* [steps] V(s_t) */
    const float *next_value; /* [steps] V'_t as above */
    const uint8_t *done;     /* [steps] */
    const float *log_rho;    /* [steps] vtrace: log pi_learner - log pi_behaviour of the action taken; NULL otherwise */
    float *advantage;        /* [steps] out */
    float *target;           /* [steps] out: the value's target G_t */
} estimator_arrays;

/* gae (Schulman et al., 1506.02438): A_t = delta_t + gamma lambda (1 - done_t) A_{t+1}, G_t = A_t + V_t; td is lambda =
 * 0. n_step: G_t = sum of at most n discounted rewards + gamma^k V', A = G - V. monte_carlo: n_step over the whole
 * episode. vtrace (IMPALA, 1802.01561): vs and rho (r + gamma vs' - V). */
void estimate(const estimator *e, const estimator_arrays *a);

#endif
