/* SPDX-License-Identifier: MIT
 * Pairs of cells set against each other: who is better, how surely, or whether they are the same. */
#ifndef STUDY_CONTRASTS_H
#define STUDY_CONTRASTS_H

#include "study/groups.h"

typedef enum contrast_measure {
    CONTRAST_RETURN,   /* final evaluation return; greater is better */
    CONTRAST_STEPS,    /* steps to the solved return, a run that never got there after all that did; less is better */
    CONTRAST_SECONDS,  /* the same in seconds */
    CONTRAST_RATE,     /* steps per second; greater is better */
    CONTRAST_STALENESS /* mean staleness; less is better */
} contrast_measure;

typedef struct contrast {
    size_t left, right;   /* groups */
    const char *question; /* contrasts with the same question and measure are one family of tests */
    contrast_measure measure;
    double probability; /* that a left run is better than a right one, ties half */
    interval probability_range;
    double p, holm_p;           /* superiority */
    double tost_p, tost_holm_p; /* equivalence; returns and staleness only */
} contrast;

extern const char *const contrast_measure_names[];

/* Tests one pair; Holm's p is filled by contrasts_correct. */
contrast contrast_make(const groups *g, size_t left, size_t right, const char *question, contrast_measure measure);

/* Holm's correction within each family. */
void contrasts_correct(size_t n, contrast *contrasts);

/* "better", "worse", "the same within 5 %", "not told apart", "n/a": left against right, at 5 %. */
const char *contrast_verdict(const contrast *c);

/* A row a contrast, with every number. */
void contrasts_table(const groups *g, size_t n, const contrast *contrasts, table *t);

#endif
