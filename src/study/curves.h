/* SPDX-License-Identifier: MIT
 * Learning curves of a cell: the training returns of its runs on one grid, and their interquartile mean with an
 * interval. */
#ifndef STUDY_CURVES_H
#define STUDY_CURVES_H

#include "study/groups.h"

enum { CURVE_POINTS = 60, CURVE_RESAMPLES = 999 };

typedef struct curve {
    size_t runs; /* whose metrics could be read */
    double x[CURVE_POINTS], iqm[CURVE_POINTS], low[CURVE_POINTS], high[CURVE_POINTS];
} curve;

/* The curves of cell k against steps (to the cell's total) and against seconds (to the median run's end) from
 * FOLDER/runs/RUN/metrics.jsonl. Between two rows a run keeps the return of the earlier; after its end, that of its
 * last. */
void curve_make(curve *steps, curve *seconds, const groups *g, size_t k, const char *folder);

#endif
