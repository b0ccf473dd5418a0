/* SPDX-License-Identifier: MIT
 * Pauses: all threads of a run stand still between turns while one of them acts. */
#include "global/pauses.h"

#include "base/atomic.h"
#include "base/memory.h"

#include <pthread.h>

struct pauses {
    _Alignas(CACHE_LINE) atomic_count due; /* the step of the next pause; read by every turn */
    atomic_count ended, requested;
    _Alignas(CACHE_LINE) pthread_mutex_t lock;
    pthread_cond_t over;
    int threads, standing;
    uint64_t round;
    pause_action action;
    void *context;
};

pauses *pauses_new(int threads, int64_t first_step, pause_action action, void *context) {
    pauses *p = memory_new(sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->over, NULL);
    p->threads = threads;
    p->action = action;
    p->context = context;
    count_write_relaxed(&p->due, first_step);
    return p;
}

void pauses_free(pauses *p) {
    if (!p) return;
    pthread_cond_destroy(&p->over);
    pthread_mutex_destroy(&p->lock);
    memory_free(p);
}

bool pauses_due(pauses *p, int64_t step) {
    return step >= count_read_relaxed(&p->due);
}

/* No lock: whoever asks must not wait for a pause that is under way. */
void pauses_request(pauses *p) {
    count_add_ordered(&p->requested, 1);
    count_write_ordered(&p->due, 0);
}

bool pauses_ended(pauses *p) {
    return count_read_relaxed(&p->ended) != 0;
}

/* With the lock held and everybody standing still. */
static void act(pauses *p) {
    int64_t requests = count_read_acquire(&p->requested), next = p->action(p->context);
    count_write_relaxed(&p->ended, next < 0);
    count_write_ordered(&p->due, next);
    if (count_read_ordered(&p->requested) != requests) count_write_ordered(&p->due, 0); /* asked for meanwhile */
    p->standing = 0;
    p->round++;
    pthread_cond_broadcast(&p->over);
}

bool pauses_act(pauses *p) {
    pthread_mutex_lock(&p->lock);
    act(p);
    pthread_mutex_unlock(&p->lock);
    return !pauses_ended(p);
}

bool pauses_wait(pauses *p) {
    pthread_mutex_lock(&p->lock);
    uint64_t round = p->round;
    if (++p->standing == p->threads)
        act(p);
    else
        while (p->round == round) pthread_cond_wait(&p->over, &p->lock);
    pthread_mutex_unlock(&p->lock);
    return !pauses_ended(p);
}

void pauses_leave(pauses *p) {
    pthread_mutex_lock(&p->lock);
    p->threads--;
    if (p->threads > 0 && p->standing == p->threads) act(p);
    pthread_mutex_unlock(&p->lock);
}
