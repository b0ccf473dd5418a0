/* SPDX-License-Identifier: MIT
 * The runs of a study by cell, and what is said about each cell: the rows of statistics.csv. Everything is computed
 * from the table of runs alone, so that `--from runs.csv` says what the study said. */
#ifndef STUDY_GROUPS_H
#define STUDY_GROUPS_H

#include "base/error.h"
#include "statistics/statistics.h"
#include "report/table.h"

typedef struct group {
    const char *name;    /* the table's */
    size_t row;          /* a row of runs that describes it: its first done one, else its first */
    size_t runs, failed; /* done, failed */
    size_t n;
    double *score;         /* [n] final evaluation returns that are known */
    double *step, *second; /* [runs] of reaching the solved return; of the end where it was not reached */
    bool *solved;          /* [runs] */
    bool solvable;         /* a solved return is known */
    size_t rates;
    double *rate; /* [rates] steps per second */
    size_t stale;
    double *staleness; /* [stale] mean staleness */
    double total_steps;
    double iqm;
    interval iqm_range;
    survival steps, seconds;
    double rate_iqm;
    interval rate_range;
} group;

typedef struct groups {
    const table *runs;
    size_t count;
    group *group; /* in the order in which the cells first appear */
} groups;

/* Groups the rows and describes each cell. The table must outlive the result. -1 with STATUS_USAGE when it has no
 * column that says which cell a run belongs to, or a number that is none; `path` is for the message. */
int groups_make(groups *g, const table *runs, const char *path, error *e);
void groups_free(groups *g);

/* One row per cell, in the same order: what describes it, then every number above. */
void groups_statistics(const groups *g, table *statistics);

const char *group_text(const groups *g, size_t k, const char *column);
double group_number(const groups *g, size_t k, const char *column);

/* The group's mean of a numeric column over its done runs. */
double group_mean(const groups *g, size_t k, const char *column);

/* The folder of a row's run, FOLDER/runs/RUN, into path[FILE_PATH_SIZE]; false unless the row is a done run of group k.
 * A run is a name, never a path: the table may be anyone's. */
bool group_run_folder(char *path, const groups *g, size_t k, size_t row, const char *folder);

/* Resamples of every interval, and a seed that depends on the words alone. */
enum { GROUP_RESAMPLES = 9999 };
uint64_t group_seed(const char *cell, const char *measure);

/* The interquartile mean's 95 % BCa interval. */
interval group_interval(const char *cell, const char *measure, size_t n, const double *x);

#endif
