/* SPDX-License-Identifier: MIT
 * async.schedule: simulated. W workers in virtual time on one thread: a turn's pull happens when the worker's last push
 * did, its push when its drawn cost has passed. So staleness and what it does to learning can be studied for any number
 * of workers. */
#include "worker/worker_pool.h"

#include <math.h>

double turn_cost_draw(const turn_cost *c, random_stream *s) {
    switch (c->kind) {
    case COST_UNIFORM: { /* of the stated standard deviation: half width sqrt(3) sigma */
        double half = fmin(c->spread * 1.7320508075688772, 1);
        return c->mean * (1 + half * (2 * random_uniform_double(s) - 1));
    }
    case COST_EXPONENTIAL:
        return -c->mean * log(random_uniform_double(s));
    case COST_LOGNORMAL: {
        double variance = log1p(c->spread * c->spread);
        return c->mean * exp(sqrt(variance) * random_normal(s) - variance / 2);
    }
    case COST_MEASURED:
        return c->measured[(int64_t)((double)c->measured_count * random_uniform_double(s))];
    default:
        return c->mean;
    }
}

static bool start(worker_pool *c, virtual_time *v, int i) {
    worker *w = &c->workers[i];
    if (!turn(w, &c->workspaces[0], c->async, TURN_BEGIN)) return false;
    w->turn.finish = v->now + turn_cost_draw(&v->cost, &v->stream[i]);
    return true;
}

/* The open turn that is finished first; of equals the one whose pull came first: the lowest position. -1: none. */
static int next_push(const worker_pool *c) {
    int best = -1;
    for (int i = 0; i < c->async->training->workers; i++) {
        const open_turn *t = &c->workers[i].turn;
        if (!t->open) continue;
        const open_turn *b = best < 0 ? NULL : &c->workers[best].turn;
        if (!b || t->finish < b->finish || (t->finish == b->finish && t->position < b->position)) best = i;
    }
    return best;
}

void run_simulated(worker_pool *c, virtual_time *v) {
    async *a = c->async;
    worker_pool_bind_thread(c, 0);
    for (int i = 0; i < a->training->workers; i++)
        if (!c->workers[i].turn.open) start(c, v, i); /* a resumed run's open turns stay as they were */
    for (int i; (i = next_push(c)) >= 0;) {
        v->now = c->workers[i].turn.finish;
        turn(&c->workers[i], &c->workspaces[0], a, TURN_PUSH);
        int64_t steps = c->workers[i].turn.landed;
        if (!start(c, v, i) && a->training->learning->rollout_until_done)
            for (int k = 0; k < a->training->workers; k++) /* somebody gave steps back: who was turned away may go on */
                if (!c->workers[k].turn.open) start(c, v, k);
        if (pauses_due(a->training->pauses, steps) && !pauses_act(a->training->pauses)) return;
    }
}
