/* SPDX-License-Identifier: MIT
 * The monotonic clock, and ticks for profiles. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds of the monotonic clock. */
int64_t clock_ns(void);

/* Seconds since this process was loaded, before main. */
double clock_process_seconds(void);

/* Cheap ticks for profiles (the time-stamp counter where there is one); shares of ticks are what is reported. */
static inline uint64_t clock_ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return (uint64_t)clock_ns();
#endif
}

#endif
