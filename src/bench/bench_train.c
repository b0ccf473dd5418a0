/* SPDX-License-Identifier: MIT
 * a3c bench train: whole runs as child processes, one after the other, in rounds. */
#include "bench/bench_train.h"

#include "base/cpus.h"
#include "base/file.h"
#include "base/peak.h"
#include "base/runner.h"
#include "report/summary_row.h"
#include "statistics/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3, MOST_WORDS = 40, WORD = 64 };
static const char run_seconds[] = "stop.seconds=0.8";

typedef struct setting {
    const char *name, *mode;
    int workers; /* 0: as many as threads */
    int rollout, envs;
    bool shared_statistics;
} setting;

static const setting settings_measured[] = {
    {"sync, 16 x 5", "sync", 16, 5, 1, true},
    {"sync, 16 x 20", "sync", 16, 20, 1, true},
    {"sync, 16 x 128", "sync", 16, 128, 1, true},
    {"async, T 5, E 1", "async", 0, 5, 1, false},
    {"async, T 20, E 1", "async", 0, 20, 1, false},
    {"async, T 32, E 1", "async", 0, 32, 1, false},
    {"async, T 32, E 4", "async", 0, 32, 4, false},
    {"async, T 20, E 8", "async", 0, 20, 8, false},
    {"async, T 20, E 1, 16 workers", "async", 16, 20, 1, false},
    {"async, T 5, E 1, shared statistics", "async", 0, 5, 1, true},
    {"async, T 20, E 1, shared statistics", "async", 0, 20, 1, true},
};
enum { SETTINGS = sizeof settings_measured / sizeof *settings_measured };

/* What the rounds gave: alone with one thread, together with one per CPU. */
typedef struct rates {
    double alone[SETTINGS][ROUNDS], together[SETTINGS][ROUNDS];
    double core[ROUNDS], cores[ROUNDS]; /* the peaks */
    double parameters;
} rates;

/* Lets the machine come to rest between two runs. */
static void rest(void) {
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

/* Steps per second of one run. */
static int train_once(runner *r, const char *folder, const setting *s, int threads, rates *all, double *rate,
                      error *e) {
    char program[FILE_PATH_SIZE] = "a3c", out[FILE_PATH_SIZE], log[FILE_PATH_SIZE], words[4][WORD];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) program[length] = 0;
    if (file_join(out, folder, "run", e) || file_join(log, folder, "log.txt", e)) return -1;
    snprintf(words[0], WORD, "%d", threads);
    snprintf(words[1], WORD, "%d", s->workers ? s->workers : threads);
    snprintf(words[2], WORD, "rollout_steps=%d", s->rollout);
    snprintf(words[3], WORD, "envs_per_worker=%d", s->envs);
    const char *argv[MOST_WORDS] = {
        program,     "train",
        "cartpole",  "--quiet",
        "--out",     out,
        "--mode",    s->mode,
        "--threads", words[0],
        "--workers", words[1],
        "--steps",   "1000000000",
        "--set",     words[2],
        "--set",     words[3],
        "--set",     run_seconds,
        "--set",     "eval.episodes=1",
        "--set",     "checkpoint.interval_steps=0",
        "--set",     "checkpoint.interval_seconds=0",
        "--set",     s->shared_statistics ? "optimizer.statistics=shared" : "optimizer.statistics=worker"};
    int status = 0;
    rest();
    if (runner_start(r, argv, log, e) < 0) return -1;
    while (r->running > 0) runner_wait(r, 1, &status);
    if (r->interrupted) return error_set(e, 128 + r->interrupted, "interrupted");
    if (status) return error_set(e, STATUS_FAILED, "%s: a run ended with status %d; see %s", s->name, status, log);
    table summary = {0};
    size_t row = table_row(&summary);
    summary_row_read(out, &summary, row);
    *rate = table_number(&summary, row, "steps_per_second");
    all->parameters = table_number(&summary, row, "parameters");
    table_free(&summary);
    return file_remove_folder(out, e);
}

static int measure_round(runner *r, const char *folder, int round, rates *all, error *e) {
    all->core[round] = peak_core();
    all->cores[round] = peak_cores(cpus_allowed(), 0.1);
    for (size_t i = 0; i < SETTINGS; i++) {
        const setting *s = &settings_measured[i];
        if (train_once(r, folder, s, 1, all, &all->alone[i][round], e) ||
            train_once(r, folder, s, cpus_allowed(), all, &all->together[i][round], e))
            return -1;
    }
    return 0;
}

/* One row of the result; its median rate. */
static double add_row(json_t *rows, const setting *s, int threads, const double rate[ROUNDS], const double *alone,
                      double parameters, double peak) {
    double sorted[ROUNDS], faster[ROUNDS];
    json_t *list = json_array();
    for (int k = 0; k < ROUNDS; k++) {
        json_array_append_new(list, json_real(rate[k]));
        sorted[k] = rate[k];
        if (alone) faster[k] = rate[k] / alone[k];
    }
    int workers = s->workers ? s->workers : threads;
    int samples = s->rollout * s->envs * (strcmp(s->mode, "sync") == 0 ? workers : 1);
    double median = statistics_median(ROUNDS, sorted), gflops = 6e-9 * parameters * median;
    json_array_append_new(rows, json_pack("{s:s,s:s,s:i,s:i,s:i,s:o,s:f,s:f,s:f,s:f,s:f,s:o}", "name", s->name, "mode",
                                          s->mode, "workers", workers, "threads", threads, "samples_per_update",
                                          samples, "rates", list, "steps_per_second", median, "low", sorted[0], "high",
                                          sorted[ROUNDS - 1], "gflops", gflops, "of_peak", gflops / peak, "speed_up",
                                          alone ? json_real(statistics_median(ROUNDS, faster)) : json_null()));
    return median;
}

static json_t *show(FILE *table, rates *all) {
    json_t *rows = json_array();
    int cpus = cpus_allowed();
    double core = statistics_median(ROUNDS, all->core), cores = statistics_median(ROUNDS, all->cores);
    double flops = 6e-9 * all->parameters;
    if (table) {
        fprintf(table, "FMA peak: %.1f GFLOP/s on one core, %.1f on %d at once; %.0f operations per step\n", core,
                cores, cpus, 1e9 * flops);
        fprintf(table, "%-36s %11s %7s %11s %25s %7s %9s\n", "", "1 thread", "% peak", "threads:", "steps/s [range]",
                "% peak", "speed-up");
    }
    for (size_t i = 0; i < SETTINGS; i++) {
        const setting *s = &settings_measured[i];
        double one = add_row(rows, s, 1, all->alone[i], NULL, all->parameters, core);
        double many = add_row(rows, s, cpus, all->together[i], all->alone[i], all->parameters, cores);
        const json_t *row = json_array_get(rows, json_array_size(rows) - 1);
        if (table)
            fprintf(table, "%-36s %11.0f %7.1f %11d %9.0f [%.0f, %.0f] %6.1f %9.2f\n", s->name, one,
                    100 * flops * one / core, cpus, many, json_number_value(json_object_get(row, "low")),
                    json_number_value(json_object_get(row, "high")), 100 * flops * many / cores,
                    json_number_value(json_object_get(row, "speed_up")));
    }
    return json_pack("{s:{s:f,s:f},s:o}", "peak", "core", core, "cores", cores, "rows", rows);
}

json_t *bench_train(FILE *table, error *e) {
    char folder[] = "/tmp/a3c-bench-XXXXXX";
    if (!mkdtemp(folder)) {
        error_set(e, STATUS_FAILED, "%s: no folder can be made there", folder);
        return NULL;
    }
    rates all;
    runner r;
    int failed = 0;
    runner_open(&r, 1);
    for (int round = 0; round < ROUNDS && !failed; round++) failed = measure_round(&r, folder, round, &all, e);
    runner_close(&r);
    if (failed) return NULL;
    file_remove_folder(folder, NULL);
    return show(table, &all);
}
