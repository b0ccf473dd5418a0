/* SPDX-License-Identifier: MIT
 * The tables of kernels.h, for the file that chooses among them. */
#ifndef NET_KERNELS_TABLES_H
#define NET_KERNELS_TABLES_H

#include "net/kernels.h"

extern const kernels kernels_reference;

#endif
