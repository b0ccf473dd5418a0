/* SPDX-License-Identifier: MIT
 * a3c bench kernels: how near the kernels of each instruction set come to the processor's peak. */
#ifndef BENCH_BENCH_KERNELS_H
#define BENCH_BENCH_KERNELS_H

#include <jansson.h>
#include <stdio.h>

/* Measures on the calling thread, about twenty seconds: the peak of one core and of all at once, in the same run; the
 * three products of a dense layer over batches and widths, for every instruction set here; whole networks; the
 * elementwise functions, the distribution and the optimizers. Prints tables to `table` (NULL: none) and fills the
 * object `out` (NULL: none): peak       {core, cores, cpus}: GFLOP/s of one core, of all `cpus` together networks   see
 * bench_networks.h products   [{isa, product, shape, batch, in, out, ns, ns_low, ns_high, gflops, of_peak}]: product
 * forward, input_gradient or weight_gradient; ns the median of one call, ns_low and ns_high its quartiles; of_peak a
 * share of peak.core functions  [{isa, function, ns, ns_low, ns_high}]: ns an element */
void bench_kernels(FILE *table, json_t *out);

#endif
