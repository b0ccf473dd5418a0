/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: from the shards' gradients to their sum, along the tree of global/tree.h. An updater adds its shards
 * up where they are, as far as they are whole nodes of the tree; then the stripes of the block are split among the
 * updaters, and each adds up the other nodes for its stripes. */
#ifndef SYNC_A2C_REDUCE_H
#define SYNC_A2C_REDUCE_H

#include "sync_a2c/team.h"

/* [net.size] */
float *reduce_shard_gradient(const team *t, int shard);

/* The updater's shard s has its gradient (if it is used), and so have those before it: adds up the nodes that end with
 * it, in the place of their first shard. */
void reduce_nodes(team *t, const team_updater *u, int s);

/* Updater u's stripes of t->gradient, the sum of the shards that are used, and their squares. */
void reduce_stripes(team *t, const team_updater *u, stopwatch *watch);

/* At a meeting: t->norm. */
void reduce_norm(team *t);

#endif
