/* SPDX-License-Identifier: MIT
 * Advantage estimators in double precision, each from its definition (sums over the future), not by the recurrence that the
 * trainer uses. Arrays are [steps, envs], time-major. */
#ifndef REFERENCE_ESTIMATE_H
#define REFERENCE_ESTIMATE_H

typedef struct trajectory {
    int steps, envs;
    const double *reward, *value; /* r_t, V(s_t) */
    const double *next_value;     /* V(s_{t+1}), s_{t+1} the true next observation, also of an episode that ended */
    const unsigned char *terminated, *truncated;
    double discount;
} trajectory;

/* A_t = sum_k (discount lambda)^k delta_{t+k} up to the first done; lambda 0: td. advantage, target (A + V) [steps, envs]. */
void estimate_gae(const trajectory *tr, double lambda, double *advantage, double *target);

/* Discounted rewards of at most n steps (n 0: to the end of the rollout), then the value of where they lead; ends at done. */
void estimate_n_step(const trajectory *tr, int n, double *advantage, double *target);

/* V-trace (IMPALA): ratio [steps, envs] = pi / mu; targets v_s = V + sum discount^k (prod c) rho delta, advantage =
 * rho (r + discount v_{s+1} - V). rho and c are clipped from above. */
void estimate_vtrace(const trajectory *tr, const double *ratio, double lambda, double rho_clip, double c_clip,
                     double *advantage, double *target);

/* x = (x - mean) / (population sigma + 1e-8) over n numbers. */
void estimate_normalize(int n, double *x);

#endif
