/* SPDX-License-Identifier: MIT
 * Intervals by resampling. The indices come from the caller, so that a test can fix them. */
#include "statistics/statistics.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <string.h>

void bootstrap_indices(uint64_t seed, size_t resamples, size_t strata, const size_t *sizes, uint32_t *indices) {
    random_stream stream = random_stream_new(seed, 0, RANDOM_SHUFFLE);
    for (size_t b = 0; b < resamples; b++)
        for (size_t s = 0; s < strata; s++)
            for (size_t i = 0; i < sizes[s]; i++)
                *indices++ = (uint32_t)(((uint64_t)random_word(&stream) * sizes[s]) >> 32); /* bias below n / 2^32 */
}

static interval percentile(size_t n, double *values, double low, double high) {
    statistics_sort(n, values);
    return (interval){statistics_quantile(n, values, low), statistics_quantile(n, values, high)};
}

/* A sixth of the skewness of the jackknife's influence values. */
static double acceleration(statistic f, size_t n, const double *x, double *scratch, double *leave_one_out) {
    for (size_t i = 0; i < n; i++) {
        memcpy(scratch, x, i * sizeof *x);
        memcpy(scratch + i, x + i + 1, (n - i - 1) * sizeof *x);
        leave_one_out[i] = f(n - 1, scratch);
    }
    double mean = statistics_mean(n, leave_one_out), squares = 0, cubes = 0;
    for (size_t i = 0; i < n; i++) {
        double u = mean - leave_one_out[i];
        squares += u * u;
        cubes += u * u * u;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* Where an end of the percentile interval goes: z the end's normal score, z0 the bias, a the acceleration. */
static double bca_level(double z0, double z, double a) {
    return normal_cdf(z0 + (z0 + z) / (1 - a * (z0 + z)));
}

interval bootstrap_bca(statistic f, size_t n, const double *x, size_t resamples, const uint32_t *indices,
                       double confidence) {
    if (n == 0) return (interval){NAN, NAN};
    double *scratch = memory_array(double, n), *estimates = memory_array(double, resamples + n);
    memcpy(scratch, x, n * sizeof *x);
    double point = f(n, scratch), below = 0;
    for (size_t b = 0; b < resamples; b++) {
        for (size_t i = 0; i < n; i++) scratch[i] = x[indices[b * n + i]];
        estimates[b] = f(n, scratch);
        below += estimates[b] < point ? 1 : estimates[b] == point ? 0.5 : 0;
    }
    double edge = 0.5 / (double)resamples, share = fmin(fmax(below / (double)resamples, edge), 1 - edge);
    double z0 = normal_quantile(share), z = normal_quantile(0.5 * (1 - confidence));
    double a = n > 1 ? acceleration(f, n, x, scratch, estimates + resamples) : 0;
    interval result = percentile(resamples, estimates, bca_level(z0, z, a), bca_level(z0, -z, a));
    memory_free(scratch);
    memory_free(estimates);
    return result;
}

interval bootstrap_stratified(statistic f, size_t strata, const size_t *sizes, const double *x, size_t resamples,
                              const uint32_t *indices, double confidence) {
    size_t n = 0;
    for (size_t s = 0; s < strata; s++) n += sizes[s];
    if (n == 0) return (interval){NAN, NAN};
    double *scratch = memory_array(double, n), *estimates = memory_array(double, resamples);
    for (size_t b = 0; b < resamples; b++) {
        size_t first = 0, column = 0;
        for (size_t s = 0; s < strata; first += sizes[s++])
            for (size_t i = 0; i < sizes[s]; i++, column++) scratch[column] = x[first + indices[b * n + column]];
        estimates[b] = f(n, scratch);
    }
    double tail = 0.5 * (1 - confidence);
    interval result = percentile(resamples, estimates, tail, 1 - tail);
    memory_free(scratch);
    memory_free(estimates);
    return result;
}

interval bootstrap_superiority(size_t nx, const double *x, size_t ny, const double *y, size_t resamples,
                               const uint32_t *indices, double confidence) {
    if (nx == 0 || ny == 0) return (interval){NAN, NAN};
    double *scratch = memory_array(double, nx + ny), *estimates = memory_array(double, resamples);
    for (size_t b = 0; b < resamples; b++) {
        const uint32_t *row = indices + b * (nx + ny);
        for (size_t i = 0; i < nx; i++) scratch[i] = x[row[i]];
        for (size_t i = 0; i < ny; i++) scratch[nx + i] = y[row[nx + i]];
        estimates[b] = superiority(nx, scratch, ny, scratch + nx);
    }
    double tail = 0.5 * (1 - confidence);
    interval result = percentile(resamples, estimates, tail, 1 - tail);
    memory_free(scratch);
    memory_free(estimates);
    return result;
}
