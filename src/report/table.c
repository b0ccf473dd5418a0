/* SPDX-License-Identifier: MIT
 * A table of text cells with named columns, and its CSV file. */
#include "report/table.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20, MOST_COLUMNS = 512, MOST_ROWS = 1000000 };
static const char unknown[] = "n/a";

static char *copy(const char *text) {
    size_t size = strlen(text) + 1;
    char *result = memory_new(size);
    memcpy(result, text, size);
    return result;
}

void table_free(table *t) {
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) memory_free(t->cells[r][c]);
        memory_free(t->cells[r]);
    }
    for (size_t c = 0; c < t->columns; c++) memory_free(t->names[c]);
    memory_free(t->cells);
    memory_free(t->names);
    *t = (table){0};
}

long table_find(const table *t, const char *name) {
    for (size_t c = 0; c < t->columns; c++)
        if (strcmp(t->names[c], name) == 0) return (long)c;
    return -1;
}

static void *grown(void *old, size_t count, size_t capacity) {
    char **block = memory_array(char *, capacity);
    if (count > 0) memcpy(block, old, count * sizeof *block);
    memory_free(old);
    return block;
}

size_t table_column(table *t, const char *name) {
    long found = table_find(t, name);
    if (found >= 0) return (size_t)found;
    if (t->columns == t->column_capacity) {
        size_t capacity = t->column_capacity ? 2 * t->column_capacity : 32;
        t->names = grown(t->names, t->columns, capacity);
        for (size_t r = 0; r < t->rows; r++) t->cells[r] = grown(t->cells[r], t->columns, capacity);
        t->column_capacity = capacity;
    }
    t->names[t->columns] = copy(name);
    return t->columns++;
}

size_t table_row(table *t) {
    if (t->rows == t->row_capacity) {
        size_t capacity = t->row_capacity ? 2 * t->row_capacity : 64;
        t->cells = grown(t->cells, t->rows, capacity);
        t->row_capacity = capacity;
    }
    t->cells[t->rows] = memory_array(char *, t->column_capacity ? t->column_capacity : 1);
    return t->rows++;
}

static void set_cell(table *t, size_t row, size_t column, const char *text) {
    memory_free(t->cells[row][column]);
    t->cells[row][column] = strcmp(text, unknown) == 0 ? NULL : copy(text);
}

void table_set(table *t, size_t row, const char *column, const char *text) {
    CHECK(row < t->rows);
    size_t c = table_column(t, column);
    set_cell(t, row, c, text);
}

void table_set_number(table *t, size_t row, const char *column, double value) {
    char text[40] = "n/a";
    if (isfinite(value)) number_write_shortest(value, 9, text, sizeof text);
    table_set(t, row, column, text);
}

const char *table_text(const table *t, size_t row, const char *column) {
    long c = table_find(t, column);
    return c < 0 || !t->cells[row][c] ? unknown : t->cells[row][c];
}

/* Whole text a finite number? */
static int parse_number(const char *text, double *value) {
    char *end;
    *value = number_parse(text, &end);
    return end != text && *end == 0 && isfinite(*value) && !strpbrk(text, "xX ") ? 0 : -1;
}

double table_number(const table *t, size_t row, const char *column) {
    double value;
    return parse_number(table_text(t, row, column), &value) == 0 ? value : NAN;
}

int table_check_numbers(const table *t, const char *path, const char *column, error *e) {
    long c = table_find(t, column);
    double value;
    for (size_t r = 0; c >= 0 && r < t->rows; r++)
        if (t->cells[r][c] && parse_number(t->cells[r][c], &value))
            return error_set(e, STATUS_USAGE, "%s: row %zu: %s: '%.60s' is neither a number nor n/a", path, r + 1,
                             column, t->cells[r][c]);
    return 0;
}

/* ---- CSV ---- */

/* Where reading stands. */
typedef struct reader {
    const char *path, *at, *end;
    size_t line;
    text_buffer field;
} reader;

/* Reads one field into r->field; *last tells whether it ended its record. */
static int read_field(reader *r, int *last, error *e) {
    text_clear(&r->field);
    *last = 0;
    if (r->at < r->end && *r->at == '"') {
        size_t opened = r->line;
        for (r->at++;; r->at++) {
            if (r->at == r->end) return error_set(e, STATUS_USAGE, "%s:%zu: a quote is left open", r->path, opened);
            if (*r->at == '\n') r->line++;
            if (*r->at != '"')
                text_append_bytes(&r->field, r->at, 1);
            else if (r->at + 1 < r->end && r->at[1] == '"')
                text_append_bytes(&r->field, r->at++, 1);
            else
                break;
        }
        r->at++;
    } else {
        const char *first = r->at;
        while (r->at < r->end && *r->at != ',' && *r->at != '\n' && *r->at != '\r') r->at++;
        text_append_bytes(&r->field, first, (size_t)(r->at - first));
    }
    if (r->at < r->end && *r->at == ',') {
        r->at++;
        return 0;
    }
    if (r->at < r->end && *r->at == '\r') r->at++;
    if (r->at < r->end && *r->at != '\n')
        return error_set(e, STATUS_USAGE, "%s:%zu: expected a comma or the line's end after a quoted field", r->path,
                         r->line);
    if (r->at < r->end) r->at++;
    r->line++;
    *last = 1;
    return 0;
}

static int read_header(table *t, reader *r, error *e) {
    for (int last = 0; !last;) {
        if (read_field(r, &last, e)) return -1;
        const char *name = text_string(&r->field);
        if (!*name) return error_set(e, STATUS_USAGE, "%s:1: a column has no name", r->path);
        if (table_find(t, name) >= 0)
            return error_set(e, STATUS_USAGE, "%s:1: column '%.60s' stands twice", r->path, name);
        if (t->columns == MOST_COLUMNS)
            return error_set(e, STATUS_USAGE, "%s:1: more than %d columns", r->path, (int)MOST_COLUMNS);
        table_column(t, name);
    }
    return 0;
}

static int read_record(table *t, reader *r, error *e) {
    size_t line = r->line, row, c = 0;
    if (t->rows == MOST_ROWS)
        return error_set(e, STATUS_USAGE, "%s:%zu: more than %d rows", r->path, line, (int)MOST_ROWS);
    row = table_row(t);
    for (int last = 0; !last; c++) {
        if (read_field(r, &last, e)) return -1;
        if (c >= t->columns)
            return error_set(e, STATUS_USAGE, "%s:%zu: more fields than the %zu of the header", r->path, line,
                             t->columns);
        set_cell(t, row, c, text_string(&r->field));
    }
    if (c != t->columns)
        return error_set(e, STATUS_USAGE, "%s:%zu: %zu fields, the header has %zu", r->path, line, c, t->columns);
    return 0;
}

int table_read(table *t, const char *path, error *e) {
    char *bytes;
    size_t count;
    if (file_read(path, MOST_BYTES, &bytes, &count, e)) {
        if (e) e->status = STATUS_USAGE;
        return -1;
    }
    reader r = {.path = path, .at = bytes, .end = bytes + count, .line = 1};
    int failed = 0;
    if (memchr(bytes, 0, count))
        failed = error_set(e, STATUS_USAGE, "%s: a 0 byte: this is not a CSV file", path);
    else if (count == 0)
        failed = error_set(e, STATUS_USAGE, "%s: empty; expected a header line of column names", path);
    else
        failed = read_header(t, &r, e);
    while (!failed && r.at < r.end) {
        if (*r.at == '\n' || (*r.at == '\r' && r.at + 1 < r.end && r.at[1] == '\n')) { /* an empty line is no record */
            r.at += *r.at == '\r' ? 2 : 1;
            r.line++;
            continue;
        }
        failed = read_record(t, &r, e);
    }
    memory_free(bytes);
    text_free(&r.field);
    if (failed) table_free(t);
    return failed;
}

static void write_field(text_buffer *out, const char *text) {
    if (!strpbrk(text, ",\"\r\n") && *text) {
        text_append(out, text);
        return;
    }
    text_append(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"') text_append(out, "\"");
        text_append_bytes(out, c, 1);
    }
    text_append(out, "\"");
}

int table_write(const table *t, const char *path, error *e) {
    text_buffer out = {0};
    for (size_t c = 0; c < t->columns; c++) {
        if (c) text_append(&out, ",");
        write_field(&out, t->names[c]);
    }
    text_append(&out, "\n");
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            if (c) text_append(&out, ",");
            write_field(&out, t->cells[r][c] ? t->cells[r][c] : unknown);
        }
        text_append(&out, "\n");
    }
    int failed = file_replace(path, text_string(&out), out.length, e);
    text_free(&out);
    return failed;
}
