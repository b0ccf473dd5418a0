/* SPDX-License-Identifier: MIT
 * Inside sync_a2c/: the optimizer's step. */
#ifndef SYNC_A2C_STEP_H
#define SYNC_A2C_STEP_H

#include "sync_a2c/team.h"

/* Updater u's stripes of the block: the gradient clipped by its norm, one step of the optimizer, and t->parameters are
 * the new ones. A gradient that is not finite leaves all as it is. */
void step_stripes(team *t, const team_updater *u, stopwatch *watch);

#endif
