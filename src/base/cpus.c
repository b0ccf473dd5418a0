/* SPDX-License-Identifier: MIT
 * The affinity mask of the process, and threads that are bound to one CPU of it while nobody else wants that. */
#include "base/cpus.h"

#include "base/clock.h"
#include "base/cpu_quota.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef A3C_HAVE_HWLOC
#include <hwloc.h>
#endif

enum { MOST_CPUS = 1 << 16, MOST_PINNED = 1024 };

/* A mask of MOST_CPUS bits; cpu_set_t has 1024. */
typedef union mask {
    unsigned long words[MOST_CPUS / (8 * sizeof(unsigned long))];
    cpu_set_t set;
} mask;

static mask allowed;
static bool remembered;

void cpus_remember(void) {
    if (remembered) return;
    remembered = true;
    if (sched_getaffinity(0, sizeof allowed, &allowed.set)) CPU_SET_S(0, sizeof allowed, &allowed.set);
}

/* For programs that do not say CPUS_REMEMBER_FIRST. */
__attribute__((constructor(101))) static void remember_before_main(void) {
    cpus_remember();
}

static int mask_count(void) {
    cpus_remember();
    return CPU_COUNT_S(sizeof allowed, &allowed.set);
}

int cpus_allowed(void) {
    static int quota = -1;
    int known = __atomic_load_n(&quota, __ATOMIC_RELAXED);
    if (known < 0) __atomic_store_n(&quota, known = cpu_quota(""), __ATOMIC_RELAXED);
    int count = mask_count();
    if (known > 0 && known < count) count = known;
    return count > 0 ? count : 1;
}

/* ---- Which CPU ---- */

/* CPUs in the order in which threads get them. */
static int order[MOST_PINNED], ordered;

static void order_by_number(void) {
    for (int cpu = 0; cpu < MOST_CPUS && ordered < MOST_PINNED; cpu++)
        if (CPU_ISSET_S(cpu, sizeof allowed, &allowed.set)) order[ordered++] = cpu;
}

#ifdef A3C_HAVE_HWLOC
/* One of every core before the second of any. */
static void order_by_core(void) {
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
            if (cpu >= 0 && cpu < MOST_CPUS && ordered < MOST_PINNED && CPU_ISSET_S(cpu, sizeof allowed, &allowed.set))
                order[ordered++] = cpu;
        }
    }
    hwloc_topology_destroy(topology);
}
#endif

/* ---- Whether ---- */

/* A thread that has a CPU of its own. */
typedef struct pinned {
    pid_t thread; /* 0: free again */
    clockid_t clock;
    int64_t used, at; /* nanoseconds of its CPU time, and when that was read */
} pinned;

static struct {
    cpus_pinning pinning;
    bool off; /* by the setting, or since the machine is in use */
    int count;
    pinned threads[MOST_PINNED];
} pins;

/* Threads of the whole machine that run or could run at this moment, this one among them; 1 where nobody tells. */
static int running_threads(void) {
    int running = 1;
    FILE *f = fopen("/proc/loadavg", "re");
    if (!f) return 1;
    if (fscanf(f, "%*s %*s %*s %d/", &running) != 1) running = 1;
    fclose(f);
    return running;
}

/* Whether somebody else computes: of a few looks the least counts, since threads that this process has just started run for a
 * moment. */
static bool has_company(void) {
    enum { LOOKS = 4, BETWEEN_US = 100 };
    for (int i = 0; i < LOOKS; i++) {
        if (running_threads() <= 1) return false;
        usleep(BETWEEN_US);
    }
    return true;
}

void cpus_set_pinning(cpus_pinning pinning) {
    pins.pinning = pinning;
}

static void make_order(int threads, int cpus) {
    if (ordered > 0) return;
#ifdef A3C_HAVE_HWLOC
    if (threads < cpus) order_by_core(); /* with every CPU in use there is nothing to choose */
#endif
    if (ordered < threads) {
        ordered = 0;
        order_by_number();
    }
}

/* Several teams of one process may prepare at once. */
void cpus_prepare(int threads) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int cpus = mask_count();
    pthread_mutex_lock(&lock);
    bool off = pins.pinning == CPUS_PIN_NEVER || threads == 1 || threads > cpus || threads > MOST_PINNED ||
               (pins.pinning == CPUS_PIN_AUTO && has_company());
    __atomic_store_n(&pins.count, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&pins.off, off, __ATOMIC_RELAXED);
    if (!off) make_order(threads, cpus);
    pthread_mutex_unlock(&lock);
}

static void watch(void) {
    int k = __atomic_fetch_add(&pins.count, 1, __ATOMIC_RELAXED);
    pinned p = {.thread = gettid()};
    if (k >= MOST_PINNED || pthread_getcpuclockid(pthread_self(), &p.clock)) return;
    p.at = clock_ns();
    pins.threads[k] = (pinned){0, p.clock, 0, p.at};
    __atomic_store_n(&pins.threads[k].thread, p.thread, __ATOMIC_RELEASE);
}

void cpus_pin(int index, int threads) {
    static _Thread_local mask one;
    if (__atomic_load_n(&pins.off, __ATOMIC_RELAXED) || threads == 1 || index >= ordered) {
        cpus_release();
        return;
    }
    CPU_ZERO_S(sizeof one, &one.set);
    CPU_SET_S(order[index], sizeof one, &one.set);
    if (sched_setaffinity(0, sizeof one, &one.set) == 0) watch();
}

void cpus_release(void) {
    cpus_remember();
    sched_setaffinity(0, sizeof allowed, &allowed.set);
}

/* Whether that thread of this process could run at this moment. */
static bool is_runnable(pid_t thread) {
    char path[64], state = '?';
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    FILE *f = fopen(path, "re");
    if (!f) return false;
    if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1) state = '?';
    fclose(f);
    return state == 'R';
}

/* Wants to run, and got less than three quarters of the time since the last look. */
static bool is_starved(pinned *p, pid_t thread) {
    struct timespec t;
    if (clock_gettime(p->clock, &t)) return false; /* it has ended */
    int64_t now = clock_ns(), used = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    bool starved = p->used > 0 && used - p->used < (now - p->at) / 4 * 3 && is_runnable(thread);
    p->used = used;
    p->at = now;
    return starved;
}

int cpus_free_starved(void) {
    int count = __atomic_load_n(&pins.count, __ATOMIC_RELAXED), freed = 0;
    if (__atomic_load_n(&pins.off, __ATOMIC_RELAXED) || pins.pinning == CPUS_PIN_ALWAYS) return 0;
    for (int k = 0; k < count && k < MOST_PINNED; k++) {
        pinned *p = &pins.threads[k];
        pid_t thread = __atomic_load_n(&p->thread, __ATOMIC_ACQUIRE);
        if (thread == 0 || !is_starved(p, thread)) continue;
        freed += sched_setaffinity(thread, sizeof allowed, &allowed.set) == 0;
        p->thread = 0;
    }
    return freed;
}
