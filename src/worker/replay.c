/* SPDX-License-Identifier: MIT
 * async.schedule: replay. A ticket goes through the recorded events in order; whoever's event is up pulls or pushes,
 * and computes while others have the ticket. Thread i serves workers i, i + threads, ..; it goes through its own events
 * in their order, so that the thread of the event that is up is always on its way to it. */
#include "worker/worker_pool.h"

#include "base/cpus.h"
#include "base/error.h"
#include "base/memory.h"

#include <pthread.h>

typedef struct replay {
    worker_pool *worker_pool;
    const uint32_t *events;
    int64_t count, first, *next;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int64_t ticket; /* the event that is up */
    int idle;       /* threads that wait for their event, or have none left */
    bool ended;
} replay;

typedef struct seat {
    replay *replay;
    int thread;
} seat;

/* Waits until event i is up. False when the run has ended. */
static bool wait_for(replay *r, int64_t i) {
    pthread_mutex_lock(&r->lock);
    r->idle++;
    pthread_cond_broadcast(&r->moved);
    while (r->ticket != i && !r->ended) pthread_cond_wait(&r->moved, &r->lock);
    r->idle--;
    bool on = !r->ended;
    pthread_mutex_unlock(&r->lock);
    return on;
}

/* The event is done. When a pause is due, everybody else first comes to stand at the next event of their own, so that
 * what is open then depends on the recording alone. */
static void pass_on(replay *r, bool pause) {
    pthread_mutex_lock(&r->lock);
    if (pause) {
        while (r->idle < r->worker_pool->threads - 1) pthread_cond_wait(&r->moved, &r->lock);
        *r->next = r->ticket + 1; /* what a checkpoint goes on with */
        if (!pauses_act(r->worker_pool->async->training->pauses)) r->ended = true;
    }
    r->ticket++;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

static void *follow(void *pointer) {
    replay *r = ((seat *)pointer)->replay;
    int thread = ((seat *)pointer)->thread;
    async *a = r->worker_pool->async;
    worker_pool_bind_thread(r->worker_pool, thread);
    workspace *d = &r->worker_pool->workspaces[thread];
    for (int64_t i = r->first; i < r->count; i++) {
        int index = (int)(r->events[i] / 2);
        if (index % r->worker_pool->threads != thread) continue;
        worker *w = &r->worker_pool->workers[index];
        if (!wait_for(r, i)) return NULL;
        if (r->events[i] & 1) {
            turn(w, d, a, TURN_PUSH);
            pass_on(r, pauses_due(a->training->pauses, w->turn.landed));
        } else {
            bool begun = turn(w, d, a, TURN_PULL);
            pass_on(r, false);
            if (begun) turn(w, d, a, TURN_COMPUTE);
        }
    }
    pthread_mutex_lock(&r->lock);
    r->idle++;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

void run_replay(worker_pool *c, const uint32_t *events, int64_t count, int64_t *next) {
    replay r = {.worker_pool = c, .events = events, .count = count, .first = *next, .ticket = *next, .next = next};
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.moved, NULL);
    pthread_t *threads = memory_array(pthread_t, (size_t)c->threads);
    seat *seats = memory_array(seat, (size_t)c->threads);
    cpus_prepare(c->threads);
    for (int i = 0; i < c->threads; i++) seats[i] = (seat){&r, i};
    for (int i = 1; i < c->threads; i++) CHECK(pthread_create(&threads[i], NULL, follow, &seats[i]) == 0);
    follow(&seats[0]);
    cpus_release();
    for (int i = 1; i < c->threads; i++) pthread_join(threads[i], NULL);
    memory_free(seats);
    memory_free(threads);
    pthread_cond_destroy(&r.moved);
    pthread_mutex_destroy(&r.lock);
    *next = r.ticket;
}
