/* SPDX-License-Identifier: MIT
 * What a person sees while a study runs: one line that says how many runs are done and how long the rest will take; on
 * standard error, rewritten on a terminal, now and then a new one elsewhere. */
#ifndef STUDY_STUDY_PROGRESS_H
#define STUDY_STUDY_PROGRESS_H

#include "study/study.h"

typedef struct study_progress {
    const study *study;
    bool terminal;
    size_t to_run, ended; /* runs that were missing when the study began, and how many of them have ended since */
    double *seconds;      /* [cells] spent on ended runs of the cell */
    int *runs;            /* [cells] how many those are */
    int *left;            /* [cells] runs of the cell that have not ended */
    double began, shown;
    char current[STUDY_NAME + 32];
    double *started; /* [cells] when the cell's latest run was started */
} study_progress;

void study_progress_begin(study_progress *p, const study *s, size_t to_run);
void study_progress_start(study_progress *p, size_t cell, int run);
void study_progress_end(study_progress *p, size_t cell);
void study_progress_show(study_progress *p);
void study_progress_finish(study_progress *p);

#endif
