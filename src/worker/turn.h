/* SPDX-License-Identifier: MIT
 * Async (A3C): what a worker's turn is. begin: pull, collect, estimate, differentiate; end: push. Who goes next is a
 * schedule's business (schedules.h).
 *
 * Between begin and end a worker sees only memory of its own: the workspace that it sits at (parameters, rollout: one a
 * thread, lent to whoever has the turn) and its open turn (gradient and figures, which outlive the workspace under replay
 * and simulation). */
#ifndef WORKER_TURN_H
#define WORKER_TURN_H

#include "base/flag.h"
#include "global/training.h"

#include <stdio.h>

enum { STALENESS_BINS = 4096 };

/* What all workers of a run share. Const while it runs but for the things that know how to be shared. */
typedef struct async {
    const training *training;
    bool locked, own_statistics, own_adam_count;
    int behavior_delay; /* updates by which the parameters that collect lag behind those pulled: a test's knob */
    bool hand_over;     /* a thread's next turn follows its push at once, and takes the parameters from it */
    struct recording *recording; /* events are appended here (async.record), or NULL */
    flag diverged;               /* 1 + the worker whose gradient was not finite */
} async;

/* Between begin and end. Flat but for the two arrays. */
typedef struct turn {
    bool open, timed;
    int64_t pulled;   /* the block's version at the pull */
    int64_t position; /* steps reserved before this turn's */
    int64_t steps, frames;
    double norm;   /* of the gradient, before clipping */
    double finish; /* simulated: the virtual time of the push */
    loss_sums sums;
    int64_t episode_count;
    episode *episodes; /* [T * E] */
    float *gradient;   /* [net.size] the worker's own, or the workspace's */
} turn;

typedef struct worker {
    int index;
    learner learner;
    void *memory; /* the learner's */
    turn turn;
    float *gradient; /* [net.size] where turns stay open (replay, simulated), else NULL: the workspace's serves */
    float *statistics[OPTIMIZER_SLOTS]; /* [net.size] each with optimizer.statistics: worker, else NULL */
    int64_t pushes;                     /* this worker's own count */
    int64_t frames;                     /* over the whole run */
    update_figures figures;             /* since the metrics were last looked at */
} worker;

/* What a thread lends to the worker whose turn it is. */
typedef struct workspace {
    void *memory;      /* of all this */
    float *parameters; /* [net.size] */
    float *gradient;   /* [net.size] */
    float *history;    /* [behavior_delay + 1, net.size] the parameters pulled last, or NULL */
    int64_t pulls;
    rollout rollout;
    int64_t version;  /* of the parameters, -1: none yet */
    bool handed_over; /* the last push left the parameters here: the next pull need not copy */
    stopwatch watch;  /* of the turns that are timed */
    int64_t turns;
    int64_t staleness[STALENESS_BINS];
} workspace;

/* Begin: pull, collect, estimate, differentiate. False when the run has no steps left to give. */
bool turn_begin(worker *w, workspace *d, async *a);
/* The two halves of begin, for a schedule that orders pulls: the one touches shared state, the other does not. */
bool turn_pull(worker *w, workspace *d, async *a);
void turn_compute(worker *w, workspace *d, async *a);
/* Push. Returns the steps that have landed in the run. */
int64_t turn_end(worker *w, workspace *d, async *a);

#endif
