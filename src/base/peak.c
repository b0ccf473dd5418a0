/* SPDX-License-Identifier: MIT
 * Fused multiply-adds on registers: more independent chains than latency times units, so that only the units are the
 * limit. */
#include "base/peak.h"

#include "base/background.h"
#include "base/clock.h"
#include "base/cpus.h"
#include "base/memory.h"

#include <math.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { CHAINS = 12, ROUNDS = 4096, SLICE_NS = 1000000 }; /* a slice: short enough to be undisturbed on a busy machine */

/* The empty instruction keeps the compiler from knowing the values. x tends to 1 from any start. */
#define CHAIN(x, fma, a, b)                                                                                            \
    x = fma(x, a, b);                                                                                                  \
    __asm__ volatile("" : REGISTER(x));
#define EACH_CHAIN(fma, a, b)                                                                                          \
    CHAIN(x0, fma, a, b)                                                                                               \
    CHAIN(x1, fma, a, b)                                                                                               \
    CHAIN(x2, fma, a, b)                                                                                               \
    CHAIN(x3, fma, a, b)                                                                                               \
    CHAIN(x4, fma, a, b)                                                                                               \
    CHAIN(x5, fma, a, b)                                                                                               \
    CHAIN(x6, fma, a, b)                                                                                               \
    CHAIN(x7, fma, a, b) CHAIN(x8, fma, a, b) CHAIN(x9, fma, a, b) CHAIN(x10, fma, a, b) CHAIN(x11, fma, a, b)
#define ROUND_LOOP(type, fma, half)                                                                                    \
    type x0 = half, x1 = half, x2 = half, x3 = half, x4 = half, x5 = half, x6 = half, x7 = half, x8 = half;            \
    type x9 = half, x10 = half, x11 = half, a = half, b = half;                                                        \
    __asm__ volatile("" : REGISTER(a), REGISTER(b));                                                                   \
    for (int i = 0; i < ROUNDS; i++) {                                                                                 \
        EACH_CHAIN(fma, a, b)                                                                                          \
    }

#if defined(__x86_64__)
#define REGISTER(x) "+v"(x)
__attribute__((target("avx512f"))) static void rounds_avx512(void) {
    ROUND_LOOP(__m512, _mm512_fmadd_ps, _mm512_set1_ps(0.5f))
}
__attribute__((target("avx2,fma"))) static void rounds_avx2(void) {
    ROUND_LOOP(__m256, _mm256_fmadd_ps, _mm256_set1_ps(0.5f))
}
#elif defined(__aarch64__)
#define REGISTER(x) "+w"(x)
#else
#define REGISTER(x) "+m"(x)
#endif

/* Without an instruction set that is sure to fuse: a product and a sum. */
typedef float quad __attribute__((vector_size(16)));
static inline quad quad_fma(quad x, quad a, quad b) {
#if defined(__aarch64__)
    return (quad)vfmaq_f32((float32x4_t)b, (float32x4_t)x, (float32x4_t)a);
#else
    return x * a + b;
#endif
}
static void rounds_baseline(void) {
    ROUND_LOOP(quad, quad_fma, ((quad){0.5f, 0.5f, 0.5f, 0.5f}))
}

typedef struct widest {
    void (*rounds)(void);
    int lanes;
} widest;

static widest widest_vectors(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) return (widest){rounds_avx512, 16};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return (widest){rounds_avx2, 8};
#endif
    return (widest){rounds_baseline, 4};
}

/* GFLOP/s from now until `end`, in ns of the clock */
static double rate_until(widest w, int64_t end) {
    int64_t start = clock_ns(), now = start;
    double operations = 0;
    while (now < end) {
        w.rounds();
        operations += 2.0 * w.lanes * CHAINS * ROUNDS;
        now = clock_ns();
    }
    return now > start ? operations / (double)(now - start) : 0;
}

double peak_core(void) {
    enum { RUNS = 30 };
    widest w = widest_vectors();
    double best = 0;
    for (int i = 0; i < RUNS; i++) best = fmax(best, rate_until(w, clock_ns() + SLICE_NS));
    return best;
}

/* One of the threads that run at once. */
typedef struct runner {
    int index, threads;
    int64_t start, end; /* clock_ns */
    double rate;
} runner;

static void run_at_once(void *context) {
    runner *r = context;
    widest w = widest_vectors();
    cpus_pin(r->index, r->threads);
    rate_until(w, r->start);
    for (int64_t now = r->start; now < r->end; now = clock_ns()) r->rate = fmax(r->rate, rate_until(w, now + SLICE_NS));
}

static double rate_together(runner *runners, background **hands, int threads, double seconds) {
    const int64_t lead = 2000000; /* to be awake */
    int64_t start = clock_ns() + lead;
    double sum = 0;
    for (int i = 0; i < threads; i++) {
        runners[i] = (runner){i, threads, start, start + (int64_t)(1e9 * seconds), 0};
        background_do(hands[i], run_at_once, &runners[i]);
    }
    for (int i = 0; i < threads; i++) background_wait(hands[i]);
    for (int i = 0; i < threads; i++) sum += runners[i].rate;
    return sum;
}

double peak_cores(int threads, double seconds) {
    enum { RUNS = 3 };
    if (threads > cpus_allowed()) threads = cpus_allowed();
    runner *runners = memory_array(runner, (size_t)threads);
    background **hands = memory_array(background *, (size_t)threads);
    cpus_prepare(threads);
    for (int i = 0; i < threads; i++) hands[i] = background_new();
    double best = 0;
    for (int i = 0; i < RUNS; i++) best = fmax(best, rate_together(runners, hands, threads, seconds));
    for (int i = 0; i < threads; i++) background_free(hands[i]);
    memory_free(hands);
    memory_free(runners);
    return best;
}
