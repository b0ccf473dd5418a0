/* SPDX-License-Identifier: MIT
 * a3c bench train: steps per second of whole runs. */
#ifndef BENCH_BENCH_TRAIN_H
#define BENCH_BENCH_TRAIN_H

#include "base/error.h"

#include <jansson.h>
#include <stdio.h>

/* Trains CartPole-v1 (17,539 parameters) in each of the settings that the speed goals name, with one thread and with
 * one per CPU, three runs each of 0.8 seconds, every run a process of its own with the machine to itself: all once, then
 * all again, so that what else the machine does meets all alike. Async has as many workers as threads unless the
 * setting says otherwise. Prints a table to `table` (NULL: none) and returns a new object:
 *   peak  {core, cores}: GFLOP/s of one core, and of all at once, medians of as many measurements as runs
 *   rows  [{name, mode, workers, threads, samples_per_update, rates, steps_per_second, low, high, gflops, of_peak,
 *         speed_up}]: steps per second of the runs in their order, median, least and greatest; floating-point operations
 *         counted as 6 a parameter and step, and their share of what as many cores reach at once; the median of what a
 *         run was faster than its round's run with one thread (null there)
 * NULL with the error when no run can be made. */
json_t *bench_train(FILE *table, error *e);

#endif
