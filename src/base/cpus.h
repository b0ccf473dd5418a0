/* SPDX-License-Identifier: MIT
 * Which CPUs this process may use, and giving a thread one of them. */
#ifndef BASE_CPUS_H
#define BASE_CPUS_H

/* Remembers the process's CPUs before anything binds threads (with OMP_PROC_BIND the OpenMP library binds the first
 * thread as it is loaded, and later threads would inherit that one CPU). Runs by itself before main. */
void cpus_remember(void);

/* How many CPUs this process may use: the affinity mask and the container's CPU quota, at least 1. */
int cpus_allowed(void);

/* Once, before `threads` threads start and pin themselves: which CPUs to choose when there are more than threads (by
 * hwloc). */
void cpus_prepare(int threads);

/* Binds the calling thread, number `index` of `threads`, to a CPU of its own, distinct cores first. A single thread,
 * and threads that are more than the CPUs, stay free on all of the process's CPUs. */
void cpus_pin(int index, int threads);

/* The calling thread may run on all the process's CPUs again. */
void cpus_release(void);

/* Denormals read and written as zero in the calling thread: a dead unit's statistics decay into denormals, and
 * arithmetic on those is ten times slower. Every thread that computes calls it first. */
void cpus_flush_denormals(void);

#endif
