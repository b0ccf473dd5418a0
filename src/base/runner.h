/* SPDX-License-Identifier: MIT
 * Child processes for the runs of a study, and what happens to them when a person interrupts: SIGINT and SIGTERM are
 * waited for here, sent on to the children, and nothing new is started; a second one kills them. Children are in groups
 * of their own, so that a terminal's Ctrl-C reaches them once, and end when this process does. */
#ifndef BASE_RUNNER_H
#define BASE_RUNNER_H

#include "base/error.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { RUNNER_JOBS = 256 };

typedef struct runner {
    size_t slots, running;
    pid_t children[RUNNER_JOBS]; /* 0: free */
    int interrupted;             /* the first signal that asked for the end, 0: none */
    sigset_t former_mask;
} runner;

/* `slots` children at once at most, 1 .. RUNNER_JOBS. Blocks SIGINT, SIGTERM and SIGCHLD until runner_close. */
void runner_open(runner *r, size_t slots);

/* Starts `argv` (NULL-terminated; argv[0] is the program's path) with standard input and output on /dev/null and
 * standard error appended to the file `log`. Returns the child's slot, or -1 with the error. There must be a free slot.
 */
int runner_start(runner *r, const char *const *argv, const char *log, error *e);

/* Waits until a child ends, a signal comes or `seconds` have passed. Returns the slot of a child that ended, with
 * *status its exit status or 128 + the signal that killed it; -1 otherwise. */
int runner_wait(runner *r, double seconds, int *status);

/* Kills the child of this slot; runner_wait tells when it is gone. */
void runner_kill(const runner *r, int slot);

/* Restores the signal mask; no child may be running. */
void runner_close(runner *r);

#endif
