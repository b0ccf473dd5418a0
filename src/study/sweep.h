/* SPDX-License-Identifier: MIT
 * `a3c sweep`: one or more settings varied, by list, by grid of several lists, or by random draws on a logarithmic
 * scale, with seeds that no report uses; the whole curve is shown, and the best by a stated rule. */
#ifndef STUDY_SWEEP_H
#define STUDY_SWEEP_H

#include "study/study.h"

/* Seeds of sweeps begin here: tuning never sees the seeds 1, 2, .. of compare and scale. */
#define SWEEP_FIRST_SEED 1000001u

enum { SWEEP_AXES = 8, SWEEP_VALUES = 256, SWEEP_CELLS = 10000 };

/* One --vary: KEY=a,b,c or KEY=log:LOW:HIGH; KEY1+KEY2=a+b,c+d varies several keys together. */
typedef struct sweep_axis {
    char text[2048];  /* holds the words that the members point to */
    const char *name; /* "optimizer.learning_rate", "mode+sync.barrier" */
    size_t key_count, value_count;
    const char *keys[4];
    const char *values[SWEEP_VALUES][4];
    bool log;
    double low, high;
} sweep_axis;

typedef struct sweep_request {
    const char *preset;
    sweep_axis *axes; /* [axis_count] */
    size_t axis_count;
    int draws;     /* of logarithmic axes */
    int seeds;     /* runs a cell */
    int64_t steps; /* 0: the preset's */
    const settings_override *overrides;
    size_t override_count;
} sweep_request;

/* Reads what follows --vary. */
int sweep_parse_axis(sweep_axis *axis, const char *text, error *e);

/* A cell for every combination of the lists, times every draw. */
int sweep_plan(study *s, const sweep_request *request, error *e);

/* statistics.csv (with the rank of each cell) and the report. */
int sweep_report(const char *folder, table *runs, const char *base, size_t total, error *e);

/* Studies that come with the program: a name, what it shows, and the words of the command line that it stands for. */
typedef struct sweep_shipped {
    const char *name, *meaning;
    const char *const *words; /* ends with NULL */
} sweep_shipped;
extern const sweep_shipped sweep_studies[]; /* ends with a NULL name */

#endif
