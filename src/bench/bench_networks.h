/* SPDX-License-Identifier: MIT
 * Whole networks against the processor's peak: what is left of the kernels' speed when layers, activations, pictures
 * and recurrent states come between the products. Part of `a3c bench kernels`. */
#ifndef BENCH_BENCH_NETWORKS_H
#define BENCH_BENCH_NETWORKS_H

#include <jansson.h>
#include <stdio.h>

/* The forward pass of a time step of `batch` environments and the backward pass over it, on the calling thread,
 * parameters hot, heads of three outputs and a value included. Prints a table to `table` (NULL: none) and appends to
 * `list` (NULL: none): {network, pass, batch, ns, ns_low, ns_high, gflops, of_peak}; only the products are counted (a
 * backward pass: the weights' gradient, and the input's but for the first layer), `peak` in GFLOP/s. */
void bench_networks(double peak, FILE *table, json_t *list);

#endif
