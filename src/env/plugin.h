/* SPDX-License-Identifier: MIT
 * Environments from shared objects: opened, checked, kept. */
#ifndef ENV_PLUGIN_H
#define ENV_PLUGIN_H

#include "a3c/env.h"
#include "base/error.h"

/* Loads "FILE.so" or "FILE.so:NAME" and returns the definition of that name, or the only one. NULL with the error when
 * the file cannot be loaded, is no plugin, was made for another version, describes nonsense, or has no such definition.
 */
const a3c_env_def *plugin_open(const char *path_and_name, error *e);

#endif
