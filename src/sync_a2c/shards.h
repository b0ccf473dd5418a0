/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: what is computed shard by shard. */
#ifndef SYNC_A2C_SHARDS_H
#define SYNC_A2C_SHARDS_H

#include "sync_a2c/team.h"

/* The samples of the member's shards and the moments of their advantages. */
void shards_sum_advantages(team *t, const team_member *m);

/* At a meeting: t->scale, from all shards. */
void shards_totals(team *t);

/* The gradients and loss sums of the updater's shards, added up as far as the shards are whole nodes of the tree. */
void shards_differentiate(team *t, const team_updater *u, stopwatch *watch);

#endif
