/* SPDX-License-Identifier: MIT
 * The sum of the shards' gradients along the tree, first within an updater's shards, then stripe by stripe. */
#include "sync_a2c/reduce.h"

#include "base/memory.h"
#include "global/tree.h"
#include "net/kernels.h"
#include "sync_a2c/ranks.h"

#include <math.h>
#include <string.h>

float *reduce_shard_gradient(const team *t, int shard) {
    return t->shard_gradients + t->run->training->learning->net->size * (size_t)(shard - t->first_shard);
}

float *reduce_node(const team *t, int shard) {
    return t->run->collective->ranks == 1 ? t->gradient : reduce_shard_gradient(t, shard);
}

/* Whether any of shards first .. end - 1 is used. */
static bool used(const team *t, int first, int end) {
    for (int s = first; s < end && s < t->shards; s++)
        if (t->shard_used[s]) return true;
    return false;
}

/* Floats at .. at + n - 1 of a node: its right half is added to its left, in the place of its first shard. */
static void add_halves(team *t, int first, int half, size_t at, size_t n) {
    int right = first + half;
    if (!used(t, right, right + half)) return;
    float *sum = reduce_shard_gradient(t, first) + at, *more = reduce_shard_gradient(t, right) + at;
    if (used(t, first, right))
        kernels_get()->add(n, more, sum);
    else
        memcpy(sum, more, n * sizeof *sum);
}

/* The same of all nodes that shards first_shard .. end - 1 make, from the leaves up. */
static void add_nodes(team *t, int first_shard, int end, size_t at, size_t n) {
    for (int half = 1, width = 2; half < t->shards; half = width, width *= 2)
        for (int first = (first_shard + width - 1) / width * width; first + half < end; first += width)
            if (first + width <= end || end == t->shards) add_halves(t, first, half, at, n);
}

void reduce_own(team *t, const team_updater *u) {
    for (int i = 0; i < block_stripes(t->run->training->block); i++) {
        size_t at, n = block_stripe_range(t->run->training->block, i, &at);
        add_nodes(t, u->first_shard, u->first_shard + u->shards, at, n);
    }
}

/* Floats at .. at + n - 1 of a node's sum: where its updater added it up, else in `out`, by way of `spare` (n for each
 * level below). NULL: none of its shards is used. */
static const float *node_sum(const team *t, int first, int width, size_t at, size_t n, float *out, float *spare) {
    int end = first + width < t->shards ? first + width : t->shards;
    if (!used(t, first, end)) return NULL;
    if (t->shard_updater[first] == t->shard_updater[end - 1]) return reduce_shard_gradient(t, first) + at;
    const float *left = node_sum(t, first, width / 2, at, n, out, spare);
    const float *right = node_sum(t, first + width / 2, width / 2, at, n, left ? spare : out, spare + n);
    if (!left || !right) return left ? left : right;
    if (left != out) memcpy(out, left, n * sizeof *out);
    kernels_get()->add(n, right, out);
    return out;
}

/* Updater u's rows of every shard's gradient, each over all samples of the shard, and their sums. */
static void reduce_rows(team *t, const team_updater *u) {
    const net *net = t->run->training->learning->net;
    net_tape *own = &t->members[u->first_member].learners[0].rollout->tape;
    for (int s = t->first_shard; s < t->end_shard; s++) {
        const int *first = &t->shard_factors[s - t->first_shard];
        factors_sum(net, t->factors + first[0], first[1] - first[0], own, u->rows, u->end, reduce_shard_gradient(t, s));
    }
    for (size_t at = u->rows.offset, n; at < u->end.offset; at += n) {
        n = u->end.offset - at < STRIPE_FLOATS ? u->end.offset - at : STRIPE_FLOATS;
        add_nodes(t, t->first_shard, t->end_shard, at, n);
        for (int s = t->first_shard; s < t->end_shard; s += tree_width(t->shards, s, t->end_shard))
            if (reduce_node(t, s) != reduce_shard_gradient(t, s))
                memcpy(reduce_node(t, s) + at, reduce_shard_gradient(t, s) + at, n * sizeof(float));
    }
}

/* A stripe of the team's nodes. */
static void reduce_stripe(team *t, size_t at, size_t n, float *spare) {
    for (int s = t->first_shard, width; s < t->end_shard; s += width) {
        width = tree_width(t->shards, s, t->end_shard);
        float *out = reduce_node(t, s) + at;
        const float *sum = node_sum(t, s, width, at, n, out, spare);
        if (sum && sum != out) memcpy(out, sum, n * sizeof *out);
    }
}

static void square_stripe(team *t, int i) {
    size_t at, n = block_stripe_range(t->run->training->block, i, &at);
    t->stripe_squares[i] = kernels_get()->sum_of_squares(n, t->gradient + at);
}

void reduce_stripes(team *t, const team_updater *u, stopwatch *watch) {
    _Alignas(CACHE_LINE) float spare[TREE_LEVELS * STRIPE_FLOATS];
    if (t->is_cut) reduce_rows(t, u);
    for (int i = u->first_stripe; i < u->first_stripe + u->stripes; i++) {
        size_t at, n = block_stripe_range(t->run->training->block, i, &at);
        if (!t->is_cut) reduce_stripe(t, at, n, spare);
        if (i < u->first_stripe + u->squared) square_stripe(t, i);
    }
    lap(watch, t->is_cut ? PHASE_BACKWARD : PHASE_PUSH);
}

void reduce_norm(team *t) {
    double squares = 0;
    ranks_sum_gradient(t);
    for (const team_updater *u = t->updater; u < t->updater + t->updaters; u++)
        for (int i = u->first_stripe + u->squared; i < u->first_stripe + u->stripes; i++) square_stripe(t, i);
    for (int i = 0; i < block_stripes(t->run->training->block); i++) squares += t->stripe_squares[i];
    t->norm = sqrt(squares);
}
