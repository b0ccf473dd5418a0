/* SPDX-License-Identifier: MIT
 * The parts of the report of `a3c sweep`. */
#ifndef STUDY_SWEEP_PARTS_H
#define STUDY_SWEEP_PARTS_H

#include "study/sections.h"

/* A column that the sweep varied. */
typedef struct varied {
    const char *column, *name; /* "vary:optimizer.learning_rate" and without "vary:" */
    bool numeric, log;
} varied;

/* Whether steps per second by two settings fit a table that can be read. */
bool sweep_rates_fit(const groups *g, const varied *down, const varied *across);

/* Steps per second by two settings: a table, which of any two rows is the faster in each column with Holm's p over all of
 * them, where their order turns, and a picture. */
void sweep_rates(report *r, const groups *g, const varied *down, const varied *across);

#endif
