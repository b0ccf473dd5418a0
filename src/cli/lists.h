/* SPDX-License-Identifier: MIT
 * Lists on a command line. */
#ifndef CLI_LISTS_H
#define CLI_LISTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { LISTS_MOST = 64 };

/* Cuts `text` at its commas in place: *count words, at most LISTS_MOST. 0, or EINVAL with the error. */
int lists_words(const char *option, char *text, const char **words, size_t *count, error *e);

/* "1,2,4" or "1..4" as integers in 1 .. most; *count of them, each once. */
int lists_integers(const char *option, const char *text, int most, int *numbers, size_t *count, error *e);

/* "async,sync" */
int lists_modes(const char *text, bool *async, bool *sync, error *e);

#endif
