/* SPDX-License-Identifier: MIT
 * Named tensors in a file, in the safetensors format: an 8-byte little-endian header length, a JSON header, the data.
 * Other programs read what is written here; what is read here is treated as hostile: whatever the file holds, the
 * answer is its tensors or an error, never a crash.
 *
 * The format: https://huggingface.co/docs/safetensors. Its types are those below; tensors of others may be there, and
 * what another program has left out or added (metadata, white space, more tensors) is no reason to refuse a file. */
#ifndef RECORD_SAFETENSORS_H
#define RECORD_SAFETENSORS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAFETENSORS_DIMS = 8, SAFETENSOR_NAME = 96 /* bytes of the longest name that is written */ };

typedef enum safetensor_type {
    SAFETENSOR_F32,
    SAFETENSOR_F64,
    SAFETENSOR_I64,
    SAFETENSOR_I32,
    SAFETENSOR_U64,
    SAFETENSOR_U32,
    SAFETENSOR_U8,
    SAFETENSOR_TYPES,
    SAFETENSOR_OTHER = SAFETENSOR_TYPES /* F16, BOOL, C64, ..: read over, never asked for; its elements are not known */
} safetensor_type;

typedef struct safetensor {
    const char *name;
    safetensor_type type;
    int dims;                        /* 0: a scalar */
    int64_t shape[SAFETENSORS_DIMS]; /* [dims]; row-major */
    const void *data; /* [product of shape] of the type, little-endian, aligned to a cache line when read */
} safetensor;

typedef struct safetensors_pair {
    const char *key, *value;
} safetensors_pair;

/* How many elements a tensor has, and bytes (0 of a type that is not known here). */
size_t safetensor_elements(const safetensor *tensor);
size_t safetensor_bytes(const safetensor *tensor);

/* ---- Writing ---- */

/* Writes a file that is there whole or not at all: a temporary file beside it, flushed, renamed. `tensors` [count] with
 * different names; the data lies in the file with the widest types first, so that every tensor is aligned. `metadata`
 * [metadata_count] with different keys. Returns 0, or -1 with the error (disk full), the old file then being as it was.
 */
int safetensors_write(const char *path, const safetensor *tensors, size_t count, const safetensors_pair *metadata,
                      size_t metadata_count, error *e);

/* ---- Reading ---- */

typedef struct safetensors safetensors; /* a file's content, in memory */

/* Reads and checks the whole file: sizes against each other and the file, types, shapes, offsets without holes and
 * overlaps, keys given once. *file is for safetensors_close, NULL on failure. Returns 0 or -1 with the error, which
 * begins with the path. */
int safetensors_open(const char *path, safetensors **file, error *e);

/* Frees the content; tensors, names and metadata of it are gone. NULL is left alone. */
void safetensors_close(safetensors *file);

/* All tensors in the order of the header, or one by name (NULL: there is none). They live as long as the file is open.
 */
size_t safetensors_count(const safetensors *file);
const safetensor *safetensors_at(const safetensors *file, size_t i);
const safetensor *safetensors_tensor(const safetensors *file, const char *name);

/* A string of the metadata, NULL when it has no such key. */
const char *safetensors_metadata(const safetensors *file, const char *key);

/* The data of the tensor that must be there with this type and shape [dims]; NULL with an error that names the file,
 * the tensor, what was expected and what was found. */
const void *safetensors_require(const safetensors *file, const char *name, safetensor_type type, int dims,
                                const int64_t *shape, error *e);

/* Whether no number of the tensor is NaN or infinite; integers always are finite. */
bool safetensor_is_finite(const safetensor *tensor);

/* -1 with an error naming the first tensor that holds a number that is not finite. */
int safetensors_check_finite(const safetensors *file, error *e);

#endif
