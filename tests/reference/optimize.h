/* SPDX-License-Identifier: MIT
 * Optimizer steps in double precision, as the papers and PyTorch write them. Arrays [n]; statistics start at 0. */
#ifndef REFERENCE_OPTIMIZE_H
#define REFERENCE_OPTIMIZE_H

#include <stdbool.h>

/* Scales g so that its Euclidean norm is at most `limit` (0: no limit), as torch's clip_grad_norm_ does but without its 1e-6;
 * returns the norm before. */
double optimize_clip(int n, double *g, double limit);

/* s = decay s + (1 - decay) g^2;  p -= rate g / sqrt(s + epsilon) inside the root, or / (sqrt(s) + epsilon) */
void optimize_rmsprop(int n, double *p, double *s, const double *g, double rate, double decay, double epsilon,
                      bool inside);

/* m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  p -= rate m^ / (sqrt(v^) + epsilon), m^ and v^ corrected for step t = 1, 2, .. */
void optimize_adam(int n, double *p, double *m, double *v, const double *g, int t, double rate, double b1, double b2,
                   double epsilon);

/* m = momentum m + g;  p -= rate m */
void optimize_sgd(int n, double *p, double *m, const double *g, double rate, double momentum);

#endif
