/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: what is computed environment by environment and shard by shard. */
#ifndef SYNC_A2C_SHARDS_H
#define SYNC_A2C_SHARDS_H

#include "sync_a2c/team.h"

/* The samples of the member's environments and the sums of their advantages. */
void shards_sum_advantages(team *t, const team_member *m);

/* At a meeting: t->scale, from all environments. */
void shards_totals(team *t);

/* The losses of the updater's environments; and the gradients of its shards, added up as far as they are whole nodes of
 * the tree, or the factors of its samples, where the rows are cut. */
void shards_differentiate(team *t, const team_updater *u, stopwatch *watch);

#endif
