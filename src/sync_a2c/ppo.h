/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: PPO's updates. */
#ifndef SYNC_A2C_PPO_H
#define SYNC_A2C_PPO_H

#include "sync_a2c/team.h"

/* The batch is gone through ppo_epochs times, in ppo_minibatches steps each; all of them are accounted but the last.
 * Every updater calls it, each for its own share. */
void ppo_update(team *t, const team_updater *u, stopwatch *watch);

#endif
