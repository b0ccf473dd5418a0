/* SPDX-License-Identifier: MIT
 * What the writer and the reader of safetensors agree on. */
#ifndef RECORD_SAFETENSORS_FORMAT_H
#define RECORD_SAFETENSORS_FORMAT_H

#include "record/safetensors.h"

enum { SAFETENSORS_LENGTH_SIZE = 8, SAFETENSORS_ALIGNMENT = 8 };

#define SAFETENSORS_METADATA "__metadata__"

typedef struct safetensors_type_row {
    const char *name;
    size_t size; /* bytes of an element */
} safetensors_type_row;

extern const safetensors_type_row safetensors_types[SAFETENSOR_TYPES];

#endif
