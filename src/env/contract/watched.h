/* SPDX-License-Identifier: MIT
 * Which function of an environment a thread is in: what a process that dies in a plugin says of it. */
#ifndef ENV_CONTRACT_WATCHED_H
#define ENV_CONTRACT_WATCHED_H

#include "a3c/env.h"

/* A table that calls the functions of `def`, which stays the caller's, and keeps their names meanwhile. There is one:
 * the next call makes it another environment's. */
const a3c_env_def *watched_def(const a3c_env_def *def);

/* "step" and so on, or NULL outside all functions: of the thread that asks. Safe in a signal handler. */
const char *watched_call(void);

#endif
