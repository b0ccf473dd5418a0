/* SPDX-License-Identifier: MIT
 * Classic control equals Gymnasium: seeded episodes, the ones that follow, and single steps from states on every edge.
 */
#include "env/classic/square.h"
#include "golden_env.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static void expect_golden(const char *name, long steps, long injected) {
    golden_counts counts = golden_play(name);
    print_message("%s: %ld resets, %ld steps, %ld injected\n", name, counts.resets, counts.steps, counts.injected);
    assert_true(counts.steps >= steps);
    assert_int_equal(counts.injected, injected);
}

static void test_cartpole(void **state) {
    (void)state, expect_golden("cartpole", 700, 2000);
}
static void test_acrobot(void **state) {
    (void)state, expect_golden("acrobot", 700, 2000);
}
static void test_mountain_car(void **state) {
    (void)state, expect_golden("mountain_car", 500, 2000);
}
static void test_mountain_car_continuous(void **state) {
    (void)state, expect_golden("mountain_car_continuous", 1500, 2000);
}
static void test_pendulum(void **state) {
    (void)state, expect_golden("pendulum", 700, 2000);
}

/* x ** 2 is libm's pow, which is not always x*x. */
static void test_square(void **state) {
    (void)state;
    double (*volatile power)(double, double) = pow;
    a3c_rng rng;
    env_rng_seed(&rng, A3C_RNG_PCG64, 3, NULL, 0);
    enum { DRAWS = 2000000 };
    int unlike = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = ldexp(env_random.uniform01(&rng) - 0.5, i % 100 < 90 ? 5 : i % 1000 - 500), expected = power(x, 2.0);
        assert_true(square_as_pow(x) == expected);
        unlike += x * x != expected;
    }
    print_message("%d of %d squares are not x*x\n", unlike, DRAWS);
    assert_true(square_as_pow(0.0) == 0 && square_as_pow(INFINITY) == INFINITY && isnan(square_as_pow(NAN)));
}

#if defined(__x86_64__)
/* Training threads flush denormals to zero; nothing here depends on them. */
static void test_flushed_denormals(void **state) {
    (void)state;
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* flush to zero, denormals are zero */
    golden_play("cartpole"), golden_play("acrobot"), golden_play("mountain_car");
    golden_play("mountain_car_continuous"), golden_play("pendulum");
    _mm_setcsr(before);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cartpole),
        cmocka_unit_test(test_acrobot),
        cmocka_unit_test(test_mountain_car),
        cmocka_unit_test(test_mountain_car_continuous),
        cmocka_unit_test(test_pendulum),
        cmocka_unit_test(test_square),
#if defined(__x86_64__)
        cmocka_unit_test(test_flushed_denormals),
#endif
    };
    return cmocka_run_group_tests_name("classic control", tests, NULL, NULL);
}
