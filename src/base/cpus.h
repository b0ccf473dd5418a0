/* SPDX-License-Identifier: MIT
 * Which CPUs this process may use, and giving a thread one of them.
 *
 * The mask is what the parent gave (taskset, a scheduler), taken before any library touched it: OpenMP's binds the
 * first thread as it is loaded (OMP_PROC_BIND, OMP_PLACES, GOMP_CPU_AFFINITY), and every later thread would inherit that. */
#ifndef BASE_CPUS_H
#define BASE_CPUS_H

#include <stdbool.h>

typedef enum { CPUS_PIN_AUTO, CPUS_PIN_ALWAYS, CPUS_PIN_NEVER } cpus_pinning;

/* Remembers the process's CPUs. Runs by itself before main; CPUS_REMEMBER_FIRST in a program's main file makes it run before
 * the libraries' own beginnings. */
void cpus_remember(void);
#define CPUS_REMEMBER_FIRST                                                                                            \
    __attribute__((section(".preinit_array"), used)) static void (*const cpus_first)(void) = cpus_remember

/* How many CPUs this process may use: the affinity mask and the quota of its control group, at least 1. */
int cpus_allowed(void);

/* Whether threads get a CPU of their own: always, never, or (auto, the default) when nothing else runs on this machine as
 * they start. */
void cpus_set_pinning(cpus_pinning pinning);

/* Once, before `threads` threads start and pin themselves: whether they do, and which CPUs to choose when there are more
 * than threads (by hwloc). */
void cpus_prepare(int threads);

/* Binds the calling thread, number `index` of `threads`, to a CPU of its own, distinct cores first. A single thread,
 * threads that are more than the CPUs, and all where cpus_prepare found company, are free on all of the process's CPUs. */
void cpus_pin(int index, int threads);

/* To be called every now and then while threads compute: one that has a CPU of its own but does not get it, since somebody
 * else took it, may run on all of them from then on (not with CPUS_PIN_ALWAYS). Returns how many are free now that were
 * bound. */
int cpus_free_starved(void);

/* The calling thread may run on all the process's CPUs again. */
void cpus_release(void);

/* Denormals read and written as zero in the calling thread: a dead unit's statistics decay into denormals, and
 * arithmetic on those is ten times slower. Every thread that computes calls it first. */
void cpus_flush_denormals(void);

#endif
