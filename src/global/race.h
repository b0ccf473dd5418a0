/* SPDX-License-Identifier: MIT
 * The two functions through which threads race on the shared parameters, on purpose and nowhere else. */
#ifndef GLOBAL_RACE_H
#define GLOBAL_RACE_H

#include <stddef.h>

/* dst[0 .. n) = shared[0 .. n) and shared[0 .. n) = src[0 .. n); n a multiple of 16, both on a cache line. See lines.c.
 */
void block_read(float *dst, const float *shared, size_t n);
void block_write(float *shared, const float *src, size_t n);

/* Asks for the lines of n shared floats, to be written: one transfer from another core's cache instead of two (to read,
 * to own). */
void block_prefetch(const float *shared, size_t n);

#endif
