/* SPDX-License-Identifier: MIT
 * Which shared object an environment came from: a run remembers its hash, so that it does not go on with another program. */
#ifndef TRAINER_PLUGIN_HASH_H
#define TRAINER_PLUGIN_HASH_H

#include "trainer/plan.h"

enum { PLUGIN_HASH_SIZE = 17 };

/* 64-bit FNV-1a over the file of the plugin that task 0's environment is from, in hexadecimal; "" for a built-in one. */
int plugin_hash(const plan *p, char text[PLUGIN_HASH_SIZE], error *e);

/* Compares it with what a checkpoint says (NULL: it says nothing). 0, or -1 with the error when the plugin is another. */
int plugin_hash_check(const plan *p, const char *stored, error *e);

#endif
