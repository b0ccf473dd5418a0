/* SPDX-License-Identifier: MIT
 * The contract suite. A trial's trace is a hash of everything the environment gave back; traces of runs that must not
 * differ are compared. */
#include "env/contract/check.h"

#include "base/memory.h"
#include "env/contract/trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 2000, EDGE_STEPS = 200, BATCH = 7, TEXT = 4096, LONGEST_LIMIT = 1 << 20 };

/* ---- Checks: each returns what is wrong, or NULL ---- */

typedef const char *check_function(const env_config *kind, char *text);

static uint64_t trace_of(const env_config *kind, uint64_t seed, int fill, bool *guards) {
    trial t;
    trial_new(&t, kind, fill);
    trial_start(&t, seed);
    trial_go(&t, STEPS);
    *guards = trial_guards_stand(&t);
    trial_free(&t);
    return t.trace;
}

static const char *check_repeats(const env_config *kind, char *text) {
    (void)text;
    bool guards;
    uint64_t first = trace_of(kind, 123, 0, &guards);
    return trace_of(kind, 123, 0, &guards) == first ? NULL : "two runs from the same seed differ";
}

static const char *check_memory(const env_config *kind, char *text) {
    (void)text;
    bool guards;
    uint64_t first = trace_of(kind, 7, 0xAA, &guards);
    if (!guards) {
        return "writes outside its state or its observation";
    }
    return trace_of(kind, 7, 0x55, &guards) == first ? NULL : "leaves a part of the observation unwritten, or reads it";
}

static const char *check_independence(const env_config *kind, char *text) {
    (void)text;
    bool guards;
    uint64_t alone[2] = {trace_of(kind, 1, 0, &guards), trace_of(kind, 2, 0, &guards)};
    trial pair[2];
    for (int i = 0; i < 2; i++) {
        trial_new(&pair[i], kind, 0);
        trial_start(&pair[i], (uint64_t)i + 1);
    }
    for (int k = 0; k < STEPS; k++) {
        trial_go(&pair[k % 2], 1);
        trial_go(&pair[1 - k % 2], 1);
    }
    bool same = pair[0].trace == alone[0] && pair[1].trace == alone[1];
    trial_free(&pair[0]);
    trial_free(&pair[1]);
    return same ? NULL : "two instances stepped in turn differ from each one alone";
}

static const char *check_copy(const env_config *kind, char *text) {
    (void)text;
    trial original, copy;
    trial_new(&original, kind, 0);
    trial_new(&copy, kind, 0);
    trial_start(&original, 3);
    trial_go(&original, STEPS / 2 + 1);
    memcpy(trial_state(&copy), trial_state(&original), original.state_bytes);
    memcpy(copy.rng, original.rng, sizeof *copy.rng);
    copy.chance = original.chance, copy.trace = original.trace, copy.flags = original.flags;
    trial_go(&copy, STEPS / 2);
    memset(trial_state(&copy), TRIAL_GUARD_BYTE,
           copy.state_bytes); /* a state that points into its copy would now show */
    trial_go(&original, STEPS / 2);
    bool same = original.trace == copy.trace;
    trial_free(&original);
    trial_free(&copy);
    return same ? NULL : "a copy of the state continues differently";
}

static const char *observation_fault(const trial *t, char *text) {
    const a3c_env_spec *spec = &t->kind->spec;
    for (int i = 0; i < t->kind->frame_elements && spec->observation == A3C_OBSERVATION_VECTOR; i++) {
        float x = ((const float *)trial_observation(t))[i];
        if (!isfinite(x) || (spec->observation_low != NULL && x < spec->observation_low[i]) ||
            (spec->observation_high != NULL && x > spec->observation_high[i])) {
            snprintf(text, TEXT, "component %d of an observation is %g: not finite, or outside its bounds", i,
                     (double)x);
            return text;
        }
    }
    for (int i = 0; i < t->kind->frame_elements && spec->observation == A3C_OBSERVATION_DISCRETE; i++) {
        int32_t x = ((const int32_t *)trial_observation(t))[i];
        if (x < 0 || x >= spec->observation_shape[i]) {
            snprintf(text, TEXT, "component %d of an observation is %d, outside 0 .. %d", i, x,
                     spec->observation_shape[i] - 1);
            return text;
        }
    }
    return NULL;
}

static const char *check_bounds(const env_config *kind, char *text) {
    trial t;
    trial_new(&t, kind, 0);
    trial_start(&t, 5);
    const char *fault = observation_fault(&t, text);
    for (int i = 0; i < STEPS && fault == NULL; i++) {
        trial_go(&t, 1);
        fault = observation_fault(&t, text);
        if (fault == NULL && !isfinite(t.reward)) {
            fault = "a reward is not finite";
        }
        if (fault == NULL && (t.flags & ~(unsigned)(A3C_TERMINATED | A3C_TRUNCATED)) != 0) {
            fault = "step returns bits that are neither terminated nor truncated";
        }
    }
    trial_free(&t);
    return fault;
}

static const char *check_actions(const env_config *kind, char *text) {
    trial t;
    trial_new(&t, kind, 0);
    const char *fault = NULL;
    for (int edge = 0; edge < 2 && fault == NULL; edge++) {
        trial_action a;
        for (int i = 0; i < kind->action_size; i++) {
            trial_action_at(kind, i, edge, &a);
        }
        trial_start(&t, 11);
        for (int k = 0; k < EDGE_STEPS && fault == NULL; k++) {
            trial_step(&t, &a);
            fault = observation_fault(&t, text);
            if (t.flags != 0) {
                trial_reset(&t);
            }
        }
    }
    if (fault == NULL && !trial_guards_stand(&t)) {
        fault = "writes out of bounds with the lowest or highest action";
    }
    trial_free(&t);
    return fault;
}

static const char *check_time_limit(const env_config *kind, char *text) {
    int limit = kind->max_episode_steps > 0 && kind->max_episode_steps < LONGEST_LIMIT ? kind->max_episode_steps : 0;
    void *instance = memory_new(kind->instance_stride);
    float *row = memory_array(float, (size_t)kind->observation_size);
    env_seed(kind, instance, 13, NULL, 0);
    env_reset(kind, instance, row);
    uint64_t chance = 13;
    unsigned flags = 0;
    int played = 0;
    while (played < limit && flags == 0) {
        trial_action a;
        double reward;
        int frames;
        trial_random_action(kind, &chance, &a);
        flags = env_step(kind, instance, &a, row, &reward, &frames);
        played += frames;
    }
    memory_free(instance);
    memory_free(row);
    if (limit > 0 && played >= limit && (flags & A3C_TRUNCATED) == 0) {
        snprintf(text, TEXT, "an episode goes past its limit of %d steps", limit);
        return text;
    }
    return NULL;
}

static const char *check_batch(const env_config *kind, char *text) {
    (void)text;
    if (kind->def->step_batch == NULL || !kind->plain) {
        return NULL;
    }
    size_t row = (size_t)kind->observation_size;
    void *batch = memory_new(BATCH * kind->instance_stride), *single = memory_new(BATCH * kind->instance_stride);
    float *rows = memory_array(float, 2 * BATCH * row);
    trial_action packed[BATCH] = {0};
    double rewards[BATCH], reward;
    unsigned flags[BATCH];
    int64_t frames = 0;
    uint64_t chance = 17;
    for (int i = 0; i < BATCH; i++) {
        env_seed(kind, env_at(kind, batch, i), (uint64_t)i, NULL, 0);
        env_reset(kind, env_at(kind, batch, i), rows + (size_t)i * row);
    }
    memcpy(single, batch, BATCH * kind->instance_stride);
    bool same = true;
    for (int k = 0; k < EDGE_STEPS && same; k++) {
        for (int i = 0; i < BATCH; i++) {
            trial_action one;
            trial_random_action(kind, &chance, &one);
            memcpy((char *)packed + (size_t)i * (size_t)kind->action_size * sizeof(int32_t), &one,
                   (size_t)kind->action_size * sizeof(int32_t));
        }
        env_step_batch(kind, batch, BATCH, packed, rows, (int)row, rewards, flags, &frames);
        for (int i = 0; i < BATCH; i++) {
            float *expected = rows + (size_t)(BATCH + i) * row;
            const char *a = (const char *)packed + (size_t)i * (size_t)kind->action_size * sizeof(int32_t);
            unsigned flag = env_step(kind, env_at(kind, single, i), a, expected, &reward, NULL);
            same = same && flag == flags[i] && memcmp(&reward, &rewards[i], sizeof reward) == 0 &&
                   memcmp(expected, rows + (size_t)i * row, row * sizeof *rows) == 0;
            if (flag != 0) {
                env_reset(kind, env_at(kind, batch, i), rows + (size_t)i * row);
                env_reset(kind, env_at(kind, single, i), expected);
            }
        }
    }
    memory_free(batch);
    memory_free(single);
    memory_free(rows);
    return same ? NULL : "step_batch differs from step";
}

static const char *check_mask(const env_config *kind, char *text) {
    (void)text;
    if (kind->def->action_mask == NULL) {
        return NULL;
    }
    if (kind->spec.action == A3C_ACTION_BOX) {
        return "action_mask belongs to discrete actions";
    }
    size_t n = 0;
    for (int c = 0; c < kind->action_size; c++) {
        n += (size_t)kind->spec.action_n[c];
    }
    uint8_t *mask = memory_array(uint8_t, n + 1);
    trial t;
    trial_new(&t, kind, 0);
    trial_start(&t, 19);
    const char *fault = NULL;
    for (int k = 0; k < EDGE_STEPS && fault == NULL; k++) {
        memset(mask, 1, n);
        mask[n] = TRIAL_GUARD_BYTE;
        kind->def->action_mask(trial_state(&t), mask);
        bool some = true, right = mask[n] == TRIAL_GUARD_BYTE;
        const uint8_t *at = mask;
        for (int c = 0; c < kind->action_size; at += kind->spec.action_n[c++]) {
            some = some && memchr(at, 1, (size_t)kind->spec.action_n[c]) != NULL;
        }
        for (size_t i = 0; i < n; i++) right = right && mask[i] <= 1;
        fault = !right  ? "action_mask writes something other than 0 or 1 for an action"
                : !some ? "action_mask allows no action"
                        : NULL;
        trial_go(&t, 1);
    }
    memory_free(mask);
    trial_free(&t);
    return fault;
}

static const char *check_state(const env_config *kind, char *text) {
    (void)text;
    if (kind->def->get_state == NULL || kind->def->set_state == NULL) {
        return NULL;
    }
    trial t;
    trial_new(&t, kind, 0);
    trial_start(&t, 23);
    trial_go(&t, 9);
    size_t n = kind->def->get_state(trial_state(&t), NULL, 0);
    double *before = memory_array(double, n + 1), *after = memory_array(double, n + 1);
    kind->def->get_state(trial_state(&t), before, n);
    kind->def->set_state(trial_state(&t), before, n);
    kind->def->get_state(trial_state(&t), after, n);
    bool same = memcmp(before, after, (n + 1) * sizeof *before) == 0;
    memory_free(before);
    memory_free(after);
    trial_free(&t);
    return same ? NULL : "set_state of what get_state gave changes the state";
}

static const char *check_picture(const env_config *kind, char *text) {
    (void)text;
    if (kind->def->render == NULL) {
        return NULL;
    }
    enum { WIDTH = 83, HEIGHT = 47, BYTES = WIDTH * HEIGHT * 3 };
    trial t;
    trial_new(&t, kind, 0);
    trial_start(&t, 29);
    trial_go(&t, 5);
    uint8_t *one = memory_array(uint8_t, BYTES + TRIAL_GUARD), *two = memory_array(uint8_t, BYTES + TRIAL_GUARD);
    memset(one, 0xAA, BYTES + TRIAL_GUARD);
    memset(two, 0x55, BYTES + TRIAL_GUARD);
    kind->def->render(trial_state(&t), WIDTH, HEIGHT, one);
    kind->def->render(trial_state(&t), WIDTH, HEIGHT, two);
    const char *fault = memcmp(one, two, BYTES) != 0 ? "render leaves a part of the picture unpainted" : NULL;
    for (int i = BYTES; i < BYTES + TRIAL_GUARD && fault == NULL; i++) {
        fault = one[i] != 0xAA || two[i] != 0x55 ? "render paints outside the picture" : NULL;
    }
    memory_free(one);
    memory_free(two);
    trial_free(&t);
    return fault;
}

static const char *check_words(const env_config *kind, char *text) {
    trial t;
    trial_new(&t, kind, 0);
    trial_start(&t, 31);
    trial_go(&t, 5);
    const char *fault = NULL;
    if (kind->def->render_text != NULL) {
        enum { SHORT = 8 };
        memset(text, 1, TEXT);
        kind->def->render_text(trial_state(&t), text, SHORT);
        bool ended = memchr(text, 0, SHORT) != NULL;
        fault = !ended || text[SHORT] != 1 ? "render_text writes past the size it is given, or ends without a 0" : NULL;
    }
    double value = 0;
    for (size_t k = 0;
         kind->def->metric != NULL && fault == NULL && kind->def->metric(trial_state(&t), k, &value) != NULL; k++) {
        fault = k >= TEXT ? "metric has no end" : NULL;
    }
    trial_free(&t);
    return fault;
}

int env_check(const env_config *kind, env_check_line *line, void *context) {
    static const struct {
        const char *name;
        check_function *check;
    } checks[] = {
        {"same seed, same episodes", check_repeats},
        {"writes its observation and nothing else", check_memory},
        {"instances are independent", check_independence},
        {"threads do not disturb each other", env_check_threads},
        {"a copied state continues the same", check_copy},
        {"observations, rewards and flags are as described", check_bounds},
        {"takes its lowest and highest actions", check_actions},
        {"ends at its time limit", check_time_limit},
        {"step_batch equals step", check_batch},
        {"action masks", check_mask},
        {"get_state and set_state", check_state},
        {"draws the whole picture", check_picture},
        {"text and metrics", check_words},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        char text[TEXT];
        const char *fault = checks[i].check(kind, text);
        line(context, checks[i].name, fault);
        failures += fault != NULL;
    }
    return failures;
}
