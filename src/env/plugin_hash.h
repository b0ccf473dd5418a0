/* SPDX-License-Identifier: MIT
 * Which shared object an environment came from: a run remembers its hash, so that it does not go on with another program. */
#ifndef ENV_PLUGIN_HASH_H
#define ENV_PLUGIN_HASH_H

#include "env/env.h"

enum { PLUGIN_HASH_SIZE = 17 };

/* 64-bit FNV-1a over the file of the plugin that `def` is from, in hexadecimal; "" for a built-in one. */
int plugin_hash(const a3c_env_def *def, char text[PLUGIN_HASH_SIZE], error *e);

/* Compares it with what a checkpoint says (NULL: it says nothing). 0, or -1 with the error when the plugin of environment
 * `id` is another. */
int plugin_hash_check(const a3c_env_def *def, const char *id, const char *stored, error *e);

#endif
