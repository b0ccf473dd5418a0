/* SPDX-License-Identifier: MIT
 * async.schedule: threads. Hogwild: every thread goes through the turns of its workers; nobody waits for anybody. */
#include "worker/worker_pool.h"

#include "base/clock.h"
#include "base/cpus.h"
#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>
#include <sched.h>

typedef struct seat {
    worker_pool *worker_pool;
    int thread;
} seat;

/* Nobody may take further steps; but a turn under way may still give some back (rollout_until_done). */
static bool all_taken(const async *a) {
    return block_steps(a->training->block) >= a->training->total_steps || !a->training->learning->rollout_until_done;
}

static bool stand_still(worker_pool *c, workspace *d) {
    uint64_t start = clock_ticks();
    bool on = pauses_wait(c->async->training->pauses);
    d->handed_over = false;
    if (c->async->training->timed_every > 0)
        d->watch.ticks[PHASE_WAIT] += (clock_ticks() - start) / (uint64_t)c->async->training->timed_every;
    return on;
}

/* Whose turn it is: on one thread each update was one turn of the workers in order, so that a resumed run goes on with the
 * worker after the last; on several nothing repeats anyway. */
static int first_turn(const worker_pool *c, int thread) {
    return c->threads == 1 ? (int)(block_version(c->async->training->block) % c->async->training->workers) : thread;
}

static void take_turns(worker_pool *c, int thread) {
    async *a = c->async;
    workspace *d = &c->workspaces[thread];
    worker_pool_bind_thread(c, thread);
    for (int w = first_turn(c, thread);;) {
        worker *next = &c->workers[w];
        int64_t steps;
        if (turn(next, d, a, TURN_WHOLE)) {
            steps = next->turn.landed;
            w = w + c->threads < a->training->workers ? w + c->threads : thread;
        } else {
            steps = block_steps(a->training->block);
            if (all_taken(a)) break;
            sched_yield();
        }
        if (pauses_due(a->training->pauses, steps) && !stand_still(c, d)) return;
    }
    pauses_leave(a->training->pauses);
}

static void *seat_main(void *pointer) {
    seat *s = pointer;
    take_turns(s->worker_pool, s->thread);
    return NULL;
}

/* The calling thread is thread 0. */
void run_threads(worker_pool *c) {
    pthread_t *threads = memory_array(pthread_t, (size_t)c->threads);
    seat *seats = memory_array(seat, (size_t)c->threads);
    cpus_prepare(c->threads);
    c->async->hand_over = true;
    for (int i = 1; i < c->threads; i++) {
        seats[i] = (seat){c, i};
        CHECK(pthread_create(&threads[i], NULL, seat_main, &seats[i]) == 0);
    }
    take_turns(c, 0);
    cpus_release();
    for (int i = 1; i < c->threads; i++) pthread_join(threads[i], NULL);
    memory_free(seats);
    memory_free(threads);
}
