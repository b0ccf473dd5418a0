/* SPDX-License-Identifier: MIT
 * From a command line to a written report: what compare, scale and sweep do alike. */
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

/* Makes the same tables from the rows of a CSV file, into `out` (NULL: studies/KIND-from). A study's own folder is
 * refused. */
int session_from(const char *kind, const char *csv, const char *out, session_report report);

/* ---- Words of a command line ---- */

enum { SESSION_LIST = 64, SESSION_OVERRIDES = 56 };

/* "1,2,4" or "1..4" as whole numbers in 1 .. most; *count of them, each once. */
int session_numbers(const char *option, const char *text, int most, int *numbers, size_t *count, error *e);

/* One whole number in 1 .. most. */
int session_number(const char *option, const char *text, long long most, long long *number, error *e);

/* Cuts `text` at its commas in place; *count words. */
int session_words(const char *option, char *text, const char **words, size_t *count, error *e);

/* "async,sync" */
int session_modes(const char *text, bool *async, bool *sync, error *e);

/* KEY=VALUE, cut in place. */
int session_override(char *text, settings_override *override, error *e);

#endif
