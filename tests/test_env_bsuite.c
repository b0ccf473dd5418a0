/* SPDX-License-Identifier: MIT
 * bsuite's environments against the original: tests/golden/bsuite.txt, made by tools/golden/bsuite_games.py, which says
 * what its lines are. Observations are compared by checksum, rewards to the bit. */
#include "base/memory.h"
#include "env/bsuite/bsuite.h"
#include "env/env.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE = 256, LARGEST = 4096 };

typedef struct session {
    env_config kind;
    void *instance;
    float observation[LARGEST];
    int line, steps, environments;
} session;

static uint32_t crc32_of(const float *values, int count) {
    uint32_t crc = 0xffffffffu;
    for (int i = 0; i < count; i++) {
        uint8_t bytes[sizeof values[0]];
        memcpy(bytes, &values[i], sizeof bytes);
        for (size_t b = 0; b < sizeof bytes; b++) {
            crc ^= bytes[b];
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
            }
        }
    }
    return ~crc;
}

static void open_env(session *s, const char *id, uint64_t seed, char *words) {
    error e = {0};
    env_option_text options[A3C_ENV_OPTIONS];
    size_t count = 0;
    char *rest;
    for (char *word = strtok_r(words, " \n", &rest); word != NULL; word = strtok_r(NULL, " \n", &rest), count++) {
        char *equals = strchr(word, '=');
        *equals = 0;
        options[count] = (env_option_text){word, equals + 1};
    }
    const a3c_env_def *def = env_find(id, false, &e);
    if (def == NULL || env_config_make(&s->kind, def, options, count, NULL, &e) != 0) {
        fail_msg("line %d: %s", s->line, e.text);
    }
    assert_true(s->kind.observation_size <= LARGEST);
    memory_free(s->instance);
    s->instance = memory_new(s->kind.instance_stride);
    env_seed(&s->kind, s->instance, seed, NULL, 0);
    s->environments++;
}

static void expect_observation(const session *s, uint32_t want) {
    uint32_t crc = crc32_of(s->observation, s->kind.observation_size);
    if (crc != want) {
        fail_msg("line %d: %s: observation %08x, expected %08x", s->line, s->kind.def->name, crc, want);
    }
}

static void play_line(session *s, char *line) {
    char id[64], reward_text[64];
    unsigned long seed;
    unsigned crc;
    int steps, used = 0, over;
    int32_t action;
    if (sscanf(line, "env %63s %lu %d%n", id, &seed, &steps, &used) == 3) {
        open_env(s, id, seed, line + used);
    } else if (sscanf(line, "reset %x", &crc) == 1) {
        env_reset(&s->kind, s->instance, s->observation);
        expect_observation(s, crc);
    } else {
        assert_int_equal(sscanf(line, "%d %63s %d %x", &action, reward_text, &over, &crc), 4);
        double reward, want = strtod(reward_text, NULL);
        unsigned flags = env_step(&s->kind, s->instance, &action, s->observation, &reward, NULL);
        expect_observation(s, crc);
        if (reward != want || flags != (over ? A3C_TERMINATED : 0u)) {
            fail_msg("line %d: %s: reward %.17g flags %u, expected %.17g %d", s->line, s->kind.def->name, reward, flags,
                     want, over);
        }
        s->steps++;
    }
}

static void test_equals_bsuite(void **state) {
    (void)state;
    FILE *file = fopen(A3C_GOLDEN "/bsuite.txt", "r");
    assert_non_null(file);
    session s = {.line = 0};
    char line[LINE];
    while (fgets(line, sizeof line, file) != NULL) {
        s.line++;
        play_line(&s, line);
    }
    fclose(file);
    memory_free(s.instance);
    print_message("%d environments, %d steps\n", s.environments, s.steps);
    assert_int_equal(s.environments, 54);
    assert_true(s.steps > 6000);
}

/* The return of one policy of a fixed action: the last reward of memory_chain is right half the time. */
static void test_memory_is_needed(void **state) {
    (void)state;
    error e = {0};
    session s = {.line = 0};
    double sum = 0, remembered = 0, reward = 0;
    enum { EPISODES = 2000 };
    assert_int_equal(env_config_make(&s.kind, env_find("bsuite/memory_chain", false, &e), NULL, 0, NULL, &e), 0);
    s.instance = memory_new(s.kind.instance_stride);
    env_seed(&s.kind, s.instance, 3, NULL, 0);
    for (int k = 0; k < 2 * EPISODES; k++) {
        env_reset(&s.kind, s.instance, s.observation);
        int32_t shown = s.observation[2] > 0, action = k % 2 ? shown : 1;
        int steps = 0;
        for (unsigned flags = 0; flags == 0; steps++) {
            flags = env_step(&s.kind, s.instance, &action, s.observation, &reward, NULL);
            assert_true(steps == 0 || s.observation[2] == 0); /* the bit is seen at the reset and in the first step */
        }
        assert_int_equal(steps, 11);
        *(k % 2 ? &remembered : &sum) += reward;
    }
    memory_free(s.instance);
    assert_true(remembered == EPISODES);
    assert_true(fabs(sum / EPISODES) < 0.12);
}

/* Diving right in every row finds the treasure: 1 - 0.01. */
static void test_deep_sea_treasure(void **state) {
    (void)state;
    error e = {0};
    session s = {.line = 0};
    double sum = 0, reward;
    assert_int_equal(env_config_make(&s.kind, env_find("bsuite/deep_sea", false, &e), NULL, 0, NULL, &e), 0);
    s.instance = memory_new(s.kind.instance_stride);
    env_seed(&s.kind, s.instance, 3, NULL, 0);
    env_reset(&s.kind, s.instance, s.observation);
    for (unsigned flags = 0; flags == 0; sum += reward) {
        const deep_sea *sea = env_state(&s.kind, s.instance);
        int32_t right = (int32_t)(sea->right[sea->row] >> sea->column & 1);
        flags = env_step(&s.kind, s.instance, &right, s.observation, &reward, NULL);
    }
    memory_free(s.instance);
    assert_true(fabs(sum - 0.99) < 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_bsuite),
        cmocka_unit_test(test_memory_is_needed),
        cmocka_unit_test(test_deep_sea_treasure),
    };
    return cmocka_run_group_tests_name("bsuite", tests, NULL, NULL);
}
