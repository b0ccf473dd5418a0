/* SPDX-License-Identifier: MIT
 * The one file that races on purpose. Hogwild (Recht et al., 1106.5730): threads read and write the same floats without a
 * lock. Two threads that push at the same time, and one float that both change:
 *
 *     thread 0                 the shared float                 thread 1
 *
 *     read   1.0  <----------------  1.0  ------------------->  read   1.0
 *     1.0 + 0.5                                                 1.0 - 0.25
 *     write  1.5  ---------------->  1.5
 *                                    0.75 <-------------------  write  0.75     thread 0's update of this float is lost
 *     read   0.75 <----------------  0.75
 *
 * What is relied on:
 *   - an aligned float is read and written whole: a reader sees some value that some thread wrote there, never a mixture
 *     of bits;
 *   - every access here really happens, once, when the program says so: nothing is kept in a register across calls.
 * Nothing else: no order between different floats, no freshness, and a lost update as above. Counters, and what must be
 * seen together with the parameters, are never read from here (base/atomic.h orders them).
 *
 * In C11 these are relaxed atomic loads and stores of floats. That is the portable form, which ThreadSanitizer checks and
 * a test compares bit for bit. GCC does not vectorise it (about eight times slower), so x86-64 builds move the same aligned
 * floats with volatile vector accesses: on every x86-64 an aligned 4-byte lane of a vector access is as indivisible as a
 * scalar one. */
#ifndef GLOBAL_RACE_H
#define GLOBAL_RACE_H

#include <stddef.h>

/* dst[0 .. n) = shared[0 .. n) and shared[0 .. n) = src[0 .. n); n a multiple of 16, both on a cache line.
 */
void block_read(float *dst, const float *shared, size_t n);
void block_write(float *shared, const float *src, size_t n);

/* Asks for the lines of n shared floats, to be written: one transfer from another core's cache instead of two (to read,
 * to own). */
void block_prefetch(const float *shared, size_t n);

#endif
