/* SPDX-License-Identifier: MIT
 * A small run of a few updates that left a good checkpoint, whose file a test then changes. */
#ifndef TESTS_SMALL_RUN_H
#define TESTS_SMALL_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "record/safetensors.h"
#include "policy/evaluate.h"
#include "policy/saved.h"
#include "trainer/trainer.h"

#include <stdio.h>
#include <string.h>

enum { SMALL_RUN_OVERRIDES = 12, SMALL_RUN_TENSORS = 200, SMALL_RUN_PAIRS = 8 };

typedef struct small_run {
    char folder[FILE_PATH_SIZE], checkpoint[FILE_PATH_SIZE];
    char *bytes; /* of the good file, for small_run_free */
    size_t count;
} small_run;

/* cartpole's preset with these "KEY=VALUE", 3 workers, 24 updates of 8 steps, in scratch/run. */
static inline void small_run_train(small_run *run, const char *scratch, const char *const *keys) {
    static const char *const common[] = {"workers=3",       "rollout_steps=8",       "total_steps=192",
                                         "eval.episodes=1", "log.interval_steps=64", NULL};
    settings_override list[SMALL_RUN_OVERRIDES];
    char names[SMALL_RUN_OVERRIDES][64];
    size_t n = 0;
    for (int k = 0; k < 2; k++)
        for (const char *const *at = k ? keys : common; *at; at++, n++) {
            assert_true(n < SMALL_RUN_OVERRIDES);
            snprintf(names[n], sizeof names[n], "%.*s", (int)strcspn(*at, "="), *at);
            list[n] = (settings_override){.option = "--set", .key = names[n], .value = strchr(*at, '=') + 1};
        }
    settings_request request = {.base = "cartpole", .overrides = list, .override_count = n};
    settings *x = memory_new(sizeof *x);
    error e = {0};
    assert_int_equal(settings_load(x, &request, &e), 0);
    snprintf(run->folder, sizeof run->folder, "%s/run", scratch);
    if (train(x, &(train_options){.out = run->folder, .quiet = true}, &e)) fail_msg("%s", e.text);
    assert_int_equal(saved_path(run->folder, false, run->checkpoint, &e), 0);
    assert_int_equal(file_read(run->checkpoint, 1 << 24, &run->bytes, &run->count, &e), 0);
    memory_free(x);
}

static inline void small_run_free(small_run *run) {
    memory_free(run->bytes);
}

/* The checkpoint becomes these bytes. */
static inline void small_run_store(const small_run *run, const char *bytes, size_t count) {
    error e = {0};
    assert_int_equal(file_replace(run->checkpoint, bytes, count, &e), 0);
}

/* Goes on with the run for as many steps again. 0 or -1 with the error. */
static inline int small_run_resume(const small_run *run, error *e) {
    static const settings_override further = {.option = "--steps", .key = "total_steps", .value = "384"};
    train_options options = {.resume = run->folder, .overrides = &further, .override_count = 1, .quiet = true};
    return train(NULL, &options, e);
}

/* The good checkpoint, taken apart: its tensors and metadata may be changed, then written over the run's by
 * small_run_write, which frees it. The memory of the tensors' data may be written to. */
typedef struct small_run_parts {
    safetensors *file;
    safetensor list[SMALL_RUN_TENSORS];
    safetensors_pair pairs[SMALL_RUN_PAIRS];
    size_t tensors, metadata;
} small_run_parts;

static inline void small_run_open(const small_run *run, small_run_parts *parts) {
    static const char *const keys[] = {"format",         "program",         "config",     "params_fingerprint",
                                       "env_state_hash", "env_plugin_hash", "state_hash", "normalizer_hash"};
    error e = {0};
    parts->tensors = parts->metadata = 0;
    small_run_store(run, run->bytes, run->count);
    assert_int_equal(safetensors_open(run->checkpoint, &parts->file, &e), 0);
    for (; parts->tensors < safetensors_count(parts->file); parts->tensors++) {
        assert_true(parts->tensors < SMALL_RUN_TENSORS);
        parts->list[parts->tensors] = *safetensors_at(parts->file, parts->tensors);
    }
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *value = safetensors_metadata(parts->file, keys[k]);
        if (value) parts->pairs[parts->metadata++] = (safetensors_pair){keys[k], value};
    }
}

static inline void small_run_write(const small_run *run, small_run_parts *parts) {
    error e = {0};
    if (safetensors_write(run->checkpoint, parts->list, parts->tensors, parts->pairs, parts->metadata, &e))
        fail_msg("%s", e.text);
    safetensors_close(parts->file);
}

static inline void *small_run_data(const safetensor *tensor) {
    return (void *)(uintptr_t)tensor->data;
}

#endif
