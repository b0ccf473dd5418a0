/* SPDX-License-Identifier: MIT
 * What the workers of an async run share, and the two moments at which a turn touches it: pull and push. Between them a worker
 * sees only memory of its own: the workspace that its thread lends it (parameters, rollout) and its open turn (gradient and
 * figures, which outlive the workspace under replay and in virtual time).
 *
 * Behind pull and push: the lock of async.update: locked, the recording, the reservation of steps, the parameters that a push
 * hands over to the thread's next pull, running statistics, finished episodes, staleness. */
#ifndef GLOBAL_SHARED_H
#define GLOBAL_SHARED_H

#include "base/flag.h"
#include "base/stopwatch.h"
#include "global/training.h"

enum { STALENESS_BINS = 4096 };

/* Read-only while the run trains, except for the members that synchronize themselves. */
typedef struct async {
    const training *training;
    bool locked, own_statistics, own_adam_count;
    int behavior_delay; /* updates by which the parameters that collect lag behind those pulled: a test's knob */
    bool hand_over;     /* a thread's next turn follows its push at once, and takes the parameters from it */
    struct recording *recording; /* pulls and pushes are appended here (async.record), or NULL */
    flag diverged;               /* 1 + the worker whose gradient was not finite */
} async;

/* A turn between its pull and its push. Flat but for the two arrays. */
typedef struct open_turn {
    bool open, timed;
    int64_t pulled;   /* the block's version at the pull */
    int64_t position; /* steps reserved before this turn's */
    int64_t steps, frames;
    double norm;    /* of the gradient, before clipping */
    double finish;  /* simulated: the virtual time of the push */
    int64_t landed; /* steps of the run after the push */
    loss_sums sums;
    int64_t episode_count;
    episode *episodes; /* [T * E] */
    float *gradient;   /* [net.size] the worker's own, or the workspace's */
} open_turn;

typedef struct worker {
    int index;
    learner learner;
    void *memory; /* the learner's */
    open_turn turn;
    float *gradient; /* [net.size] where turns stay open (replay, simulated), else NULL: the workspace's serves */
    float *statistics[OPTIMIZER_SLOTS]; /* [net.size] each with optimizer.statistics: worker, else NULL */
    int64_t pushes;                     /* this worker's own count */
    int64_t frames;                     /* over the whole run */
    update_figures figures;             /* since the metrics were last looked at */
} worker;

/* What a thread lends to the worker whose turn it is. */
typedef struct workspace {
    void *memory;          /* of all this */
    async *async;          /* of the present turn */
    float *parameters;     /* [net.size] theta' */
    const float *behavior; /* [net.size] the parameters that collect: theta', or older ones */
    float *gradient;       /* [net.size] */
    float *history;        /* [behavior_delay + 1, net.size] the parameters pulled last, or NULL */
    int64_t pulls;
    rollout rollout;
    int64_t version;  /* of the parameters, -1: none yet */
    bool handed_over; /* the last push left the parameters here: the next pull need not copy */
    stopwatch watch;  /* of the turns that are timed */
    int64_t turns;
    int64_t staleness[STALENESS_BINS];
} workspace;

/* theta' = theta: d->parameters and d->behavior, and the turn's share of the run's steps. False when the run has no steps left
 * to give. */
bool shared_pull(async *a, worker *w, workspace *d);

/* The second pull of a turn, between collecting and differentiating (V-trace, 1802.01561: the learner's parameters): theta' =
 * theta once more. `workspace` is the turn's; returns its parameters [net.size]. */
const float *shared_pull_again(void *workspace);

/* theta is updated with the turn's gradient, w->turn.landed steps have landed in the run by then. A gradient that is not finite is
 * not pushed: it would destroy what all have learned; a->diverged names the worker and a pause is asked for. */
void shared_push(async *a, worker *w, workspace *d);

#endif
