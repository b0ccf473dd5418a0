/* SPDX-License-Identifier: MIT
 * The race itself, in two forms; race.h says what is relied on. */
#include "global/race.h"

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

/* One body, compiled for three widths; n is a multiple of 16 floats. */
#define MOVE(name, isa, bytes)                                                                                         \
    typedef float name##_vector __attribute__((vector_size(bytes), may_alias));                                        \
    __attribute__((target(isa))) static void name##_read(float *dst, const float *shared, size_t n) {                  \
        const volatile name##_vector *from = (const volatile name##_vector *)shared;                                   \
        name##_vector *to = (name##_vector *)dst;                                                                      \
        for (size_t i = 0; i < n * sizeof(float) / bytes; i++) to[i] = from[i];                                        \
    }                                                                                                                  \
    __attribute__((target(isa))) static void name##_write(float *shared, const float *src, size_t n) {                 \
        volatile name##_vector *to = (volatile name##_vector *)shared;                                                 \
        const name##_vector *from = (const name##_vector *)src;                                                        \
        for (size_t i = 0; i < n * sizeof(float) / bytes; i++) to[i] = from[i];                                        \
    }
MOVE(sse, "sse2", 16)
MOVE(avx, "avx2", 32)
MOVE(avx512, "avx512f", 64)

static enum { SSE, AVX, AVX512 } width; /* set before main, const afterwards */

__attribute__((constructor)) static void choose_width(void) {
    __builtin_cpu_init();
    width = __builtin_cpu_supports("avx512f") ? AVX512 : __builtin_cpu_supports("avx2") ? AVX : SSE;
}

void block_read(float *dst, const float *shared, size_t n) {
    if (width == AVX512)
        avx512_read(dst, shared, n);
    else if (width == AVX)
        avx_read(dst, shared, n);
    else
        sse_read(dst, shared, n);
}

void block_write(float *shared, const float *src, size_t n) {
    if (width == AVX512)
        avx512_write(shared, src, n);
    else if (width == AVX)
        avx_write(shared, src, n);
    else
        sse_write(shared, src, n);
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
