/* SPDX-License-Identifier: MIT
 * The floating-point unit's way with denormals. Apart from cpus.c, since who only acts needs no CPUs. */
#include "base/cpus.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

void cpus_flush_denormals(void) {
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ and DAZ */
#elif defined(__aarch64__)
    unsigned long control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (1ul << 24)));
#endif
}
