/* SPDX-License-Identifier: MIT */
#include "lab/bench_sharing.h"

#include "base/background.h"
#include "base/clock.h"
#include "base/cpus.h"
#include "base/memory.h"
#include "global/block.h"
#include "learn/optimizer.h"

#include <math.h>
#include <stdbool.h>

enum { PARAMETERS = 17539, MOST_THREADS = 16 };
static const double SECONDS = 0.25;

/* What one thread does, and what came of it. */
typedef struct sharer {
    block *block;
    bool locked, own_statistics;
    int index, threads;
    size_t size;
    int64_t end; /* clock_ns at which it stops */
    int64_t turns;
    double staleness; /* summed */
    double seconds;
} sharer;

static void take_turns(void *context) {
    sharer *s = context;
    float *parameters = memory_array(float, s->size), *gradient = memory_array(float, s->size),
          *statistics = memory_array(float, s->size);
    cpus_flush_denormals();
    for (size_t i = 0; i < PARAMETERS; i++) gradient[i] = 1e-3f * (float)((i * 7 + (size_t)s->index) % 13) - 6e-3f;
    push p = {.gradient = gradient, .scale = 1, .rate = 1e-6f, .steps = 1};
    if (s->own_statistics) p.own_statistics[0] = statistics;
    int64_t began = clock_ns();
    while (clock_ns() < s->end) {
        if (s->locked) block_lock(s->block, false);
        int64_t pulled = block_pull(s->block, parameters);
        if (s->locked) block_unlock(s->block);
        if (s->locked) block_lock(s->block, false);
        s->staleness += (double)(block_push(s->block, &p) - pulled);
        if (s->locked) block_unlock(s->block);
        s->turns++;
    }
    s->seconds = 1e-9 * (double)(clock_ns() - began);
    memory_free(parameters);
    memory_free(gradient);
    memory_free(statistics);
}

static json_t *measure_sharing(FILE *table, bool locked, bool own_statistics, int threads) {
    const optimizer o = {.kind = OPTIMIZER_RMSPROP, .decay = 0.99, .epsilon = 1e-5};
    size_t size = line_floats(PARAMETERS);
    block *b = block_new(size, &o, !own_statistics, true);
    sharer sharers[MOST_THREADS];
    background *hands[MOST_THREADS];
    int64_t end = clock_ns() + (int64_t)(SECONDS * 1e9);
    for (int i = 0; i < threads; i++) {
        sharers[i] = (sharer){b, locked, own_statistics, i, threads, size, end, 0, 0, 0};
        hands[i] = background_new();
        background_do(hands[i], take_turns, &sharers[i]);
    }
    double turns = 0, staleness = 0, seconds = 0;
    for (int i = 0; i < threads; i++) {
        background_free(hands[i]);
        turns += (double)sharers[i].turns;
        staleness += sharers[i].staleness;
        seconds += sharers[i].seconds;
    }
    double ns = 1e9 * seconds / turns / PARAMETERS, lost = fmax(0, block_lost(b));
    const char *update = locked ? "locked" : "hogwild", *whose = own_statistics ? "worker" : "shared";
    if (table)
        fprintf(table, "%-8s %-7s %8d%s %12.3f %14.0f %10.3f %10.2f\n", update, whose, threads,
                threads > cpus_allowed() ? "*" : " ", ns, turns / SECONDS, 100 * lost, staleness / turns);
    block_free(b);
    return json_pack("{s:s,s:s,s:i,s:f,s:f,s:f,s:f}", "update", update, "statistics", whose, "threads", threads,
                     "ns_per_parameter", ns, "turns_per_second", turns / SECONDS, "lost", lost, "staleness_mean",
                     staleness / turns);
}

json_t *bench_sharing(FILE *table) {
    json_t *rows = json_array();
    if (table)
        fprintf(table, "%-8s %-7s %8s  %12s %14s %10s %10s\n", "update", "stats", "threads", "ns/parameter", "turns/s",
                "lost, %", "staleness");
    for (int own = 0; own <= 1; own++)
        for (int locked = 0; locked <= 1; locked++)
            for (int threads = 1; threads <= MOST_THREADS; threads *= 2)
                json_array_append_new(rows, measure_sharing(table, locked, own, threads));
    if (table) fprintf(table, "ns/parameter: a thread's time for one pull and push; *: more threads than CPUs\n");
    return rows;
}
