/* SPDX-License-Identifier: MIT
 * What a run was and what came out of it: summary.json in its folder, and the same text for --json. */
#ifndef RECORD_SUMMARY_H
#define RECORD_SUMMARY_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SUMMARY_WORD = 64, SUMMARY_TEXT = 256, SUMMARY_FORMAT = 1 };

/* The evaluation of one task of a run that trains several. */
typedef struct summary_task {
    char env[SUMMARY_TEXT];
    double eval_return_mean, eval_return_std;
    int64_t eval_episodes;
} summary_task;

/* Shares of the time of all computing threads that add up to 1. */
typedef struct summary_time {
    double environment, forward, backward, pull, push, wait, other;
} summary_time;

/* How many other updates landed between an update's pull and its push. */
typedef struct summary_staleness {
    double mean, p50, p99, max;
} summary_staleness;

/* An evaluation while the run trained. */
typedef struct summary_evaluation {
    int64_t step;
    double eval_return_mean, eval_return_std;
} summary_evaluation;

/* A double that is not known is NAN, an integer that is not known is -1; both become null. Strings end with 0. */
typedef struct summary {
    int64_t format; /* SUMMARY_FORMAT */
    char version[SUMMARY_WORD], commit[SUMMARY_WORD], compiler[SUMMARY_TEXT], cpu[SUMMARY_TEXT];
    int64_t cpus; /* that this process may use */
    char env[SUMMARY_TEXT], mode[SUMMARY_WORD];
    int64_t workers, threads, envs_per_worker;
    uint64_t seed;
    int64_t steps, frames, updates, episodes;
    double wall_seconds; /* the process up to the summary, less eval_seconds */
    double steps_per_second;
    int64_t parameters;
    double return_mean, return_std; /* over the last 100 training episodes, raw */
    bool solved;
    int64_t solved_at_step;
    double solved_at_seconds; /* from process start */
    double eval_return_mean, eval_return_std, eval_return_min, eval_return_max;
    int64_t eval_episodes;
    double eval_seconds;
    char params_fingerprint[SUMMARY_WORD];
    summary_staleness staleness;
    summary_time time;
    int64_t involuntary_switches;
    char stopped_by[SUMMARY_WORD];      /* total_steps, solved, seconds, signal, error */
    char asynchrony[SUMMARY_TEXT];      /* in words: "16-way asynchronous", "16 workers take turns on 2 threads" */
    double lost_updates;                /* fraction of stripe updates that were overwritten */
    double lock_wait_seconds;           /* summed over threads */
    const int64_t *staleness_histogram; /* [staleness_bins] updates of staleness 0, 1, ..; the owner's. NULL: unknown */
    int64_t staleness_bins;
    const summary_task *tasks; /* [task_count], the owner's */
    int64_t task_count;
    const summary_evaluation *evaluations; /* [evaluation_count], the owner's: while the run trained */
    int64_t evaluation_count;
} summary;

/* A summary in which nothing is known. */
summary summary_unknown(void);

/* Writes summary.json into the folder, whole or not at all. */
int summary_write(const char *folder, const summary *s, error *e);

/* Prints exactly the text of summary.json. -1 when the stream cannot take it. */
int summary_print(FILE *stream, const summary *s, error *e);

/* Reads a folder's summary.json. Keys that are not there stay unknown, keys that are not known are skipped; the lists
 * (staleness_histogram, tasks, evaluations) are not read. -1 with the error when there is no such file, it is no JSON, a value has another type than its key, or the
 * format is newer. */
int summary_read(const char *folder, summary *s, error *e);

#endif
