/* SPDX-License-Identifier: MIT
 * Hogwild (Recht et al., 1106.5730): threads read and write the same floats without a lock. What is relied on:
 *   - an aligned float is read and written whole: a reader sees some value that some thread wrote there, never a mixture of bits;
 *   - every access here really happens, once, when the program says so (nothing is kept in a register across calls);
 *   - nothing else: no order between different floats, no freshness; two writers of a float may lose one of their updates.
 * In C11 these are relaxed atomic loads and stores of floats, and that is the portable form below, which ThreadSanitizer checks.
 * GCC does not vectorise those (about eight times slower), so x86-64 builds move the same aligned floats with volatile
 * vector accesses: on every x86-64 an aligned 4-byte lane of a vector access is as indivisible as a scalar one. */
#include "global/lines.h"

#include "base/atomic.h"
#include "base/memory.h"

#if defined(A3C_PORTABLE_BLOCK) || !defined(__x86_64__)

void block_read(float *dst, const float *shared, size_t n) {
    atomic_lane *lanes = (atomic_lane *)shared;
    for (size_t i = 0; i < n; i++) dst[i] = atomic_load_explicit(&lanes[i], memory_order_relaxed);
}

void block_write(float *shared, const float *src, size_t n) {
    atomic_lane *lanes = (atomic_lane *)shared;
    for (size_t i = 0; i < n; i++) atomic_store_explicit(&lanes[i], src[i], memory_order_relaxed);
}

#else

typedef float vector __attribute__((vector_size(16), may_alias));

void block_read(float *dst, const float *shared, size_t n) {
    const volatile vector *from = (const volatile vector *)shared;
    vector *to = (vector *)dst;
    for (size_t i = 0; i < n / 4; i += 4) {
        vector a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
        to[i] = a, to[i + 1] = b, to[i + 2] = c, to[i + 3] = d;
    }
}

void block_write(float *shared, const float *src, size_t n) {
    volatile vector *to = (volatile vector *)shared;
    const vector *from = (const vector *)src;
    for (size_t i = 0; i < n / 4; i += 4) {
        vector a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
        to[i] = a, to[i + 1] = b, to[i + 2] = c, to[i + 3] = d;
    }
}

#endif

void block_prefetch(const float *shared, size_t n) {
    for (size_t i = 0; i < n; i += LINE_FLOATS) {
#if defined(__x86_64__)
        __asm__ volatile("prefetchw %0" : : "m"(shared[i]));
#else
        __builtin_prefetch(&shared[i], 1);
#endif
    }
}
