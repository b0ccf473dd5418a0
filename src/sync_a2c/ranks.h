/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: what a team says to the teams of the run's other ranks. A rank has consecutive environments and whole
 * shards; what is kept for each shard or environment of the run is gathered, so that every rank goes on with the same
 * numbers. All are called at meetings, by one thread. With one rank they do nothing. */
#ifndef SYNC_A2C_RANKS_H
#define SYNC_A2C_RANKS_H

#include "sync_a2c/team.h"

/* Which shards and environments each rank has: r->shards must let every rank begin with a shard, as every multiple of
 * r->collective->ranks does. */
void ranks_place(team *t);
void ranks_free(team *t);

/* all [shards] or [N], elements of `size` bytes, with this rank's filled in. */
void ranks_gather_shards(const team *t, void *all, size_t size);
void ranks_gather_envs(const team *t, void *all, size_t size);
/* The sum of what the ranks say. */
int64_t ranks_total(const team *t, int64_t mine);
bool ranks_any(const team *t, bool mine);
/* list [T * N], with this rank's `count` episodes first: all ranks' in the ranks' order. Returns their number. */
int ranks_gather_episodes(const team *t, episode *list, int count);
/* t->gradient from all ranks' nodes. */
void ranks_sum_gradient(team *t);

#endif
