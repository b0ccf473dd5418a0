/* SPDX-License-Identifier: MIT
 * Scaling laws by non-negative least squares. */
#include "statistics/statistics.h"

#include <math.h>

enum { TERMS = 3, LEAST_POINTS = 4 };

static double term(int k, double n) {
    return k == 0 ? 1 : k == 1 ? n - 1 : n * (n - 1);
}

/* Solves the normal equations of the terms in `set` (bits) by Gauss with pivots; false when they are singular. */
static bool solve(unsigned set, size_t points, const double *n, const double *y, double *coefficients) {
    double a[TERMS][TERMS + 1] = {{0}};
    int which[TERMS], m = 0;
    for (int k = 0; k < TERMS; k++)
        if (set & 1u << k) which[m++] = k;
    for (size_t p = 0; p < points; p++)
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) a[i][j] += term(which[i], n[p]) * term(which[j], n[p]);
            a[i][m] += term(which[i], n[p]) * y[p];
        }
    for (int column = 0; column < m; column++) {
        int pivot = column;
        for (int i = column + 1; i < m; i++)
            if (fabs(a[i][column]) > fabs(a[pivot][column])) pivot = i;
        if (a[pivot][column] == 0) return false;
        for (int j = 0; j <= m; j++) {
            double t = a[column][j];
            a[column][j] = a[pivot][j];
            a[pivot][j] = t;
        }
        for (int i = 0; i < m; i++) {
            if (i == column) continue;
            double factor = a[i][column] / a[column][column];
            for (int j = column; j <= m; j++) a[i][j] -= factor * a[column][j];
        }
    }
    for (int k = 0; k < TERMS; k++) coefficients[k] = 0;
    for (int i = 0; i < m; i++) coefficients[which[i]] = a[i][m] / a[i][i];
    return true;
}

/* The least squares over coefficients >= 0: with three terms, the best feasible solution over all sets of them. */
static bool non_negative(unsigned allowed, size_t points, const double *n, const double *y, double *best) {
    double least = INFINITY;
    for (unsigned set = 1; set < 1u << TERMS; set++) {
        double c[TERMS];
        if ((set & ~allowed) || !solve(set, points, n, y, c) || c[0] < 0 || c[1] < 0 || c[2] < 0) continue;
        double squares = 0;
        for (size_t p = 0; p < points; p++) {
            double miss = y[p];
            for (int k = 0; k < TERMS; k++) miss -= c[k] * term(k, n[p]);
            squares += miss * miss;
        }
        if (!(squares < least)) continue;
        least = squares;
        for (int k = 0; k < TERMS; k++) best[k] = c[k];
    }
    return isfinite(least);
}

static size_t different(size_t points, const double *n) {
    size_t count = 0;
    for (size_t i = 0; i < points; i++) {
        size_t k = 0;
        while (k < i && n[k] != n[i]) k++;
        count += k == i;
    }
    return count;
}

static scaling_fit fit(unsigned terms, size_t points, const double *n, const double *throughput) {
    enum { MOST_POINTS = 4096 };
    scaling_fit result = {false, NAN, NAN, NAN, NAN, NAN};
    double y[MOST_POINTS], c[TERMS] = {0};
    if (points > MOST_POINTS || different(points, n) < LEAST_POINTS) return result;
    for (size_t p = 0; p < points; p++) {
        if (!(throughput[p] > 0)) return result;
        y[p] = n[p] / throughput[p];
    }
    if (!non_negative(terms, points, n, y, c) || !(c[0] > 0)) return result;
    result = (scaling_fit){.fitted = true, .lambda = 1 / c[0], .sigma = c[1] / c[0], .kappa = c[2] / c[0]};
    if (result.kappa > 0) {
        result.optimum = result.sigma < 1 ? sqrt((1 - result.sigma) / result.kappa) : 1;
        if (result.optimum < 1) result.optimum = 1;
        result.limit = scaling_predict(&result, result.optimum) / result.lambda;
    } else {
        result.optimum = INFINITY;
        result.limit = result.sigma > 0 ? 1 / result.sigma : INFINITY;
    }
    return result;
}

scaling_fit fit_amdahl(size_t points, const double *n, const double *throughput) {
    return fit(3u, points, n, throughput);
}
scaling_fit fit_usl(size_t points, const double *n, const double *throughput) {
    return fit(7u, points, n, throughput);
}

double scaling_predict(const scaling_fit *f, double n) {
    return f->lambda * n / (1 + f->sigma * (n - 1) + f->kappa * n * (n - 1));
}
