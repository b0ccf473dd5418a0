/* SPDX-License-Identifier: MIT
 * The staleness of a cell's updates, value by value, from its runs' checkpoints. */
#include "study/staleness.h"

#include "base/file.h"
#include "base/memory.h"
#include "record/safetensors.h"

#include <math.h>
#include <string.h>

/* One run's shares; false when the checkpoint is gone or counted nothing. */
static bool read_run(double *share, size_t bins, const char *path) {
    safetensors *file = NULL;
    error ignored;
    bool found = false;
    if (safetensors_open(path, &file, &ignored)) return false;
    const safetensor *t = safetensors_tensor(file, "run/staleness");
    if (t && t->type == SAFETENSOR_I64 && t->dims == 1) {
        const int64_t *count = t->data;
        double total = 0;
        for (int64_t v = 0; v < t->shape[0]; v++) {
            share[(size_t)v < bins ? (size_t)v : bins - 1] += (double)count[v];
            total += (double)count[v];
        }
        for (size_t b = 0; b < bins; b++) share[b] /= total;
        found = total > 0;
    }
    safetensors_close(file);
    return found;
}

size_t staleness_read(double *shares, size_t bins, const groups *g, size_t k, const char *folder) {
    size_t runs = 0;
    for (size_t row = 0; row < g->runs->rows; row++) {
        char run[FILE_PATH_SIZE], path[FILE_PATH_SIZE];
        double *share = shares + runs * bins;
        if (!group_run_folder(run, g, k, row, folder) || file_join(path, run, "checkpoint.safetensors", NULL)) continue;
        memset(share, 0, bins * sizeof *share);
        runs += read_run(share, bins, path);
    }
    return runs;
}

double staleness_share(size_t runs, size_t bins, const double *shares, size_t bin) {
    double sum = 0;
    for (size_t i = 0; i < runs; i++) sum += shares[i * bins + bin];
    return sum / (double)runs;
}

/* The mean distribution of the runs that `indices` names; NULL: each once. */
static void average(double *mean, size_t bins, size_t runs, const double *shares, const uint32_t *indices) {
    memset(mean, 0, bins * sizeof *mean);
    for (size_t i = 0; i < runs; i++)
        for (size_t b = 0; b < bins; b++) mean[b] += shares[(indices ? indices[i] : i) * bins + b] / (double)runs;
}

static double distance(size_t bins, const double *p, const double *q) {
    double sum = 0;
    for (size_t b = 0; b < bins; b++) sum += fabs(p[b] - q[b]);
    return sum / 2;
}

double staleness_distance(size_t bins, size_t nx, const double *x, size_t ny, const double *y, interval *range) {
    enum { RESAMPLES = 1999 };
    double *p = memory_array(double, bins), *q = memory_array(double, bins), *d = memory_array(double, RESAMPLES);
    uint32_t *indices = memory_array(uint32_t, memory_product(RESAMPLES, nx + ny));
    bootstrap_indices(group_seed("staleness", "distance"), RESAMPLES, 2, (const size_t[]){nx, ny}, indices);
    for (size_t i = 0; i < RESAMPLES; i++) {
        average(p, bins, nx, x, indices + i * (nx + ny));
        average(q, bins, ny, y, indices + i * (nx + ny) + nx);
        d[i] = distance(bins, p, q);
    }
    statistics_sort(RESAMPLES, d);
    *range = nx > 1 && ny > 1
                 ? (interval){statistics_quantile(RESAMPLES, d, 0.025), statistics_quantile(RESAMPLES, d, 0.975)}
                 : (interval){NAN, NAN};
    average(p, bins, nx, x, NULL);
    average(q, bins, ny, y, NULL);
    double result = distance(bins, p, q);
    memory_free(p);
    memory_free(q);
    memory_free(d);
    memory_free(indices);
    return result;
}
