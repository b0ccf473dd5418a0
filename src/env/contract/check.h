/* SPDX-License-Identifier: MIT
 * The contract of an environment, tested: what `a3c env check` runs on a plugin and the tests run on every built-in. */
#ifndef ENV_CONTRACT_CHECK_H
#define ENV_CONTRACT_CHECK_H

#include "env/env.h"

/* Receives one line a check: its name, and what is wrong, or NULL. */
typedef void env_check_line(void *context, const char *check, const char *fault);

/* Runs every check of the contract that the environment's table can be put to and returns how many fail. An environment
 * that writes far out of bounds may end the process: run it in one of its own where that matters. */
int env_check(const env_config *kind, env_check_line *line, void *context);

/* One of them: what a function keeps outside its instance shows, be it for a call or for a thread. Returns what is
 * wrong, or NULL; `text` is not used. A race that is lost seldom may be missed. */
const char *env_check_threads(const env_config *kind, char *text);

#endif
