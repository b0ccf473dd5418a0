/* SPDX-License-Identifier: MIT
 * Memory that is taken before a loop starts: zeroed, aligned, never NULL. */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

static _Noreturn void no_memory(size_t bytes) {
    fprintf(stderr, "no memory for %zu bytes\n", bytes);
    exit(1);
}

void *memory_new(size_t bytes) {
    if (bytes > SIZE_MAX - HUGE_PAGE) no_memory(bytes);
    size_t size = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    if (size == 0) size = CACHE_LINE;
    int huge = size >= HUGE_PAGE;
    void *pointer =
        aligned_alloc(huge ? HUGE_PAGE : CACHE_LINE, huge ? (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE : size);
    if (!pointer) no_memory(bytes);
    if (huge) madvise(pointer, size, MADV_HUGEPAGE);
    memset(pointer, 0, size);
    return pointer;
}

void memory_free(void *pointer) {
    free(pointer);
}

size_t memory_product(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) no_memory(SIZE_MAX);
    return bytes;
}
