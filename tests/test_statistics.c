/* SPDX-License-Identifier: MIT
 * The lab's statistics against SciPy, statsmodels, lifelines and rliable (tools/golden/statistics.py). */
#include "study/staleness.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 40000 };
static json_t *golden;

static double number(const json_t *v) {
    if (json_is_string(v)) return strcmp(json_string_value(v), "inf") == 0 ? INFINITY : NAN;
    assert_true(json_is_number(v));
    return json_number_value(v);
}
static double field(const json_t *object, const char *key) {
    return number(json_object_get(object, key));
}

static size_t numbers(const json_t *object, const char *key, double *x) {
    const json_t *array = json_object_get(object, key);
    size_t n = json_array_size(array);
    assert_true(n > 0 && n <= MOST);
    for (size_t i = 0; i < n; i++) x[i] = number(json_array_get(array, i));
    return n;
}

static size_t whole_numbers(const json_t *object, const char *key, uint32_t *x) {
    static double values[MOST];
    size_t n = numbers(object, key, values);
    for (size_t i = 0; i < n; i++) x[i] = (uint32_t)values[i];
    return n;
}

static void near_to(double got, double want, double tolerance, const char *what) {
    if (isnan(want) ? isnan(got) : isinf(want) ? got == want : fabs(got - want) <= tolerance * fmax(1, fabs(want)))
        return;
    fail_msg("%s: %.17g, reference %.17g", what, got, want);
}
#define NEAR(got, want) near_to((got), (want), 1e-9, #got)

static const json_t *section(const char *name) {
    const json_t *s = json_object_get(golden, name);
    assert_true(s && (json_array_size(s) > 0 || json_object_size(s) > 0));
    return s;
}

static void test_describe(void **state) {
    (void)state;
    size_t k;
    const json_t *c;
    json_array_foreach(section("describe"), k, c) {
        static double x[MOST];
        size_t n = numbers(c, "x", x);
        NEAR(statistics_mean(n, x), field(c, "mean"));
        NEAR(statistics_sd(n, x), field(c, "sd"));
        NEAR(statistics_iqm(n, x), field(c, "iqm"));
        NEAR(statistics_iqm(n, x), field(c, "rliable_iqm"));
        NEAR(statistics_median(n, x), field(c, "median"));
        NEAR(statistics_quantile(n, x, 0.1), field(c, "q10"));
        NEAR(statistics_quantile(n, x, 0.975), field(c, "q975"));
    }
    assert_true(isnan(statistics_mean(0, NULL)) && isnan(statistics_quantile(0, NULL, 0.5)));
}

static void test_distributions(void **state) {
    (void)state;
    size_t k;
    const json_t *c, *all = section("distributions");
    json_array_foreach(json_object_get(all, "normal_cdf"), k, c)
        near_to(normal_cdf(number(json_array_get(c, 0))) / number(json_array_get(c, 1)), 1, 1e-12, "normal_cdf");
    json_array_foreach(json_object_get(all, "normal_quantile"), k, c)
        NEAR(normal_quantile(number(json_array_get(c, 0))), number(json_array_get(c, 1)));
    json_array_foreach(json_object_get(all, "student_cdf"), k, c)
        near_to(student_cdf(number(json_array_get(c, 0)), number(json_array_get(c, 1))), number(json_array_get(c, 2)),
                1e-12, "student_cdf");
}

static void test_bootstrap(void **state) {
    (void)state;
    static double x[MOST], y[MOST];
    static uint32_t indices[MOST];
    size_t k;
    const json_t *c;
    json_array_foreach(section("bca"), k, c) {
        size_t n = numbers(c, "x", x), resamples = (size_t)field(c, "resamples");
        assert_int_equal(whole_numbers(c, "indices", indices), n * resamples);
        interval got = bootstrap_bca(statistics_iqm, n, x, resamples, indices, 0.95);
        NEAR(got.low, field(c, "low"));
        NEAR(got.high, field(c, "high"));
    }
    json_array_foreach(section("stratified"), k, c) {
        size_t n = numbers(c, "x", x), resamples = (size_t)field(c, "resamples"), sizes[8];
        size_t strata = numbers(c, "sizes", y);
        for (size_t s = 0; s < strata; s++) sizes[s] = (size_t)y[s];
        assert_int_equal(whole_numbers(c, "indices", indices), n * resamples);
        interval got = bootstrap_stratified(statistics_iqm, strata, sizes, x, resamples, indices, 0.95);
        NEAR(got.low, field(c, "low"));
        NEAR(got.high, field(c, "high"));
    }
    json_array_foreach(section("superiority_interval"), k, c) {
        size_t nx = numbers(c, "x", x), ny = numbers(c, "y", y), resamples = (size_t)field(c, "resamples");
        assert_int_equal(whole_numbers(c, "indices", indices), (nx + ny) * resamples);
        NEAR(superiority(nx, x, ny, y), field(c, "point"));
        interval got = bootstrap_superiority(nx, x, ny, y, resamples, indices, 0.95);
        NEAR(got.low, field(c, "low"));
        NEAR(got.high, field(c, "high"));
    }
}

/* Own index matrices: within their strata, reproducible, evenly spread; equal values and one value give the point
 * itself. */
static void test_own_resampling(void **state) {
    (void)state;
    enum { RESAMPLES = 5000 };
    static uint32_t a[RESAMPLES * 10], b[RESAMPLES * 10];
    size_t sizes[] = {7, 3}, counts[7] = {0};
    bootstrap_indices(5, RESAMPLES, 2, sizes, a);
    bootstrap_indices(5, RESAMPLES, 2, sizes, b);
    assert_memory_equal(a, b, sizeof a);
    bootstrap_indices(6, RESAMPLES, 2, sizes, b);
    assert_true(memcmp(a, b, sizeof a) != 0);
    for (size_t r = 0; r < RESAMPLES; r++)
        for (size_t i = 0; i < 10; i++) {
            assert_true(a[r * 10 + i] < (i < 7 ? 7 : 3));
            if (i < 7) counts[a[r * 10 + i]]++;
        }
    for (size_t i = 0; i < 7; i++) assert_true(fabs((double)counts[i] - RESAMPLES) < 5 * sqrt(RESAMPLES));
    double equal[7] = {4, 4, 4, 4, 4, 4, 4};
    size_t one = 7;
    bootstrap_indices(1, RESAMPLES, 1, &one, a);
    interval same = bootstrap_bca(statistics_iqm, 7, equal, RESAMPLES, a, 0.95);
    assert_true(same.low == 4 && same.high == 4);
    memset(a, 0, sizeof a);
    interval single = bootstrap_bca(statistics_iqm, 1, equal, RESAMPLES, a, 0.95);
    assert_true(single.low == 4 && single.high == 4);
    assert_true(isnan(bootstrap_bca(statistics_iqm, 0, equal, RESAMPLES, a, 0.95).low));
}

static void test_survival(void **state) {
    (void)state;
    size_t k, i;
    const json_t *c, *e;
    json_array_foreach(section("survival"), k, c) {
        static double time[MOST];
        static bool event[MOST];
        size_t n = numbers(c, "time", time), events = 0;
        json_array_foreach(json_object_get(c, "event"), i, e) events += event[i] = json_is_true(e);
        survival got = survival_describe(n, time, event, field(c, "horizon"));
        assert_int_equal(got.runs, n);
        assert_int_equal(got.events, events);
        NEAR(got.median, field(c, "median"));
        NEAR(got.restricted_mean, field(c, "restricted_mean"));
        NEAR(got.standard_error, field(c, "standard_error"));
    }
    assert_true(isnan(survival_describe(0, NULL, NULL, 1).median));
}

static void test_two_samples(void **state) {
    (void)state;
    static double x[MOST], y[MOST];
    size_t k;
    const json_t *c;
    json_array_foreach(section("two_samples"), k, c) {
        size_t nx = numbers(c, "x", x), ny = numbers(c, "y", y);
        NEAR(superiority(nx, x, ny, y), field(c, "superiority"));
        NEAR(mann_whitney_p(nx, x, ny, y), field(c, "p"));
        NEAR(mann_whitney_p(ny, y, nx, x), field(c, "p"));
        NEAR(welch_tost_p(nx, x, ny, y, field(c, "margin")), field(c, "tost"));
    }
    double same[] = {500, 500, 500, 500};
    assert_true(mann_whitney_p(4, same, 4, same) == 1 && superiority(4, same, 4, same) == 0.5);
    assert_true(welch_tost_p(4, same, 4, same, 1) == 0 && isnan(welch_tost_p(1, same, 4, same, 1)));
    assert_true(isnan(mann_whitney_p(0, same, 4, same)) && isnan(superiority(4, same, 0, same)));
}

static void test_pairs(void **state) {
    (void)state;
    static double d[MOST];
    size_t k;
    const json_t *c;
    json_array_foreach(section("pairs"), k, c) {
        size_t n = numbers(c, "d", d);
        NEAR(wilcoxon_p(n, d), field(c, "p"));
        for (size_t i = 0; i < n; i++) d[i] = -d[i];
        NEAR(wilcoxon_p(n, d), field(c, "p"));
    }
    double none[] = {0, 0, 0};
    assert_true(wilcoxon_p(3, none) == 1 && isnan(wilcoxon_p(0, none)));
}

static void test_holm(void **state) {
    (void)state;
    size_t k;
    const json_t *c;
    json_array_foreach(section("holm"), k, c) {
        static double p[MOST], want[MOST], got[MOST];
        size_t n = numbers(c, "p", p);
        numbers(c, "adjusted", want);
        holm(n, p, got);
        for (size_t i = 0; i < n; i++) NEAR(got[i], want[i]);
    }
    double p[] = {0.01, NAN, 0.04};
    holm(3, p, p);
    assert_true(isnan(p[1]) && p[0] == 0.02 && p[2] == 0.04);
}

static void test_power(void **state) {
    (void)state;
    size_t k;
    const json_t *c;
    json_array_foreach(section("power"), k, c) {
        power_statement got = power_of((size_t)field(c, "n"));
        NEAR(got.effect_80, field(c, "effect_80"));
        NEAR(got.superiority_80, field(c, "superiority_80"));
        NEAR(got.power_of_one, field(c, "power_of_one"));
        NEAR(got.smallest_p, field(c, "smallest_p"));
    }
}

static void test_fits(void **state) {
    (void)state;
    static double n[MOST], throughput[MOST];
    size_t k;
    const json_t *c;
    json_array_foreach(section("fits"), k, c) {
        size_t points = numbers(c, "n", n);
        numbers(c, "throughput", throughput);
        scaling_fit amdahl = fit_amdahl(points, n, throughput), usl = fit_usl(points, n, throughput);
        const json_t *a = json_object_get(c, "amdahl"), *u = json_object_get(c, "usl");
        near_to(amdahl.lambda, field(a, "lambda"), 1e-6, "Amdahl's lambda");
        near_to(amdahl.sigma, field(a, "sigma"), 1e-6, "Amdahl's sigma");
        near_to(usl.lambda, field(u, "lambda"), 1e-6, "USL's lambda");
        near_to(usl.sigma, field(u, "sigma"), 1e-6, "USL's sigma");
        near_to(usl.kappa, field(u, "kappa"), 1e-6, "USL's kappa");
        double peak = usl.kappa > 0 ? sqrt((1 - usl.sigma) / usl.kappa) : INFINITY;
        NEAR(usl.optimum, fmax(peak, 1));
        assert_false(fit_usl(3, n, throughput).fitted);
        assert_true(amdahl.fitted && usl.fitted);
    }
    double again[] = {1, 2, 2, 4}; /* four points, three different numbers of threads */
    assert_false(fit_usl(4, again, throughput).fitted);
}

/* By hand: mean distributions (0.4, 0.5, 0.1) and (0.1, 0.5, 0.4) differ in 0.3 of the updates. */
static void test_staleness_distance(void **state) {
    (void)state;
    const double x[] = {0.5, 0.4, 0.1, 0.3, 0.6, 0.1}, y[] = {0.1, 0.5, 0.4};
    interval range;
    assert_float_equal(staleness_share(2, 3, x, 0), 0.4, 1e-12);
    assert_float_equal(staleness_distance(3, 2, x, 1, y, &range), 0.3, 1e-12);
    assert_true(isnan(range.low)); /* one run says nothing about others */
    const double z[] = {0.1, 0.5, 0.4, 0.1, 0.5, 0.4};
    assert_float_equal(staleness_distance(3, 2, x, 2, z, &range), 0.3, 1e-12);
    /* x's runs are 0.4 and 0.3 away, and 0.3 when both are drawn */
    assert_float_equal(range.low, 0.3, 1e-12);
    assert_float_equal(range.high, 0.4, 1e-12);
    assert_float_equal(staleness_distance(3, 2, x, 2, x, &range), 0, 1e-12);
}

int main(void) {
    json_error_t why;
    golden = json_load_file(A3C_GOLDEN "/statistics.json", 0, &why);
    if (!golden) {
        fprintf(stderr, "statistics.json: %s\n", why.text);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_own_resampling),
        cmocka_unit_test(test_survival),
        cmocka_unit_test(test_two_samples),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_staleness_distance),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(golden);
    return failed;
}
