/* SPDX-License-Identifier: MIT
 * How stale a cell's updates were, value by value, from its runs' checkpoints. */
#ifndef STUDY_STALENESS_H
#define STUDY_STALENESS_H

#include "study/groups.h"

/* Fills shares [runs, bins] with the share of each done run's updates that had the staleness 0, 1, .. bins - 2, and in
 * the last bin those that had more. Room for the cell's runs is the caller's; returns how many could be read from
 * FOLDER/runs/RUN/checkpoint.safetensors. */
size_t staleness_read(double *shares, size_t bins, const groups *g, size_t k, const char *folder);

/* The mean of column `bin` over the runs. */
double staleness_share(size_t runs, size_t bins, const double *shares, size_t bin);

/* Total variation distance of two cells' mean distributions, half the sum of |p - q|: the share of updates that would
 * have to change. Its 95 % percentile interval resamples runs. */
double staleness_distance(size_t bins, size_t nx, const double *x, size_t ny, const double *y, interval *range);

#endif
