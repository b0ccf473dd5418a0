/* SPDX-License-Identifier: MIT
 * From a planned study to a written report: what compare, scale and sweep do alike. */
#ifndef STUDY_SESSION_H
#define STUDY_SESSION_H

#include "study/study.h"

/* Writes a kind's tables and report into a folder: compare_report, scale_report, sweep_report. It may add columns to
 * the runs. */
typedef int (*session_report)(const char *folder, table *runs, const char *base, size_t total, error *e);

/* Runs the planned study in `out` (NULL: studies/KIND-NAME below the current folder), or continues it, and writes
 * runs.csv and the report; prints where it is. Returns the program's exit status, the error already printed: 1 when a
 * run failed and `failures_count`, or when none succeeded; 128 + the signal when it was interrupted. */
int session_run(study *s, const char *out, const char *name, session_report report, bool failures_count);

/* Makes the same tables from the rows of a CSV file, into `out` (NULL: studies/KIND-from), which is vacant or was made
 * by this function. */
int session_from(const char *kind, const char *csv, const char *out, session_report report);

#endif
