/* SPDX-License-Identifier: MIT
 * Running moments against two-pass sums in double, however the rows were cut into batches; what normalization does to
 * rows and rewards. */
#include "learn/normalizer.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 3, ROWS = 1000, SIZE = 1 + 2 * N };
static float rows[ROWS][N];

static void close_to(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance * fmax(1, fabs(want)))) fail_msg("%.17g instead of %.17g", got, want);
}

/* Components of very different offsets and scales: the third has a deviation of 0.01 about 1000. */
static int fill_rows(void **state) {
    (void)state;
    random_stream s = random_stream_new(1, 0, RANDOM_INIT);
    for (int r = 0; r < ROWS; r++) {
        rows[r][0] = (float)random_normal(&s);
        rows[r][1] = (float)(50 + 7 * random_normal(&s));
        rows[r][2] = (float)(1000 + 0.01 * random_normal(&s));
    }
    return 0;
}

static void two_pass(int count, int i, double *mean, double *variance) {
    *mean = *variance = 0;
    for (int r = 0; r < count; r++) *mean += rows[r][i] / (double)count;
    for (int r = 0; r < count; r++) *variance += (rows[r][i] - *mean) * (rows[r][i] - *mean) / count;
}

static void moments_equal_two_passes(const double *moments, int count) {
    assert_true(moments[0] == count);
    for (int i = 0; i < N; i++) {
        double mean, variance;
        two_pass(count, i, &mean, &variance);
        close_to(moments[1 + i], mean, 1e-12);
        close_to(running_stats_variance(N, moments, i) / variance, 1, 1e-9);
    }
}

static void rows_one_after_the_other(void **state) {
    (void)state;
    double m[SIZE] = {0};
    for (int r = 0; r < ROWS; r++) {
        running_stats_add(N, m, rows[r]);
        if (r == 1 || r == 17) moments_equal_two_passes(m, r + 1);
    }
    moments_equal_two_passes(m, ROWS);
}

static void batches_of_any_size(void **state) {
    (void)state;
    const int sizes[] = {1, 2, 7, 64, 333};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        double all[SIZE] = {0};
        for (int first = 0; first < ROWS; first += sizes[k]) {
            double batch[SIZE] = {0};
            for (int r = first; r < first + sizes[k] && r < ROWS; r++) running_stats_add(N, batch, rows[r]);
            running_stats_merge(N, all, batch);
        }
        moments_equal_two_passes(all, ROWS);
    }
}

static void merging_with_nothing(void **state) {
    (void)state;
    double m[SIZE] = {0}, empty[SIZE] = {0}, copy[SIZE];
    for (int r = 0; r < 10; r++) running_stats_add(N, m, rows[r]);
    memcpy(copy, m, sizeof m);
    running_stats_merge(N, m, empty);
    assert_memory_equal(m, copy, sizeof m);
    running_stats_merge(N, empty, m);
    for (int i = 0; i < SIZE; i++) close_to(empty[i], m[i], 1e-14);
}

static void rows_are_normalized_and_clipped(void **state) {
    (void)state;
    double m[SIZE] = {0};
    float mean[N], scale[N], y[ROWS][N], wide[2][16];
    for (int r = 0; r < ROWS; r++) running_stats_add(N, m, rows[r]);
    running_stats_scales(N, m, mean, scale);
    normalize_rows(N, mean, scale, 1.5f, ROWS, N, rows[0], y[0]);
    int clipped = 0;
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < N; i++) {
            double want = (rows[r][i] - m[1 + i]) / sqrt(m[1 + N + i] + 1e-8);
            want = fmin(fmax(want, -1.5), 1.5);
            close_to(y[r][i], want, i == 2 ? 0.01 : 1e-5); /* a float's step at 1000 is 6e-5 */
            clipped += fabsf(y[r][i]) == 1.5f;
        }
    assert_in_range(clipped, 3 * ROWS / 10,
                    3 * ROWS / 6); /* 13 % of a normal distribution lie beyond 1.5, more by rounding */
    memset(wide, 0, sizeof wide);
    memcpy(wide[0], rows[0], sizeof rows[0]), memcpy(wide[1], rows[1], sizeof rows[1]);
    normalize_rows(N, mean, scale, 1.5f, 2, 16, wide[0], wide[0]); /* in place, padded rows */
    for (int r = 0; r < 2; r++)
        for (int i = 0; i < 16; i++) assert_true(wide[r][i] == (i < N ? y[r][i] : 0));
}

/* Nothing is scaled before two rows are known; a component that never changes becomes 0. */
static void the_beginning(void **state) {
    (void)state;
    double m[SIZE] = {0};
    float mean[N], scale[N], y[N], constant[N] = {4, -2, 0.1f};
    running_stats_scales(N, m, mean, scale);
    for (int i = 0; i < N; i++) assert_true(mean[i] == 0 && fabsf(scale[i] - 1) < 1e-6f);
    for (int r = 0; r < 5; r++) {
        running_stats_add(N, m, constant);
        running_stats_scales(N, m, mean, scale);
        normalize_rows(N, mean, scale, 10, 1, N, constant, y);
        for (int i = 0; i < N; i++) assert_true(y[i] == 0);
    }
}

static void returns_are_discounted_and_end_with_the_episode(void **state) {
    (void)state;
    double m[3] = {0}, running = 0;
    const double rewards[] = {1, 1, -2, 5};
    const int done[] = {0, 1, 0, 0};
    const double want[] = {1, 1.5, -2, 4};
    double mean = 0, variance = 0;
    for (int t = 0; t < 4; t++) {
        normalize_track_return(0.5, rewards[t], done[t], &running, m);
        assert_true(running == (done[t] ? 0 : want[t]));
        mean += want[t] / 4;
    }
    for (int t = 0; t < 4; t++) variance += (want[t] - mean) * (want[t] - mean) / 4;
    close_to(normalize_return_scale(m), 1 / sqrt(variance + 1e-8), 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_one_after_the_other),
        cmocka_unit_test(batches_of_any_size),
        cmocka_unit_test(merging_with_nothing),
        cmocka_unit_test(rows_are_normalized_and_clipped),
        cmocka_unit_test(the_beginning),
        cmocka_unit_test(returns_are_discounted_and_end_with_the_episode),
    };
    return cmocka_run_group_tests_name("normalizer", tests, fill_rows, NULL);
}
