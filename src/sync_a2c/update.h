/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: the parts of an update that the actor-critic's (update.c) and PPO's (ppo.c) share. Every updater
 * calls them, in the same order; `u` is its share. */
#ifndef SYNC_A2C_UPDATE_H
#define SYNC_A2C_UPDATE_H

#include "sync_a2c/team.h"

/* All updaters meet; `timed` (NULL: not timed) is told how long this thread waited. */
void update_meet(const team *t, team_member *timed);

/* All meet, the shards' gradients (of those whose shard_sums have samples) are reduced in order, clipped once by their
 * norm and stepped with learning rate `rate`; when all have met again t->parameters are the new ones. Returns the norm;
 * where it is not finite nothing was stepped. */
double update_step(team *t, const team_updater *u, double rate, team_member *timed);

/* One thread's work for all: that update has landed, with so many of the run's steps. */
void update_land(team *t, double norm, int64_t steps);

/* PPO: the batch is gone through ppo_epochs times, in ppo_minibatches updates each, all of them landed but for the
 * last. Returns the last update's norm. `scale` is the whole batch's, `position` the run's step when it was collected.
 */
double ppo_update(team *t, const team_updater *u, const gradient_scale *scale, int64_t position, double rate,
                  team_member *timed);
/* How many units a batch has whose rollouts are `steps` long (learn/ppo.h). */
int ppo_units(const team *t, int steps);

#endif
