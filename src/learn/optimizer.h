/* SPDX-License-Identifier: MIT
 * Optimizers: shared RMSProp (Mnih et al., 1602.01783, non-centred), Adam (1412.6980), SGD with momentum. */
#ifndef LEARN_OPTIMIZER_H
#define LEARN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum optimizer_kind { OPTIMIZER_RMSPROP, OPTIMIZER_ADAM, OPTIMIZER_SGD } optimizer_kind;

enum { OPTIMIZER_SLOTS = 2 };

typedef struct optimizer {
    optimizer_kind kind;
    double decay, epsilon; /* RMSProp's alpha; epsilon of RMSProp and Adam */
    bool epsilon_inside_root;
    double momentum;     /* SGD */
    double beta1, beta2; /* Adam */
} optimizer;

/* One step's numbers, the same for every parameter. */
typedef struct optimizer_numbers {
    float scale, rate;  /* the gradient is multiplied by scale (norm clipping) */
    float rate1, root2; /* Adam: rate / (1 - beta1^t), 1 / sqrt(1 - beta2^t) */
} optimizer_numbers;

/* t: which step this is, from 1 (Adam's bias correction). */
optimizer_numbers optimizer_numbers_make(const optimizer *o, float scale, float rate, int64_t t);

/* How many statistics a parameter has: 1 (rmsprop.g, sgd.m) or 2 (adam.m, adam.v), and slot i's name in a checkpoint.
 */
int optimizer_slots(const optimizer *o);
const char *optimizer_slot_name(const optimizer *o, int slot);

/* theta <- step(theta, statistics, gradient) for n parameters (a multiple of 16). `slots` are arrays of n each. */
void optimizer_step(const optimizer *o, const optimizer_numbers *numbers, size_t n, float *theta,
                    float *const slots[OPTIMIZER_SLOTS], const float *gradient);

/* min(1, max_norm / norm), 1 when max_norm is 0. */
double optimizer_clip(double norm, double max_norm);

#endif
