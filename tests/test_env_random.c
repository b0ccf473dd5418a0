/* SPDX-License-Identifier: MIT
 * The random streams equal NumPy's: seeds of every width, spawn keys, mixed draws of both generators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "env/env.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 65536, LONGEST_KEY = 8 };

static uint64_t seed_of(const char *text) {
    return strtoull(text, NULL, 10);
}

static int key_of(char *text, uint32_t key[LONGEST_KEY]) {
    int count = 0;
    for (char *end = text; strcmp(text, "-") != 0 && *end != 0; count++) {
        key[count] = (uint32_t)strtoul(count > 0 ? end + 1 : end, &end, 10);
    }
    return count;
}

/* One draw as the golden file writes it: u:VALUE, g:VALUE or N:VALUE. */
static void expect_draw(a3c_rng *rng, const char *word, const char *where) {
    const char *value = strchr(word, ':') + 1;
    double want = strtod(value, NULL), got;
    if (word[0] == 'u') {
        got = env_random.uniform01(rng);
    } else if (word[0] == 'g') {
        got = env_random.normal(rng);
    } else {
        got = env_random.below(rng, (uint32_t)strtoul(word, NULL, 10));
    }
    if (got != want) {
        print_error("%s: %s, got %.17g\n", where, word, got);
        fail();
    }
}

/* Returns how many draws were compared. */
static long expect_line(char *line) {
    static a3c_rng rng;
    char *rest, where[128], *kind = strtok_r(line, " ", &rest);
    char *seed = strtok_r(NULL, " ", &rest), *key_text = strtok_r(NULL, " ", &rest);
    snprintf(where, sizeof where, "%s seed %s key %s", kind, seed, key_text);
    uint32_t key[LONGEST_KEY];
    int key_count = key_of(key_text, key);
    env_rng_seed(&rng, strcmp(kind, "mt") == 0 ? A3C_RNG_MT19937 : A3C_RNG_PCG64, seed_of(seed), key, key_count);
    long draws = 0;
    for (char *word; (word = strtok_r(NULL, " ", &rest)) != NULL; draws++) {
        expect_draw(&rng, word, where);
    }
    return draws;
}

static void test_known_answers(void **state) {
    (void)state;
    FILE *file = fopen(A3C_GOLDEN "/environments/random.txt", "r");
    assert_non_null(file);
    static char line[LONGEST_LINE];
    long draws = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        draws += line[0] == '#' ? 0 : expect_line(line);
    }
    fclose(file);
    print_message("%ld draws\n", draws);
    assert_true(draws > 7000);
}

/* A 32-bit draw keeps the high half of its word for the next one; a double between them takes a fresh word. */
static void test_half_words(void **state) {
    (void)state;
    a3c_rng words, halves;
    env_rng_seed(&words, A3C_RNG_PCG64, 5, NULL, 0);
    env_rng_seed(&halves, A3C_RNG_PCG64, 5, NULL, 0);
    env_random.uniform01(&words);
    double second = env_random.uniform01(&words);
    uint32_t low = env_random.below(&halves, 1u << 31);
    assert_true(env_random.uniform01(&halves) == second);
    uint32_t high = env_random.below(&halves, 1u << 31);
    env_rng_seed(&words, A3C_RNG_PCG64, 5, NULL, 0);
    uint64_t word = (uint64_t)(env_random.uniform01(&words) * 0x1p53) << 11;
    assert_int_equal(high, word >> 33);
    assert_true(low < 1u << 31);
}

static uint64_t next_recorded(void *context) {
    const uint64_t **at = (const uint64_t **)context;
    return *(*at)++;
}

/* A test may hand in its own words. */
static void test_source(void **state) {
    (void)state;
    const uint64_t recorded[] = {1ull << 63, 0x8000000040000000u, 0}, *at = recorded;
    a3c_rng rng = {.kind = A3C_RNG_SOURCE, .source = next_recorded, .context = &at};
    assert_true(env_random.uniform01(&rng) == 0.5);
    assert_int_equal(env_random.below(&rng, 8), 2);
    assert_int_equal(env_random.below(&rng, 8), 4);
    assert_int_equal(env_random.below(&rng, 1), 0);
    assert_ptr_equal(at, recorded + 2);
}

static void test_normal_distribution(void **state) {
    (void)state;
    a3c_rng rng;
    env_rng_seed(&rng, A3C_RNG_PCG64, 11, NULL, 0);
    enum { DRAWS = 200000 };
    double sum = 0, squares = 0, fourths = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = env_random.normal(&rng);
        sum += x, squares += x * x, fourths += x * x * x * x;
    }
    assert_true(fabs(sum / DRAWS) < 5 / sqrt(DRAWS));
    assert_true(fabs(squares / DRAWS - 1) < 5 * sqrt(2.0 / DRAWS));
    assert_true(fabs(fourths / DRAWS - 3) < 5 * sqrt(96.0 / DRAWS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_half_words),
        cmocka_unit_test(test_source),
        cmocka_unit_test(test_normal_distribution),
    };
    return cmocka_run_group_tests_name("random streams", tests, NULL, NULL);
}
