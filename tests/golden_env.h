/* SPDX-License-Identifier: MIT
 * Plays a file of tests/golden/environments (made by tools/golden/environments.py, which says what its lines mean)
 * through the host: observations and flags equal to the bit, rewards to 1e-12. Included by the tests of environments.
 */
#ifndef GOLDEN_ENV_H
#define GOLDEN_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "env/env.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GOLDEN_VALUES = 64, GOLDEN_LINE = 4096 };

/* What was compared so far. */
typedef struct golden_counts {
    long resets, steps, injected, transitions;
} golden_counts;

typedef struct golden_player {
    const char *file;
    int line;
    env_config kind;
    void *instance;
    golden_counts counts;
} golden_player;

#define golden_fail(player, ...)                                                                                       \
    do {                                                                                                               \
        print_error("%s:%d: ", (player)->file, (player)->line);                                                        \
        print_error(__VA_ARGS__);                                                                                      \
        fail();                                                                                                        \
    } while (0)

/* Numbers separated by commas; returns how many. */
static int golden_numbers(const char *text, double *out) {
    int n = 0;
    for (char *end; *text != 0 && n < GOLDEN_VALUES; text = *end == ',' ? end + 1 : end) {
        out[n++] = strtod(text, &end);
        assert_ptr_not_equal(text, end);
    }
    return n;
}

static void golden_open_env(golden_player *player, char *words) {
    error e = {0};
    char *rest, *id = strtok_r(words, " ", &rest);
    const a3c_env_def *def = env_find(id, false, &e);
    if (def == NULL) {
        golden_fail(player, "%s\n", e.text);
    }
    env_option_text options[A3C_ENV_OPTIONS];
    size_t count = 0;
    for (char *word; (word = strtok_r(NULL, " ", &rest)) != NULL; count++) {
        char *equals = strchr(word, '=');
        *equals = 0;
        options[count] = (env_option_text){word, equals + 1};
    }
    if (env_config_make(&player->kind, def, options, count, NULL, &e) != 0) {
        golden_fail(player, "%s\n", e.text);
    }
    memory_free(player->instance);
    player->instance = memory_new(player->kind.instance_stride);
}

static void golden_expect_observation(golden_player *player, const char *text, const float *observation) {
    double expected[GOLDEN_VALUES];
    int n = golden_numbers(text, expected);
    if (n != player->kind.observation_size) {
        golden_fail(player, "%d numbers of observation, expected %d\n", player->kind.observation_size, n);
    }
    for (int i = 0; i < n; i++) {
        float want = (float)expected[i]; /* the shortest decimal of a float32, so this is exact */
        if (memcmp(&want, &observation[i], sizeof want) != 0) {
            golden_fail(player, "observation[%d] is %a, expected %a\n", i, (double)observation[i], (double)want);
        }
    }
}

static void golden_action(const golden_player *player, const char *text, void *action) {
    double values[GOLDEN_VALUES];
    int n = golden_numbers(text, values);
    assert_int_equal(n, player->kind.action_size);
    for (int i = 0; i < n; i++) {
        if (player->kind.spec.action == A3C_ACTION_BOX) {
            ((float *)action)[i] = (float)values[i];
        } else {
            ((int32_t *)action)[i] = (int32_t)values[i];
        }
    }
}

/* ACTION OBSERVATION REWARD FLAGS; flag_bits: which of the flags count. */
static void golden_step(golden_player *player, char **rest, unsigned flag_bits) {
    float action[A3C_ENV_DIMS], observation[GOLDEN_VALUES];
    double reward;
    golden_action(player, strtok_r(NULL, " ", rest), action);
    unsigned flags = env_step(&player->kind, player->instance, action, observation, &reward, NULL) & flag_bits;
    golden_expect_observation(player, strtok_r(NULL, " ", rest), observation);
    double want = strtod(strtok_r(NULL, " ", rest), NULL);
    if (!(fabs(reward - want) <= 1e-12 * fmax(1, fabs(want)))) {
        golden_fail(player, "reward is %.17g, expected %.17g\n", reward, want);
    }
    unsigned expected = (unsigned)strtoul(strtok_r(NULL, " ", rest), NULL, 10);
    if (flags != expected) {
        golden_fail(player, "flags are %u, expected %u\n", flags, expected);
    }
}

/* A stream whose every uniform01 is the number in `context`. */
static uint64_t golden_constant(void *context) {
    return (uint64_t)(*(double *)context * 0x1p53) << 11;
}

/* One state's transitions: the draw in the middle of an outcome's interval must lead to that outcome. */
static void golden_table(golden_player *player, char **rest) {
    const a3c_env_def *def = player->kind.def;
    double state = strtod(strtok_r(NULL, " ", rest), NULL), draw;
    a3c_rng rng = {.kind = A3C_RNG_SOURCE, .source = golden_constant, .context = &draw};
    void *instance = env_state(&player->kind, player->instance);
    env_seed(&player->kind, player->instance, 0, NULL, 0);
    char *word;
    for (int32_t action = 0; (word = strtok_r(NULL, " ", rest)) != NULL; action++) {
        double before = 0;
        char *outcomes;
        for (char *one = strtok_r(word, "/", &outcomes); one != NULL; one = strtok_r(NULL, "/", &outcomes)) {
            double chance, next, want, ended, reward = 0;
            assert_int_equal(sscanf(one, "%lf:%lf:%lf:%lf", &chance, &next, &want, &ended), 4);
            int32_t observation = -1, first;
            draw = 0.5;
            def->reset(instance, &env_random, &rng, &first);
            draw = before + chance / 2;
            def->set_state(instance, &state, 1);
            unsigned flags = def->step(instance, &env_random, &rng, &action, &observation, &reward);
            if (observation != (int32_t)next || fabs(reward - want) > 1e-12 ||
                flags != (ended != 0 ? A3C_TERMINATED : 0u)) {
                golden_fail(player, "state %g action %d draw %g gives %d:%g:%u, expected %s\n", state, action, draw,
                            observation, reward, flags, one);
            }
            before += chance;
            player->counts.transitions++;
        }
    }
}

static void golden_play_line(golden_player *player, char *line) {
    char *rest, *word = strtok_r(line, " ", &rest);
    float observation[GOLDEN_VALUES];
    if (strcmp(word, "env") == 0) {
        golden_open_env(player, rest);
    } else if (strcmp(word, "seed") == 0 || strcmp(word, "again") == 0) {
        if (strcmp(word, "seed") == 0) {
            env_seed(&player->kind, player->instance, strtoull(strtok_r(NULL, " ", &rest), NULL, 10), NULL, 0);
        }
        env_reset(&player->kind, player->instance, observation);
        golden_expect_observation(player, strtok_r(NULL, " ", &rest), observation);
        player->counts.resets++;
    } else if (strcmp(word, "step") == 0) {
        golden_step(player, &rest, A3C_TERMINATED | A3C_TRUNCATED);
        player->counts.steps++;
    } else if (strcmp(word, "inject") == 0) {
        double state[GOLDEN_VALUES];
        int n = golden_numbers(strtok_r(NULL, " ", &rest), state);
        env_seed(&player->kind, player->instance, 0, NULL, 0);
        env_reset(&player->kind, player->instance, observation);
        player->kind.def->set_state(env_state(&player->kind, player->instance), state, (size_t)n);
        golden_step(player, &rest, A3C_TERMINATED);
        player->counts.injected++;
    } else if (strcmp(word, "table") == 0) {
        golden_table(player, &rest);
    } else if (word[0] != '#') {
        golden_fail(player, "unknown line\n");
    }
}

/* Plays tests/golden/environments/NAME.txt and returns what was compared. */
static inline golden_counts golden_play(const char *name) {
    char path[512], line[GOLDEN_LINE];
    snprintf(path, sizeof path, "%s/environments/%s.txt", A3C_GOLDEN, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        print_error("%s: cannot be opened\n", path);
        fail();
    }
    golden_player player = {.file = path};
    while (fgets(line, sizeof line, file) != NULL) {
        player.line++;
        line[strcspn(line, "\n")] = 0;
        golden_play_line(&player, line);
    }
    fclose(file);
    memory_free(player.instance);
    return player.counts;
}

#endif
