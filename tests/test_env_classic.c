/* SPDX-License-Identifier: MIT
 * Classic control equals Gymnasium: seeded episodes, the ones that follow, and single steps from states on every edge. */
#include "golden_env.h"

static void expect_golden(const char *name, long steps, long injected) {
    golden_counts counts = golden_play(name);
    print_message("%s: %ld resets, %ld steps, %ld injected\n", name, counts.resets, counts.steps, counts.injected);
    assert_true(counts.steps >= steps);
    assert_int_equal(counts.injected, injected);
}

static void test_cartpole(void **state) { (void)state, expect_golden("cartpole", 700, 2000); }
static void test_acrobot(void **state) { (void)state, expect_golden("acrobot", 700, 2000); }
static void test_mountain_car(void **state) { (void)state, expect_golden("mountain_car", 500, 2000); }
static void test_mountain_car_continuous(void **state) { (void)state, expect_golden("mountain_car_continuous", 1500, 2000); }
static void test_pendulum(void **state) { (void)state, expect_golden("pendulum", 700, 2000); }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cartpole),     cmocka_unit_test(test_acrobot),
        cmocka_unit_test(test_mountain_car), cmocka_unit_test(test_mountain_car_continuous),
        cmocka_unit_test(test_pendulum),
    };
    return cmocka_run_group_tests_name("classic control", tests, NULL, NULL);
}
