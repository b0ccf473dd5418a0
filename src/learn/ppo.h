/* SPDX-License-Identifier: MIT
 * Proximal policy optimization (Schulman et al., 1707.06347): the clipped surrogate of one sample, and the minibatches
 * of an epoch. A batch of N environments and T time steps is cut in units, each an environment's segment of consecutive
 * steps: all T of them for a recurrent network, T / S otherwise. An epoch shuffles the N S units and deals them out to
 * the minibatches. */
#ifndef LEARN_PPO_H
#define LEARN_PPO_H

#include "base/random.h"

#include <stdbool.h>

/* loss = -min(r A, clip(r, 1 - clip, 1 + clip) A), r = pi(a|s) / pi_old(a|s); weight = -d loss / d log pi(a|s): r A, or
 * 0 where the minimum is the clipped term and r lies outside. */
typedef struct ppo_sample {
    double loss, weight;
    double ratio;
    bool clipped;      /* r is outside [1 - clip, 1 + clip] */
    double divergence; /* (r - 1) - log r: its mean estimates KL(pi_old || pi) without bias (Schulman, 2020) */
} ppo_sample;

/* log_ratio: log pi - log pi_old of the action taken. */
ppo_sample ppo_surrogate(double log_ratio, double advantage, double clip);

/* Where part k of `parts` begins in n things. */
int ppo_cut(int n, int parts, int k);

/* S, the segments an environment's rollout is cut in: 1 for a recurrent network, else as few as give each minibatch
 * four units, at most T. Unit u is environment u / S, time steps ppo_cut(T, S, u % S) .. ppo_cut(T, S, u % S + 1) - 1.
 */
int ppo_segments(int envs, int steps, int minibatches, bool recurrent);

/* A random permutation of the n units 0 .. n-1 for epoch `epoch` of update `update`; a function of its arguments alone.
 * Minibatch k of m is order[ppo_cut(n, m, k)] .. order[ppo_cut(n, m, k + 1) - 1]. */
void ppo_shuffle(uint64_t seed, int64_t update, int epoch, int n, int *order);

#endif
