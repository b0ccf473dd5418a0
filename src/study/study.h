/* SPDX-License-Identifier: MIT
 * A study: cells, each some runs of one setting with different seeds, and each run a child process `a3c train`. Its
 * folder has study.json (what was asked for), cells/NAME.yaml (each cell's settings), runs/NAME-sSEED (each run's own
 * folder), logs/ (what failed runs said), and what the reports add. What is done is never done again: a run is done
 * when its summary.json is there and stopped_by is neither signal nor error; one that was cut off starts anew, since
 * its times would not be one process's. */
#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

#include "base/error.h"
#include "report/table.h"
#include "settings/settings.h"

#include <stdbool.h>

enum { STUDY_NAME = 128, STUDY_PATH = 4096, STUDY_FORMAT = 1 };

typedef struct study_cell {
    char name[STUDY_NAME]; /* unique; letters, digits, and . - _ + = only */
    settings settings;     /* but for the seed */
    int runs;
    uint64_t first_seed; /* run i has the seed first_seed + i */
} study_cell;

typedef struct study {
    char kind[16]; /* compare, scale, sweep */
    char folder[STUDY_PATH], program[STUDY_PATH];
    int jobs; /* runs at a time; 1 where a rate is measured */
    bool quiet;
    double timeout;      /* seconds that a run may last; 0: as long as it takes */
    const char *command; /* what was typed, for the report; borrowed; NULL: unknown */
    char *changes;       /* settings that differ from the preset, "KEY=VALUE, ..." (study_free frees it); NULL: none */
    study_cell *cells;   /* [cell_count] */
    size_t cell_count, cell_capacity;
    table plan; /* row i describes cell i: its settings and what the kind of study adds */
    int lock;
    int interrupted;            /* the signal that ended study_run early, 0: none */
    size_t done, failed, total; /* runs, as study_run left them */
} study;

/* An empty study; runs are started as this program itself. */
void study_new(study *s, const char *kind);
void study_free(study *s);

/* Adds a cell; bad letters in the name become '-'. The row of the plan with the cell's settings is added too; returns
 * its number. */
size_t study_add(study *s, const char *name, const settings *settings, int runs, uint64_t first_seed);

/* Takes a vacant folder for the study, or continues in one whose study.json says the same or has fewer runs of each
 * cell, which are then added; anything else is STATUS_USAGE. */
int study_open(study *s, const char *folder, error *e);

/* Runs what is not done: run 0 of every cell, then run 1 of every cell, so that slow drifts of the machine meet all
 * cells alike. A run that fails costs itself alone. -1 only when no child can be started. */
int study_run(study *s, error *e);

/* A row per run that was started: its cell's row of the plan, seed, state (done, failed), every number of its
 * summary.json (a nested one as staleness_mean), and what was asked for: network, changes, command. */
void study_collect(const study *s, table *runs);

/* What several kinds of study ask about a cell's environment; NAN where nothing is registered. */
void study_returns(const settings *s, double *solved, double *random);

#endif
