/* SPDX-License-Identifier: MIT */
#include "base/cpus.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#ifdef A3C_HAVE_HWLOC
#include <hwloc.h>
#endif

static cpu_set_t allowed;
static bool remembered;

/* The mask that the parent gave: when OpenMP has bound this thread already, the whole machine's (cpuset limits still
 * apply). */
__attribute__((constructor(101))) void cpus_remember(void) {
    if (remembered) return;
    remembered = true;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    const char *bind = getenv("OMP_PROC_BIND");
    if (CPU_COUNT(&allowed) > 1 || !bind || strcmp(bind, "false") == 0) return;
    cpu_set_t all, bound = allowed;
    CPU_ZERO(&all);
    for (int i = 0; i < sysconf(_SC_NPROCESSORS_CONF) && i < CPU_SETSIZE; i++) CPU_SET(i, &all);
    if (sched_setaffinity(0, sizeof all, &all) == 0)
        sched_getaffinity(0, sizeof allowed, &allowed);
    else
        allowed = bound;
}

/* The container's quota in CPUs, rounded up; 0: none. */
static int quota(void) {
    long limit = 0, period = 0;
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "r");
    if (f) {
        if (fscanf(f, "%ld %ld", &limit, &period) != 2) limit = 0;
        fclose(f);
    } else if ((f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "r"))) {
        if (fscanf(f, "%ld", &limit) != 1) limit = 0;
        fclose(f);
        if ((f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "r"))) {
            if (fscanf(f, "%ld", &period) != 1) period = 0;
            fclose(f);
        }
    }
    return limit > 0 && period > 0 ? (int)((limit + period - 1) / period) : 0;
}

int cpus_allowed(void) {
    cpus_remember();
    int count = CPU_COUNT(&allowed), most = quota();
    if (most > 0 && most < count) count = most;
    return count > 0 ? count : 1;
}

static void bind_to(const cpu_set_t *set) {
    sched_setaffinity(0, sizeof *set, set);
}

/* The index-th allowed CPU. */
static cpu_set_t nth_cpu(int index) {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int i = 0, seen = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &allowed) && seen++ == index) CPU_SET(i, &one);
    return one;
}

#ifdef A3C_HAVE_HWLOC
/* CPUs in an order that takes one of every core before the second of any; made before the threads start. */
static int order[CPU_SETSIZE], ordered;

static void make_order(void) {
    hwloc_topology_t topology;
    if (hwloc_topology_init(&topology) != 0) return;
    hwloc_topology_load(topology);
    int cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    for (int sibling = 0, before = -1; before != ordered; sibling++) {
        before = ordered;
        for (int c = 0; c < cores; c++) {
            hwloc_bitmap_t set = hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, (unsigned)c)->cpuset;
            int cpu = hwloc_bitmap_first(set);
            for (int k = 0; k < sibling && cpu >= 0; k++) cpu = hwloc_bitmap_next(set, cpu);
            if (cpu >= 0 && cpu < CPU_SETSIZE && ordered < CPU_SETSIZE && CPU_ISSET(cpu, &allowed))
                order[ordered++] = cpu;
        }
    }
    hwloc_topology_destroy(topology);
}
#endif

void cpus_prepare(int threads) {
    cpus_remember();
#ifdef A3C_HAVE_HWLOC
    if (threads < CPU_COUNT(&allowed) && ordered == 0)
        make_order(); /* with every CPU in use there is nothing to choose */
#else
    (void)threads;
#endif
}

void cpus_pin(int index, int threads) {
    if (threads == 1) return; /* the kernel does better, beside other programs */
    if (threads > CPU_COUNT(&allowed)) {
        bind_to(&allowed);
        return;
    }
    cpu_set_t one = nth_cpu(index);
#ifdef A3C_HAVE_HWLOC
    if (index < ordered) {
        CPU_ZERO(&one);
        CPU_SET(order[index], &one);
    }
#endif
    bind_to(&one);
}

void cpus_release(void) {
    bind_to(&allowed);
}

void cpus_flush_denormals(void) {
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ and DAZ */
#elif defined(__aarch64__)
    unsigned long control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (1ul << 24)));
#endif
}
