/* SPDX-License-Identifier: MIT
 * The finished training episodes of a run, by whoever played them: the last hundred returns, counts, and the step at
 * which their mean first reached the return that solves the environment. Any thread may add; a lock orders them, taken
 * only by turns in which an episode ended. */
#ifndef GLOBAL_EPISODES_H
#define GLOBAL_EPISODES_H

#include "learn/learner.h"

enum { EPISODES_KEPT = 100, EPISODES_TASKS = 8 };

/* Flat: a checkpoint keeps it as it is. */
typedef struct episode_window {
    int64_t count;
    double total[EPISODES_KEPT];
    int32_t length[EPISODES_KEPT];
} episode_window;

typedef struct episode_history {
    episode_window all, task[EPISODES_TASKS];
    int64_t solved_at_step; /* -1: not solved */
    double solved_at_seconds;
} episode_history;

typedef struct episodes episodes;

/* `solved_return` NAN: never solved. `task_of` [number of environments] names each environment's task, or NULL: one
 * task. */
episodes *episodes_new(double solved_return, const int *task_of, double seconds_before);
void episodes_free(episodes *e);

/* Adds a turn's finished episodes, in order; `step`: steps landed in the run by then. Returns whether they solved it
 * just now. */
bool episodes_add(episodes *e, const episode *list, int count, int64_t step);

/* While nobody adds, or for a look that may be torn: the history to read or restore. */
episode_history *episodes_history(episodes *e);

/* Mean and standard deviation of the kept returns and mean length; all NAN when there are none. */
void episode_window_figures(const episode_window *w, double *mean, double *deviation, double *length);

#endif
