/* SPDX-License-Identifier: MIT
 * One run in memory: what is shared, who trains, what is recorded. */
#ifndef TRAINER_RUN_H
#define TRAINER_RUN_H

#include "base/background.h"
#include "base/flag.h"
#include "record/alerts.h"
#include "record/metrics.h"
#include "record/progress.h"
#include "record/summary.h"
#include "sync_a2c/team.h"
#include "policy/plan.h"
#include "trainer/mode.h"
#include "trainer/train_plan.h"
#include "trainer/trainer.h"
#include "global/recording.h"
#include "worker/worker_pool.h"

typedef struct image image;

enum { TURN_COSTS = 200 }; /* turns that async.simulated.cost: measured is measured by */

typedef enum stop_reason {
    STOP_NONE,
    STOP_TOTAL_STEPS,
    STOP_SOLVED,
    STOP_SECONDS,
    STOP_SIGNAL,
    STOP_ERROR
} stop_reason;

/* train --profile */
typedef struct profile {
    bool on;
    double peak;    /* GFLOP/s that the run's threads reach at once */
    double started; /* run_seconds when training began */
    int64_t first_step;
    summary_time time; /* run_time at the last row */
} profile;

struct run {
    plan plan;
    const mode *mode;
    char folder[4096];
    const env_config **configs; /* [environments] */
    int *tasks;                 /* [environments] or NULL */
    int environments;           /* N */
    int64_t samples_per_update; /* asked for: T * E or T * N */

    training training;
    float *start_parameters; /* [net.size] of init.from, or NULL; read before the run is built */
    double *start_moments;   /* of its observations, or NULL */
    async async;             /* mode async .. */
    worker_pool *worker_pool;
    virtual_time time;
    double *turn_costs; /* [TURN_COSTS] microseconds, measured; or NULL */
    uint32_t *events;   /* a recording to replay */
    size_t event_count;
    int64_t next_event;
    sync_run sync; /* .. or sync */
    team *team;

    metrics_log metrics;
    profile profile;
    progress progress;
    alerts alerts;
    int64_t row_step, checkpoint_step, evaluation_step; /* when each is due next */
    int64_t last_row_step;
    double last_row_seconds, seconds_before; /* of the run before this process */
    double checkpoint_due;                   /* by time: run_seconds of the next one */
    int64_t resumed_step;
    double best_return;        /* of the evaluations so far; -INFINITY: none */
    double evaluation_seconds; /* spent on evaluations while training */

    image *image; /* the memory of a checkpoint */
    background *writer;
    error failure; /* the first that happened while training */
    bool diverged; /* the parameters are spoiled: the last checkpoint is the one to keep */
    flag write_failed, signal, checkpoint_asked;
    error write_error;
    stop_reason stopped_by;
};

/* Builds the run for a plan that was made in place (r->plan), with initial parameters and seeded environments. 0 or -1.
 */
int run_build(run *r, error *e);
void run_free(run *r);

/* The learner that holds global environment `env`, and its index there. */
learner *run_learner(run *r, int env, int *index);

/* The first learner with an environment that broke, or NULL. */
const learner *run_broken_learner(run *r);

/* Seconds since the run began, over all processes that worked at it. */
double run_seconds(const run *r);

/* ---- look.c: what happens in a pause ---- */
int64_t run_pause(void *run);
/* Whether there is nothing left to train: all steps are done, or it is solved and that ends it. */
bool run_is_over(const run *r);
/* The first pause of a run at this step. */
int64_t run_next_pause(run *r);

/* ---- image.c: checkpoints ---- */
image *image_new(run *r);
void image_free(image *i);
/* Copies the run's state while nobody pushes. */
void image_take(image *i, run *r);
/* Writes the image to folder/name, whole or not at all. */
int image_write(const image *i, const char *folder, const char *name, error *e);
/* Reads folder/checkpoint.safetensors into the image and puts the run's state back. */
int image_restore(image *i, run *r, error *e);

/* ---- report.c: the summary ---- */
/* Ticks of all timed turns; what they do not name is other. Only while nobody pushes. */
summary_time run_time(const run *r);
/* The same as shares that add up to 1. */
summary_time run_time_shares(summary_time t);
void run_summarize(run *r, summary *s);

#endif
