/* SPDX-License-Identifier: MIT
 * a3c bench environments: raw stepping, one core, random actions. */
#ifndef BENCH_BENCH_ENVIRONMENTS_H
#define BENCH_BENCH_ENVIRONMENTS_H

#include "base/error.h"

#include <jansson.h>
#include <stdio.h>

/* Raw stepping on one core: random actions, drawn within the time measured, ended episodes reset within it. Measures
 * the built-in environment `only` (NULL: every one) one instance at a time and `BENCH_INSTANCES` side by side, for
 * about `seconds` each, and writes a table to `out` (NULL: none). Returns a new array of objects {environment,
 * instances, single_steps_per_second, steps_per_second, steps_per_second_best}: medians over rounds, and the fastest
 * round; NULL with the error when there is no such environment. */
enum { BENCH_INSTANCES = 1024 };
json_t *bench_environments(FILE *out, const char *only, double seconds, error *e);

#endif
