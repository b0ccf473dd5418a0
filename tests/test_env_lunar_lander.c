/* SPDX-License-Identifier: MIT
 * LunarLander where the build has Box2D (elsewhere nothing runs): flights follow Gymnasium's, whose Box2D is another
 * version, until the ground is touched; the original's own pilot scores what it scores there; random play too. */
#include "golden_env.h"

enum { SKIPPED = 77, OBSERVATION = 8, LEFT_LEG = 6 };

/* ---- Flights ---- */

typedef struct flight {
    env_config kind;
    void *instance;
    long compared;
    double worst;
    bool aloft; /* no leg has touched the ground yet */
} flight;

static void compare(flight *f, const char *text, const float *observation) {
    double expected[GOLDEN_VALUES];
    assert_int_equal(golden_numbers(text, expected), OBSERVATION);
    f->aloft = f->aloft && expected[LEFT_LEG] == 0 && expected[LEFT_LEG + 1] == 0;
    for (int i = 0; f->aloft && i < OBSERVATION; i++) {
        f->worst = fmax(f->worst, fabs(observation[i] - expected[i]));
    }
    f->compared += f->aloft;
}

static void fly_line(flight *f, char *line) {
    char *rest, *word = strtok_r(line, " ", &rest);
    float observation[OBSERVATION], action[2];
    if (strcmp(word, "env") == 0) {
        error e = {0};
        assert_int_equal(env_config_make(&f->kind, env_find(rest, false, &e), NULL, 0, NULL, &e), 0);
        memory_free(f->instance);
        f->instance = memory_new(f->kind.instance_stride);
    } else if (strcmp(word, "seed") == 0) {
        env_seed(&f->kind, f->instance, strtoull(strtok_r(NULL, " ", &rest), NULL, 10), NULL, 0);
        env_reset(&f->kind, f->instance, observation);
        f->aloft = true;
        compare(f, strtok_r(NULL, " ", &rest), observation);
    } else if (strcmp(word, "step") == 0) {
        double numbers[GOLDEN_VALUES], reward;
        golden_numbers(strtok_r(NULL, " ", &rest), numbers);
        for (int i = 0; i < f->kind.action_size; i++) {
            int32_t index = (int32_t)numbers[i];
            action[i] = (float)numbers[i];
            if (f->kind.spec.action == A3C_ACTION_DISCRETE) {
                memcpy(action, &index, sizeof index);
            }
        }
        env_step(&f->kind, f->instance, action, observation, &reward, NULL);
        compare(f, strtok_r(NULL, " ", &rest), observation);
    }
}

static void test_flights(void **state) {
    (void)state;
    FILE *file = fopen(A3C_GOLDEN "/environments/lunar_lander.txt", "r");
    assert_non_null(file);
    char line[GOLDEN_LINE];
    flight f = {0};
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        fly_line(&f, line);
    }
    fclose(file);
    memory_free(f.instance);
    print_message("%ld observations in the air, worst difference %.5f\n", f.compared, f.worst);
    assert_true(f.compared > 800);
    assert_true(f.worst < 0.01);
}

/* ---- Scores ---- */

static double within(double x, double limit) {
    return fmax(-limit, fmin(limit, x));
}

/* A pilot of two proportional-derivative controllers: point to the middle, sink in proportion to the distance from it.
 */
static void pilot(const env_config *kind, const float *o, void *action) {
    double angle = within(o[0] * 0.5 + o[2], 0.4), height = 0.55 * fabs((double)o[0]);
    double turn = (angle - o[4]) * 0.5 - o[5], rise = (height - o[1]) * 0.5 - o[3] * 0.5;
    if (o[LEFT_LEG] > 0 || o[LEFT_LEG + 1] > 0) {
        turn = 0;
        rise = -o[3] * 0.5;
    }
    if (kind->spec.action == A3C_ACTION_BOX) {
        ((float *)action)[0] = (float)within(rise * 20 - 1, 1);
        ((float *)action)[1] = (float)within(-turn * 20, 1);
    } else {
        *(int32_t *)action = rise > fabs(turn) && rise > 0.05 ? 2 : turn < -0.05 ? 3 : turn > 0.05 ? 1 : 0;
    }
}

/* |mean - reference| < 5 standard errors of the difference. */
static void expect_score(const char *id, bool piloted, int episodes, double reference, double deviation,
                         int reference_episodes) {
    error e = {0};
    env_config kind;
    assert_int_equal(env_config_make(&kind, env_find(id, false, &e), NULL, 0, NULL, &e), 0);
    void *instance = memory_new(kind.instance_stride);
    a3c_rng chance;
    env_rng_seed(&chance, A3C_RNG_PCG64, 1, NULL, 0);
    double sum = 0, squares = 0;
    for (int k = 0; k < episodes; k++) {
        float o[OBSERVATION], action[2];
        double total = 0, reward;
        unsigned flags = 0;
        env_seed(&kind, instance, (uint64_t)k, NULL, 0);
        env_reset(&kind, instance, o);
        while (flags == 0) {
            if (piloted) {
                pilot(&kind, o, action);
            } else if (kind.spec.action == A3C_ACTION_BOX) {
                action[0] = (float)(2 * env_random.uniform01(&chance) - 1);
                action[1] = (float)(2 * env_random.uniform01(&chance) - 1);
            } else {
                int32_t index = (int32_t)env_random.below(&chance, 4);
                memcpy(action, &index, sizeof index);
            }
            flags = env_step(&kind, instance, action, o, &reward, NULL);
            total += reward;
        }
        sum += total, squares += total * total;
    }
    memory_free(instance);
    double mean = sum / episodes, variance = squares / episodes - mean * mean;
    double error_of_difference = sqrt(variance / episodes + deviation * deviation / reference_episodes);
    print_message("%s, %s: %.1f, reference %.1f +- %.1f\n", id, piloted ? "pilot" : "random", mean, reference,
                  error_of_difference);
    assert_true(fabs(mean - reference) <= 5 * error_of_difference);
}

static void test_scores(void **state) {
    (void)state;
    expect_score("LunarLander-v3", true, 200, 236.9, 105.8, 1000);
    expect_score("LunarLanderContinuous-v3", true, 200, 283.9, 18.9, 1000);
    expect_score("LunarLander-v3", false, 300, -185.2, 111.6, 600);
    expect_score("LunarLanderContinuous-v3", false, 300, -211.3, 122.7, 600);
}

static void test_options(void **state) {
    (void)state;
    error e = {0};
    env_config kind;
    const a3c_env_def *def = env_find("LunarLander-v3", false, &e);
    const env_option_text wrong[] = {{"gravity", "-12"}}, right[] = {{"gravity", "-5"}, {"enable_wind", "true"}};
    assert_int_equal(env_config_make(&kind, def, wrong, 1, NULL, &e), -1);
    assert_non_null(strstr(e.text, "between -12 and 0"));
    assert_int_equal(env_config_make(&kind, def, right, 2, NULL, &e), 0);
    void *instance = memory_new(kind.instance_stride);
    float o[OBSERVATION];
    double reward, before, gained = 0, expected = 5 * 0.4 * (400.0 / 30 / 2) / 50;
    const int32_t none = 0;
    env_seed(&kind, instance, 0, NULL, 0);
    env_reset(&kind, instance, o);
    before = o[2];
    for (int k = 0; k < 20; k++) {
        double fall = o[3];
        env_step(&kind, instance, &none, o, &reward, NULL);
        gained += fall - o[3];
    }
    /* gravity for 20 steps of 1/50 s, in the units of the observation, while the legs swing; the wind blows sideways */
    assert_true(fabs(gained - expected) < 0.05 * expected);
    assert_true(fabs(o[2] - before) > 1e-3);
    memory_free(instance);
}

int main(void) {
    if (env_find("LunarLander-v3", false, NULL) == NULL) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flights),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests_name("lunar lander", tests, NULL, NULL);
}
