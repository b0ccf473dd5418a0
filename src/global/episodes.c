/* SPDX-License-Identifier: MIT
 * The last hundred returns of a run, its counts of episodes, and when it was solved. */
#include "global/episodes.h"

#include "base/clock.h"
#include "base/memory.h"

#include <math.h>
#include <pthread.h>

struct episodes {
    pthread_mutex_t lock;
    double solved_return;
    const int *task_of;
    double seconds_before; /* of the run before this process */
    episode_history history;
};

episodes *episodes_new(double solved_return, const int *task_of, double seconds_before) {
    episodes *e = memory_new(sizeof *e);
    pthread_mutex_init(&e->lock, NULL);
    e->solved_return = solved_return;
    e->task_of = task_of;
    e->seconds_before = seconds_before;
    e->history.solved_at_step = -1;
    return e;
}

void episodes_free(episodes *e) {
    if (!e) return;
    pthread_mutex_destroy(&e->lock);
    memory_free(e);
}

episode_history *episodes_history(episodes *e) {
    return &e->history;
}

static void keep(episode_window *w, const episode *one) {
    w->total[w->count % EPISODES_KEPT] = one->total;
    w->length[w->count % EPISODES_KEPT] = one->length;
    w->count++;
}

void episode_window_figures(const episode_window *w, double *mean, double *deviation, double *length) {
    int n = w->count < EPISODES_KEPT ? (int)w->count : EPISODES_KEPT;
    double sum = 0, squares = 0, lengths = 0;
    for (int i = 0; i < n; i++) sum += w->total[i], lengths += w->length[i];
    for (int i = 0; i < n; i++) squares += (w->total[i] - sum / n) * (w->total[i] - sum / n);
    *mean = n ? sum / n : NAN;
    *deviation = n ? sqrt(squares / n) : NAN;
    *length = n ? lengths / n : NAN;
}

static bool solved_now(episodes *e, int64_t step) {
    episode_history *h = &e->history;
    if (h->solved_at_step >= 0 || h->all.count < EPISODES_KEPT || isnan(e->solved_return)) return false;
    double sum = 0;
    for (int i = 0; i < EPISODES_KEPT; i++) sum += h->all.total[i];
    if (!(sum / EPISODES_KEPT >= e->solved_return)) return false;
    h->solved_at_step = step;
    h->solved_at_seconds = e->seconds_before + clock_process_seconds();
    return true;
}

bool episodes_add(episodes *e, const episode *list, int count, int64_t step) {
    if (count == 0) return false;
    bool solved = false;
    pthread_mutex_lock(&e->lock);
    for (int i = 0; i < count; i++) {
        keep(&e->history.all, &list[i]);
        if (e->task_of) keep(&e->history.task[e->task_of[list[i].env]], &list[i]);
        solved |= solved_now(e, step);
    }
    pthread_mutex_unlock(&e->lock);
    return solved;
}
