/* SPDX-License-Identifier: MIT
 * The shared block: parameters, optimizer statistics and counters, and the pull and push of all of it. */
#include "global/block.h"

#include "base/atomic.h"
#include "base/error.h"
#include "base/memory.h"
#include "global/race.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

enum {
    STRIPE_LINE = LINE_FLOATS + STRIPE_FLOATS, /* a line with the counting lane, then the stripe's floats */
    PART_FLOATS = 256                          /* that a push works on at a time, while it waits for the next */
};

/* The counters move together, on a line of their own. */
typedef struct counters {
    _Alignas(CACHE_LINE) atomic_count reserved;
    atomic_count steps, version;
} counters;

struct block {
    size_t size;
    int stripes, slots;
    bool shared_statistics, count_lost;
    optimizer optimizer;
    float *memory; /* stripe by stripe: parameters, then each statistic; STRIPE_LINE floats each */
    size_t stripe_floats;
    double lanes, pushes; /* folded */
    int64_t folded_version;
    counters *count;
    pthread_mutex_t lock;
};

block *block_new(size_t size, const optimizer *optimizer, bool shared_statistics, bool count_lost) {
    CHECK(size > 0 && size % LINE_FLOATS == 0);
    block *b = memory_new(sizeof *b);
    b->size = size;
    b->stripes = (int)((size + STRIPE_FLOATS - 1) / STRIPE_FLOATS);
    b->slots = optimizer_slots(optimizer);
    b->optimizer = *optimizer;
    b->shared_statistics = shared_statistics;
    b->count_lost = count_lost;
    b->stripe_floats = STRIPE_LINE * (size_t)(1 + (shared_statistics ? b->slots : 0));
    b->memory = memory_array(float, (size_t)b->stripes * b->stripe_floats);
    b->count = memory_new(sizeof *b->count);
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

void block_free(block *b) {
    if (!b) return;
    pthread_mutex_destroy(&b->lock);
    memory_free(b->count);
    memory_free(b->memory);
    memory_free(b);
}

int block_stripes(const block *b) {
    return b->stripes;
}

int64_t block_reserve(block *b, int64_t n) {
    return count_add_relaxed(&b->count->reserved, n);
}
void block_give_back(block *b, int64_t n) {
    if (n != 0) count_add_relaxed(&b->count->reserved, -n);
}
int64_t block_reserved(const block *b) {
    return count_read_relaxed(&b->count->reserved);
}
int64_t block_steps(const block *b) {
    return count_read_acquire(&b->count->steps);
}
int64_t block_version(const block *b) {
    return count_read_acquire(&b->count->version);
}

/* Array `a` (0 the parameters, 1 .. the statistics) of a stripe, at its counting lane's line. */
static float *stripe_array(const block *b, int stripe, int a) {
    return b->memory + (size_t)stripe * b->stripe_floats + (size_t)a * STRIPE_LINE;
}

size_t block_stripe_range(const block *b, int stripe, size_t *first) {
    *first = (size_t)stripe * STRIPE_FLOATS;
    size_t left = b->size - *first;
    return left < STRIPE_FLOATS ? left : STRIPE_FLOATS;
}

int64_t block_pull(block *b, float *parameters) {
    int64_t version = count_read_acquire(&b->count->version);
    for (int s = 0; s < b->stripes; s++) {
        size_t first, n = block_stripe_range(b, s, &first);
        block_read(parameters + first, stripe_array(b, s, 0) + LINE_FLOATS, n);
    }
    return version;
}

/* Some floats of one stripe, and the stripe's counting lane in the line before the parameters when there is one. */
typedef struct part {
    int stripe;
    size_t at, n; /* within the stripe */
    size_t lane;  /* LINE_FLOATS or 0 */
} part;

/* The part behind p; a stripe behind the last: none. */
static part next_part(const block *b, part p) {
    size_t first, n = block_stripe_range(b, p.stripe, &first);
    p.at += p.n;
    if (p.at == n) p.stripe++, p.at = 0;
    if (p.stripe == b->stripes) return p;
    n = block_stripe_range(b, p.stripe, &first) - p.at;
    p.n = n < PART_FLOATS ? n : PART_FLOATS;
    p.lane = p.at == 0 && b->count_lost ? LINE_FLOATS : 0;
    return p;
}

static part first_part(const block *b, int stripe) {
    return next_part(b, (part){.stripe = stripe});
}

/* Read, step, write; the lane that counts goes through the very same reads and writes. */
static void step_part(block *b, part part, const push *p, const optimizer_numbers *numbers) {
    _Alignas(CACHE_LINE) float theta[LINE_FLOATS + PART_FLOATS], statistic[OPTIMIZER_SLOTS][PART_FLOATS];
    size_t n = part.n, lane = part.lane, first = (size_t)part.stripe * STRIPE_FLOATS + part.at;
    float *shared = stripe_array(b, part.stripe, 0) + LINE_FLOATS + part.at - lane, *slots[OPTIMIZER_SLOTS];
    block_read(theta + LINE_FLOATS - lane, shared, lane + n);
    for (int k = 0; k < b->slots; k++) {
        slots[k] = b->shared_statistics ? statistic[k] : p->own_statistics[k] + first;
        if (b->shared_statistics) block_read(statistic[k], stripe_array(b, part.stripe, 1 + k) + part.at, n);
    }
    if (lane) theta[0] += 1;
    optimizer_step(&b->optimizer, numbers, n, theta + LINE_FLOATS, slots, p->gradient + first);
    block_write(shared, theta + LINE_FLOATS - lane, lane + n);
    for (int k = 0; k < b->slots && b->shared_statistics; k++)
        block_write(stripe_array(b, part.stripe, 1 + k) + part.at, statistic[k], n);
    if (p->parameters) memcpy(p->parameters + first, theta + LINE_FLOATS, n * sizeof *theta);
}

/* What the next step_part will read and write. */
static void prefetch_part(const block *b, part part) {
    block_prefetch(stripe_array(b, part.stripe, 0) + LINE_FLOATS + part.at - part.lane, part.lane + part.n);
    for (int k = 0; k < b->slots && b->shared_statistics; k++)
        block_prefetch(stripe_array(b, part.stripe, 1 + k) + part.at, part.n);
}

static optimizer_numbers push_numbers(const block *b, const push *p) {
    int64_t t = p->own_count > 0 ? p->own_count : count_read_relaxed(&b->count->version) + 1;
    return optimizer_numbers_make(&b->optimizer, p->scale, p->rate, t);
}

/* Two threads that push at the same stripes at once take the lines from each other again and again, and fall in step:
 * hence starts that differ. */
int64_t block_push(block *b, const push *p) {
    optimizer_numbers numbers = push_numbers(b, p);
    int first = (int)((uint64_t)p->start * (uint64_t)b->stripes >> 32);
    part now = first_part(b, first);
    for (int left = b->stripes; left > 0;) {
        part next = next_part(b, now);
        if (next.stripe == b->stripes) next = first_part(b, 0);
        if (next.at == 0) left--;
        if (left > 0) prefetch_part(b, next);
        step_part(b, now, p, &numbers);
        now = next;
    }
    count_add_relaxed(&b->count->steps, p->steps);
    return count_add_release(&b->count->version, 1);
}

void block_add(block *b, const float *delta, int64_t updates) {
    _Alignas(CACHE_LINE) float sum[STRIPE_FLOATS];
    for (int s = 0; s < b->stripes; s++) {
        size_t first, n = block_stripe_range(b, s, &first);
        float *shared = stripe_array(b, s, 0) + LINE_FLOATS;
        block_read(sum, shared, n);
        for (size_t i = 0; i < n; i++) sum[i] += delta[first + i];
        block_write(shared, sum, n);
    }
    count_add_release(&b->count->version, updates);
}

void block_step_stripe(block *b, int stripe, const push *p) {
    optimizer_numbers numbers = push_numbers(b, p);
    for (part now = first_part(b, stripe); now.stripe == stripe; now = next_part(b, now))
        step_part(b, now, p, &numbers);
}

void block_landed(block *b, int64_t steps) {
    count_add_relaxed(&b->count->reserved, steps);
    count_add_relaxed(&b->count->steps, steps);
    count_add_release(&b->count->version, 1);
}

void block_lock(block *b) {
    pthread_mutex_lock(&b->lock);
}

void block_unlock(block *b) {
    pthread_mutex_unlock(&b->lock);
}

static void fold_lanes(block *b) {
    if (!b->count_lost) return;
    for (int s = 0; s < b->stripes; s++) {
        _Alignas(CACHE_LINE) float line[LINE_FLOATS];
        block_read(line, stripe_array(b, s, 0), LINE_FLOATS);
        b->lanes += line[0];
        line[0] = 0;
        block_write(stripe_array(b, s, 0), line, LINE_FLOATS);
    }
    int64_t version = block_version(b);
    b->pushes += (double)(version - b->folded_version);
    b->folded_version = version;
}

double block_lost(block *b) {
    fold_lanes(b);
    return b->count_lost && b->pushes > 0 ? 1 - b->lanes / (b->stripes * b->pushes) : NAN;
}

void block_get(const block *b, float *parameters, float *const statistics[OPTIMIZER_SLOTS], block_counters *c) {
    for (int s = 0; s < b->stripes; s++) {
        size_t first, n = block_stripe_range(b, s, &first);
        block_read(parameters + first, stripe_array(b, s, 0) + LINE_FLOATS, n);
        for (int k = 0; b->shared_statistics && statistics && k < b->slots; k++)
            block_read(statistics[k] + first, stripe_array(b, s, 1 + k), n);
    }
    if (c) *c = (block_counters){block_reserved(b), block_steps(b), block_version(b), b->lanes, b->pushes};
}

void block_set(block *b, const float *parameters, const float *const statistics[OPTIMIZER_SLOTS],
               const block_counters *c) {
    for (int s = 0; s < b->stripes; s++) {
        size_t first, n = block_stripe_range(b, s, &first);
        block_write(stripe_array(b, s, 0) + LINE_FLOATS, parameters + first, n);
        for (int k = 0; b->shared_statistics && statistics && k < b->slots; k++)
            block_write(stripe_array(b, s, 1 + k), statistics[k] + first, n);
    }
    if (!c) return;
    count_write_relaxed(&b->count->reserved, c->reserved);
    count_write_relaxed(&b->count->steps, c->steps);
    count_write_release(&b->count->version, c->version);
    b->lanes = c->lanes, b->pushes = c->pushes, b->folded_version = c->version;
}
