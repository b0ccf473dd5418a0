/* SPDX-License-Identifier: MIT */
#include "base/barrier.h"

#include "base/cpus.h"
#include "base/memory.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SPINS = 2000 }; /* about 20 to 50 microseconds */

struct barrier {
    _Alignas(CACHE_LINE) _Atomic int32_t arrived;
    _Alignas(CACHE_LINE) _Atomic uint32_t round; /* changes when all have come: what waiters watch */
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

void barrier_wait(barrier *b) {
    uint32_t round =
        atomic_load_explicit(&b->round, memory_order_relaxed); /* cannot change before this thread has come */
    if (atomic_fetch_add_explicit(&b->arrived, 1, memory_order_acq_rel) == b->threads - 1) {
        atomic_store_explicit(&b->arrived, 0, memory_order_relaxed);
        atomic_store(&b->round, round + 1);
        if (atomic_load(&b->asleep) > 0) syscall(SYS_futex, &b->round, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
        return;
    }
    for (int i = 0; i < b->spins; i++) {
        if (atomic_load_explicit(&b->round, memory_order_acquire) != round) return;
        relax();
    }
    atomic_fetch_add(&b->asleep, 1);
    while (atomic_load(&b->round) == round) syscall(SYS_futex, &b->round, FUTEX_WAIT_PRIVATE, round, NULL, NULL, 0);
    atomic_fetch_sub(&b->asleep, 1);
}
