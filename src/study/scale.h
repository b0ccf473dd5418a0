/* SPDX-License-Identifier: MIT
 * `a3c scale`: what more workers bring, each on a thread of its own: throughput, and the time to the score as the A3C
 * paper's table 2 has it, told apart into steps (data efficiency) and seconds, for several batches an update T E. */
#ifndef STUDY_SCALE_H
#define STUDY_SCALE_H

#include "study/study.h"
#include "study/study_settings.h"

typedef struct scale_request {
    study_source source;
    bool async, sync, modes_given; /* --modes was given */
    const int *workers;            /* [worker_count] */
    size_t worker_count;
    int repeats;
} scale_request;

/* A cell for every mode, batch and number of workers. The batches T E are 5 x 1, 20 x 1 and 32 x 4, or the one that the
 * user's rollout_steps and envs_per_worker make. */
int scale_plan(study *s, const scale_request *request, error *e);

/* statistics.csv, scaling.csv, fits.csv and the report. */
int scale_report(const char *folder, table *runs, const char *base, size_t total, error *e);

#endif
