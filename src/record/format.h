/* SPDX-License-Identifier: MIT
 * Numbers as a person reads them. */
#ifndef RECORD_FORMAT_H
#define RECORD_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

enum { WORDS_SIZE = 48 };

/* Each fills words [WORDS_SIZE] and returns it. */

const char *words_count(char *words, int64_t count);     /* "200,000" */
const char *words_rate(char *words, double per_second);  /* "1.23 M", "980 k", "55" */
const char *words_duration(char *words, double seconds); /* "0.071 s", "12.3 s", "2 min 5 s", "3 h 20 min" */
const char *words_value(char *words, double value);      /* "475.2": four digits that count */

/* Whether text may hold characters outside ASCII: what LC_ALL, LC_CTYPE or LANG, the first that is set, says. */
bool words_utf8(void);

#endif
