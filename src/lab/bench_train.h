/* SPDX-License-Identifier: MIT
 * a3c bench train: steps a second of whole runs. */
#ifndef LAB_BENCH_TRAIN_H
#define LAB_BENCH_TRAIN_H

#include "base/error.h"

#include <jansson.h>
#include <stdio.h>

/* Trains CartPole-v1 (17,539 parameters) in each of the settings that the speed goals name, three runs each, every run
 * a process of its own with the machine to itself, in turns. Prints a table to `table` (NULL: none) and returns a new
 * array of objects {name, mode, threads, runs, steps_per_second, low, high, gflops, of_peak}: the median, least and
 * greatest rate; floating-point operations counted as 6 a parameter and step, and their share of what as many cores
 * reach at once in this run. NULL with the error when no run can be made. */
json_t *bench_train(FILE *table, error *e);

#endif
