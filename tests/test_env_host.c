/* SPDX-License-Identifier: MIT
 * The host: finding, options, wrappers in their order, batches, seeds, the contract of every built-in environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"
#include "env/contract/check.h"
#include "env/env.h"

#include <math.h>
#include <string.h>

static const env_wrapping no_wrapping = {.max_episode_steps = -1, .frame_stack = 1, .frame_skip = 1};

static env_config make(const char *id, const env_wrapping *wrapping) {
    error e = {0};
    const a3c_env_def *def = env_find(id, false, &e);
    env_config kind = {0};
    if (def == NULL || env_config_make(&kind, def, NULL, 0, wrapping, &e) != 0) {
        print_error("%s\n", e.text);
        fail();
    }
    return kind;
}

static void *start(const env_config *kind, uint64_t seed, float *observation) {
    void *instance = memory_new(kind->instance_stride);
    env_seed(kind, instance, seed, NULL, 0);
    env_reset(kind, instance, observation);
    return instance;
}

/* ---- Finding and options ---- */

static void expect_unknown(const char *id, const char *words) {
    error e = {0};
    assert_null(env_find(id, false, &e));
    assert_int_equal(e.status, STATUS_USAGE);
    assert_non_null(strstr(e.text, words));
}

static void test_find(void **state) {
    (void)state;
    error e = {0};
    size_t count;
    const a3c_env_def *const *all = env_builtins(&count);
    assert_true(count >= 6);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(env_find(all[i]->name, false, &e), all[i]);
    }
    expect_unknown("CartPol-v1", "CartPole-v1");
    expect_unknown("pendulum-v1", "Pendulum-v1");
    expect_unknown("Zork-v7", "env list");
}

static void expect_option(const char *id, const char *key, const char *value, const char *words) {
    error e = {0};
    env_config kind;
    const env_option_text option = {key, value};
    int result = env_config_make(&kind, env_find(id, false, &e), &option, 1, NULL, &e);
    assert_int_equal(result, words == NULL ? 0 : -1);
    if (words != NULL && strstr(e.text, words) == NULL) {
        print_error("'%s' lacks '%s'\n", e.text, words);
        fail();
    }
}

static void test_options(void **state) {
    (void)state;
    expect_option("Pendulum-v1", "g", "9.81", NULL);
    expect_option("Pendulum-v1", "g", "9.81x", "not a number");
    expect_option("Pendulum-v1", "g", "nan", "not a number");
    expect_option("Pendulum-v1", "g", "1e9", "outside -100 .. 100");
    expect_option("Pendulum-v1", "gg", "1", "did you mean g");
    expect_option("CartPole-v1", "sutton_barto_reward", "true", NULL);
    expect_option("CartPole-v1", "sutton_barto_reward", "maybe", "neither true nor false");
    expect_option("CartPole-v1", "sutton_barto_rewards", "true", "did you mean sutton_barto_reward?");
    expect_option("Acrobot-v1", "book_or_nips", "nips", NULL);
    expect_option("Acrobot-v1", "book_or_nips", "novel", "none of book, nips");
}

static void expect_wrapping(env_wrapping wrapping, const char *words) {
    error e = {0};
    env_config kind;
    assert_int_equal(env_config_make(&kind, env_find("CartPole-v1", false, &e), NULL, 0, &wrapping, &e), -1);
    assert_non_null(strstr(e.text, words));
}

static void test_wrapping_refusals(void **state) {
    (void)state;
    env_wrapping w = no_wrapping;
    w.frame_stack = 0, expect_wrapping(w, "env.frame_stack");
    w = no_wrapping, w.frame_stack = ENV_STACK + 1, expect_wrapping(w, "env.frame_stack");
    w = no_wrapping, w.frame_skip = 0, expect_wrapping(w, "env.frame_skip");
    w = no_wrapping, w.sticky_action_probability = 1.5, expect_wrapping(w, "env.sticky_action_probability");
    w = no_wrapping, w.masked_count = 1, w.masked[0] = 4, expect_wrapping(w, "env.mask");
    w = no_wrapping, w.delay = ENV_DELAY_CONSTANT, w.delay_mean_us = -1, expect_wrapping(w, "env.delay");
}

static void test_components(void **state) {
    (void)state;
    env_config kind = make("CartPole-v1", NULL);
    assert_int_equal(env_component(&kind.spec, "angular_velocity"), 3);
    assert_int_equal(env_component(&kind.spec, "1"), 1);
    assert_int_equal(env_component(&kind.spec, "4"), -1);
    assert_int_equal(env_component(&kind.spec, "-1"), -1);
    assert_int_equal(env_component(&kind.spec, "speed"), -1);
}

/* ---- Wrappers ---- */

static void test_time_limit(void **state) {
    (void)state;
    env_wrapping w = no_wrapping;
    w.max_episode_steps = 5;
    env_config kind = make("CartPole-v1", &w);
    float row[4];
    double reward;
    const int32_t left = 0;
    void *instance = start(&kind, 0, row);
    for (int k = 1; k <= 5; k++) {
        unsigned flags = env_step(&kind, instance, &left, row, &reward, NULL);
        assert_int_equal(flags, k == 5 ? A3C_TRUNCATED : 0);
    }
    env_reset(&kind, instance, row);
    assert_int_equal(env_step(&kind, instance, &left, row, &reward, NULL), 0);
    /* the pole falls in the very step that reaches the limit: both are said */
    w.max_episode_steps = 0;
    env_config open = make("CartPole-v1", &w);
    env_seed(&open, instance, 0, NULL, 0);
    env_reset(&open, instance, row);
    int length = 1;
    while (env_step(&open, instance, &left, row, &reward, NULL) == 0) {
        length++;
    }
    w.max_episode_steps = length;
    kind = make("CartPole-v1", &w);
    env_seed(&kind, instance, 0, NULL, 0);
    env_reset(&kind, instance, row);
    for (int k = 1; k <= length; k++) {
        unsigned flags = env_step(&kind, instance, &left, row, &reward, NULL);
        assert_int_equal(flags, k == length ? A3C_TERMINATED | A3C_TRUNCATED : 0);
    }
    memory_free(instance);
}

static void test_frame_skip(void **state) {
    (void)state;
    env_wrapping w = no_wrapping;
    w.frame_skip = 4;
    env_config plain = make("Pendulum-v1", NULL), skipping = make("Pendulum-v1", &w);
    float one[3], four[3];
    const float torque = 1.5f;
    double reward, sum = 0, summed;
    int frames;
    void *a = start(&plain, 9, one), *b = start(&skipping, 9, four);
    for (int k = 0; k < 4; k++) {
        env_step(&plain, a, &torque, one, &reward, NULL);
        sum += reward;
    }
    env_step(&skipping, b, &torque, four, &summed, &frames);
    assert_int_equal(frames, 4);
    assert_true(summed == sum);
    assert_memory_equal(one, four, sizeof one);
    memory_free(a);
    memory_free(b);
    /* the repetition ends with the episode; the limit counts frames */
    w.max_episode_steps = 6;
    skipping = make("Pendulum-v1", &w);
    b = start(&skipping, 9, four);
    assert_int_equal(env_step(&skipping, b, &torque, four, &summed, &frames), 0);
    assert_int_equal(env_step(&skipping, b, &torque, four, &summed, &frames), A3C_TRUNCATED);
    assert_int_equal(frames, 2);
    memory_free(b);
}

static void test_frame_stack_and_mask(void **state) {
    (void)state;
    env_wrapping w = no_wrapping;
    w.frame_stack = 3, w.masked_count = 2, w.masked[0] = 1, w.masked[1] = 3;
    env_config plain = make("CartPole-v1", NULL), stacked = make("CartPole-v1", &w);
    assert_int_equal(stacked.observation_size, 12);
    float frames[5][4], row[12];
    double reward;
    void *a = start(&plain, 4, frames[0]), *b = start(&stacked, 4, row);
    for (int k = 0; k < 5; k++) {
        const int32_t action = k % 2;
        if (k > 0) {
            env_step(&plain, a, &action, frames[k], &reward, NULL);
            env_step(&stacked, b, &action, row, &reward, NULL);
        }
        for (int i = 0; i < 3; i++) {
            const float *frame = frames[k - 2 + i < 0 ? 0 : k - 2 + i];
            const float expected[4] = {frame[0], 0, frame[2], 0};
            assert_memory_equal(row + 4 * i, expected, sizeof expected);
        }
    }
    memory_free(a);
    memory_free(b);
}

static void test_sticky_actions(void **state) {
    (void)state;
    env_wrapping w = no_wrapping;
    w.sticky_action_probability = 1, w.max_episode_steps = 0;
    env_config sticky = make("MountainCar-v0", &w), plain = make("MountainCar-v0", NULL);
    float one[2], other[2];
    double reward;
    void *a = start(&sticky, 2, one), *b = start(&plain, 2, other);
    const int32_t first = 2;
    for (int32_t k = 0; k < 20; k++) {
        const int32_t action = k == 0 ? first : k % 2;
        env_step(&sticky, a, &action, one, &reward, NULL);
        env_step(&plain, b, &first, other, &reward, NULL);
        assert_memory_equal(one, other, sizeof one);
    }
    /* half of the decisions are replaced, and the environment's own stream is not touched */
    w.sticky_action_probability = 0.5;
    sticky = make("MountainCar-v0", &w);
    memory_free(a);
    a = start(&sticky, 2, one);
    int same = 0;
    enum { DECISIONS = 4000 };
    for (int k = 0; k < DECISIONS; k++) {
        const int32_t action = k % 2 ? 2 : 0;
        double before[2], after[2];
        sticky.def->get_state(env_state(&sticky, a), before, 2);
        env_step(&sticky, a, &action, one, &reward, NULL);
        sticky.def->get_state(env_state(&sticky, a), after, 2);
        double push = after[1] - before[1] + 0.0025 * cos(3 * before[0]);
        same += fabs(push - (action - 1) * 0.001) < 1e-9;
        before[0] = -0.5, before[1] = 0;
        sticky.def->set_state(env_state(&sticky, a), before, 2);
    }
    /* a Markov chain whose state is whether the last executed action equals the one now chosen: two thirds are as
     * chosen */
    assert_true(fabs(same / (double)DECISIONS - 2.0 / 3) < 0.05);
    memory_free(a);
    memory_free(b);
}

static void test_actions_of_a_box(void **state) {
    (void)state;
    env_wrapping w = no_wrapping;
    env_config raw = make("MountainCarContinuous-v0", &w);
    float row[2];
    double reward;
    const float two = 2;
    void *instance = start(&raw, 1, row);
    env_step(&raw, instance, &two, row, &reward, NULL);
    assert_true(fabs(reward + 0.4) < 1e-12); /* reaches the environment unclipped */
    w.clip_actions = true;
    env_config clipping = make("MountainCarContinuous-v0", &w);
    env_step(&clipping, instance, &two, row, &reward, NULL);
    assert_true(fabs(reward + 0.1) < 1e-12);
    memory_free(instance);
    w.rescale_actions = true;
    env_config rescaling = make("Pendulum-v1", &w), plain = make("Pendulum-v1", NULL);
    float one[3], other[3];
    const float half = 0.5f, full = 1;
    void *a = start(&rescaling, 1, one), *b = start(&plain, 1, other);
    env_step(&rescaling, a, &half, one, &reward, NULL);
    env_step(&plain, b, &full, other, &reward, NULL);
    assert_memory_equal(one, other, sizeof one);
    memory_free(a);
    memory_free(b);
    const float nan = NAN;
    const int32_t third = 2;
    assert_false(env_action_valid(&plain, &nan));
    assert_true(env_action_valid(&plain, &two));
    env_config cartpole = make("CartPole-v1", NULL);
    assert_false(env_action_valid(&cartpole, &third));
}

static double seconds_of_delay(env_delay_kind delay, bool sleeps, bool on_reset, int steps) {
    env_wrapping w = no_wrapping;
    w.delay = delay, w.delay_mean_us = 200, w.delay_sleeps = sleeps, w.delay_on_reset = on_reset,
    w.max_episode_steps = 0;
    env_config kind = make("Pendulum-v1", &w);
    float row[3];
    double reward;
    const float torque = 0;
    void *instance = memory_new(kind.instance_stride);
    env_seed(&kind, instance, 3, NULL, 0);
    int64_t before = clock_ns();
    for (int k = 0; k < steps; k++) {
        env_reset(&kind, instance, row);
        env_step(&kind, instance, &torque, row, &reward, NULL);
    }
    memory_free(instance);
    return (double)(clock_ns() - before) * 1e-9;
}

/* Lower bounds only: a busy machine may take any longer. */
static void test_delay(void **state) {
    (void)state;
    assert_true(seconds_of_delay(ENV_DELAY_CONSTANT, false, false, 100) >= 0.02);
    assert_true(seconds_of_delay(ENV_DELAY_CONSTANT, true, false, 100) >= 0.02);
    assert_true(seconds_of_delay(ENV_DELAY_CONSTANT, false, true, 100) >= 0.02);
    assert_true(seconds_of_delay(ENV_DELAY_UNIFORM, false, false, 100) >= 0.01);
    assert_true(seconds_of_delay(ENV_DELAY_HEAVY, false, false, 100) >= 0.0066);
}

/* ---- Batches, copies, contract ---- */

static void print_fault(void *context, const char *check, const char *fault) {
    if (fault != NULL) {
        print_error("%s: %s: %s\n", (const char *)context, check, fault);
    }
}

static void expect_contract(const char *id, const env_config *kind) {
    char name[ENV_ID_SIZE];
    strcpy(name, id);
    assert_int_equal(env_check(kind, print_fault, name), 0);
}

static void test_contract(void **state) {
    (void)state;
    size_t count;
    const a3c_env_def *const *all = env_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        env_config kind = make(all[i]->name, NULL);
        expect_contract(all[i]->name, &kind);
    }
}

/* Batches of every size give what single steps give, wherever an instance stands in them: states to the bit. */
static void test_batch_sizes(void **state) {
    (void)state;
    const char *const ids[] = {"CartPole-v1", "Acrobot-v1"};
    enum { MOST = 37, STEPS = 30 };
    for (size_t e = 0; e < 2; e++) {
        env_config kind = make(ids[e], NULL);
        int size = kind.observation_size;
        for (int n = 1; n <= MOST; n += 3) {
            void *batch = memory_new((size_t)n * kind.instance_stride),
                 *single = memory_new((size_t)n * kind.instance_stride);
            float *rows = memory_array(float, (size_t)(n * size)), row[8];
            double rewards[MOST], reward;
            unsigned flags[MOST];
            int32_t actions[MOST];
            int64_t frames = 0;
            for (int i = 0; i < n; i++) {
                env_seed(&kind, env_at(&kind, batch, i), (uint64_t)i, NULL, 0);
                env_reset(&kind, env_at(&kind, batch, i), row);
            }
            memcpy(single, batch, (size_t)n * kind.instance_stride);
            for (int k = 0; k < STEPS; k++) {
                for (int i = 0; i < n; i++) {
                    actions[i] = (i * 7 + k * 5) / 3 % 2;
                }
                env_step_batch(&kind, batch, n, actions, rows, size, rewards, flags, &frames);
                for (int i = 0; i < n; i++) {
                    unsigned flag = env_step(&kind, env_at(&kind, single, i), &actions[i], row, &reward, NULL);
                    assert_int_equal(flag, flags[i]);
                    assert_true(reward == rewards[i]);
                    assert_memory_equal(row, rows + i * size, (size_t)size * sizeof *row);
                }
            }
            assert_memory_equal(batch, single, (size_t)n * kind.instance_stride);
            assert_int_equal(frames, n * STEPS);
            memory_free(batch);
            memory_free(single);
            memory_free(rows);
        }
    }
}

/* Streams of workers and environments, and of evaluation episodes, never coincide. */
static void test_spawned_seeds(void **state) {
    (void)state;
    env_config kind = make("CartPole-v1", NULL);
    float rows[64][4];
    void *instance = memory_new(kind.instance_stride);
    for (uint32_t i = 0; i < 64; i++) {
        const uint32_t key[2] = {i / 8, i % 8};
        env_seed(&kind, instance, 42, key, i < 60 ? 2 : 0);
        if (i >= 60) {
            env_seed(&kind, instance, 42 + i - 60, NULL, 0);
        }
        env_reset(&kind, instance, rows[i]);
        for (uint32_t k = 0; k < i; k++) {
            assert_memory_not_equal(rows[i], rows[k], sizeof rows[i]);
        }
    }
    memory_free(instance);
}

/* ---- Compiler ---- */

/* GCC 12 deletes the rounding of two adjacent stores of (double)(float)x when it vectorizes them. What must be float32
 * here lives in float: Acrobot's start, whose state is double, is where the built program could lose it. */
static void test_rounding_survives_the_compiler(void **state) {
    (void)state;
    env_config kind = make("Acrobot-v1", NULL);
    float row[6];
    double hidden[4];
    void *instance = memory_new(kind.instance_stride);
    for (uint64_t seed = 0; seed < 100; seed++) {
        env_seed(&kind, instance, seed, NULL, 0);
        env_reset(&kind, instance, row);
        kind.def->get_state(env_state(&kind, instance), hidden, 4);
        for (int i = 0; i < 4; i++) {
            volatile float rounded = (float)hidden[i];
            assert_true((double)rounded == hidden[i]);
        }
    }
    memory_free(instance);
    kind = make("MountainCarContinuous-v0", NULL);
    instance = start(&kind, 0, row);
    for (int k = 0; k < 100; k++) {
        double reward;
        const float action = 0.7f;
        env_step(&kind, instance, &action, row, &reward, NULL);
        kind.def->get_state(env_state(&kind, instance), hidden, 3);
        for (int i = 0; i < 2; i++) {
            volatile float rounded = (float)hidden[i];
            assert_true((double)rounded == hidden[i]);
        }
    }
    memory_free(instance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_wrapping_refusals),
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_frame_skip),
        cmocka_unit_test(test_frame_stack_and_mask),
        cmocka_unit_test(test_sticky_actions),
        cmocka_unit_test(test_actions_of_a_box),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_contract),
        cmocka_unit_test(test_batch_sizes),
        cmocka_unit_test(test_spawned_seeds),
        cmocka_unit_test(test_rounding_survives_the_compiler),
    };
    return cmocka_run_group_tests_name("environments: host", tests, NULL, NULL);
}
