/* SPDX-License-Identifier: MIT
 * Toy text equals Gymnasium and its exact values; the diagnostics do what they say; every built-in game draws
 * itself. */
#include "golden_env.h"

#include "env/diagnostics/diagnostics.h"
#include "env/games.h"
#include "env/tabular.h"
#include "env/toy_text/toy_text.h"

/* ---- Toy text against Gymnasium ---- */

static void expect_golden(const char *name, long resets, long steps, long transitions) {
    golden_counts counts = golden_play(name);
    print_message("%s: %ld resets, %ld steps, %ld transitions\n", name, counts.resets, counts.steps,
                  counts.transitions);
    assert_true(counts.resets >= resets && counts.steps >= steps);
    assert_int_equal(counts.transitions, transitions);
}

/* Three outcomes where the agent stands on ice, one where the game is over: 4x4 with two success rates, and 8x8 */
static void test_frozen_lake(void **state) {
    (void)state, expect_golden("frozen_lake", 24, 600, 4 * (11 * 3 + 5) * 2 + 4 * (53 * 3 + 11));
}
static void test_cliff_walking(void **state) {
    (void)state, expect_golden("cliff_walking", 6, 1000, 4 * 48 * (1 + 3));
}
static void test_taxi(void **state) {
    (void)state, expect_golden("taxi", 24, 1000, 500 * (6 + 14));
}
static void test_blackjack(void **state) {
    (void)state, expect_golden("blackjack", 900, 1200, 0);
}

/* ---- Exact values ---- */

static void values_of(const a3c_env_def *def, double *values) {
    for (size_t i = 0; i < def->option_count; i++) {
        values[i] = def->options[i].value;
    }
}

static void expect_values(const a3c_env_def *def, int horizon, double best, double random) {
    double values[A3C_ENV_OPTIONS], uniform[TABULAR_STATES * TABULAR_ACTIONS];
    tabular table;
    values_of(def, values);
    assert_true(tabular_make(&table, def, values));
    for (int i = 0; i < table.states * table.actions; i++) {
        uniform[i] = 1.0 / table.actions;
    }
    assert_true(fabs(tabular_value(&table, NULL, horizon, 1) - best) < 6e-7 * fmax(1, fabs(best)));
    if (!isnan(random)) {
        double value = tabular_value(&table, uniform, horizon, 1);
        print_message("%s: uniformly random %.6f\n", def->name, value);
        assert_true(fabs(value - random) < 6e-7 * fmax(1, fabs(random)) + (fabs(random) > 1 ? 0.005 : 0));
    }
}

static void test_optima(void **state) {
    (void)state;
    expect_values(&env_frozen_lake, 100, 0.744190, 0.013940);
    expect_values(&env_frozen_lake_8x8, 200, 0.913220, 0.001901);
    expect_values(&env_taxi, 200, 7.93, -771.09);
    expect_values(&env_cliff_walking, 100, -13, NAN);
}

/* The best stationary policy for FrozenLake's 4x4 map is worth 0.740165 in 100 steps. */
static void test_policy_value(void **state) {
    (void)state;
    static const int best[16] = {0, 3, 3, 3, 0, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 0};
    double values[A3C_ENV_OPTIONS], policy[16 * 4] = {0};
    tabular table;
    values_of(&env_frozen_lake, values);
    assert_true(tabular_make(&table, &env_frozen_lake, values));
    for (int s = 0; s < 16; s++) {
        policy[s * 4 + best[s]] = 1;
    }
    double value = tabular_value(&table, policy, 100, 1);
    print_message("value %.6f\n", value);
    assert_true(fabs(value - 0.740165) < 1e-6);
}

static void test_tables_refuse(void **state) {
    (void)state;
    double values[A3C_ENV_OPTIONS];
    tabular table;
    values_of(&env_blackjack, values);
    assert_false(tabular_make(&table, &env_blackjack, values));
    values_of(&env_taxi, values);
    values[1] = 1; /* a fickle passenger remembers what the observation does not tell */
    assert_false(tabular_make(&table, &env_taxi, values));
}

/* ---- Statistics of random play ---- */

typedef struct player {
    env_config kind;
    void *instance;
    float *observation;
    a3c_rng actions;
} player;

static player player_new(const a3c_env_def *def, uint64_t seed) {
    player p = {0};
    error e = {0};
    assert_int_equal(env_config_make(&p.kind, def, NULL, 0, NULL, &e), 0);
    p.instance = memory_new(p.kind.instance_stride);
    p.observation = memory_array(float, (size_t)p.kind.observation_size);
    env_seed(&p.kind, p.instance, seed, NULL, 0);
    env_rng_seed(&p.actions, A3C_RNG_PCG64, seed + 1000, NULL, 0);
    return p;
}

static void player_free(player *p) {
    memory_free(p->instance);
    memory_free(p->observation);
}

static unsigned random_step(player *p, double *reward) {
    int32_t action[A3C_ENV_DIMS];
    for (int i = 0; i < p->kind.action_size; i++) {
        action[i] = (int32_t)env_random.below(&p->actions, (uint32_t)p->kind.spec.action_n[i]);
    }
    return env_step(&p->kind, p->instance, action, p->observation, reward, NULL);
}

/* Mean return of random play within five deviations of a reference that has a standard error of its own. */
static void expect_random(const a3c_env_def *def, int episodes, double reference, double reference_error) {
    player p = player_new(def, 7);
    double sum = 0, squares = 0, reward;
    for (int k = 0; k < episodes; k++) {
        double total = 0;
        env_reset(&p.kind, p.instance, p.observation);
        for (unsigned flags = 0; flags == 0;) {
            flags = random_step(&p, &reward);
            total += reward;
        }
        sum += total;
        squares += total * total;
    }
    double mean = sum / episodes, variance = squares / episodes - mean * mean;
    double deviation = sqrt(variance / episodes + reference_error * reference_error);
    print_message("%s: random return %.4f, reference %.4f, %.1f deviations\n", def->name, mean, reference,
                  (mean - reference) / deviation);
    assert_true(fabs(mean - reference) < 5 * deviation);
    player_free(&p);
}

static void test_random_play(void **state) {
    (void)state;
    expect_random(&env_frozen_lake, 20000, 0.01394, 0);
    expect_random(&env_taxi, 2000, -771.09, 0);
    expect_random(&env_blackjack, 40000, -0.3947, 0.008965);
}

/* ---- Diagnostics ---- */

static void test_probes(void **state) {
    (void)state;
    double reward;
    int32_t action = 0;
    player one = player_new(&env_probe1, 1), two = player_new(&env_probe2, 1), three = player_new(&env_probe3, 1),
           four = player_new(&env_probe4, 1), five = player_new(&env_probe5, 1);
    env_reset(&one.kind, one.instance, one.observation);
    assert_int_equal(random_step(&one, &reward), A3C_TERMINATED);
    assert_true(reward == 1 && one.observation[0] == 0);

    int seen_high = 0;
    for (int k = 0; k < 100; k++) {
        env_reset(&two.kind, two.instance, two.observation);
        float seen = two.observation[0];
        seen_high += seen == 1;
        assert_true(fabsf(seen) == 1);
        assert_int_equal(random_step(&two, &reward), A3C_TERMINATED);
        assert_true(reward == (double)seen);
    }
    assert_in_range(seen_high, 25, 75);

    env_reset(&three.kind, three.instance, three.observation);
    assert_true(three.observation[0] == 0);
    assert_int_equal(random_step(&three, &reward), 0);
    assert_true(reward == 0 && three.observation[0] == 1);
    assert_int_equal(random_step(&three, &reward), A3C_TERMINATED);
    assert_true(reward == 1);

    for (action = 0; action < 2; action++) {
        env_reset(&four.kind, four.instance, four.observation);
        assert_int_equal(env_step(&four.kind, four.instance, &action, four.observation, &reward, NULL), A3C_TERMINATED);
        assert_true(reward == (action == 1 ? 1 : -1));
    }
    for (int k = 0; k < 100; k++) {
        env_reset(&five.kind, five.instance, five.observation);
        action = k % 2;
        bool match = (action == 1) == (five.observation[0] > 0);
        assert_int_equal(env_step(&five.kind, five.instance, &action, five.observation, &reward, NULL), A3C_TERMINATED);
        assert_true(reward == (match ? 1 : -1));
    }
    player_free(&one), player_free(&two), player_free(&three), player_free(&four), player_free(&five);
}

static void test_identity(void **state) {
    (void)state;
    double reward, sum = 0;
    unsigned flags = 0;
    int32_t both[2];
    player classes = player_new(&env_identity, 1), multi = player_new(&env_multi_discrete, 1);
    env_reset(&classes.kind, classes.instance, classes.observation);
    for (int t = 0; t < 100; t++) {
        assert_int_equal(flags, 0);
        int32_t action = (int32_t)classes.observation[0];
        flags = env_step(&classes.kind, classes.instance, &action, classes.observation, &reward, NULL);
        sum += reward;
    }
    assert_int_equal(flags, A3C_TRUNCATED);
    assert_true(sum == 100);
    env_reset(&multi.kind, multi.instance, multi.observation);
    for (int t = 0; t < 60; t++) { /* right, first wrong, second wrong */
        int wrong = t % 3;
        both[0] = ((int32_t)multi.observation[0] + (wrong == 1)) % 3;
        both[1] = ((int32_t)multi.observation[1] + (wrong == 2)) % 2;
        env_step(&multi.kind, multi.instance, both, multi.observation, &reward, NULL);
        assert_true(reward == (wrong == 0));
    }
    player_free(&classes), player_free(&multi);
}

static void test_identity_box(void **state) {
    (void)state;
    double reward;
    player box = player_new(&env_identity_box, 1);
    env_reset(&box.kind, box.instance, box.observation);
    for (int t = 0; t < 50; t++) {
        float near = box.observation[0] + (t % 2 ? 0.49f : -0.49f), far = box.observation[0] + (t % 2 ? 0.51f : -0.51f);
        env_step(&box.kind, box.instance, t % 4 < 2 ? &near : &far, box.observation, &reward, NULL);
        assert_true(reward == (t % 4 < 2));
        assert_true(fabsf(box.observation[0]) <= 1);
    }
    player_free(&box);
}

/* Mean reward of a step when action 0 has probability p. */
static double stochastic_reward(double p) {
    player coin = player_new(&env_stochastic, 1);
    double sum = 0, reward;
    int steps = 0;
    for (int k = 0; k < 20; k++) {
        env_reset(&coin.kind, coin.instance, coin.observation);
        for (unsigned flags = 0; flags == 0; steps++) {
            int32_t action = env_random.uniform01(&coin.actions) < p ? 0 : 1;
            flags = env_step(&coin.kind, coin.instance, &action, coin.observation, &reward, NULL);
            sum += reward;
        }
    }
    assert_int_equal(steps, 20000);
    player_free(&coin);
    return sum / steps;
}

static void test_stochastic(void **state) {
    (void)state;
    double mixed = stochastic_reward(0.73), never = stochastic_reward(0), always = stochastic_reward(1);
    print_message("reward a step: %.3f mixed, %.3f and %.3f deterministic\n", mixed, never, always);
    assert_true(mixed > 0.65 && never < 0.01 && always < 0.01);
}

static void test_password(void **state) {
    (void)state;
    player p = player_new(&env_password, 1);
    double reward = 0;
    for (int wrong = -1; wrong < 5; wrong++) {
        unsigned flags = 0;
        env_reset(&p.kind, p.instance, p.observation);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(flags, 0);
            assert_true(p.observation[i] == -1);
            int32_t action = password_digit(i) ^ (i == wrong);
            flags = env_step(&p.kind, p.instance, &action, p.observation, &reward, NULL);
            assert_true(p.observation[i] == (float)action);
        }
        assert_int_equal(flags, A3C_TERMINATED);
        assert_true(reward == (wrong < 0));
    }
    player_free(&p);
}

/* ---- Every game ---- */

/* Steps that a discrete or box action allows, at random */
static unsigned any_step(player *p, double *reward) {
    if (p->kind.spec.action != A3C_ACTION_BOX) {
        return random_step(p, reward);
    }
    float action = (float)(2 * env_random.uniform01(&p->actions) - 1);
    return env_step(&p->kind, p->instance, &action, p->observation, reward, NULL);
}

/* Every pixel is written, none beside the picture, in whatever size; the picture follows the state. */
static void test_pictures(void **state) {
    (void)state;
    static const int sizes[][2] = {{1, 1}, {7, 3}, {3, 40}, {64, 48}, {160, 96}};
    enum { LARGEST = 160 * 96 * 3, GUARD = 64 };
    static uint8_t one[LARGEST + GUARD], two[LARGEST + GUARD], first[LARGEST];
    for (size_t k = 0; k < env_games_count; k++) {
        player p = player_new(env_games[k], 3);
        assert_non_null(p.kind.def->render);
        assert_true(p.kind.spec.render_width > 0 && p.kind.spec.render_height > 0 && p.kind.spec.render_fps > 0);
        env_reset(&p.kind, p.instance, p.observation);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            size_t bytes = (size_t)(3 * sizes[i][0] * sizes[i][1]);
            memset(one, 0xaa, sizeof one);
            memset(two, 0x55, sizeof two);
            p.kind.def->render(env_state(&p.kind, p.instance), sizes[i][0], sizes[i][1], one);
            p.kind.def->render(env_state(&p.kind, p.instance), sizes[i][0], sizes[i][1], two);
            assert_memory_equal(one, two, bytes);
            for (int g = 0; g < GUARD; g++) {
                assert_true(one[bytes + (size_t)g] == 0xaa);
            }
        }
        memcpy(first, one, LARGEST);
        bool changed = false;
        for (int t = 0; t < 60 && !changed; t++) {
            double reward;
            if (any_step(&p, &reward) != 0) {
                env_reset(&p.kind, p.instance, p.observation);
            }
            p.kind.def->render(env_state(&p.kind, p.instance), 160, 96, one);
            changed = memcmp(one, first, LARGEST) != 0;
        }
        bool blind = p.kind.def == &env_probe1 || p.kind.def == &env_probe4; /* nothing to see but 0 */
        bool between = p.kind.def == &env_bandit || p.kind.def == &env_bandit_noise || p.kind.def == &env_bandit_scale;
        if (!changed && !blind && !between) {
            fail_msg("%s: the picture never changes", p.kind.def->name);
        }
        player_free(&p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frozen_lake),   cmocka_unit_test(test_cliff_walking), cmocka_unit_test(test_taxi),
        cmocka_unit_test(test_blackjack),     cmocka_unit_test(test_optima),        cmocka_unit_test(test_policy_value),
        cmocka_unit_test(test_tables_refuse), cmocka_unit_test(test_random_play),   cmocka_unit_test(test_probes),
        cmocka_unit_test(test_identity),      cmocka_unit_test(test_identity_box),  cmocka_unit_test(test_stochastic),
        cmocka_unit_test(test_password),      cmocka_unit_test(test_pictures),
    };
    return cmocka_run_group_tests_name("toy text and diagnostics", tests, NULL, NULL);
}
