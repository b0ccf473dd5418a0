/* SPDX-License-Identifier: MIT
 * What a checkpoint's metadata say of itself: its format, and hashes of what was written. */
#ifndef RECORD_SAFETENSORS_VERIFY_H
#define RECORD_SAFETENSORS_VERIFY_H

#include "record/safetensors.h"

enum { SAFETENSORS_HASH = 17 }; /* 16 hexadecimal digits and the end */

/* -1 with the error when the file says that it is of a format after `newest`; one that says nothing passes. */
int safetensors_check_format(const safetensors *file, int newest, error *e);

/* -1 with the error when the metadata's `key` is not `hash`: `what` is not what was written. A hash that is not there counts
 * as a difference. */
int safetensors_check_hash(const safetensors *file, const char *key, const char *what,
                           const char hash[SAFETENSORS_HASH], error *e);

/* A hash as text. */
void safetensors_hash_text(uint64_t hash, char text[SAFETENSORS_HASH]);

/* The hash of the running statistics of n components, count [1], mean [n], variance [n]; n 0: of none. */
void safetensors_statistics_hash(int n, const double *count, const double *mean, const double *variance,
                                 char text[SAFETENSORS_HASH]);

#endif
