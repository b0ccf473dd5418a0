/* SPDX-License-Identifier: MIT
 * train --profile: where each logging interval's time went, and the run's speed against the machine's peak. */
#ifndef TRAINER_PROFILE_H
#define TRAINER_PROFILE_H

#include "trainer/run.h"

/* Before training: measures for about 30 ms what the run's threads reach at once. The run's clock of steps per second
 * begins behind it. */
void profile_start(run *r);

/* A line for the interval that ended at `step`, `seconds` (run_seconds) into the run: steps per second, and how long its
 * threads collected and updated. */
void profile_row(run *r, int64_t step, double seconds);

/* The roofline: floating-point operations per second of the whole training, and of its forward and backward passes in
 * their own time, against the peak. */
void profile_finish(run *r);

#endif
