/* SPDX-License-Identifier: MIT
 * MinAtar's five games against the original: checksums of every observation of long runs, trajectories that reach deep
 * into the games, statistics of random policies. */
#include "env/games.h"

#include "base/memory.h"
#include "env/env.h"
#include "env/minatar/minatar.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t crc32_update(uint32_t crc, const uint8_t *bytes, size_t count) {
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

/* The checksum takes cells in the original's order [y][x][channel]. */
static uint32_t crc_planes(uint32_t crc, const float *planes, int channels) {
    uint8_t bytes[SEAQUEST_CHANNELS * MINATAR_CELLS];
    for (int cell = 0; cell < MINATAR_CELLS; cell++) {
        for (int c = 0; c < channels; c++) {
            bytes[cell * channels + c] = (uint8_t)planes[c * MINATAR_CELLS + cell];
        }
    }
    return crc32_update(crc, bytes, (size_t)(channels * MINATAR_CELLS));
}

typedef struct game {
    env_config kind;
    void *instance;
    float *observation;
} game;

static game game_new(const a3c_env_def *def, uint64_t seed) {
    game g;
    error e = {0};
    const env_wrapping wrapping = {.max_episode_steps = -1, .frame_stack = 1, .frame_skip = 1};
    assert_int_equal(env_config_make(&g.kind, def, NULL, 0, &wrapping, &e), 0);
    g.instance = memory_new(g.kind.instance_stride);
    g.observation = memory_array(float, (size_t)g.kind.observation_size);
    env_seed(&g.kind, g.instance, seed, NULL, 0);
    return g;
}

static void game_free(game *g) {
    memory_free(g->instance);
    memory_free(g->observation);
}

/* ---- Checksums ------------------------------------------------------------------------------------------------------
 * Seed 42, minimal action set, sticky 0.1, ramping on; action t is (pattern[t mod 11] + t div 97) mod |A|. */

typedef struct checksum {
    const a3c_env_def *def;
    double reward;
    int ends;
    uint32_t crc;
} checksum;

static void test_checksums(void **state) {
    (void)state;
    static const int pattern[11] = {1, 0, 2, 1, 2, 0, 2, 2, 1, 0, 1};
    const checksum table[] = {
        {&env_breakout_v1, 85, 187, 0xe98a7984},      {&env_asterix_v1, 4, 26, 0x1e066387},
        {&env_freeway_v1, 0, 0, 0x014a3253},          {&env_seaquest_v1, 1, 13, 0x75ccc04c},
        {&env_space_invaders_v1, 78, 26, 0xb8c62188},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        game g = game_new(table[i].def, 42);
        int channels = g.kind.spec.observation_shape[0], ends = 0;
        double sum = 0;
        env_reset(&g.kind, g.instance, g.observation);
        uint32_t crc = crc_planes(0, g.observation, channels);
        for (int t = 0; t < 2000; t++) {
            int32_t action = (pattern[t % 11] + t / 97) % g.kind.spec.action_n[0];
            double reward;
            unsigned flags = env_step(&g.kind, g.instance, &action, g.observation, &reward, NULL);
            crc = crc_planes(crc, g.observation, channels);
            sum += reward;
            if (flags & A3C_TERMINATED) {
                ends++;
                env_reset(&g.kind, g.instance, g.observation);
                crc = crc_planes(crc, g.observation, channels);
            }
        }
        assert_true(sum == table[i].reward);
        assert_int_equal(ends, table[i].ends);
        assert_int_equal(crc, table[i].crc);
        game_free(&g);
    }
}

/* ---- Trajectories of the original that get far ----------------------------------------------------------------------
 * tests/golden/minatar.txt, made by tools/golden/minatar_games.py, which says what its lines are. */

static const a3c_env_def *find_game(const char *name) {
    static const struct {
        const char *name;
        const a3c_env_def *def;
    } games[] = {
        {"breakout", &env_breakout_v0},
        {"asterix", &env_asterix_v0},
        {"freeway", &env_freeway_v0},
        {"seaquest", &env_seaquest_v0},
        {"space_invaders", &env_space_invaders_v0},
    };
    for (size_t i = 0; i < sizeof games / sizeof games[0]; i++) {
        if (strcmp(games[i].name, name) == 0) return games[i].def;
    }
    fail_msg("%s: no such game", name);
    return NULL;
}

static game game_with(const a3c_env_def *def, uint64_t seed, const char *ramping, const char *sticky) {
    game g;
    error e = {0};
    const env_option_text options[] = {{"difficulty_ramping", ramping}, {"sticky_action_prob", sticky}};
    assert_int_equal(env_config_make(&g.kind, def, options, 2, NULL, &e), 0);
    g.instance = memory_new(g.kind.instance_stride);
    g.observation = memory_array(float, (size_t)g.kind.observation_size);
    env_seed(&g.kind, g.instance, seed, NULL, 0);
    return g;
}

/* Plays the actions of one game of the file and compares at every hundredth step; returns the sum of rewards. */
static long replay(FILE *file, game *g, int steps) {
    enum { MOST = 4096, INTERVAL = 100 };
    static char actions[MOST + 1];
    assert_true(steps <= MOST);
    for (int t = 0; t < steps; t += INTERVAL) {
        assert_int_equal(fscanf(file, "%100s", actions + t), 1);
    }
    long total = 0, ends = 0;
    int channels = g->kind.spec.observation_shape[0];
    env_reset(&g->kind, g->instance, g->observation);
    uint32_t crc = crc_planes(0, g->observation, channels);
    for (int t = 0; t < steps; t++) {
        int32_t action = actions[t] - '0';
        double reward;
        unsigned flags = env_step(&g->kind, g->instance, &action, g->observation, &reward, NULL);
        crc = crc_planes(crc, g->observation, channels);
        total += (long)reward;
        if (flags & A3C_TERMINATED) {
            ends++;
            env_reset(&g->kind, g->instance, g->observation);
            crc = crc_planes(crc, g->observation, channels);
        }
        if ((t + 1) % INTERVAL == 0) {
            long step, want_total, want_ends;
            unsigned want_crc;
            assert_int_equal(fscanf(file, "%ld %x %ld %ld", &step, &want_crc, &want_total, &want_ends), 4);
            if (step != t + 1 || want_crc != crc || want_total != total || want_ends != ends) {
                fail_msg("%s, step %d: crc %08x reward %ld ends %ld, expected %08x %ld %ld", g->kind.def->name, t + 1,
                         crc, total, ends, want_crc, want_total, want_ends);
            }
        }
    }
    return total;
}

static void test_trajectories(void **state) {
    (void)state;
    FILE *file = fopen(A3C_GOLDEN "/minatar.txt", "r");
    assert_non_null(file);
    char name[32], ramping[8], sticky[8];
    unsigned long seed;
    int actions, steps, games = 0;
    while (fscanf(file, " game %31s %lu %d %7s %7s %d", name, &seed, &actions, ramping, sticky, &steps) == 6) {
        game g = game_with(find_game(name), seed, ramping, sticky);
        assert_int_equal(g.kind.spec.action_n[0], actions);
        print_message("%s %lu: reward %ld\n", name, seed, replay(file, &g, steps));
        game_free(&g);
        games++;
    }
    assert_true(feof(file));
    assert_int_equal(games, 10);
    fclose(file);
}

/* ---- Rules that chance rarely shows ---- */

/* Six divers brought up pay the oxygen that is left, and one more diver is spent: the count is -1 (seen in the
 * original). */
static void test_seaquest_rescue(void **state) {
    (void)state;
    game g = game_with(&env_seaquest_v0, 1, "true", "0");
    seaquest *s = env_state(&g.kind, g.instance);
    const int32_t up = MINATAR_UP;
    double reward;
    env_reset(&g.kind, g.instance, g.observation);
    s->y = 1;
    s->divers = SEAQUEST_CREW;
    s->surfaced = false;
    s->oxygen = 150;
    assert_int_equal(env_step(&g.kind, g.instance, &up, g.observation, &reward, NULL), 0);
    assert_true(reward == 7);
    assert_int_equal(s->divers, -1);
    assert_int_equal(s->oxygen, SEAQUEST_OXYGEN_MAX);
    for (int x = 0; x < MINATAR_SIZE; x++) {
        assert_true(g.observation[SEAQUEST_OXYGEN * MINATAR_CELLS + 90 + x] == 1);
        assert_true(g.observation[SEAQUEST_DIVERS_ABOARD * MINATAR_CELLS + 90 + x] == 0);
    }
    game_free(&g);
}

/* Without air the game ends, and the gauge, which would be below zero, shows nothing. */
static void test_seaquest_oxygen(void **state) {
    (void)state;
    game g = game_with(&env_seaquest_v0, 1, "true", "0");
    seaquest *s = env_state(&g.kind, g.instance);
    const int32_t nothing = MINATAR_NOTHING;
    double reward;
    env_reset(&g.kind, g.instance, g.observation);
    s->y = 5;
    s->surfaced = false;
    s->oxygen = 1;
    assert_int_equal(env_step(&g.kind, g.instance, &nothing, g.observation, &reward, NULL), 0);
    assert_int_equal(env_step(&g.kind, g.instance, &nothing, g.observation, &reward, NULL), A3C_TERMINATED);
    for (int x = 0; x < MINATAR_SIZE; x++) {
        assert_true(g.observation[SEAQUEST_OXYGEN * MINATAR_CELLS + 90 + x] == 0);
    }
    game_free(&g);
}

/* The action executed last in one episode may be repeated in the first step of the next. */
static void test_sticky_survives_reset(void **state) {
    (void)state;
    game g = game_with(&env_breakout_v0, 1, "true", "1");
    breakout *b = env_state(&g.kind, g.instance);
    const int32_t right = MINATAR_RIGHT;
    double reward;
    env_reset(&g.kind, g.instance, g.observation);
    env_step(&g.kind, g.instance, &right, g.observation, &reward, NULL);
    assert_int_equal(b->paddle, 4); /* at first nothing is repeated, for ever */
    b->head.last_action = MINATAR_LEFT;
    env_reset(&g.kind, g.instance, g.observation);
    env_step(&g.kind, g.instance, &right, g.observation, &reward, NULL);
    assert_int_equal(b->paddle, 3);
    game_free(&g);
}

/* An episode of Freeway has 2501 steps. */
static void test_freeway_length(void **state) {
    (void)state;
    game g = game_new(&env_freeway_v1, 5);
    const int32_t up = 1;
    double reward;
    int steps = 0;
    env_reset(&g.kind, g.instance, g.observation);
    for (unsigned flags = 0; flags == 0; steps++) {
        flags = env_step(&g.kind, g.instance, &up, g.observation, &reward, NULL);
    }
    assert_int_equal(steps, 2501);
    game_free(&g);
}

/* ---- Statistics of random play ---- */

typedef struct statistic {
    const a3c_env_def *def;
    int episodes;
    double mean, error, length;
} statistic;

static void expect_random(const statistic *want) {
    game g = game_new(want->def, 11);
    a3c_rng actions;
    env_rng_seed(&actions, A3C_RNG_PCG64, 12, NULL, 0);
    double sum = 0, squares = 0, steps = 0;
    for (int k = 0; k < want->episodes; k++) {
        double total = 0, reward;
        env_reset(&g.kind, g.instance, g.observation);
        for (unsigned flags = 0; flags == 0; steps++) {
            int32_t action = (int32_t)env_random.below(&actions, (uint32_t)g.kind.spec.action_n[0]);
            flags = env_step(&g.kind, g.instance, &action, g.observation, &reward, NULL);
            total += reward;
        }
        sum += total;
        squares += total * total;
    }
    double mean = sum / want->episodes, length = steps / want->episodes;
    double deviation = sqrt((squares / want->episodes - mean * mean) / want->episodes + want->error * want->error);
    print_message("%s: random return %.3f (%.3f), length %.1f (%.1f)\n", want->def->name, mean, want->mean, length,
                  want->length);
    assert_true(fabs(mean - want->mean) < 5 * deviation + 0.0005);
    assert_true(fabs(length / want->length - 1) < 0.1);
    game_free(&g);
}

static void test_random_play(void **state) {
    (void)state;
    const statistic table[] = {
        {&env_breakout_v0, 10000, 0.549, 0.020, 11.6},
        {&env_breakout_v1, 10000, 0.357, 0.016, 9.6},
        {&env_asterix_v0, 3000, 0.515, 0.031, 71.0},
        {&env_asterix_v1, 3000, 0.494, 0.032, 68.8},
        {&env_seaquest_v0, 6000, 0.088, 0.012, 29.7},
        {&env_seaquest_v1, 6000, 0.085, 0.012, 28.0},
        {&env_space_invaders_v0, 3000, 2.95, 0.09, 54.7},
        {&env_space_invaders_v1, 3000, 4.04, 0.11, 57.6},
        {&env_freeway_v0, 50, 0.0, 0.1, 2501},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        expect_random(&table[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_trajectories),
        cmocka_unit_test(test_seaquest_rescue),
        cmocka_unit_test(test_seaquest_oxygen),
        cmocka_unit_test(test_sticky_survives_reset),
        cmocka_unit_test(test_freeway_length),
        cmocka_unit_test(test_random_play),
    };
    return cmocka_run_group_tests_name("MinAtar", tests, NULL, NULL);
}
