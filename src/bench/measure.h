/* SPDX-License-Identifier: MIT
 * Timing of short work on a machine that does other things too: many short samples, their median and quartiles. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

/* ns of one call */
typedef struct measured {
    double median, low, high; /* low and high: the quartiles */
} measured;

/* Times work(context): calls are repeated within a sample until it lasts `sample_ns`, `samples` (at most 101) samples
 * are taken after one that is thrown away. */
measured measure_time(void (*work)(void *context), void *context, double sample_ns, int samples);

#endif
