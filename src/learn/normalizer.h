/* SPDX-License-Identifier: MIT
 * Running normalization of observations and of rewards. Statistics are merged by the rule of Chan, Golub and LeVeque
 * (1979), so that a batch counted anywhere can be added to the shared statistics: batch first (running_stats_add, row after
 * row), then the merge (running_stats_merge). Plain arithmetic: who shares what, and when, is not known here.
 *
 *   observations: the network sees clip((x - mean) / sqrt(var + 1e-8), +- clip), mean and var of each component so far.
 *   returns: a reward becomes clip(r / sqrt(var + 1e-8), +- clip), var the variance so far of each environment's
 * discounted return R_t = discount R_{t-1} + r_t (0 after an episode's end). The mean is not subtracted: it would
 * change what is best. */
#ifndef LEARN_NORMALIZER_H
#define LEARN_NORMALIZER_H

#include <stddef.h>
#include <stdint.h>

/* Count, mean and population variance of n components, as one flat array of running_stats_size(n) doubles (no pointers
 * inside, so that shared statistics are read and written as doubles, and a checkpoint holds them as they are): [0] count,
 * [1 .. n] means, [n + 1 .. 2 n] variances. All 0: empty. */
static inline size_t running_stats_size(int n) {
    return 1 + 2 * (size_t)n;
}

/* Adds one row x [n] (Welford). */
void running_stats_add(int n, double *stats, const float *x);
/* to = statistics of both samples together; `from` may be empty. */
void running_stats_merge(int n, double *to, const double *from);
/* What component i is scaled by: its variance; 1 while fewer than two rows are known, so that nothing is scaled by a
 * guess. */
double running_stats_variance(int n, const double *stats, int i);

/* What is applied to rows: computed from stats once, then used for many rows. mean, scale [n] floats: (x - mean) *
 * scale. */
void running_stats_scales(int n, const double *stats, float *mean, float *scale);

/* y [count, ld] = clip((x - mean) scale, +- clip) of x [count, ld]; lanes past n are not written; in place allowed. */
void normalize_rows(int n, const float *mean, const float *scale, float clip, int count, int ld, const float *x,
                    float *y);

/* The factor of a reward, 1 / sqrt(var + 1e-8), from the stats [running_stats_size(1)] of discounted returns. */
double normalize_return_scale(const double *stats);

/* Goes on with one environment's discounted return, adds it to the stats, and ends it where the episode ended.
 * `running`: the environment's R so far, kept by the caller. */
void normalize_track_return(double discount, double reward, int done, double *running, double *stats);

#endif
