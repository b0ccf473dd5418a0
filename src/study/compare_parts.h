/* SPDX-License-Identifier: MIT
 * The parts of the report of `a3c compare` that look at all places together. */
#ifndef STUDY_COMPARE_PARTS_H
#define STUDY_COMPARE_PARTS_H

#include "study/rungs.h"

/* The heading under which every place follows with all of its numbers. */
#define COMPARE_DETAILS "Every environment and number of workers"

/* What was found: in a sentence a question, A against D at every place, cause by cause, where async loses. */
void compare_findings(report *r, const groups *g, const contrast_list *list);

/* What the rungs are, each against the number of workers, environments pooled. */
void compare_overview(report *r, const groups *g, const table *pooled);

/* Environments pooled by rung and number of workers, returns scaled to 0 random, 1 solved. */
void compare_pool(const groups *g, table *t);

/* Virtual time beside real threads, where both ran: staleness, steps to the solved return, return, with tests. The
 * runs' folders are below `base`; without them the distributions are left out. */
void compare_agreement(report *r, const groups *g, const contrast_list *list, const char *base);

#endif
