/* SPDX-License-Identifier: MIT
 * Text that grows, and the word someone probably meant. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

/* A string that grows; zeros are an empty one. `data` ends with a 0 byte once something was appended and is NULL
 * before. The owner frees it with text_free. */
typedef struct text_buffer {
    char *data;
    size_t length, capacity; /* bytes, without the final 0; bytes allocated */
} text_buffer;

void text_append(text_buffer *t, const char *string);
void text_append_bytes(text_buffer *t, const void *bytes, size_t count);
void text_printf(text_buffer *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for `more` bytes, so that appending them allocates nothing. */
void text_reserve(text_buffer *t, size_t more);

/* Empties the text and keeps its memory, for a loop that must not allocate. */
void text_clear(text_buffer *t);
void text_free(text_buffer *t);

/* The text as a string, "" while nothing was appended. Valid until the next call on `t`. */
const char *text_string(const text_buffer *t);

/* Edits (insertion, deletion, substitution, exchange of neighbors) between two words, the case of ASCII letters
 * ignored: the optimal string alignment distance. Words longer than 64 bytes count as entirely different. */
int text_distance(const char *a, const char *b);

/* The entry of the NULL-terminated list that `word` was probably meant to be, or NULL when none is near: at most one
 * edit in three letters (none in one letter, one in two), or the beginning of it (three letters or more). The part of
 * an entry after its last '.' or '/' is as good as the whole (learning_rate: optimizer.learning_rate). The first of
 * equals wins. */
const char *text_closest(const char *word, const char *const *list);

#endif
