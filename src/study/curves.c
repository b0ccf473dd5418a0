/* SPDX-License-Identifier: MIT
 * Learning curves of a cell on one grid, with intervals. */
#include "study/curves.h"

#include "base/file.h"
#include "base/memory.h"
#include "record/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A run's rows. */
typedef struct trace {
    metrics *rows;
    size_t count;
} trace;

/* Reads the traces of the cell's done runs; returns how many. */
static size_t read_traces(const groups *g, size_t k, const char *folder, trace *traces) {
    size_t count = 0;
    for (size_t row = 0; row < g->runs->rows; row++) {
        char path[FILE_PATH_SIZE];
        if (!group_run_folder(path, g, k, row, folder)) continue;
        trace *t = &traces[count];
        if (metrics_read(path, &t->rows, &t->count, NULL) == 0 && t->count > 0) count++;
    }
    return count;
}

static double value_at(const trace *t, double x, bool seconds) {
    double value = NAN;
    for (size_t i = 0; i < t->count && (seconds ? t->rows[i].time : (double)t->rows[i].step) <= x; i++)
        if (!isnan(t->rows[i].return_mean)) value = t->rows[i].return_mean;
    return value;
}

static void fill(curve *c, size_t runs, const trace *traces, double end, bool seconds, const char *cell) {
    double *values = memory_array(double, runs);
    uint32_t *indices = memory_array(uint32_t, memory_product(CURVE_RESAMPLES, runs));
    c->runs = runs;
    bootstrap_indices(group_seed(cell, "curve"), CURVE_RESAMPLES, 1, &runs, indices);
    for (int p = 0; p < CURVE_POINTS; p++) {
        size_t n = 0;
        c->x[p] = end * (p + 1) / CURVE_POINTS;
        for (size_t i = 0; i < runs; i++) {
            values[n] = value_at(&traces[i], c->x[p], seconds);
            n += !isnan(values[n]);
        }
        interval range = n == runs && n > 1 ? bootstrap_bca(statistics_iqm, n, values, CURVE_RESAMPLES, indices, 0.95)
                                            : (interval){NAN, NAN};
        c->low[p] = range.low;
        c->high[p] = range.high;
        c->iqm[p] = n > 0 ? statistics_iqm(n, values) : NAN;
    }
    memory_free(values);
    memory_free(indices);
}

void curve_make(curve *steps, curve *seconds, const groups *g, size_t k, const char *folder) {
    *steps = *seconds = (curve){0};
    trace *traces = memory_array(trace, g->group[k].runs + 1);
    size_t runs = read_traces(g, k, folder, traces);
    double *ends = memory_array(double, runs + 1), total = g->group[k].total_steps;
    for (size_t i = 0; i < runs; i++) ends[i] = traces[i].rows[traces[i].count - 1].time;
    if (runs > 0 && total > 0) {
        fill(steps, runs, traces, total, false, g->group[k].name);
        fill(seconds, runs, traces, statistics_median(runs, ends), true, g->group[k].name);
    }
    for (size_t i = 0; i < runs; i++) memory_free(traces[i].rows);
    memory_free(traces);
    memory_free(ends);
}
