/* SPDX-License-Identifier: MIT
 * JSON values, one per line, from a file or from another program that waits for an answer to each. */
#ifndef CLI_JSON_LINES_H
#define CLI_JSON_LINES_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The caller sets name and file, and ends with lines_free, which leaves the file open. */
typedef struct lines {
    const char *name; /* for messages */
    FILE *file;
    char *text;              /* the present line */
    size_t capacity, length; /* length: bytes, without the line's end */
    int64_t number;          /* of the present line, from 1 */
} lines;

/* The next line's value; *value is the caller's to json_decref, NULL when the line does not hold JSON. A line may end with CR LF, the
 * first may begin with a byte order mark. Returns 1, 0 at the end of the input, or -1 with the error when it cannot be read. */
int lines_next(lines *l, json_t **value, error *e);

/* Refuses the present line: NAME:LINE: expected ..., found what stands there. Returns -1. */
int lines_refuse(const lines *l, const char *expected, error *e);

/* Whether the present line holds nothing but white space. */
bool lines_is_blank(const lines *l);

void lines_free(lines *l);

#endif
