/* SPDX-License-Identifier: MIT
 * What classic control does over many episodes: where they start, and what random play returns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "env/env.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static env_config make(const char *id) {
    error e = {0};
    const a3c_env_def *def = env_find(id, false, &e);
    env_config kind = {0};
    if (def == NULL || env_config_make(&kind, def, NULL, 0, NULL, &e) != 0) {
        print_error("%s\n", e.text);
        fail();
    }
    return kind;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { RESETS = 20000, HIDDEN = 4 };

/* Kolmogorov-Smirnov distance of n sorted values from the uniform distribution on low .. high */
static double distance_from_uniform(const double *sorted, int n, double low, double high) {
    double most = 0;
    for (int i = 0; i < n; i++) {
        double expected = (sorted[i] - low) / (high - low);
        most = fmax(most, fmax(fabs((i + 1.0) / n - expected), fabs(expected - (double)i / n)));
    }
    return most;
}

static double correlation(const double *x, const double *y, int n) {
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    for (int i = 0; i < n; i++) {
        sx += x[i], sy += y[i], sxx += x[i] * x[i], syy += y[i] * y[i], sxy += x[i] * y[i];
    }
    return (n * sxy - sx * sy) / sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
}

/* Starts of consecutive resets: uniform in each component, uncorrelated between components and between resets. */
static void expect_uniform_starts(const char *id, int count, const double *low, const double *high) {
    env_config kind = make(id);
    static double values[HIDDEN][RESETS], sorted[RESETS];
    float row[8];
    void *instance = memory_new(kind.instance_stride);
    env_seed(&kind, instance, 77, NULL, 0);
    for (int k = 0; k < RESETS; k++) {
        double hidden[HIDDEN];
        env_reset(&kind, instance, row);
        kind.def->get_state(env_state(&kind, instance), hidden, HIDDEN);
        for (int i = 0; i < count; i++) {
            values[i][k] = hidden[i];
        }
    }
    memory_free(instance);
    for (int i = 0; i < count; i++) {
        memcpy(sorted, values[i], sizeof sorted);
        qsort(sorted, RESETS, sizeof *sorted, ascending);
        assert_true(sorted[0] >= low[i] && sorted[RESETS - 1] <= high[i]);
        assert_true(distance_from_uniform(sorted, RESETS, low[i], high[i]) < 2.7 / sqrt(RESETS));
        assert_true(fabs(correlation(values[i], values[i] + 1, RESETS - 1)) < 0.03);
        for (int k = 0; k < i; k++) {
            assert_true(fabs(correlation(values[i], values[k], RESETS)) < 0.03);
        }
    }
}

static void test_reset_distributions(void **state) {
    (void)state;
    const double twentieth[] = {0.05, 0.05, 0.05, 0.05}, minus_twentieth[] = {-0.05, -0.05, -0.05, -0.05};
    /* Acrobot's starts are rounded to float32, so an end of the range may be passed by half a unit */
    const double tenth[] = {0.1f, 0.1f, 0.1f, 0.1f}, minus_tenth[] = {-0.1f, -0.1f, -0.1f, -0.1f};
    const double pendulum[] = {3.141592653589793, 1}, minus_pendulum[] = {-3.141592653589793, -1};
    const double valley_low = -0.6, valley_high = -0.4;
    expect_uniform_starts("CartPole-v1", 4, minus_twentieth, twentieth);
    expect_uniform_starts("Acrobot-v1", 4, minus_tenth, tenth);
    expect_uniform_starts("Pendulum-v1", 2, minus_pendulum, pendulum);
    expect_uniform_starts("MountainCar-v0", 1, &valley_low, &valley_high);
    expect_uniform_starts("MountainCarContinuous-v0", 1, &valley_low, &valley_high);
}

/* Uniformly random play against Gymnasium's own figures: |mean - reference| < 5 standard errors of the difference. */
static void expect_random_return(const char *id, int episodes, double mean, double deviation, int reference_episodes) {
    env_config kind = make(id);
    a3c_rng actions;
    env_rng_seed(&actions, A3C_RNG_PCG64, 1, NULL, 0);
    float row[8];
    double sum = 0, squares = 0;
    void *instance = memory_new(kind.instance_stride);
    env_seed(&kind, instance, 0, NULL, 0);
    for (int k = 0; k < episodes; k++) {
        double total = 0, reward;
        unsigned flags = 0;
        env_reset(&kind, instance, row);
        while (flags == 0) {
            float torque = kind.spec.action_low[0] +
                           (kind.spec.action_high[0] - kind.spec.action_low[0]) * (float)env_random.uniform01(&actions);
            int32_t index = (int32_t)env_random.below(&actions, (uint32_t)kind.spec.action_n[0]);
            const void *action = kind.spec.action == A3C_ACTION_BOX ? (const void *)&torque : &index;
            flags = env_step(&kind, instance, action, row, &reward, NULL);
            total += reward;
        }
        sum += total, squares += total * total;
    }
    memory_free(instance);
    double found = sum / episodes, variance = squares / episodes - found * found;
    double error_of_difference = sqrt(variance / episodes + deviation * deviation / reference_episodes);
    print_message("%s: %.3f, reference %.3f +- %.3f\n", id, found, mean, error_of_difference);
    assert_true(fabs(found - mean) <= 5 * error_of_difference);
    assert_true(fabs(kind.spec.random_return - mean) < 0.01 * fabs(mean));
}

static void test_random_policy(void **state) {
    (void)state;
    expect_random_return("CartPole-v1", 20000, 22.145, 11.94, 4000);
    expect_random_return("Acrobot-v1", 200, -495.1, 24.4, 60);
    expect_random_return("MountainCar-v0", 50, -200, 0, 60);
    expect_random_return("MountainCarContinuous-v0", 100, -33.05, 0.82, 30);
    expect_random_return("Pendulum-v1", 1000, -1238.5, 294.5, 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_distributions),
        cmocka_unit_test(test_random_policy),
    };
    return cmocka_run_group_tests_name("environments: distributions", tests, NULL, NULL);
}
