/* SPDX-License-Identifier: MIT
 * A hash of bytes (FNV-1a), the same on every machine. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 64-bit FNV-1a over n bytes, continued from `hash` (HASH_START for the first piece). */
#define HASH_START 0xcbf29ce484222325u
static inline uint64_t hash_bytes(uint64_t hash, const void *data, size_t n) {
    const unsigned char *bytes = (const unsigned char *)data;
    for (size_t i = 0; i < n; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

#endif
