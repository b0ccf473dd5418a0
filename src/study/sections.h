/* SPDX-License-Identifier: MIT
 * The parts that the reports of all studies share. */
#ifndef STUDY_SECTIONS_H
#define STUDY_SECTIONS_H

#include "study/groups.h"
#include "report/report.h"

#include <stdbool.h>

/* Cells that a part of a report is about: numbers of groups. */
typedef struct members {
    size_t count;
    const size_t *of;
} members;

/* Four significant digits; "n/a", "never" for an infinite time. */
void section_put(table *t, size_t row, const char *column, double value);
/* value [low, high] */
void section_put_range(table *t, size_t row, const char *column, double value, interval range);

/* What ran where, how much of it, and what failed; -1 with the error when there is nothing to report. `total`: runs
 * planned, 0: unknown. */
int section_runs(report *r, const groups *g, size_t total, error *e);

/* What so many seeds can show. */
void section_power(report *r, const groups *g);

/* Final evaluation returns, steps and seconds to the solved return, rates: a table each with all of the members.
 * `seconds` false for a member leaves its times out (virtual time). */
void section_scores(report *r, const groups *g, members m);
void section_solved(report *r, const groups *g, members m, bool (*seconds)(const groups *g, size_t k));
void section_rates(report *r, const groups *g, members m);

/* Learning curves over the seeds with intervals, against steps and against seconds; from metrics.jsonl of
 * FOLDER/runs/RUN, left out with a word where those are gone. `name` begins the pictures' file names. */
void section_curves(report *r, const groups *g, members m, const char *folder, const char *name, const char *title,
                    bool (*seconds)(const groups *g, size_t k));

/* Learning curves against steps alone. */
void section_steps(report *r, const groups *g, members m, const char *folder, const char *name, const char *title);

/* Where the time went, and how stale updates were. */
void section_time(report *r, const groups *g, members m, const char *name, const char *title);
void section_staleness(report *r, const groups *g, members m, const char *name, const char *title);

/* How the numbers were made. */
void section_method(report *r);

/* Labels of the members for pictures: the cell's name without the words that all of them share. */
const char *section_label(const groups *g, size_t k);

#endif
