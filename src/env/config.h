/* SPDX-License-Identifier: MIT
 * Whether the definition of an environment, a plugin's above all, can be used at all. */
#ifndef ENV_CONFIG_H
#define ENV_CONFIG_H

#include "a3c/env.h"

/* What is wrong with a definition before anything of it is called, as words that follow "NAME: ", or NULL. */
const char *env_def_fault(const a3c_env_def *def);

#endif
