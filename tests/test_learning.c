/* SPDX-License-Identifier: MIT
 * The arithmetic of learning, piece by piece: estimators against their definitions as sums, optimizers against double precision,
 * advantage normalization, clipping, schedules. Learning itself is tested by the programs that train. */
#include "base/memory.h"
#include "learn/estimators.h"
#include "learn/learner.h"
#include "learn/optimizer.h"
#include "learn/schedules.h"
#include "reference/batch.h"
#include "reference/cases.h"
#include "reference/estimate.h"
#include "reference/optimize.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 24, ENVS = 3, ROWS = STEPS * ENVS };

/* A rollout with episodes that terminate, that are truncated, that do both at once, one after the other, and at its end. */
typedef struct sample {
    double reward[ROWS], value[ROWS], next_value[ROWS], log_rho[ROWS], ratio[ROWS];
    unsigned char terminated[ROWS], truncated[ROWS];
    trajectory trajectory;
    float f_reward[ROWS], f_value[ROWS], f_next_value[ROWS], f_log_rho[ROWS], advantage[ROWS], target[ROWS];
    uint8_t done[ROWS];
} sample;

static void sample_make(sample *s, double discount) {
    memset(s, 0, sizeof *s);
    batch_normal(ROWS, s->reward, 1, 1);
    batch_normal(ROWS, s->value, 2, 2);
    batch_normal(ROWS, s->next_value, 2, 3);
    batch_normal(ROWS, s->log_rho, 0.5, 4);
    s->terminated[5 * ENVS] = s->terminated[6 * ENVS] = s->truncated[11 * ENVS] = 1;
    s->terminated[17 * ENVS] = s->truncated[17 * ENVS] = 1; /* both: no bootstrap */
    s->truncated[(STEPS - 1) * ENVS] = 1;
    s->terminated[(STEPS - 1) * ENVS + 1] = s->truncated[1] = 1; /* environment 2 never ends */
    for (int i = 0; i < ROWS; i++) {
        bool done = s->terminated[i] || s->truncated[i];
        if (!done && i + ENVS < ROWS) s->next_value[i] = s->value[i + ENVS];
        s->ratio[i] = exp(s->log_rho[i]);
        s->done[i] = done;
        s->f_reward[i] = (float)s->reward[i], s->f_value[i] = (float)s->value[i],
        s->f_log_rho[i] = (float)s->log_rho[i];
        s->f_next_value[i] = s->terminated[i] ? 0 : (float)s->next_value[i];
    }
    s->trajectory = (trajectory){.steps = STEPS,
                                 .envs = ENVS,
                                 .reward = s->reward,
                                 .value = s->value,
                                 .next_value = s->next_value,
                                 .terminated = s->terminated,
                                 .truncated = s->truncated,
                                 .discount = discount};
}

static void sample_estimate(sample *s, const estimator *e) {
    for (int i = 0; i < ENVS; i++) {
        estimator_arrays a = {.steps = STEPS,
                              .stride = ENVS,
                              .reward = s->f_reward + i,
                              .value = s->f_value + i,
                              .next_value = s->f_next_value + i,
                              .done = s->done + i,
                              .log_rho = s->f_log_rho + i,
                              .advantage = s->advantage + i,
                              .target = s->target + i};
        estimate(e, &a);
    }
}

static void floats_close(const char *what, int n, const float *a, const double *b, double tolerance) {
    double *wide = calloc((size_t)n, sizeof *wide);
    for (int i = 0; i < n; i++) wide[i] = a[i];
    cases_close(what, n, wide, b, tolerance);
    free(wide);
}

static void check(sample *s, const estimator *e, const double *advantage, const double *target) {
    sample_estimate(s, e);
    floats_close("advantage", ROWS, s->advantage, advantage, 1e-6);
    floats_close("target", ROWS, s->target, target, 1e-6);
}

static void gae_is_its_sum(void **state) {
    (void)state;
    static const double lambdas[] = {0, 0.5, 0.95, 1};
    static sample s;
    double advantage[ROWS], target[ROWS];
    for (int i = 0; i < 4; i++) {
        sample_make(&s, 0.97);
        estimate_gae(&s.trajectory, lambdas[i], advantage, target);
        check(&s, &(estimator){.kind = ESTIMATOR_GAE, .discount = 0.97, .lambda = lambdas[i]}, advantage, target);
        if (i == 0) check(&s, &(estimator){.kind = ESTIMATOR_TD, .discount = 0.97, .lambda = 0.9}, advantage, target);
    }
}

static void n_step_is_its_sum(void **state) {
    (void)state;
    static const int lengths[] = {0, 1, 2, 5, STEPS, 100};
    static sample s;
    double advantage[ROWS], target[ROWS];
    for (int i = 0; i < 6; i++) {
        sample_make(&s, 0.9);
        estimate_n_step(&s.trajectory, lengths[i], advantage, target);
        check(&s, &(estimator){.kind = ESTIMATOR_N_STEP, .discount = 0.9, .n = lengths[i]}, advantage, target);
    }
}

/* monte_carlo and GAE with lambda 1 are the same return, up to the rounding of its telescope. */
static void monte_carlo_is_the_whole_return(void **state) {
    (void)state;
    static sample s;
    double advantage[ROWS], target[ROWS];
    sample_make(&s, 0.99);
    estimate_n_step(&s.trajectory, 0, advantage, target);
    check(&s, &(estimator){.kind = ESTIMATOR_MONTE_CARLO, .discount = 0.99}, advantage, target);
    check(&s, &(estimator){.kind = ESTIMATOR_GAE, .discount = 0.99, .lambda = 1}, advantage, target);
}

static void vtrace_is_its_sum(void **state) {
    (void)state;
    static const double clips[][3] = {{1, 1, 1}, {1, 1, 0.9}, {2, 0.5, 1}, {100, 100, 1}};
    static sample s;
    double advantage[ROWS], target[ROWS];
    for (int i = 0; i < 4; i++) {
        sample_make(&s, 0.97);
        estimate_vtrace(&s.trajectory, s.ratio, clips[i][2], clips[i][0], clips[i][1], advantage, target);
        check(&s,
              &(estimator){.kind = ESTIMATOR_VTRACE,
                           .discount = 0.97,
                           .lambda = clips[i][2],
                           .rho_clip = clips[i][0],
                           .c_clip = clips[i][1]},
              advantage, target);
    }
}

/* On policy (ratio 1) and unclipped, V-trace's targets are the n-step returns. */
static void vtrace_on_policy_is_n_step(void **state) {
    (void)state;
    static sample s;
    double advantage[ROWS], target[ROWS];
    sample_make(&s, 0.97);
    memset(s.f_log_rho, 0, sizeof s.f_log_rho);
    estimate_n_step(&s.trajectory, 0, advantage, target);
    check(&s, &(estimator){.kind = ESTIMATOR_VTRACE, .discount = 0.97, .lambda = 1, .rho_clip = 1, .c_clip = 1},
          advantage, target);
}

static void truncation_bootstraps_and_termination_does_not(void **state) {
    (void)state;
    uint8_t done = 1;
    float reward = 1, value = 0, advantage, target;
    for (int kind = ESTIMATOR_GAE; kind <= ESTIMATOR_MONTE_CARLO; kind++)
        for (int truncated = 0; truncated < 2; truncated++) {
            float next_value = truncated ? 10 : 0;
            estimator_arrays a = {.steps = 1,
                                  .stride = 1,
                                  .reward = &reward,
                                  .value = &value,
                                  .next_value = &next_value,
                                  .done = &done,
                                  .advantage = &advantage,
                                  .target = &target};
            estimate(&(estimator){.kind = (estimator_kind)kind, .discount = 0.5, .lambda = 0.9, .n = 3}, &a);
            assert_true(target == (truncated ? 6.0F : 1.0F));
        }
}

/* ---- Optimizers ---- */

enum { N = 4096, UPDATES = 50 };

/* The kernels take decay and betas as float32, and 1 - 0.999F is 5e-5 from 0.001: the reference is given what they are given. */
static void optimizer_case(const char *name, const optimizer *o, double rate, double scale) {
    double decay = (float)o->decay, beta1 = (float)o->beta1, beta2 = (float)o->beta2;
    static double p[N], s0[N], s1[N], g[N];
    float *fp = memory_array(float, N), *fg = memory_array(float, N),
          *slots[2] = {memory_array(float, N), memory_array(float, N)};
    batch_normal(N, p, 1, 7);
    memset(s0, 0, sizeof s0), memset(s1, 0, sizeof s1);
    for (int i = 0; i < N; i++) fp[i] = (float)p[i];
    for (int t = 1; t <= UPDATES; t++) {
        batch_normal(N, g, t % 3 ? 1 : 1e-3, 100 + (unsigned)t);
        for (int i = 0; i < N; i++) fg[i] = (float)g[i], g[i] *= scale;
        if (o->kind == OPTIMIZER_RMSPROP)
            optimize_rmsprop(N, p, s0, g, rate, decay, o->epsilon, o->epsilon_inside_root);
        if (o->kind == OPTIMIZER_ADAM) optimize_adam(N, p, s0, s1, g, t, rate, beta1, beta2, o->epsilon);
        if (o->kind == OPTIMIZER_SGD) optimize_sgd(N, p, s0, g, rate, o->momentum);
        optimizer_numbers numbers = optimizer_numbers_make(o, (float)scale, (float)rate, t);
        optimizer_step(o, &numbers, N, fp, slots, fg);
    }
    floats_close(name, N, fp, p, 1e-5);
    floats_close(optimizer_slot_name(o, 0), N, slots[0], s0, 1e-5);
    if (optimizer_slots(o) == 2) floats_close(optimizer_slot_name(o, 1), N, slots[1], s1, 1e-5);
    memory_free(fp), memory_free(fg), memory_free(slots[0]), memory_free(slots[1]);
}

static void optimizers_equal_double_precision(void **state) {
    (void)state;
    optimizer_case("rmsprop", &(optimizer){.kind = OPTIMIZER_RMSPROP, .decay = 0.99, .epsilon = 1e-5}, 1e-2, 1);
    optimizer_case("rmsprop, clipped", &(optimizer){.kind = OPTIMIZER_RMSPROP, .decay = 0.9, .epsilon = 1e-3}, 1e-2,
                   0.125);
    optimizer_case("rmsprop, inside",
                   &(optimizer){.kind = OPTIMIZER_RMSPROP, .decay = 0.99, .epsilon = 0.1, .epsilon_inside_root = true},
                   1e-2, 1);
    optimizer_case("adam", &(optimizer){.kind = OPTIMIZER_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-5}, 1e-2,
                   0.5);
    optimizer_case("sgd", &(optimizer){.kind = OPTIMIZER_SGD, .momentum = 0}, 1e-2, 1);
    optimizer_case("sgd, momentum", &(optimizer){.kind = OPTIMIZER_SGD, .momentum = 0.9}, 1e-3, 0.25);
}

static void slots_have_the_checkpoint_names(void **state) {
    (void)state;
    assert_string_equal(optimizer_slot_name(&(optimizer){.kind = OPTIMIZER_RMSPROP}, 0), "rmsprop.g");
    assert_string_equal(optimizer_slot_name(&(optimizer){.kind = OPTIMIZER_ADAM}, 0), "adam.m");
    assert_string_equal(optimizer_slot_name(&(optimizer){.kind = OPTIMIZER_ADAM}, 1), "adam.v");
    assert_int_equal(optimizer_slots(&(optimizer){.kind = OPTIMIZER_ADAM}), 2);
    assert_int_equal(optimizer_slots(&(optimizer){.kind = OPTIMIZER_SGD}), 1);
}

static void clipping_is_by_global_norm(void **state) {
    (void)state;
    assert_true(optimizer_clip(2, 0.5) == 0.25);
    assert_true(optimizer_clip(0.5, 0.5) == 1);
    assert_true(optimizer_clip(0.1, 0.5) == 1);
    assert_true(optimizer_clip(1e30, 0) == 1);
    double g[4] = {3, 0, 4, 0};
    assert_true(fabs(optimize_clip(4, g, 1) - 5) < 1e-12 && fabs(g[0] - 0.6) < 1e-12 && fabs(g[2] - 0.8) < 1e-12);
}

/* The moments that normalize a batch's advantages: population sigma, parts added in order. */
static void advantages_are_normalized_over_the_batch(void **state) {
    (void)state;
    static double x[ROWS];
    static float advantage[ROWS];
    batch_normal(ROWS, x, 3, 9);
    for (int i = 0; i < ROWS; i++) x[i] = advantage[i] = (float)x[i] + 5;
    rollout r = {.advantage = advantage};
    learner l = {.envs = ENVS, .steps = STEPS, .rollout = &r};
    double sum = 0, squares = 0;
    learner_advantage_sums(&l, 0, 2, &sum, &squares);
    learner_advantage_sums(&l, 2, 1, &sum, &squares);
    gradient_scale scale = {.samples = ROWS};
    double normalized[ROWS];
    learner_normalize_advantages(sum, squares, &scale);
    for (int i = 0; i < ROWS; i++) normalized[i] = (x[i] - scale.advantage_mean) / scale.advantage_deviation;
    estimate_normalize(ROWS, x);
    cases_close("normalized", ROWS, normalized, x, 1e-9);
}

/* ---- Schedules ---- */

static void schedules_reach_their_ends(void **state) {
    (void)state;
    schedule constant = {SCHEDULE_CONSTANT, 3e-3, 0}, linear = {SCHEDULE_LINEAR, 3e-3, 0},
             cosine = {SCHEDULE_COSINE, 3e-3, 0};
    assert_true(schedule_at(&constant, 0, 100) == 3e-3 && schedule_at(&constant, 100, 100) == 3e-3);
    assert_true(schedule_at(&linear, 0, 100) == 3e-3 && schedule_at(&linear, 100, 100) == 0 &&
                schedule_at(&linear, 250, 100) == 0);
    assert_true(fabs(schedule_at(&linear, 25, 100) - 2.25e-3) < 1e-15);
    assert_true(schedule_at(&cosine, 0, 100) == 3e-3 && fabs(schedule_at(&cosine, 100, 100)) < 1e-15);
    assert_true(fabs(schedule_at(&cosine, 50, 100) - 1.5e-3) < 1e-15);
    assert_true(fabs(schedule_at(&cosine, 25, 100) - 1.5e-3 * (1 + sqrt(0.5))) < 1e-15);
    schedule warm = {SCHEDULE_CONSTANT, 1, 10};
    for (int64_t step = 0; step < 9; step++)
        assert_true(schedule_at(&warm, step, 100) < schedule_at(&warm, step + 1, 100));
    assert_true(schedule_at(&warm, 0, 100) > 0 && schedule_at(&warm, 10, 100) == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gae_is_its_sum),
        cmocka_unit_test(n_step_is_its_sum),
        cmocka_unit_test(monte_carlo_is_the_whole_return),
        cmocka_unit_test(vtrace_is_its_sum),
        cmocka_unit_test(vtrace_on_policy_is_n_step),
        cmocka_unit_test(truncation_bootstraps_and_termination_does_not),
        cmocka_unit_test(optimizers_equal_double_precision),
        cmocka_unit_test(slots_have_the_checkpoint_names),
        cmocka_unit_test(clipping_is_by_global_norm),
        cmocka_unit_test(advantages_are_normalized_over_the_batch),
        cmocka_unit_test(schedules_reach_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
