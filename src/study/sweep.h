/* SPDX-License-Identifier: MIT
 * `a3c sweep`: one or more settings varied, by list, by grid of several lists, or by random draws on a logarithmic
 * scale, with seeds that no report uses; the whole curve is shown, and the best by a stated rule. */
#ifndef STUDY_SWEEP_H
#define STUDY_SWEEP_H

#include "study/study.h"
#include "study/study_settings.h"

/* Seeds of sweeps begin here unless the user gives one: tuning never sees the seeds 1, 2, .. of compare and scale. */
#define SWEEP_FIRST_SEED 1000001u

enum { SWEEP_AXES = 8, SWEEP_VALUES = 256, SWEEP_CELLS = 10000 };

/* One --vary: KEY=a,b,c or KEY=log:LOW:HIGH; KEY1+KEY2=a+b,c+d varies several keys together. */
typedef struct sweep_axis {
    char text[2048];  /* holds the words that the members point to */
    const char *name; /* "optimizer.learning_rate", "mode+sync.barrier" */
    size_t key_count, value_count;
    const char *keys[4];
    const char *values[SWEEP_VALUES][4];
    bool log, integer; /* log: random draws; integer: of whole numbers (sweep_plan finds out) */
    double low, high;
} sweep_axis;

typedef struct sweep_request {
    study_source source;
    sweep_axis *axes; /* [axis_count] */
    size_t axis_count;
    int draws; /* of logarithmic axes */
    int seeds; /* runs a cell */
} sweep_request;

/* A cell for every combination of the lists, times every draw. */
int sweep_plan(study *s, const sweep_request *request, error *e);

/* statistics.csv (with the rank of each cell) and the report. */
int sweep_report(const char *folder, table *runs, const char *base, size_t total, error *e);

#endif
