/* SPDX-License-Identifier: MIT
 * Timing of short work: many samples, their median and quartiles. */
#include "bench/measure.h"

#include <stdlib.h>

#include "base/clock.h"

enum { SAMPLES_MOST = 101 };

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sample(void (*work)(void *context), void *context, long calls) {
    int64_t start = clock_ns();
    for (long i = 0; i < calls; i++) work(context);
    return (double)(clock_ns() - start) / (double)calls;
}

measured measure_time(void (*work)(void *context), void *context, double sample_ns, int samples) {
    double ns[SAMPLES_MOST];
    long calls = 1;
    double each = sample(work, context, calls);
    while (each * (double)calls < sample_ns) {
        calls = each * 2 * (double)calls > sample_ns ? (long)(sample_ns / each) + 1 : calls * 2;
        each = sample(work, context, calls);
    }
    if (samples > SAMPLES_MOST) samples = SAMPLES_MOST;
    for (int i = 0; i < samples; i++) ns[i] = sample(work, context, calls);
    qsort(ns, (size_t)samples, sizeof *ns, ascending);
    return (measured){.median = ns[samples / 2], .low = ns[samples / 4], .high = ns[samples - 1 - samples / 4]};
}
