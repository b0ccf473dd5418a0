/* SPDX-License-Identifier: MIT
 * A table of text cells with named columns, and its CSV file (RFC 4180). What is unknown is "n/a". */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/error.h"

#include <stddef.h>

typedef struct table {
    size_t columns, rows;
    size_t column_capacity, row_capacity;
    char **names;  /* [columns] */
    char ***cells; /* [rows][column_capacity]; NULL: n/a */
} table;

/* Zeros are an empty table; it owns its texts until table_free. */
void table_free(table *t);

/* The column's number; a new one is added at the right, n/a in every row. */
size_t table_column(table *t, const char *name);

/* The column's number, or -1 when there is none. */
long table_find(const table *t, const char *name);

/* Adds a row of n/a; returns its number. */
size_t table_row(table *t);

/* Sets a cell, its column added when new. A number is written with the fewest digits, nine at least where it has them,
 * that read back to the same double; NaN and the infinities are n/a. */
void table_set(table *t, size_t row, const char *column, const char *text);
void table_set_number(table *t, size_t row, const char *column, double value);

/* The cell's text; "n/a" when it or its column is unknown. Valid until it is set again. */
const char *table_text(const table *t, size_t row, const char *column);

/* The cell's number; NaN when it is unknown or no finite number. */
double table_number(const table *t, size_t row, const char *column);

/* Refuses, with the line, a cell of the column that is neither a finite number nor n/a. */
int table_check_numbers(const table *t, const char *path, const char *column, error *e);

/* Reads a CSV file with a header line into an empty table. -1 with STATUS_USAGE and FILE:LINE for what is no such file:
 * rows of another width, a quote left open, a column named twice, a 0 byte, more than 64 MiB, 512 columns or a million
 * rows. */
int table_read(table *t, const char *path, error *e);

/* Replaces the file. */
int table_write(const table *t, const char *path, error *e);

#endif
