/* SPDX-License-Identifier: MIT
 * Inside settings/: one source of settings (a file, a text, an option of the command line) on its way into two columns,
 * the values of async and those of sync. */
#ifndef SETTINGS_READER_H
#define SETTINGS_READER_H

#include "settings/document.h"
#include "settings/schema.h"

enum {
    SETTINGS_ROWS = 128,
    SETTINGS_ORIGINS = SETTINGS_ROWS + A3C_ENV_OPTIONS,
    SETTING_KEY_SIZE = 96,
    SETTINGS_EXPECTATION = 200
};

/* Where a key's value came from; line 0: the command line, or a default when `name` is NULL. */
typedef struct origin {
    const char *name;
    int line, column;
} origin;

typedef struct columns {
    settings mode[2];
    origin from[SETTINGS_ORIGINS]; /* by row of the schema, then by option of the environment */
    char preset[SETTINGS_TEXT];    /* "config/NAME.yaml", for messages */
} columns;

typedef struct reader {
    const char *name; /* the file, or the option of the command line */
    bool command_line;
    const document *document;
    columns *columns;
    text_buffer *warnings;
    error *e;
} reader;

/* Fills the error with NAME:LINE:COLUMN: key: words. Returns -1. */
int reader_refuse(const reader *r, document_node n, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A text from outside as it may be shown: quoted, cut, without control characters. Valid until the fourth next call. */
const char *reader_shown(const char *text);

/* The same without quotes, for the name of a key. */
const char *reader_shown_key(const char *text);

/* Whether a text has only printable characters, in UTF-8. */
bool reader_printable(const char *text);

/* "; did you mean X?" when a list has something near, else "". Valid as reader_shown. */
const char *reader_hint(const char *word, const char *const *list);

/* The mode's part of a value: the value itself, or its half of {async: A, sync: B}. 0 with the error when the pair is
 * not whole. */
document_node reader_half(const reader *r, document_node n, run_mode mode, const char *key);

/* Reads a value of either mode into its column. */
int value_read(const reader *r, const setting *row, document_node n, run_mode mode);

/* One option of env.options; `k` is its key's node (0: none), which gives its place. */
int value_read_option(const reader *r, document_node k, document_node n, const char *name, run_mode mode);

/* The value as YAML flow, appended. */
void value_write(const settings *s, const setting *row, text_buffer *out);

/* A list of layers, read and written. */
int layers_read(const reader *r, document_node n, settings *s);
void layers_write(const settings *s, text_buffer *out);

/* The text of a scalar that is not empty, or NULL with the error. */
const char *scalar_text(const reader *r, document_node n, const char *key, const char *expected);

/* A printable text into `out` [size]. */
int scalar_read_text(const reader *r, const char *key, document_node n, const char *text, char *out, size_t size);

/* Scalars that layers have too. `key` names it in messages, `row` gives kind and range; out of range and wrong types
 * are refused. */
int scalar_read(const reader *r, const setting *row, const char *key, document_node n, void *member);

/* settings_check, with the places of keys where they are known (NULL: not). */
int settings_check_columns(const settings *s, const origin *from, error *e);

/* The same for what only the environments can judge: ids, options, wrappers. Opens a plugin that the command line
 * names. */
int settings_check_environment(const settings *s, const origin *from, error *e);

#endif
