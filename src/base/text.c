/* SPDX-License-Identifier: MIT
 * Text that grows, and the word of a list that is nearest to a wrong one. */
#include "base/text.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { FIRST_CAPACITY = 256, LONGEST_WORD = 64, SHORTEST_BEGINNING = 3 };

void text_reserve(text_buffer *t, size_t more) {
    CHECK(more < SIZE_MAX / 4 && t->length < SIZE_MAX / 4);
    size_t need = t->length + more + 1;
    if (need <= t->capacity) return;
    size_t capacity = t->capacity ? t->capacity : FIRST_CAPACITY;
    while (capacity < need) capacity *= 2;
    char *data = memory_new(capacity);
    if (t->length) memcpy(data, t->data, t->length);
    memory_free(t->data);
    t->data = data;
    t->capacity = capacity;
}

void text_append_bytes(text_buffer *t, const void *bytes, size_t count) {
    text_reserve(t, count);
    if (count) memcpy(t->data + t->length, bytes, count);
    t->length += count;
    t->data[t->length] = '\0';
}

void text_append(text_buffer *t, const char *string) {
    text_append_bytes(t, string, strlen(string));
}

void text_printf(text_buffer *t, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    locale_t before = number_enter();
    int count = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    CHECK(count >= 0);
    text_reserve(t, (size_t)count);
    vsnprintf(t->data + t->length, (size_t)count + 1, format, again);
    number_leave(before);
    va_end(again);
    t->length += (size_t)count;
}

void text_clear(text_buffer *t) {
    t->length = 0;
    if (t->data) t->data[0] = '\0';
}

void text_free(text_buffer *t) {
    memory_free(t->data);
    *t = (text_buffer){0};
}

const char *text_string(const text_buffer *t) {
    return t->data ? t->data : "";
}

static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int least(int a, int b) {
    return a < b ? a : b;
}

int text_distance(const char *a, const char *b) {
    size_t rows = strlen(a), columns = strlen(b);
    if (rows > LONGEST_WORD || columns > LONGEST_WORD) return INT_MAX / 2;
    int table[LONGEST_WORD + 1][LONGEST_WORD + 1];
    for (size_t j = 0; j <= columns; j++) table[0][j] = (int)j;
    for (size_t i = 1; i <= rows; i++) {
        table[i][0] = (int)i;
        for (size_t j = 1; j <= columns; j++) {
            int same = lower(a[i - 1]) == lower(b[j - 1]);
            int best = least(least(table[i - 1][j], table[i][j - 1]) + 1, table[i - 1][j - 1] + !same);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                best = least(best, table[i - 2][j - 2] + 1);
            table[i][j] = best;
        }
    }
    return table[rows][columns];
}

/* What follows the last '.' or '/' of a name. */
static const char *last_part(const char *name) {
    const char *part = name;
    for (; *name; name++)
        if (*name == '.' || *name == '/') part = name + 1;
    return part;
}

/* As text_distance, but the beginning of `entry` is one edit away. */
static int likeness(const char *word, const char *entry) {
    size_t length = strlen(word);
    int distance = text_distance(word, entry);
    return length >= SHORTEST_BEGINNING && strncasecmp(word, entry, length) == 0 ? least(distance, 1) : distance;
}

const char *text_closest(const char *word, const char *const *list) {
    size_t length = strlen(word);
    int allowed = length > LONGEST_WORD ? -1 : (int)(length + 1) / 3;
    const char *closest = NULL;
    for (; *list; list++) {
        int distance = least(likeness(word, *list), likeness(word, last_part(*list)));
        if (distance > allowed) continue;
        allowed = distance - 1;
        closest = *list;
    }
    return closest;
}
