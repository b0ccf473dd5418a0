/* SPDX-License-Identifier: MIT
 * What the machine itself asks for moving memory between two cores: the floor under every push. */
#ifndef BENCH_BENCH_TRANSFER_H
#define BENCH_BENCH_TRANSFER_H

#include <stddef.h>

/* Nanoseconds in which a thread reads and writes `floats` (a multiple of 16) that a thread on another CPU has just
 * written: two threads, each pinned to a CPU of its own, pass the lines to and fro, moving them as a push does but
 * without its arithmetic. The median of some trials; NaN with a single CPU. */
double bench_transfer(size_t floats);

#endif
