/* SPDX-License-Identifier: MIT
 * The ceiling that speeds are measured against: how many floating-point operations per second the processor does when
 * every operand is in a register. A fused multiply-add of n lanes counts as 2 n operations. */
#ifndef BASE_PEAK_H
#define BASE_PEAK_H

/* GFLOP/s of the calling thread with the widest vectors that this CPU has; the best of some short runs, about 30 ms in
 * all. */
double peak_core(void);

/* GFLOP/s of `threads` threads at once, each on a CPU of its own (cpus_pin; no more of them than the process has CPUs),
 * for `seconds` three times over: the sum of their best milliseconds, the best of the three. */
double peak_cores(int threads, double seconds);

#endif
