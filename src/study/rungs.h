/* SPDX-License-Identifier: MIT
 * The ladder's cells found again among the groups of a study, and the questions that are asked of them. A place is one
 * environment (and preset) with one number of workers; it has a cell a rung. */
#ifndef STUDY_RUNGS_H
#define STUDY_RUNGS_H

#include "study/contrasts.h"
#include "study/sections.h"

#include <stdbool.h>

/* Questions, compared by address. */
extern const char rung_practical[], rung_lost[], rung_stale[], rung_batch[], rung_virtual_time[], rung_virtual_locked[];

/* A, B, C, D x1, ...: what the cell is called on the ladder. */
const char *rung_name(const groups *g, size_t k);

/* The cell ran in virtual time; its seconds and rates are of the wall clock and were measured. */
bool rung_is_virtual(const groups *g, size_t k);
bool rung_has_seconds(const groups *g, size_t k);

/* D tuned; where its learning rate is that of D x1 they are one cell, which has D x1's name, and that is meant. */
bool rung_is_tuned_sync(const groups *g, size_t k);
/* The sync that A is held against: D tuned; with one worker D x1, A's own algorithm at A's own rate, a control: D tuned
 * differs from it by the search's choice alone. */
bool rung_is_best_sync(const groups *g, size_t k);

bool rung_one_place(const groups *g, size_t a, size_t b);
/* The cell of this rung beside cell k, or -1. A is also A=B. */
long rung_beside(const groups *g, size_t k, const char *rung);
/* The first cell of a place stands for it. */
bool rung_is_place(const groups *g, size_t k);
/* The cells of a place; of [groups] is the caller's. */
members rung_members(const groups *g, size_t place, size_t *of);
/* "CartPole-v1, 16 workers", and the same for a file's name. */
void rung_place_title(char *title, size_t size, const groups *g, size_t k);
void rung_place_file(char *name, size_t size, const groups *g, size_t k);

typedef struct contrast_list {
    size_t count;
    contrast *items; /* the owner frees them */
} contrast_list;

/* Every pair of rungs that answers a question, Holm's correction done. */
contrast_list rung_contrasts(const groups *g);
/* The one with this cell at its right; NULL when it was not asked. */
const contrast *rung_find(const contrast_list *list, const char *question, contrast_measure m, size_t right);

#endif
