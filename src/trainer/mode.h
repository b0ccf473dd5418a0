/* SPDX-License-Identifier: MIT
 * A way to train, as a table of functions: what the trainer asks of it, without knowing which one it is. settings.h has the list
 * of modes (RUN_MODES), mode_WORD.c what each one does. */
#ifndef TRAINER_MODE_H
#define TRAINER_MODE_H

#include "base/stopwatch.h"
#include "learn/learner.h"
#include "policy/plan.h"

typedef struct run run;

typedef struct mode {
    const char *title; /* as a person calls it */
    bool races;        /* updates may overwrite each other: async.count_lost counts them */
    /* Completes a plan: which threads there are (p->threads), what the learners must know. */
    void (*plan)(plan *p);
    /* Samples that an update asks for. */
    int64_t (*samples_per_update)(const plan *p);
    /* Makes what the mode has of its own, once the shared parts (r->training) are there; before, what the block must have. */
    bool (*shares_statistics)(const settings *s);
    void (*build)(run *r);
    /* The parameters are there: what must be measured or read before the run begins. 0, or -1 with the error. */
    int (*prepare)(run *r, error *e);
    /* The folder is there too: what is written into it. 0, or -1 with the error. */
    int (*record)(run *r, error *e);
    /* Trains until the pauses end it. */
    void (*drive)(run *r);
    void (*free)(run *r);

    /* The learner that holds environment `env`, and its index there. */
    learner *(*learner)(run *r, int env, int *index);
    /* Threads, and the stopwatch of each. */
    int (*threads)(const run *r);
    const stopwatch *(*watch)(const run *r, int thread);
    /* The figures since the last row: one or several, added up in order. */
    int (*figure_count)(const run *r);
    update_figures *(*figures)(run *r, int i);
    int64_t (*frames)(const run *r);
    /* The counter that has them, of a checkpoint's run/counters; NULL: the workers' own do. */
    int64_t *(*frame_counter)(run *r);
    bool (*diverged)(const run *r);
    /* Seconds that all threads of this process waited for a lock, when they waited for `share` of `seconds`; NAN without one. */
    double (*lock_wait)(const run *r, double share, double seconds);
    /* In words, how asynchronous the run really was. */
    void (*asynchrony)(const run *r, char *text, size_t size);
} mode;

/* The mode of these settings, and its word there. */
const mode *mode_of(const settings *s);
const char *mode_word(const settings *s);

#define MODE_DECLARATION(name, word, column) extern const mode mode_##word;
RUN_MODES(MODE_DECLARATION)

/* What async does, for modes that are like it. */
void mode_async_plan(plan *p);
int64_t mode_async_samples(const plan *p);
bool mode_async_shares_statistics(const settings *s);
void mode_async_build(run *r);
int mode_async_prepare(run *r, error *e);
int mode_async_record(run *r, error *e);
void mode_async_drive(run *r);
void mode_async_free(run *r);
learner *mode_async_learner(run *r, int env, int *index);
int mode_async_threads(const run *r);
const stopwatch *mode_async_watch(const run *r, int thread);
int mode_async_figure_count(const run *r);
update_figures *mode_async_figures(run *r, int i);
int64_t mode_async_frames(const run *r);
int64_t *mode_async_frame_counter(run *r);
bool mode_async_diverged(const run *r);
double mode_async_lock_wait(const run *r, double share, double seconds);
void mode_async_asynchrony(const run *r, char *text, size_t size);
/* clang-format off */
#define MODE_ASYNC_FUNCTIONS \
    .races = true, .plan = mode_async_plan, .samples_per_update = mode_async_samples, .shares_statistics = mode_async_shares_statistics, \
    .prepare = mode_async_prepare, .record = mode_async_record, .drive = mode_async_drive, .free = mode_async_free, \
    .learner = mode_async_learner, .threads = mode_async_threads, .watch = mode_async_watch, \
    .figure_count = mode_async_figure_count, .figures = mode_async_figures, .frames = mode_async_frames, \
    .frame_counter = mode_async_frame_counter, .diverged = mode_async_diverged, .lock_wait = mode_async_lock_wait, .asynchrony = mode_async_asynchrony
/* clang-format on */

/* CPUs and workers bound how many threads are of use: at most `most`, as many as asked for, `automatic` where nobody asked. */
int mode_threads(const plan *p, int most, int automatic);
/* Whether an environment of any task waits for something else than this machine's CPUs. */
bool mode_environments_block(const plan *p);

#endif
