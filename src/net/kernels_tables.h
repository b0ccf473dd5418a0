/* SPDX-License-Identifier: MIT
 * The tables of kernels.h, for the file that chooses among them, and what one instruction set borrows from another. */
#ifndef NET_KERNELS_TABLES_H
#define NET_KERNELS_TABLES_H

#include "net/kernels.h"

extern const kernels kernels_reference;
extern const kernels kernels_portable;
#if defined(__x86_64__)
extern const kernels kernels_avx2;
extern const kernels kernels_avx512;

/* The products of kernels_product.h with vectors of eight, width a multiple of 8: what AVX-512 does the last columns
 * with. */
struct product_shape;
void kernels_avx2_multiply(const struct product_shape *shape, size_t rows, size_t width, const float *a, const float *b,
                           float *c, const float *init, const float *mask);
void kernels_avx2_multiply_outer(const struct product_shape *shape, size_t rows, size_t width, const float *a,
                                 const float *b, float *c, bool accumulate);
#endif

#endif
