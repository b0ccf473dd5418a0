/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: from the shards' gradients to their sum, along the tree of global/tree.h. An updater adds its shards
 * up where they are, as far as they are whole nodes of the tree; then the stripes of the block are split among the
 * updaters, and each adds up the other nodes for its stripes. */
#ifndef SYNC_A2C_REDUCE_H
#define SYNC_A2C_REDUCE_H

#include "sync_a2c/team.h"

/* [net.size] of one of the team's shards. */
float *reduce_shard_gradient(const team *t, int shard);
/* [net.size] where the sum of the team's node goes that begins with this shard and is part of no larger one. */
float *reduce_node(const team *t, int shard);

/* Adds up the updater's shards, as far as they are whole nodes of the tree, in the places of the nodes' first shards;
 * stripe by stripe, which stays in the cache. */
void reduce_own(team *t, const team_updater *u);

/* Updater u's stripes of the team's nodes: the sums of the shards that are used. With one rank that is t->gradient. Where
 * the rows are cut, u's rows of it. */
void reduce_stripes(team *t, const team_updater *u, stopwatch *watch);

/* At a meeting: t->gradient, where it takes other ranks, and t->norm. */
void reduce_norm(team *t);

#endif
