/* SPDX-License-Identifier: MIT
 * A YAML text as a tree of nodes with their places; the only file that knows libyaml is document.c.
 *
 * Refused here: what is no YAML, more than one document, more than 256 KiB or 64 open brackets, tags, merge keys. An
 * alias is the node that it names, its place included; nothing is copied, so aliases cannot blow up, but a tree may
 * contain itself: a reader must bound its own depth. */
#ifndef SETTINGS_DOCUMENT_H
#define SETTINGS_DOCUMENT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct document document;
typedef int document_node; /* 0: none */

typedef enum document_kind { DOCUMENT_SCALAR, DOCUMENT_LIST, DOCUMENT_MAPPING } document_kind;

/* Parses `text`; the caller frees the result. NULL with the error, which begins NAME:LINE:COLUMN:, when it is not
 * acceptable. */
document *document_parse(const char *name, const char *text, size_t length, error *e);

/* As document_parse, for a value of the command line: the text is one value in flow style, and the root is a list of
 * it. */
document *document_parse_flow(const char *name, const char *text, error *e);

/* Reads a whole file and parses it. */
document *document_read(const char *path, error *e);

void document_free(document *d);

/* The root, 0 when there is none (an empty text). */
document_node document_root(const document *d);
document_kind document_kind_of(const document *d, document_node n);
/* One-based; column in characters. */
void document_place(const document *d, document_node n, int *line, int *column);

/* Entries of a list or mapping; child i of either, key i of a mapping. */
size_t document_size(const document *d, document_node n);
document_node document_child(const document *d, document_node n, size_t i);
document_node document_key(const document *d, document_node n, size_t i);

/* A scalar's text, 0-terminated and without a 0 byte inside; whether it was quoted; whether it is empty or null. */
const char *document_text(const document *d, document_node n);
bool document_quoted(const document *d, document_node n);
bool document_empty(const document *d, document_node n);

#endif
