/* SPDX-License-Identifier: MIT
 * `a3c compare`: what asynchrony brings and what it costs, as a ladder of cells at the same rollout length,
 * environments per worker and number of workers W, that changes one thing a rung:
 *
 *   A   async, Hogwild, one thread per worker; in virtual time above the CPU count, where A and B are one cell
 *   B   async, locked: no lost updates
 *   C   async on one thread: staleness 0, the same batch, the same number of updates
 *   D   sync: one batch of all W workers; learning rate x1, xsqrt(W), xW, and tuned (the preset's own sync
 *       column, or the best of a search; beside a search the preset's own column is D preset, at the number of workers
 *       that it was made for)
 *
 * A against B is lost updates, B against C staleness, C against D the batch, A against D the practical question. Beside
 * A, where it really ran on two threads or more, V is the same in virtual time: it says how far virtual time can be
 * believed. */
#ifndef STUDY_COMPARE_H
#define STUDY_COMPARE_H

#include "study/groups.h"
#include "study/study.h"
#include "study/study_settings.h"

typedef enum compare_column { COMPARE_OWN, COMPARE_ASYNC, COMPARE_SYNC } compare_column;

/* Learning rates that a search found for one preset and number of workers. */
typedef struct compare_rates {
    double async, sync; /* NAN: the preset's */
} compare_rates;

typedef struct compare_request {
    const char *const *presets; /* [preset_count], at least one; NULL: the environment's preset, or cartpole */
    size_t preset_count;
    study_source source;             /* for every cell; its preset is one of the presets */
    bool async, sync;                /* which sides of the ladder */
    bool modes_given, workers_given; /* --modes, --workers were given */
    const int *workers;              /* [worker_count], at least one */
    size_t worker_count;
    int seeds;
    compare_column column; /* own: A, B, C and the scaled D take the async column, D tuned the sync column */
    const compare_rates
        *rates; /* [preset_count, worker_count] found by a search; NULL: the preset's columns are taken as tuned */
} compare_request;

/* Fills an empty study with the ladder's cells. With rates, A, B and C have the async one, the scaled D are scaled from
 * it, and D tuned has the sync one at the same rollout length and environments per worker. */
int compare_plan(study *s, const compare_request *request, error *e);

/* Fills an empty study of the kind sweep with the search for both sides' learning rates: seven, from a quarter of the
 * preset's to sixteen times it, `seeds` runs each, with seeds that no report uses; the same for either side. */
int compare_tune_plan(study *s, const compare_request *request, int seeds, error *e);

/* Reads the search's runs: for every preset and number of workers the rates with the highest mean return, of
 * equals the one with fewer steps to the solved return. rates [preset_count, worker_count]. */
int compare_tune_choose(const table *runs, const compare_request *request, compare_rates *rates, error *e);

/* Writes statistics.csv, comparisons.csv, pooled.csv (several environments), report.md and report.html into the folder,
 * from the runs alone. `base`: where runs/ is, for the learning curves; `total`: runs planned, 0: unknown. */
int compare_report(const char *folder, table *runs, const char *base, size_t total, error *e);

#endif
