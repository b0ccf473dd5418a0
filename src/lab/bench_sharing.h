/* SPDX-License-Identifier: MIT
 * a3c bench sharing: what a pull and a push of the shared block cost, alone and contended. */
#ifndef LAB_BENCH_SHARING_H
#define LAB_BENCH_SHARING_H

#include <jansson.h>
#include <stdio.h>

/* 1, 2, 4, 8 and 16 threads pull and push 17,539 parameters back to back for a quarter of a second each, with shared
 * RMSProp statistics and with a worker's own, without a lock and under one. Prints a table to `table` (NULL: none) and
 * returns a new array of objects {update, statistics, threads, ns_per_parameter, turns_per_second, lost,
 * staleness_mean}: nanoseconds of a thread's time for one pull and push, a parameter; the share of stripe updates that
 * were overwritten. */
json_t *bench_sharing(FILE *table);

#endif
