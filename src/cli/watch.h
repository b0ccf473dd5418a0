/* SPDX-License-Identifier: MIT
 * The parts of a3c watch. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/player.h"

typedef struct watch_options {
    int episodes; /* 0: until it is quit */
    double fps;
} watch_options;

/* Plays in the terminal until the person quits, the episodes are over or a signal comes. 0, the status of the signal,
 * or -1 with the error; the terminal is as it was in each case. */
int watch_terminal(player *p, const watch_options *options, error *e);

#endif
