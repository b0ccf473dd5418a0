/* SPDX-License-Identifier: MIT
 * a3c bench sharing: what a pull and a push of the shared block cost, alone and contended. */
#ifndef BENCH_BENCH_SHARING_H
#define BENCH_BENCH_SHARING_H

#include <jansson.h>
#include <stdio.h>

/* 1, 2, 4, 8 and 16 threads push RMSProp updates of 17,539 parameters to one block, without a lock (hogwild), under one
 * lock for a whole push (locked) and under a lock a stripe (stripes, which training does not offer), the statistics in
 * the block (shared) or a thread's own (worker). Three forms:
 *   one pass   a push leaves the next turn's parameters behind it, back to back: what the trainer's threads do
 *   apart      a pull, then a push, back to back
 *   t_max 5    one pass with 12 microseconds between two of them, as long as a worker of t_max 5 computes
 * Beside them what moving the same lines between two cores costs (bench_transfer.h), of which every time is a multiple.
 * Prints tables to `table` (NULL: none) and returns a new object:
 *   transfer  [{statistics, lines, ns, ns_per_line}]
 *   rows      [{form, update, statistics, threads, ns_per_parameter, ns_low, ns_high, of_transfer, lost,
 *              staleness_mean}]: a thread's own time for one pull and push, a parameter: median, least and greatest of
 *             the rounds; the share of stripe updates that were overwritten */
json_t *bench_sharing(FILE *table);

#endif
