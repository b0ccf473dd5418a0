/* SPDX-License-Identifier: MIT
 * The tables of kernels.h, for the file that chooses among them. */
#ifndef NET_KERNELS_TABLES_H
#define NET_KERNELS_TABLES_H

#include "net/kernels.h"

extern const kernels kernels_reference;
extern const kernels kernels_portable;
#if defined(__x86_64__)
extern const kernels kernels_avx2;
extern const kernels kernels_avx512;
#endif

#endif
