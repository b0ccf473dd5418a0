/* SPDX-License-Identifier: MIT
 * Order statistics and means of one sample. */
#include "statistics/statistics.h"

#include <math.h>

/* Heapsort: in place, no worst case; the bootstrap sorts short arrays many times, and short ones go by insertion. */
static void sift_down(double *x, size_t root, size_t n) {
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && x[child] < x[child + 1]) child++;
        if (x[root] >= x[child]) return;
        double t = x[root];
        x[root] = x[child];
        x[child] = t;
    }
}

void statistics_sort(size_t n, double *x) {
    enum { SHORT = 32 };
    if (n <= SHORT) {
        for (size_t i = 1; i < n; i++) {
            double t = x[i];
            size_t k = i;
            for (; k > 0 && x[k - 1] > t; k--) x[k] = x[k - 1];
            x[k] = t;
        }
        return;
    }
    for (size_t i = n / 2; i-- > 0;) sift_down(x, i, n);
    for (size_t end = n - 1; end > 0; end--) {
        double t = x[0];
        x[0] = x[end];
        x[end] = t;
        sift_down(x, 0, end);
    }
}

double statistics_mean(size_t n, const double *x) {
    if (n == 0) return NAN;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

static double variance(size_t n, const double *x) {
    if (n < 2) return NAN;
    double mean = statistics_mean(n, x), sum = 0;
    for (size_t i = 0; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sum / (double)(n - 1);
}

double statistics_sd(size_t n, const double *x) {
    return sqrt(variance(n, x));
}

double statistics_quantile(size_t n, const double *sorted, double q) {
    if (n == 0) return NAN;
    double position = q * (double)(n - 1);
    size_t below = (size_t)position;
    if (below + 1 >= n) return sorted[n - 1];
    double part = position - (double)below;
    return part > 0 ? sorted[below] + part * (sorted[below + 1] - sorted[below]) : sorted[below];
}

double statistics_median(size_t n, double *x) {
    statistics_sort(n, x);
    return statistics_quantile(n, x, 0.5);
}

double statistics_iqm(size_t n, double *x) {
    statistics_sort(n, x);
    size_t cut = n / 4;
    return statistics_mean(n - 2 * cut, x + cut);
}
