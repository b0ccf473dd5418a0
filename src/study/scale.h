/* SPDX-License-Identifier: MIT
 * `a3c scale`: what more workers bring, each on a thread of its own: throughput, and the time to the score as the A3C
 * paper's table 2 has it, told apart into steps (data efficiency) and seconds, for several batches an update T E. */
#ifndef STUDY_SCALE_H
#define STUDY_SCALE_H

#include "study/study.h"

typedef struct scale_request {
    const char *preset;
    bool async, sync;
    const int *workers; /* [worker_count] */
    size_t worker_count;
    int repeats;
    int64_t steps; /* 0: the preset's */
    const settings_override *overrides;
    size_t override_count;
} scale_request;

/* A cell for every mode, T E = 5 x 1, 20 x 1, 32 x 4, and number of workers. */
int scale_plan(study *s, const scale_request *request, error *e);

/* statistics.csv, scaling.csv, fits.csv and the report. */
int scale_report(const char *folder, table *runs, const char *base, size_t total, error *e);

#endif
