/* SPDX-License-Identifier: MIT
 * What kernels_functions.c does element by element, each under a name of its own for each instruction set; the entries
 * of the same names in kernels.h say what. Included by kernels_vector.c and kernels_functions.c only. */
#ifndef NET_KERNELS_FUNCTIONS_H
#define NET_KERNELS_FUNCTIONS_H

#include "net/kernels.h"

#if A3C_ISA_avx512
#define OF_ISA(name) name##_avx512
#elif A3C_ISA_avx2
#define OF_ISA(name) name##_avx2
#else
#define OF_ISA(name) name##_portable
#endif

void OF_ISA(exp_each)(size_t n, const float *x, float *y);
void OF_ISA(log_each)(size_t n, const float *x, float *y);
void OF_ISA(tanh_each)(size_t n, const float *x, float *y);
void OF_ISA(sigmoid_each)(size_t n, const float *x, float *y);
void OF_ISA(activate)(activation f, size_t n, const float *z, float *y);
/* the same for rows of n floats, `stride` from one to the next */
void OF_ISA(activate_rows)(activation f, size_t rows, size_t n, size_t stride, const float *z, float *y);
void OF_ISA(activate_backward)(activation f, size_t n, const float *h, const float *z, float *d);

#endif
