/* SPDX-License-Identifier: MIT
 * The shared block: one set of parameters (and optimizer statistics, unless each worker has its own), the counters that
 * go with them, and the two ways to touch them: pull and push.
 *
 * The parameter vector [size] is cut in stripes of STRIPE_FLOATS; a stripe's parameters and statistics lie together,
 * each on cache lines of its own. push works part by part of a stripe: read, optimizer_step, write, while the next
 * part's lines are on their way. Any thread may call any function at any time, but for those that say otherwise. */
#ifndef GLOBAL_BLOCK_H
#define GLOBAL_BLOCK_H

#include "learn/optimizer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STRIPE_FLOATS = 1008 };

typedef struct block block;

/* `size` floats (a multiple of 16) of parameters, all 0. Statistics are in the block when `shared_statistics`.
 * `count_lost`: every push raises one spare lane a stripe, so that lost updates can be counted. */
block *block_new(size_t size, const optimizer *optimizer, bool shared_statistics, bool count_lost);
void block_free(block *b);

int block_stripes(const block *b);

/* ---- Steps: a turn reserves its steps before it takes them ---- */

/* Reserves `n` steps and returns how many were reserved before; block_give_back returns what a turn did not take. */
int64_t block_reserve(block *b, int64_t n);
void block_give_back(block *b, int64_t n);
int64_t block_reserved(const block *b);
/* Steps and updates that have landed. */
int64_t block_steps(const block *b);
int64_t block_version(const block *b);

/* ---- Async ---- */

/* Copies the parameters into [size] and returns the version they had (at least: other pushes may be landing). */
int64_t block_pull(block *b, float *parameters);

typedef struct push {
    const float *gradient;                  /* [size] */
    float scale;                            /* the gradient is multiplied by it (clipping) */
    float rate;                             /* learning rate */
    float *own_statistics[OPTIMIZER_SLOTS]; /* [size] each when the worker keeps its own, else NULL */
    int64_t own_count;                      /* Adam's t when > 0; else the block's version decides */
    int64_t steps;                          /* steps that this update used */
    uint32_t start;    /* any number: the stripes are gone through in a circle from start / 2^32 of the way on */
    float *parameters; /* [size] receives the parameters as this push leaves them (a pull in the same pass), or NULL */
} push;

/* Applies one update. Returns the block's version before it: pushed - pulled = the update's staleness. */
int64_t block_push(block *b, const push *p);

/* Adds `delta` [size] to the parameters, stripe by stripe, as what `updates` updates elsewhere (another process) have changed. Counts
 * as so many updates here, so that who has older parameters pulls; its steps are the other process's. */
void block_add(block *b, const float *delta, int64_t updates);

/* One lock for a whole pull or push, the control for what lost updates cost (async.update: locked). */
void block_lock(block *b);
void block_unlock(block *b);

/* ---- Sync: a team steps the same stripes, each thread a range of them ---- */
void block_step_stripe(block *b, int stripe, const push *p);
/* After all stripes: the update has landed. */
void block_landed(block *b, int64_t steps);
/* First float and number of floats of a stripe. */
size_t block_stripe_range(const block *b, int stripe, size_t *first);

/* ---- While nobody pushes: snapshots ---- */

/* What a checkpoint keeps of the block beside its arrays. */
typedef struct block_counters {
    int64_t reserved, steps, version;
    double lanes, pushes;
} block_counters;

void block_get(const block *b, float *parameters, float *const statistics[OPTIMIZER_SLOTS], block_counters *counters);
void block_set(block *b, const float *parameters, const float *const statistics[OPTIMIZER_SLOTS],
               const block_counters *counters);

/* Fraction of stripe updates that another thread overwrote: 1 - lanes / (stripes * pushes); NAN when it is not counted.
 * Folds the lanes into wide counters first, as must happen before 2^24 pushes. */
double block_lost(block *b);

#endif
