/* SPDX-License-Identifier: MIT
 * What the parts of `a3c env` share. */
#ifndef CLI_ENV_H
#define CLI_ENV_H

#include "cli/cli.h"
#include "env/env.h"
#include "settings/settings.h"

typedef struct env_arguments {
    const char *verb, *id;
    uint64_t seed;
    int64_t steps; /* -1: not given */
    const char *actions;
    settings_override overrides[A3C_ENV_OPTIONS];
    size_t override_count;
    error *e;
} env_arguments;

/* The environment with its options, and no wrapper but the registered time limit. 0, or -1 with the error. */
int env_kind_of_arguments(const env_arguments *a, env_config *kind, error *e);

/* `a3c env run`; returns the exit status. */
int env_run(const env_arguments *a);

/* `a3c env check`; returns the exit status, also when the environment took its process down. */
int env_check_apart(const env_arguments *a);

#endif
