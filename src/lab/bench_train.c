/* SPDX-License-Identifier: MIT */
#include "lab/bench_train.h"

#include "base/cpus.h"
#include "base/file.h"
#include "base/peak.h"
#include "lab/runner.h"
#include "lab/statistics.h"
#include "lab/study_files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPEATS = 3, MOST_WORDS = 40 };

/* A setting: words of the command line behind `train cartpole`. */
typedef struct task {
    const char *name, *mode;
    int threads; /* 0: all CPUs */
    const char *words[16];
} task;

static const task tasks[] = {
    {"sync, 16 x 128", "sync", 0, {"rollout_steps=128"}},
    {"sync, 16 x 128", "sync", 1, {"rollout_steps=128"}},
    {"sync, 16 x 5", "sync", 0, {"rollout_steps=5"}},
    {"async, T 20, E 1", "async", 0, {"rollout_steps=20", "optimizer.statistics=worker"}},
    {"async, T 20, E 1", "async", 1, {"rollout_steps=20", "optimizer.statistics=worker"}},
    {"async, T 20, E 1, shared statistics", "async", 0, {"rollout_steps=20"}},
    {"async, T 20, E 8", "async", 0, {"rollout_steps=20", "envs_per_worker=8", "optimizer.statistics=worker"}},
    {"async, T 20, E 8", "async", 1, {"rollout_steps=20", "envs_per_worker=8", "optimizer.statistics=worker"}},
    {"async, T 5, E 1", "async", 0, {"rollout_steps=5", "optimizer.statistics=worker"}},
    {"async, T 5, E 1, shared statistics", "async", 0, {"rollout_steps=5"}},
};
enum { TASKS = sizeof tasks / sizeof *tasks };

static int threads_of(const task *t) {
    return t->threads ? t->threads : cpus_allowed();
}

/* One run; its row is added to `runs`. */
static int train_once(runner *r, const char *folder, size_t index, int repeat, table *runs, error *e) {
    const task *t = &tasks[index];
    char program[FILE_PATH_SIZE] = "a3c", out[FILE_PATH_SIZE], log[FILE_PATH_SIZE], name[32], threads[16];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) program[length] = 0;
    snprintf(name, sizeof name, "run%zu-%d", index, repeat);
    snprintf(threads, sizeof threads, "%d", threads_of(t));
    if (file_join(out, folder, name, e) || file_join(log, folder, "log.txt", e)) return -1;
    const char *argv[MOST_WORDS] = {
        program,           "train",   "cartpole",         "--mode",  t->mode,  "--workers", "16", "--threads",
        threads,           "--steps", "2000000",          "--quiet", "--json", "--out",     out,  "--set",
        "eval.episodes=1", "--set",   "envs_per_worker=1"};
    size_t n = 19;
    for (size_t i = 0; t->words[i]; i++) {
        argv[n++] = "--set";
        argv[n++] = t->words[i];
    }
    int status = 0, slot = runner_start(r, argv, log, e);
    if (slot < 0) return -1;
    while (r->running > 0) runner_wait(r, 1, &status);
    if (r->interrupted) return error_set(e, 128 + r->interrupted, "interrupted");
    if (status) return error_set(e, STATUS_FAILED, "%s: a run ended with status %d; see %s", t->name, status, log);
    size_t row = table_row(runs);
    table_set_number(runs, row, "task", (double)index);
    study_read_summary(out, runs, row);
    return study_remove(out, e);
}

static json_t *show(FILE *table_out, const table *runs, size_t index, const double *peaks) {
    double rates[REPEATS], parameters = 0;
    size_t n = 0;
    for (size_t row = 0; row < runs->rows; row++) {
        if (table_number(runs, row, "task") != (double)index || n == REPEATS) continue;
        rates[n++] = table_number(runs, row, "steps_per_second");
        parameters = table_number(runs, row, "parameters");
    }
    double median = statistics_median(n, rates), gflops = 6e-9 * parameters * median;
    int threads = threads_of(&tasks[index]);
    double share = gflops / peaks[threads == 1 ? 0 : 1];
    if (table_out)
        fprintf(table_out, "%-38s %8d %12.0f [%9.0f, %9.0f] %9.1f %8.1f\n", tasks[index].name, threads, median,
                rates[0], rates[n - 1], gflops, 100 * share);
    return json_pack("{s:s,s:s,s:i,s:i,s:f,s:f,s:f,s:f,s:f}", "name", tasks[index].name, "mode", tasks[index].mode,
                     "threads", threads, "runs", (int)n, "steps_per_second", median, "low", rates[0], "high",
                     rates[n - 1], "gflops", gflops, "of_peak", share);
}

json_t *bench_train(FILE *table_out, error *e) {
    char folder[] = "/tmp/a3c-bench-XXXXXX";
    if (!mkdtemp(folder)) {
        error_set(e, STATUS_FAILED, "%s: no folder can be made there", folder);
        return NULL;
    }
    const double peaks[2] = {peak_core(), peak_cores(cpus_allowed(), 0.1)};
    table runs = {0};
    runner r;
    int failed = 0;
    runner_open(&r, 1);
    for (int repeat = 0; repeat < REPEATS && !failed; repeat++)
        for (size_t i = 0; i < TASKS && !failed; i++) failed = train_once(&r, folder, i, repeat, &runs, e);
    runner_close(&r);
    json_t *rows = failed ? NULL : json_array();
    if (rows && table_out) {
        fprintf(table_out, "FMA peak: %.0f GFLOP/s one core, %.0f all %d CPUs at once\n", peaks[0], peaks[1],
                cpus_allowed());
        fprintf(table_out, "%-38s %8s %12s %22s %9s %8s\n", "CartPole-v1, 16 workers", "threads", "steps/s",
                "[least, greatest]", "GFLOP/s", "% peak");
    }
    for (size_t i = 0; rows && i < TASKS; i++) json_array_append_new(rows, show(table_out, &runs, i, peaks));
    table_free(&runs);
    if (!failed) study_remove(folder, NULL);
    return rows;
}
