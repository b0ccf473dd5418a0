/* SPDX-License-Identifier: MIT
 * A push goes once over every float of the block, wherever it begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "global/block.h"

#include <string.h>

enum { PUSHES = 3 };

static void fill(float *x, size_t n, uint32_t seed) {
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        x[i] = (float)(int32_t)seed * 0x1p-31f;
    }
}

/* Parameters after some pushes, each `start` further on; also what the last of them left at `handed`. */
static void pushed(size_t size, bool shared, uint32_t start, float *parameters, float *handed) {
    const optimizer o = {.kind = OPTIMIZER_RMSPROP, .decay = 0.99, .epsilon = 1e-5};
    block *b = block_new(size, &o, shared, true);
    float *gradient = memory_array(float, size), *statistics = memory_array(float, size);
    fill(parameters, size, 1);
    block_set(b, parameters, NULL, NULL);
    for (uint32_t k = 0; k < PUSHES; k++) {
        fill(gradient, size, 2 + k);
        push p = {
            .gradient = gradient, .scale = 0.5f, .rate = 1e-2f, .steps = 5, .start = start * k, .parameters = handed};
        if (!shared) p.own_statistics[0] = statistics;
        assert_int_equal(block_push(b, &p), k);
    }
    block_pull(b, parameters);
    assert_int_equal(block_steps(b), 5 * PUSHES);
    assert_true(block_lost(b) == 0);
    memory_free(gradient);
    memory_free(statistics);
    block_free(b);
}

static void where_a_push_begins_changes_nothing(void **state) {
    (void)state;
    const size_t sizes[] = {16, 256, 272, STRIPE_FLOATS, STRIPE_FLOATS + 16, 17552, 18 * STRIPE_FLOATS};
    const uint32_t starts[] = {1, 1u << 31, 0x55555555u, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i];
        float *expected = memory_array(float, n), *seen = memory_array(float, n), *handed = memory_array(float, n);
        for (int shared = 0; shared <= 1; shared++) {
            pushed(n, shared, 0, expected, handed);
            for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
                memset(handed, 0, n * sizeof *handed);
                pushed(n, shared, starts[k], seen, handed);
                assert_memory_equal(seen, expected, n * sizeof *seen);
                assert_memory_equal(handed, expected, n * sizeof *handed);
            }
        }
        memory_free(expected);
        memory_free(seen);
        memory_free(handed);
    }
}

/* A delta is added once to every parameter, and to nothing else. */
static void a_delta_is_added(void **state) {
    (void)state;
    const size_t sizes[] = {16, STRIPE_FLOATS, STRIPE_FLOATS + 16, 17552};
    const optimizer o = {.kind = OPTIMIZER_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i];
        block *b = block_new(n, &o, true, true);
        float *parameters = memory_array(float, n), *delta = memory_array(float, n), *seen = memory_array(float, n);
        float *statistics[OPTIMIZER_SLOTS] = {memory_array(float, n), memory_array(float, n)};
        fill(parameters, n, 1);
        fill(delta, n, 2);
        block_set(b, parameters, NULL, NULL);
        block_add(b, delta, 3);
        block_get(b, seen, statistics, NULL);
        for (size_t k = 0; k < n; k++) {
            assert_true(seen[k] == parameters[k] + delta[k]);
            assert_true(statistics[0][k] == 0 && statistics[1][k] == 0);
        }
        assert_int_equal(block_version(b), 3);
        assert_int_equal(block_steps(b), 0);
        for (int k = 0; k < OPTIMIZER_SLOTS; k++) memory_free(statistics[k]);
        memory_free(parameters), memory_free(delta), memory_free(seen);
        block_free(b);
    }
}

static void a_push_is_the_optimizer_s_step(void **state) {
    (void)state;
    enum { SIZE = 2 * STRIPE_FLOATS + 48 };
    const optimizer o = {.kind = OPTIMIZER_RMSPROP, .decay = 0.99, .epsilon = 1e-5};
    float *parameters = memory_array(float, SIZE), *expected = memory_array(float, SIZE),
          *gradient = memory_array(float, SIZE), *statistics = memory_array(float, SIZE),
          *slots[OPTIMIZER_SLOTS] = {statistics};
    pushed(SIZE, true, 0x90000000u, parameters, NULL);
    fill(expected, SIZE, 1);
    for (uint32_t k = 0; k < PUSHES; k++) {
        fill(gradient, SIZE, 2 + k);
        optimizer_numbers numbers = optimizer_numbers_make(&o, 0.5f, 1e-2f, k + 1);
        optimizer_step(&o, &numbers, SIZE, expected, slots, gradient);
    }
    assert_memory_equal(parameters, expected, SIZE * sizeof *expected);
    memory_free(parameters);
    memory_free(expected);
    memory_free(gradient);
    memory_free(statistics);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_a_push_begins_changes_nothing),
        cmocka_unit_test(a_push_is_the_optimizer_s_step),
        cmocka_unit_test(a_delta_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
