/* SPDX-License-Identifier: MIT
 * The barrier: an arrival counter, a round that waiters watch, and a futex for those who sleep. */
#include "base/barrier.h"

#include "base/cpus.h"
#include "base/memory.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SPINS = 2000 }; /* about 20 to 50 microseconds */

struct barrier {
    _Alignas(CACHE_LINE) _Atomic int32_t arrived;
    _Alignas(CACHE_LINE) _Atomic uint32_t round; /* changes when all have arrived: what waiters watch */
    _Atomic int32_t asleep;
    int32_t threads, spins;
};

barrier *barrier_new(int threads) {
    barrier *b = memory_new(sizeof *b);
    b->threads = threads;
    b->spins = threads <= cpus_allowed() ? SPINS : 0;
    return b;
}

void barrier_free(barrier *b) {
    memory_free(b);
}

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void wait_for(barrier *b, uint32_t round, int spins) {
    for (int i = 0; i < spins; i++) {
        if (atomic_load_explicit(&b->round, memory_order_acquire) != round) return;
        relax();
    }
    atomic_fetch_add(&b->asleep, 1);
    while (atomic_load(&b->round) == round) syscall(SYS_futex, &b->round, FUTEX_WAIT_PRIVATE, round, NULL, NULL, 0);
    atomic_fetch_sub(&b->asleep, 1);
}

int barrier_arrive(barrier *b, int staying, barrier_action action, void *context) {
    uint32_t round = barrier_round(b); /* cannot change before this thread has arrived */
    int number = atomic_fetch_add_explicit(&b->arrived, 1, memory_order_acq_rel) - (b->threads - staying);
    if (number == staying - 1) {
        if (action) action(context);
        atomic_store_explicit(&b->arrived, 0, memory_order_relaxed);
        atomic_store(&b->round, round + 1);
        if (atomic_load(&b->asleep) > 0) syscall(SYS_futex, &b->round, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    } else if (number >= 0) {
        wait_for(b, round, b->spins);
    }
    return number >= 0 ? number : -1;
}

void barrier_wait(barrier *b, barrier_action action, void *context) {
    barrier_arrive(b, b->threads, action, context);
}

uint32_t barrier_round(const barrier *b) {
    return atomic_load_explicit(&b->round, memory_order_relaxed);
}

void barrier_follow(barrier *b, uint32_t round) {
    wait_for(b, round, 0);
}
