/* SPDX-License-Identifier: MIT
 * What a run measures while it trains: one row a logging interval, as a line of metrics.jsonl and as TensorBoard
 * events. One table of names (metrics_columns) serves both. */
#ifndef RECORD_METRICS_H
#define RECORD_METRICS_H

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "record/events.h"

#include <stdint.h>

/* One row. A double that is not known (yet) is NAN and becomes null; an infinite one does, too. */
typedef struct metrics {
    int64_t step, update;
    double time;                                         /* seconds since process start, carried on over a resume */
    double steps_per_second;                             /* since the row before */
    double return_mean, return_std, episode_length_mean; /* over the last 100 finished episodes, fewer at first */
    double policy_entropy;                               /* nats */
    double value_loss, policy_loss;
    double explained_variance; /* 1 - Var(G - V) / Var(G), at most 1 */
    double grad_norm;          /* before clipping; INFINITY when a gradient was not finite */
    double learning_rate;
    double staleness_mean;                    /* updates */
    double eval_return_mean, eval_return_std; /* of the evaluation at this step; NAN: there was none */
} metrics;

/* The doubles of a row in the order in which they are written, after step and update. */
typedef struct metrics_column {
    const char *name; /* key of metrics.jsonl */
    const char *tag;  /* TensorBoard's */
    size_t offset;    /* of the double in struct metrics */
} metrics_column;

enum { METRICS_COLUMNS = 14 };
extern const metrics_column metrics_columns[METRICS_COLUMNS];

/* A row in which nothing is known: step and update 0, the rest NAN. */
metrics metrics_unknown(void);

/* The open files of a run. */
typedef struct metrics_log {
    file_log lines;
    events_log events;
    text_buffer line;
} metrics_log;

/* Opens both files in `folder`. resume_step -1: a new run. Else rows past last_row, which is at or before that step, are cut off
 * metrics.jsonl, with
 * whatever a killed process or a power cut left behind them, and a new events file tells its readers to drop theirs;
 * files that are gone begin anew. A line before that step that is no row is an error. -1 with the error; the log is
 * closed then. */
int metrics_open(metrics_log *log, const char *folder, int64_t resume_step, int64_t last_row, error *e);

/* Appends a row to both files; it outlives this process when the call returns. Allocates nothing. */
int metrics_write(metrics_log *log, const metrics *row, error *e);

/* Waits until all rows are on the disk: before a checkpoint that counts on them. */
int metrics_flush(metrics_log *log, error *e);

/* Closes both files. */
void metrics_close(metrics_log *log);

/* Reads all rows of a folder's metrics.jsonl: *rows [*count] is the caller's (memory_free). A torn last line is left
 * out; no file is an error, as is a line that is no row. */
int metrics_read(const char *folder, metrics **rows, size_t *count, error *e);

#endif
