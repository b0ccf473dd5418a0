/* SPDX-License-Identifier: MIT
 * Sums over shards, stripe by stripe. */
#include "sync_a2c/reduce.h"

#include "net/kernels.h"

#include <math.h>
#include <string.h>

float *shard_gradient(const team *t, int shard) {
    return t->shard_gradients + t->run->training->learning->net->size * (size_t)shard;
}

void reduce_first_shards(team *t, const team_updater *u) {
    if (u->first_shard > 0) return;
    for (int i = 0; i < block_stripes(t->run->training->block); i++) {
        size_t first, n = block_stripe_range(t->run->training->block, i, &first);
        for (int s = 1; s < u->shards; s++)
            kernels_get()->add(n, shard_gradient(t, s) + first, shard_gradient(t, 0) + first);
    }
    t->added_up = u->shards;
}

void reduce_stripes(team *t, const team_updater *u, stopwatch *watch) {
    const kernels *k = kernels_get();
    for (int i = u->first_stripe; i < u->first_stripe + u->stripes; i++) {
        size_t first, n = block_stripe_range(t->run->training->block, i, &first);
        float *sum = t->gradient + first;
        bool begun = false;
        for (int s = 0; s < t->shards; s++) {
            if (t->shard_sums[s].samples == 0 || (s > 0 && s < t->added_up)) continue;
            if (begun)
                k->add(n, shard_gradient(t, s) + first, sum);
            else
                memcpy(sum, shard_gradient(t, s) + first, n * sizeof(float));
            begun = true;
        }
        t->stripe_squares[i] = k->sum_of_squares(n, sum);
    }
    lap(watch, PHASE_PUSH);
}

void reduce_norm(team *t) {
    double squares = 0;
    for (int i = 0; i < block_stripes(t->run->training->block); i++) squares += t->stripe_squares[i];
    t->norm = sqrt(squares);
}
