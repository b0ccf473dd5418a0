/* SPDX-License-Identifier: MIT
 * The turn of an A3C worker, beside the words of algorithm S3 of Mnih et al., 1602.01783. */
#include "worker/turn.h"

#include "net/kernels.h"

#include <math.h>
#include <string.h>

/* The thread's workspace serves the worker that has the turn. */
static void sit_down(worker *w, workspace *d, async *a, unsigned parts) {
    int every = a->training->timed_every;
    if (parts & TURN_PULL) w->turn.timed = every > 0 && d->turns++ % every == 0;
    d->async = a;
    w->learner.rollout = &d->rollout;
    w->learner.second_pull_context = d;
    w->learner.watch = stopwatch_start(&d->watch, w->turn.timed);
    if (parts & TURN_COMPUTE) w->turn.gradient = w->gradient ? w->gradient : d->gradient;
}

/* Keeps what the push needs, since the workspace may serve somebody else before it. */
static void keep(worker *w, size_t size) {
    const learner *l = &w->learner;
    open_turn *t = &w->turn;
    t->norm = l->failed ? NAN : sqrt(kernels_get()->sum_of_squares(size, t->gradient)); /* NAN: is not pushed */
    t->steps = (int64_t)l->steps * l->envs;
    t->frames = l->frames;
    t->sums = l->sums;
    t->episode_count = l->episode_count;
    memcpy(t->episodes, l->rollout->episodes, (size_t)l->episode_count * sizeof *t->episodes);
    t->open = true;
    lap(l->watch, PHASE_OTHER);
}

bool turn(worker *w, workspace *d, async *a, unsigned parts) {
    const training *shared = a->training;
    learner *l = &w->learner;
    open_turn *t = &w->turn;
    sit_down(w, d, a, parts);
    /* Synchronize thread-specific parameters theta' = theta. */
    if (parts & TURN_PULL && !shared_pull(a, w, d)) return false;
    if (parts & TURN_COMPUTE) {
        /* Repeat: perform a_t according to pi(a_t|s_t; theta'), receive reward r_t and new state s_{t+1}; until terminal s_t
         * or t - t_start = t_max. R = 0 for terminal s_t, V(s_t, theta') otherwise; R = r_i + gamma R, backwards. */
        learner_collect(l, d->behavior);
        /* Accumulate gradients with respect to theta': d theta. */
        double entropy_coef = schedule_at(&shared->entropy_coef, t->position, shared->total_steps);
        if (!l->failed) learner_gradient(l, d->parameters, entropy_coef, t->gradient);
        keep(w, shared->learning->net->size);
    }
    /* Perform asynchronous update of theta using d theta. */
    if (parts & TURN_PUSH) shared_push(a, w, d);
    return true;
}
