/* SPDX-License-Identifier: MIT
 * A second forward pass over a rollout that was collected already, with other parameters: what V-trace compares, and
 * what each of PPO's minibatches starts from. The tape still holds the inputs, the starts of episodes and the states
 * before its first rows. */
#ifndef LEARN_SECOND_PASS_H
#define LEARN_SECOND_PASS_H

#include "learn/policy_distribution.h"

/* What was collected. Rows t * envs + e. */
typedef struct second_pass {
    const net *net;
    const distribution *distribution;
    net_tape *tape;
    const distribution_rows *rows;
    const action_word *action; /* [rows, dims] taken */
    const uint8_t *allowed;    /* [rows, outputs] the masks they were taken under, or NULL */
} second_pass;

/* Rows first, first + stride, .. (as net_forward_rows takes them): everything the tape and `rows` hold for them becomes
 * that of `parameters`; value [rows] and log_probability [rows] of the actions taken are written there. Either may be
 * NULL. */
void second_pass_run(const second_pass *p, const float *parameters, int first, int count, int stride,
                     float *log_probability, float *value);

#endif
