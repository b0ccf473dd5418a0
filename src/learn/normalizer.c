/* SPDX-License-Identifier: MIT
 * Running mean and variance, and the normalization of observations and rewards by them. */
#include "learn/normalizer.h"

#include <math.h>

static const double epsilon = 1e-8;

void running_stats_add(int n, double *stats, const float *x) {
    double *mean = stats + 1, *variance = mean + n, count = ++stats[0];
    for (int i = 0; i < n; i++) {
        double before = x[i] - mean[i];
        mean[i] += before / count;
        variance[i] = (variance[i] * (count - 1) + before * (x[i] - mean[i])) / count;
    }
}

/* With delta = mean_b - mean_a and N = a + b:  mean = mean_a + delta b / N,  N var = a var_a + b var_b + delta^2 a b /
 * N */
void running_stats_merge(int n, double *to, const double *from) {
    double a = to[0], b = from[0], sum = a + b;
    if (b == 0) return;
    for (int i = 1; i <= n; i++) {
        double delta = from[i] - to[i];
        to[i] += delta * (b / sum);
        to[n + i] = (to[n + i] * a + from[n + i] * b + delta * delta * (a * b / sum)) / sum;
    }
    to[0] = sum;
}

double running_stats_variance(int n, const double *stats, int i) {
    return stats[0] < 2 ? 1 : stats[1 + n + i];
}

void running_stats_scales(int n, const double *stats, float *mean, float *scale) {
    for (int i = 0; i < n; i++) {
        mean[i] = (float)stats[1 + i];
        scale[i] = (float)(1 / sqrt(running_stats_variance(n, stats, i) + epsilon));
    }
}

static float clipped(float x, float bound) {
    return x > bound ? bound : x < -bound ? -bound : x;
}

void normalize_rows(int n, const float *mean, const float *scale, float clip, int count, int ld, const float *x,
                    float *y) {
    for (int r = 0; r < count; r++)
        for (int i = 0; i < n; i++) {
            size_t k = (size_t)r * (size_t)ld + (size_t)i;
            y[k] = clipped((x[k] - mean[i]) * scale[i], clip);
        }
}

double normalize_return_scale(const double *stats) {
    return 1 / sqrt(running_stats_variance(1, stats, 0) + epsilon);
}

void normalize_track_return(double discount, double reward, int done, double *running, double *stats) {
    *running = *running * discount + reward;
    float value = (float)*running;
    running_stats_add(1, stats, &value);
    if (done) *running = 0;
}
