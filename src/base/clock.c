/* SPDX-License-Identifier: MIT
 * The monotonic clock, and when this process was loaded. */
#include "base/clock.h"

#include <time.h>

static int64_t loaded;

int64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

__attribute__((constructor)) static void note_load(void) {
    loaded = clock_ns();
}

double clock_process_seconds(void) {
    return 1e-9 * (double)(clock_ns() - loaded);
}
