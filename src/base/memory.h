/* SPDX-License-Identifier: MIT
 * Memory is taken before a loop starts and given back after it ends; nothing here is called inside one. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

enum { CACHE_LINE = 64, LINE_FLOATS = 16 };

/* Zeroed memory, aligned to a cache line, its size rounded up to whole lines; large blocks ask for huge pages. Never
 * NULL: the program ends with a message when there is no memory. */
void *memory_new(size_t bytes);
void memory_free(void *pointer);

/* count * size, or the program ends with a message when that overflows. */
size_t memory_product(size_t count, size_t size);

#define memory_array(type, count) ((type *)memory_new(memory_product((count), sizeof(type))))

/* n rounded up to a whole number of cache lines of floats */
static inline size_t line_floats(size_t n) {
    return (n + LINE_FLOATS - 1) / LINE_FLOATS * LINE_FLOATS;
}

#endif
