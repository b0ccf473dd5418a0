/* SPDX-License-Identifier: MIT
 * The normal and Student's t distribution, to about 1e-14. */
#include "statistics/statistics.h"

#include <float.h>
#include <math.h>

double normal_cdf(double z) {
    return 0.5 * erfc(-z * M_SQRT1_2);
}

double normal_quantile(double p) {
    if (!(p >= 0 && p <= 1)) return NAN;
    if (p == 0) return -INFINITY;
    if (p == 1) return INFINITY;
    if (p > 0.5) return -normal_quantile(1 - p);
    double low = -40, high = 0; /* bisection to the last bit: called a handful of times a study */
    for (;;) {
        double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high) return middle;
        if (normal_cdf(middle) < p)
            low = middle;
        else
            high = middle;
    }
}

/* Regularized incomplete beta function I_x(a, b): its continued fraction (Abramowitz & Stegun 26.5.8) by Lentz's
 * method, x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b) {
    enum { TERMS = 100000 };
    int sign;
    double scale =
        exp(a * log(x) + b * log1p(-x) + lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign)) / a;
    double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), value = d;
    for (int m = 1; m < TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        value *= c * d;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        value *= c * d;
        if (fabs(c * d - 1) < 2 * DBL_EPSILON) break;
    }
    return scale * value;
}

static double incomplete_beta(double x, double a, double b) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    return x < (a + 1) / (a + b + 2) ? beta_fraction(x, a, b) : 1 - beta_fraction(1 - x, b, a);
}

double student_cdf(double t, double freedom) {
    if (isnan(t) || !(freedom > 0)) return NAN;
    if (isinf(t)) return t > 0 ? 1 : 0;
    double tail = 0.5 * incomplete_beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5);
    return t > 0 ? 1 - tail : tail;
}

double statistics_student_quantile(double p, double freedom) {
    if (!(p > 0 && p < 1) || !(freedom > 0)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
    if (p < 0.5) return -statistics_student_quantile(1 - p, freedom);
    double low = 0, high = 1;
    while (student_cdf(high, freedom) < p && isfinite(high)) high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        double middle = low + 0.5 * (high - low);
        if (student_cdf(middle, freedom) < p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}
