/* SPDX-License-Identifier: MIT
 * The statistics of the lab, on plain arrays of doubles: what a study says about several runs. One file a topic:
 * statistics_describe.c, _special.c, _bootstrap.c, _survival.c, _tests.c, _fit.c. Nothing here draws a random number
 * but bootstrap_indices. What cannot be known (no runs, one run where two are needed) is NaN, never an invented number.
 */
#ifndef STATISTICS_STATISTICS_H
#define STATISTICS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct interval {
    double low, high; /* both NaN: unknown */
} interval;

/* ---- Describing one sample x[n] ---- */

/* Ascending, in place. */
void statistics_sort(size_t n, double *x);

double statistics_mean(size_t n, const double *x); /* NaN for n = 0 */
double statistics_sd(size_t n, const double *x);   /* divisor n - 1; NaN below two */

/* Quantile q in [0, 1] of an ascending sample, linear between order statistics (NumPy's default). */
double statistics_quantile(size_t n, const double *sorted, double q);
double statistics_median(size_t n, double *x); /* sorts x */

/* The interquartile mean: the mean without the floor(n/4) smallest and largest values (SciPy's trim_mean at 0.25, which
 * is rliable's IQM). Sorts x. */
double statistics_iqm(size_t n, double *x);

/* ---- Distributions ---- */
double normal_cdf(double z);
double normal_quantile(double p);             /* inverse of normal_cdf; -inf and inf at 0 and 1 */
double student_cdf(double t, double freedom); /* freedom > 0, not necessarily whole */
double statistics_student_quantile(double p,
                                   double freedom); /* inverse of student_cdf by bisection; -inf and inf at 0 and 1 */

/* ---- Bootstrap ---- */

/* A statistic of a sample that may reorder it: statistics_iqm, statistics_median. */
typedef double (*statistic)(size_t n, double *x);

/* Draws `resamples` rows of indices with replacement, stratum by stratum: strata s owns the columns that follow those
 * of the strata before it, sizes[s] of them, and each holds a number 0 .. sizes[s]-1 counted within its stratum.
 * indices [resamples, sum of sizes]. Same seed, same matrix. */
void bootstrap_indices(uint64_t seed, size_t resamples, size_t strata, const size_t *sizes, uint32_t *indices);

/* The bias-corrected and accelerated interval at `confidence` (0.95) of a statistic of x[n] (Efron 1987; as
 * scipy.stats.bootstrap with method BCa). indices [resamples, n]. A bias that the resamples put at infinity is held
 * half a resample away from it. n = 1 or equal values: the point itself. */
interval bootstrap_bca(statistic f, size_t n, const double *x, size_t resamples, const uint32_t *indices,
                       double confidence);

/* The percentile interval of a statistic of several strata pooled, each resampled within itself (rliable). x holds the
 * strata one after the other; indices as bootstrap_indices writes them. */
interval bootstrap_stratified(statistic f, size_t strata, const size_t *sizes, const double *x, size_t resamples,
                              const uint32_t *indices, double confidence);

/* The percentile interval of P(X > Y), X and Y resampled apart (rliable's probability of improvement). indices
 * [resamples, nx + ny]: two strata. */
interval bootstrap_superiority(size_t nx, const double *x, size_t ny, const double *y, size_t resamples,
                               const uint32_t *indices, double confidence);

/* ---- Times to an event, some of them censored ---- */

/* Kaplan-Meier: median, the first time with S <= 0.5 (inf when S never gets there, NaN for no runs), and the mean
 * restricted to `horizon` (area under S, with an interval from Greenwood's variance). time[n]; event[n]: false is
 * censored at time[i]. */
typedef struct survival {
    size_t runs, events;
    double median;
    double restricted_mean, standard_error;
    interval restricted_interval; /* 95 %, within 0 .. horizon */
} survival;
survival survival_describe(size_t n, const double *time, const bool *event, double horizon);

/* ---- Tests of two samples ---- */

/* P(X > Y) + P(X = Y) / 2; NaN when a side is empty. */
double superiority(size_t nx, const double *x, size_t ny, const double *y);

/* Mann-Whitney's U, two-sided p. Without ties, and below 20 runs a side (or 8 or fewer on one), from the exact
 * distribution; else from the normal one with midranks, tie and continuity corrections (scipy.stats.mannwhitneyu). */
double mann_whitney_p(size_t nx, const double *x, size_t ny, const double *y);

/* Wilcoxon's signed-rank test of n differences of pairs, two-sided p; differences of 0 are left out. Exact up to 50
 * without ties or zeros, else normal with tie correction (scipy.stats.wilcoxon). NaN for n = 0. */
double wilcoxon_p(size_t n, const double *difference);

/* Equivalence within +- margin: the larger p of two one-sided Welch tests. NaN below two runs a side or margin <= 0. */
double welch_tost_p(size_t nx, const double *x, size_t ny, const double *y, double margin);

/* Holm's adjusted p of n tests; entries that are NaN are no tests and stay NaN. p and adjusted may be the same array.
 */
void holm(size_t n, const double *p, double *adjusted);

/* What n runs a side can show at a two-sided 5 %, all in the normal approximation. */
typedef struct power_statement {
    double effect_80;      /* difference in standard deviations found with power 0.8 (two-sample test) */
    double superiority_80; /* P(X > Y) found with power 0.8 by Mann-Whitney (Noether 1987); NaN: none can be */
    double power_of_one;   /* power for a difference of one standard deviation */
    double smallest_p;     /* the least p an exact Mann-Whitney test can give */
} power_statement;
power_statement power_of(size_t n);

/* ---- Scaling laws ---- */

/* Throughput X(N) of N threads: Amdahl X = lambda N / (1 + sigma (N - 1)); the Universal Scalability Law adds
 * kappa N (N - 1) to the denominator (Gunther). Fitted by non-negative least squares of N / X on 1, N - 1 and N (N -
 * 1). */
typedef struct scaling_fit {
    bool fitted;         /* false below four different N */
    double lambda;       /* throughput of one */
    double sigma, kappa; /* contention, coherency */
    double optimum;      /* N of the greatest throughput, sqrt((1 - sigma) / kappa); inf when kappa is 0 */
    double limit;        /* greatest speed-up over one: at the optimum, or 1 / sigma, or inf */
} scaling_fit;
scaling_fit fit_amdahl(size_t points, const double *n, const double *throughput);
scaling_fit fit_usl(size_t points, const double *n, const double *throughput);
double scaling_predict(const scaling_fit *fit, double n);

#endif
