/* SPDX-License-Identifier: MIT
 * a3c bench sharing: the cost of a pull and a push, alone and contended. */
#include "bench/bench_sharing.h"

#include "base/background.h"
#include "base/clock.h"
#include "base/cpus.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/memory.h"
#include "global/block.h"
#include "bench/bench_transfer.h"
#include "statistics/statistics.h"

#include <math.h>
#include <stdbool.h>

enum { PARAMETERS = 17539, MOST_THREADS = 16, MOST_STRIPES = 32, ROUNDS = 5, THREAD_COUNTS = 5 };
enum { COMPUTING_NS = 12000 }; /* a worker's turn of t_max 5 without its pull and push */
static const int64_t round_ns = 60000000, lead_ns = 1000000;

typedef enum protocol { HOGWILD, LOCKED, STRIPES, PROTOCOLS } protocol;
static const char *const protocol_names[] = {"hogwild", "locked", "stripes"};
typedef enum form { ONE_PASS, APART, T_MAX_5, FORMS } form;
static const char *const form_names[] = {"one pass", "apart", "t_max 5"};

/* What is measured, and what came of it in each round. */
typedef struct cell {
    form form;
    protocol protocol;
    bool own_statistics;
    int threads, rounds;                /* those in which a thread came to its turn */
    double ns[ROUNDS], lost, staleness; /* ns of a thread's pull and push; the other two: summed over the rounds */
} cell;

typedef struct sharer {
    const cell *cell;
    block *block;
    lock **locks; /* [stripes] */
    int index;
    int64_t start, end; /* clock_ns */
    int64_t version;    /* of the parameters */
    double turns, spent, staleness;
} sharer;

static void push_stripes(sharer *s, const push *p) {
    for (int i = 0; i < block_stripes(s->block); i++) {
        lock_take(s->locks[i]);
        block_step_stripe(s->block, i, p);
        lock_release(s->locks[i]);
    }
    s->staleness += (double)(block_version(s->block) - s->version);
    block_landed(s->block, 1);
}

/* One pull and push; in one pass the push is also the pull of the next turn. */
static void take_turn(sharer *s, push *p, float *parameters) {
    bool locked = s->cell->protocol == LOCKED;
    if (s->cell->form == APART) {
        if (locked) block_lock(s->block);
        s->version = block_pull(s->block, parameters);
        if (locked) block_unlock(s->block);
    }
    p->parameters = s->cell->form == APART ? NULL : parameters;
    if (locked) block_lock(s->block);
    int64_t before = block_version(s->block);
    if (s->cell->protocol == STRIPES)
        push_stripes(s, p);
    else
        s->staleness += (double)(block_push(s->block, p) - s->version);
    if (locked) block_unlock(s->block);
    s->version = before + 1;
}

static void share(void *context) {
    sharer *s = context;
    size_t size = line_floats(PARAMETERS);
    float *parameters = memory_array(float, size), *gradient = memory_array(float, size),
          *statistics = memory_array(float, size);
    cpus_pin(s->index, s->cell->threads);
    cpus_flush_denormals();
    for (size_t i = 0; i < PARAMETERS; i++) gradient[i] = 1e-3f * (float)((i * 7 + (size_t)s->index) % 13) - 6e-3f;
    push p = {.gradient = gradient, .scale = 1, .rate = 1e-6f, .steps = 1};
    if (s->cell->own_statistics) p.own_statistics[0] = statistics;
    int64_t now = clock_ns(), began, computing = s->cell->form == T_MAX_5 ? COMPUTING_NS : 0;
    while (now < s->start) now = clock_ns();
    s->version = block_version(s->block);
    while (now < s->end) {
        began = now;
        p.start = p.start * 1664525 + 1013904223 + (uint32_t)s->index; /* some other place each time */
        take_turn(s, &p, parameters);
        now = clock_ns();
        s->spent += (double)(now - began);
        s->turns++;
        for (began = now; now < began + computing;) now = clock_ns();
    }
    memory_free(parameters);
    memory_free(gradient);
    memory_free(statistics);
}

static void measure_round(cell *c) {
    const optimizer o = {.kind = OPTIMIZER_RMSPROP, .decay = 0.99, .epsilon = 1e-5};
    block *b = block_new(line_floats(PARAMETERS), &o, !c->own_statistics, true);
    sharer sharers[MOST_THREADS];
    background *hands[MOST_THREADS];
    lock *locks[MOST_STRIPES];
    CHECK(block_stripes(b) <= MOST_STRIPES);
    for (int i = 0; i < block_stripes(b); i++) locks[i] = lock_new();
    cpus_prepare(c->threads);
    int64_t start = clock_ns() + lead_ns;
    for (int i = 0; i < c->threads; i++) {
        sharers[i] = (sharer){c, b, locks, i, start, start + round_ns, 0, 0, 0, 0};
        hands[i] = background_new();
        background_do(hands[i], share, &sharers[i]);
    }
    double turns = 0, spent = 0, staleness = 0;
    for (int i = 0; i < c->threads; i++) {
        background_free(hands[i]);
        turns += sharers[i].turns;
        spent += sharers[i].spent;
        staleness += sharers[i].staleness;
    }
    if (turns > 0) {
        c->ns[c->rounds++] = spent / turns;
        c->staleness += staleness / turns;
        c->lost += fmax(0, block_lost(b));
    }
    for (int i = 0; i < block_stripes(b); i++) lock_free(locks[i]);
    block_free(b);
}

static json_t *known(double number) {
    return isfinite(number) ? json_real(number) : json_null();
}

static json_t *show_transfers(FILE *table, double *ns) {
    json_t *list = json_array();
    if (table) fprintf(table, "Lines passed between two cores, read and written, no arithmetic:\n");
    for (int own = 0; own <= 1; own++) {
        size_t floats = line_floats(PARAMETERS) * (own ? 1 : 2), lines = floats / LINE_FLOATS;
        const char *whose = own ? "worker" : "shared";
        ns[own] = bench_transfer(floats);
        if (table)
            fprintf(table, "  %-7s statistics: %5zu lines, %6.2f us, %5.2f ns a line\n", whose, lines, 1e-3 * ns[own],
                    ns[own] / (double)lines);
        json_array_append_new(list, json_pack("{s:s,s:i,s:o,s:o}", "statistics", whose, "lines", (int)lines, "ns",
                                              known(ns[own]), "ns_per_line", known(ns[own] / (double)lines)));
    }
    return list;
}

static json_t *show(FILE *table, cell *c, double transfer_ns) {
    size_t n = (size_t)c->rounds;
    double median = statistics_median(n, c->ns), of_transfer = median / transfer_ns;
    double low = c->ns[0] / PARAMETERS, high = c->ns[n ? n - 1 : 0] / PARAMETERS;
    const char *whose = c->own_statistics ? "worker" : "shared";
    if (table)
        fprintf(table, "%-9s %-8s %-7s %7d%s %9.3f [%.3f, %.3f] %9.2f %10.2f %9.3f %9.2f\n", form_names[c->form],
                protocol_names[c->protocol], whose, c->threads, c->threads > cpus_allowed() ? "*" : " ",
                median / PARAMETERS, low, high, 1e-3 * median, of_transfer, 100 * c->lost / c->rounds,
                c->staleness / c->rounds);
    return json_pack("{s:s,s:s,s:s,s:i,s:o,s:f,s:f,s:o,s:o,s:o}", "form", form_names[c->form], "update",
                     protocol_names[c->protocol], "statistics", whose, "threads", c->threads, "ns_per_parameter",
                     known(median / PARAMETERS), "ns_low", low, "ns_high", high, "of_transfer", known(of_transfer),
                     "lost", known(c->lost / c->rounds), "staleness_mean", known(c->staleness / c->rounds));
}

/* Every cell once a round, rounds one after another, so that what else the machine does meets all alike. A pull by
 * stripes is not offered. */
static size_t make_cells(cell cells[FORMS * PROTOCOLS * 2 * THREAD_COUNTS]) {
    size_t n = 0;
    for (form f = 0; f < FORMS; f++)
        for (int own = 0; own <= 1; own++)
            for (protocol p = 0; p < PROTOCOLS; p++)
                for (int threads = 1; threads <= MOST_THREADS && !(f == APART && p == STRIPES); threads *= 2)
                    cells[n++] = (cell){.form = f, .protocol = p, .own_statistics = own, .threads = threads};
    return n;
}

json_t *bench_sharing(FILE *table) {
    cell cells[FORMS * PROTOCOLS * 2 * THREAD_COUNTS];
    size_t count = make_cells(cells);
    double transfer_ns[2];
    json_t *rows = json_array(), *transfer = show_transfers(table, transfer_ns);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++) measure_round(&cells[i]);
    if (table)
        fprintf(table, "\n%-9s %-8s %-7s %7s  %23s %10s %10s %9s %9s\n", "form", "update", "stats", "threads",
                "ns/parameter [range]", "us", "x transfer", "lost, %", "staleness");
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, show(table, &cells[i], transfer_ns[cells[i].own_statistics]));
    if (table)
        fprintf(table,
                "A thread's time for one pull and push; *: more threads than CPUs, so the time to wait for one too\n");
    return json_pack("{s:o,s:o}", "transfer", transfer, "rows", rows);
}
