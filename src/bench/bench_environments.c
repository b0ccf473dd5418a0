/* SPDX-License-Identifier: MIT
 * How fast environments step, without a network: `a3c bench environments`. */
#include "bench/bench_environments.h"

#include "base/clock.h"
#include "base/memory.h"
#include "env/env.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 11, LEAST_CALLS = 4 };

typedef struct field {
    env_config kind;
    int count;
    char *instances;     /* [count] of instance_stride bytes */
    float *observations; /* [count, observation_size] */
    char *actions;       /* [count, action_size], int32_t or float */
    double *rewards;
    unsigned *flags;
    uint64_t chance; /* xorshift64 */
} field;

static void field_make(field *f, const env_config *kind, int count) {
    size_t n = (size_t)count;
    *f = (field){.kind = *kind, .count = count, .chance = 88172645463325252u};
    f->instances = (char *)memory_new(memory_product(n, kind->instance_stride));
    f->observations = memory_array(float, (size_t)kind->observation_size *n);
    f->actions = (char *)memory_new(n * (size_t)kind->action_size * sizeof(float));
    f->rewards = memory_array(double, n);
    f->flags = memory_array(unsigned, n);
    for (int i = 0; i < count; i++) {
        env_seed(kind, env_at(kind, f->instances, i), (uint64_t)i, NULL, 0);
        env_reset(kind, env_at(kind, f->instances, i), f->observations + (size_t)i * (size_t)kind->observation_size);
    }
}

static void field_free(field *f) {
    memory_free(f->instances);
    memory_free(f->observations);
    memory_free(f->actions);
    memory_free(f->rewards);
    memory_free(f->flags);
}

static uint32_t draw32(field *f) {
    f->chance ^= f->chance << 13;
    f->chance ^= f->chance >> 7;
    f->chance ^= f->chance << 17;
    return (uint32_t)(f->chance >> 32);
}

static void draw_actions(field *f) {
    const a3c_env_spec *spec = &f->kind.spec;
    int size = f->kind.action_size;
    for (int i = 0; i < f->count; i++) {
        for (int k = 0; k < size; k++) {
            uint32_t draw = draw32(f);
            if (spec->action == A3C_ACTION_BOX) {
                float span = spec->action_high[k] - spec->action_low[k];
                ((float *)(void *)f->actions)[i * size + k] = spec->action_low[k] + span * ((float)draw * 0x1p-32f);
            } else {
                ((int32_t *)(void *)f->actions)[i * size + k] =
                    (int32_t)((uint64_t)draw * (uint32_t)spec->action_n[k] >> 32);
            }
        }
    }
}

/* One step of all instances, and the resets that it calls for. */
static void field_step(field *f) {
    const env_config *kind = &f->kind;
    int64_t frames = 0;
    draw_actions(f);
    env_step_batch(kind, f->instances, f->count, f->actions, f->observations, kind->observation_size, f->rewards,
                   f->flags, &frames);
    for (int i = 0; i < f->count; i++) {
        if (f->flags[i] != 0) {
            env_reset(kind, env_at(kind, f->instances, i),
                      f->observations + (size_t)i * (size_t)kind->observation_size);
        }
    }
}

static double seconds_of(field *f, int calls) {
    int64_t before = clock_ns();
    for (int k = 0; k < calls; k++) {
        field_step(f);
    }
    return (double)(clock_ns() - before) * 1e-9;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Steps per second, the median of the rounds and the best of them. */
static void measure(const env_config *kind, int count, double seconds, double *median, double *best) {
    field f;
    field_make(&f, kind, count);
    int calls = LEAST_CALLS;
    while (seconds_of(&f, calls) < seconds / (2 * ROUNDS)) {
        calls *= 2;
    }
    double rates[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        rates[r] = (double)calls * count / seconds_of(&f, calls);
    }
    qsort(rates, ROUNDS, sizeof *rates, ascending);
    *median = rates[ROUNDS / 2];
    *best = rates[ROUNDS - 1];
    field_free(&f);
}

static void measure_one(const a3c_env_def *def, double seconds, FILE *out, json_t *results) {
    error e = {0};
    env_config kind;
    CHECK(env_config_make(&kind, def, NULL, 0, NULL, &e) == 0);
    double single, single_best, batch, batch_best;
    measure(&kind, 1, seconds, &single, &single_best);
    measure(&kind, BENCH_INSTANCES, seconds, &batch, &batch_best);
    json_array_append_new(results, json_pack("{s:s, s:i, s:f, s:f, s:f}", "environment", def->name, "instances",
                                             BENCH_INSTANCES, "single_steps_per_second", single, "steps_per_second",
                                             batch, "steps_per_second_best", batch_best));
    if (out != NULL) {
        fprintf(out, "%-28s %10.2f %10.2f %10.2f\n", def->name, single * 1e-6, batch * 1e-6, batch_best * 1e-6);
        fflush(out);
    }
}

json_t *bench_environments(FILE *out, const char *only, double seconds, error *e) {
    size_t count;
    const a3c_env_def *const *all = env_builtins(&count);
    const a3c_env_def *one = only != NULL ? env_find(only, false, e) : NULL;
    if (only != NULL && one == NULL) {
        return NULL;
    }
    if (out != NULL) {
        fprintf(out,
                "Raw stepping, one core, random actions, resets included; million steps/s\n%-28s %10s %7s%3d %10s\n",
                "environment", "1", "x", BENCH_INSTANCES, "best");
    }
    json_t *results = json_array();
    for (size_t i = 0; i < (only != NULL ? 1 : count); i++) {
        measure_one(only != NULL ? one : all[i], seconds, out, results);
    }
    return results;
}
