/* SPDX-License-Identifier: MIT
 * The red flags: silent on runs that learn, raised once each on runs that do not. The traces are CartPole runs of
 * another trainer (tools/golden/training_traces.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "record/alerts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOTAL = 200000 };

static alerts_run cartpole(void) {
    return (alerts_run){.total_steps = TOTAL, .solved_return = 475, .highest_entropy = log(2), .action_dims = 1};
}

static metrics *read_trace(const char *name, size_t *count) {
    char folder[512];
    error e = {0};
    metrics *rows;
    snprintf(folder, sizeof folder, "%s/traces/%s", A3C_GOLDEN, name);
    if (metrics_read(folder, &rows, count, &e)) fail_msg("%s", e.text);
    assert_true(*count >= 10);
    return rows;
}

/* All flags of a trace; each is raised at most once. The state goes through its numbers after every row, as in a run
 * that is resumed again and again. */
static unsigned flags_of(const char *name, const alerts_run *run) {
    size_t count;
    metrics *rows = read_trace(name, &count);
    unsigned all = 0;
    double values[ALERTS_STATE_SIZE];
    error e = {0};
    alerts a;
    alerts_init(&a, run);
    alerts_get(&a, values);
    for (size_t i = 0; i < count; i++) {
        alerts_init(&a, run);
        assert_int_equal(alerts_set(&a, values, &e), 0);
        unsigned raised = alerts_update(&a, &rows[i]);
        assert_int_equal(raised & all, 0);
        all |= raised;
        alerts_get(&a, values);
    }
    memory_free(rows);
    return all;
}

static void silent_on_runs_that_learn(void **state) {
    (void)state;
    static const char *const names[] = {"async",         "async-slower", "async-coarse", "async-fine",
                                        "async-entropy", "sync",         "sync-2"};
    alerts_run known = cartpole(), unknown = cartpole();
    unknown.solved_return = NAN;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (flags_of(names[i], &known) || flags_of(names[i], &unknown)) fail_msg("%s raises an alert", names[i]);
}

static void raised_on_runs_that_do_not(void **state) {
    (void)state;
    const unsigned entropy = 1u << ALERT_ENTROPY, value_loss = 1u << ALERT_VALUE_LOSS;
    const unsigned explained = 1u << ALERT_EXPLAINED_VARIANCE, returns = 1u << ALERT_RETURNS;
    alerts_run run = cartpole();
    assert_int_equal(flags_of("collapsed", &run), entropy | explained | returns);
    assert_int_equal(flags_of("no-critic", &run), value_loss | explained | returns);
    assert_int_equal(flags_of("asleep", &run), value_loss | explained | returns);
    assert_int_equal(flags_of("raw-rewards", &run), value_loss);
    /* returns rose from 20 to 100 and stayed: only a known goal tells that this is too little */
    run.solved_return = NAN;
    assert_int_equal(flags_of("no-critic", &run), value_loss | explained);
}

static void a_gradient_that_is_not_finite(void **state) {
    (void)state;
    alerts_run run = cartpole();
    alerts a;
    alerts_init(&a, &run);
    metrics row = metrics_unknown();
    assert_int_equal(alerts_update(&a, &row), 0); /* not known is not infinite */
    row.grad_norm = 1e30;
    assert_int_equal(alerts_update(&a, &row), 0);
    row.grad_norm = INFINITY;
    assert_int_equal(alerts_update(&a, &row), 1u << ALERT_GRADIENTS);
    assert_int_equal(alerts_update(&a, &row), 0);
}

/* A Gaussian's entropy may be negative from the start; only its fall counts. */
static void entropy_of_a_density(void **state) {
    (void)state;
    alerts_run run = {.total_steps = 1000, .solved_return = NAN, .highest_entropy = NAN, .action_dims = 2};
    for (int collapses = 0; collapses < 2; collapses++) {
        alerts a;
        alerts_init(&a, &run);
        unsigned all = 0;
        for (int i = 0; i < 20; i++) {
            metrics row = metrics_unknown();
            row.step = 10 * i;
            row.policy_entropy = -1 - (collapses ? 0.7 : 0.1) * i;
            all |= alerts_update(&a, &row);
        }
        assert_int_equal(all, collapses ? 1u << ALERT_ENTROPY : 0);
    }
}

/* A run that learns nothing, told in so many rows: all three trends, or none of them when there are fewer than ten. */
static void few_rows_are_no_trend(void **state) {
    (void)state;
    alerts_run run = cartpole();
    for (int rows = 5; rows <= 12; rows++) {
        alerts a;
        alerts_init(&a, &run);
        unsigned all = 0;
        for (int i = 1; i <= rows; i++) {
            metrics row = metrics_unknown();
            row.step = (int64_t)TOTAL * i / rows;
            row.value_loss = 10;
            row.explained_variance = 0;
            row.return_mean = 20;
            row.return_std = 1;
            all |= alerts_update(&a, &row);
        }
        const unsigned trends = 1u << ALERT_VALUE_LOSS | 1u << ALERT_EXPLAINED_VARIANCE | 1u << ALERT_RETURNS;
        assert_int_equal(all, rows < 10 ? 0 : trends);
    }
}

static void messages_name_a_remedy(void **state) {
    (void)state;
    for (int i = 0; i < ALERTS; i++) {
        const char *message = alerts_message((alert)i);
        assert_non_null(strstr(message, ": "));
        for (int k = 0; k < i; k++) assert_string_not_equal(message, alerts_message((alert)k));
    }
}

static void state_is_checked(void **state) {
    (void)state;
    alerts_run run = cartpole();
    double values[ALERTS_STATE_SIZE], spoiled[ALERTS_STATE_SIZE];
    error e = {0};
    alerts a;
    alerts_init(&a, &run);
    metrics row = metrics_unknown();
    alerts_update(&a, &row);
    alerts_get(&a, values);
    for (int i = 0; i < (int)ALERTS_STATE_SIZE; i++) {
        assert_true(isfinite(values[i]));
        memcpy(spoiled, values, sizeof spoiled);
        spoiled[i] = NAN;
        assert_int_equal(alerts_set(&a, spoiled, &e), -1);
    }
    memcpy(spoiled, values, sizeof spoiled);
    spoiled[0] = 0.5;
    assert_int_equal(alerts_set(&a, spoiled, &e), -1);
    assert_int_equal(alerts_set(&a, values, &e), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_on_runs_that_learn),
        cmocka_unit_test(raised_on_runs_that_do_not),
        cmocka_unit_test(a_gradient_that_is_not_finite),
        cmocka_unit_test(entropy_of_a_density),
        cmocka_unit_test(few_rows_are_no_trend),
        cmocka_unit_test(messages_name_a_remedy),
        cmocka_unit_test(state_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
