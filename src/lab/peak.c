/* SPDX-License-Identifier: MIT
 * Fused multiply-adds on registers: more independent chains than latency times units, so that only the units are the
 * limit. */
#include "lab/peak.h"

#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/vector.h"

enum { CHAINS = 12, ROUNDS = 4096 };

/* The empty instruction keeps the compiler from knowing the values. x tends to 1 from any start. */
#define CHAIN(x, fma, a, b)                                                                                            \
    x = fma(x, a, b);                                                                                                  \
    __asm__ volatile("" : REGISTER(x));
#define EACH_CHAIN(fma, a, b)                                                                                          \
    CHAIN(x0, fma, a, b)                                                                                               \
    CHAIN(x1, fma, a, b) CHAIN(x2, fma, a, b) CHAIN(x3, fma, a, b) CHAIN(x4, fma, a, b) CHAIN(x5, fma, a, b)           \
        CHAIN(x6, fma, a, b) CHAIN(x7, fma, a, b) CHAIN(x8, fma, a, b) CHAIN(x9, fma, a, b) CHAIN(x10, fma, a, b)      \
            CHAIN(x11, fma, a, b)
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
static void rounds_baseline(void) {
    ROUND_LOOP(vec, vec_fma, vec_set(0.5f))
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
    return (widest){rounds_baseline, LANES};
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
    enum { RUNS = 30, NS = 1000000 };
    widest w = widest_vectors();
    double best = 0;
    for (int i = 0; i < RUNS; i++) best = fmax(best, rate_until(w, clock_ns() + NS));
    return best;
}

int peak_cpus(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return CPU_COUNT(&set);
}

/* pins the calling process to the n-th CPU that it may use */
static void pin(int n) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &set) || n-- > 0) continue;
        CPU_ZERO(&set);
        CPU_SET(cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
        return;
    }
}

/* the sum of the rates of `cores` child processes that start together; NaN when one fails */
static double rate_together(int cores, volatile double *rates) {
    enum { LEAD_NS = 20000000, NS = 100000000 };
    widest w = widest_vectors();
    int64_t start = clock_ns() + LEAD_NS * (int64_t)(1 + cores / 64);
    pid_t children[CPU_SETSIZE];
    int started = 0;
    for (; started < cores && started < CPU_SETSIZE; started++) {
        rates[started] = NAN;
        children[started] = fork();
        if (children[started] < 0) break;
        if (children[started] == 0) {
            pin(started);
            rate_until(w, start);
            rates[started] = rate_until(w, start + NS);
            _exit(0);
        }
    }
    double sum = 0;
    for (int i = 0; i < started; i++) waitpid(children[i], NULL, 0);
    for (int i = 0; i < started; i++) sum += rates[i];
    return started == cores ? sum : NAN;
}

double peak_cores(int cores) {
    enum { RUNS = 3 };
    size_t bytes = (size_t)cores * sizeof(double);
    volatile double *rates = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (rates == MAP_FAILED) return NAN;
    double best = NAN;
    for (int i = 0; i < RUNS; i++) best = fmax(best, rate_together(cores, rates));
    munmap((void *)rates, bytes);
    return best;
}
