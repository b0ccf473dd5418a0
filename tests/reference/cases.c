/* SPDX-License-Identifier: MIT
 * The golden cases of networks as cmocka tests, one for each file. */
#include "reference/cases.h"

#include "base/error.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"dense_shared",
                                    "dense_separate",
                                    "dense_relu",
                                    "dense_silu",
                                    "linear",
                                    "one_hot",
                                    "one_hot_tuple",
                                    "one_hot_linear",
                                    "conv",
                                    "conv_separate",
                                    "lstm",
                                    "lstm_separate",
                                    "layer_norm",
                                    "gaussian",
                                    "gaussian_softplus",
                                    "multi_discrete",
                                    "ppo",
                                    "ppo_lstm",
                                    "conv_stack",
                                    "conv_lstm",
                                    "lstm_stack",
                                    "masked",
                                    "masked_multi_discrete",
                                    "held",
                                    "gsde",
                                    "gsde_lstm",
                                    "vtrace",
                                    "vtrace_lstm",
                                    "gru",
                                    "gru_separate",
                                    "gru_stack",
                                    "ppo_gru"};

enum { TESTS = 256 };
static struct CMUnitTest tests[TESTS];
static char titles[TESTS][96];
static int count;

void cases_add(const char *what, const char *name, void (*test)(void **state)) {
    CHECK(count < TESTS);
    snprintf(titles[count], sizeof titles[count], "%s: %s", what, name);
    tests[count] =
        (struct CMUnitTest){.name = titles[count], .test_func = test, .initial_state = (void *)(uintptr_t)name};
    count++;
}

void cases_add_all(const char *what, const char *except, void (*test)(void **state)) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!except || strncmp(names[i], except, strlen(except)) != 0) cases_add(what, names[i], test);
}

int cases_run(const char *group) {
    return _cmocka_run_group_tests(group, tests, (size_t)count, NULL, NULL);
}

golden *cases_load(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/network/%s.txt", A3C_GOLDEN, name);
    return golden_load(path);
}

void cases_close(const char *what, int n, const double *a, const double *b, double tolerance) {
    double error = 0, size = 0;
    for (int i = 0; i < n; i++) {
        error += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    double relative = size > 0 ? sqrt(error / size) : sqrt(error);
    if (!(relative <= tolerance)) fail_msg("%s: relative error %.3g > %.3g", what, relative, tolerance);
}
