/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: from the shards' gradients to their sum. The stripes of the block are split among
 * the updaters; for each stripe the shards are added up in their order, so that the sum does not depend on the number
 * of threads. */
#ifndef SYNC_A2C_REDUCE_H
#define SYNC_A2C_REDUCE_H

#include "sync_a2c/team.h"

/* [net.size] */
float *shard_gradient(const team *t, int shard);

/* The first updater's shards come first in the order of the sum: it adds its own up where they are, so that the others
 * read one gradient of it instead of all. */
void reduce_first_shards(team *t, const team_updater *u);

/* Updater u's stripes of t->gradient, the sum of the shards whose shard_sums have samples, and their squares. */
void reduce_stripes(team *t, const team_updater *u, stopwatch *watch);

/* At a meeting: t->norm. */
void reduce_norm(team *t);

#endif
