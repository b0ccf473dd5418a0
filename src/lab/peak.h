/* SPDX-License-Identifier: MIT
 * The ceiling that benchmarks are measured against: how many floating-point operations a second the processor does when
 * every operand is in a register. A fused multiply-add of n lanes counts as 2 n operations. */
#ifndef LAB_PEAK_H
#define LAB_PEAK_H

/* GFLOP/s of the calling thread with the widest vectors that this CPU has; the best of some short runs, about 30 ms in
 * all. */
double peak_core(void);

/* GFLOP/s of `cores` processes at once, one on each of the first CPUs that this process may use; the best of three runs
 * of 100 ms, NaN when no process can be started. */
double peak_cores(int cores);

/* The CPUs that this process may use. */
int peak_cpus(void);

#endif
