/* SPDX-License-Identifier: MIT
 * Whether a checkpoint is of a known format, and what was written. */
#include "record/safetensors_verify.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int safetensors_check_format(const safetensors *file, int newest, error *e) {
    const char *format = safetensors_metadata(file, "format");
    if (!format || strtol(format, NULL, 10) <= newest) return 0;
    return error_set(e, STATUS_FAILED, "is of format %.16s, this program reads up to %d; a newer a3c wrote it", format,
                     newest);
}

int safetensors_check_hash(const safetensors *file, const char *key, const char *what,
                           const char hash[SAFETENSORS_HASH], error *e) {
    const char *stored = safetensors_metadata(file, key);
    if (stored && strcmp(stored, hash) == 0) return 0;
    if (!stored) return error_set(e, STATUS_FAILED, "has no %s: nothing says whether %s is whole", key, what);
    return error_set(e, STATUS_FAILED,
                     "%s: is not what was written (%s is %.16s, its bytes have %s): the file is damaged", what, key,
                     stored, hash);
}

void safetensors_hash_text(uint64_t hash, char text[SAFETENSORS_HASH]) {
    snprintf(text, SAFETENSORS_HASH, "%016" PRIx64, hash);
}

void safetensors_statistics_hash(int n, const double *count, const double *mean, const double *variance,
                                 char text[SAFETENSORS_HASH]) {
    uint64_t hash = HASH_START;
    if (n > 0) {
        hash = hash_bytes(hash, count, sizeof *count);
        hash = hash_bytes(hash, mean, (size_t)n * sizeof *mean);
        hash = hash_bytes(hash, variance, (size_t)n * sizeof *variance);
    }
    safetensors_hash_text(hash, text);
}
