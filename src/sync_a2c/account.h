/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: what an update leaves behind in the run's counters, figures and episodes. Each is done by one
 * thread, at a meeting. */
#ifndef SYNC_A2C_ACCOUNT_H
#define SYNC_A2C_ACCOUNT_H

#include "sync_a2c/team.h"

/* One optimizer step has landed, and more steps on the same batch follow (PPO). */
void account_step(team *t);
/* The batch's last optimizer step has landed: its environment steps, frames, running statistics and episodes, and
 * whether it is time to pause. */
void account(team *t);

#endif
