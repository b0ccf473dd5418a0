/* SPDX-License-Identifier: MIT
 * Steps a second by two things that were varied, and where the order of any two turns. */
#include "lab/sweep_parts.h"

#include "base/memory.h"
#include "lab/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 12, MOST_COLUMNS = 6, MOST_COMPARED = 4 };

/* The cells by row and column. */
typedef struct grid {
    size_t rows, columns;
    const char *row[MOST_ROWS + 1], *column[MOST_COLUMNS + 1];
    const group *cell[MOST_ROWS + 1][MOST_COLUMNS + 1]; /* NULL: there is none */
} grid;

/* The index of a word, added when it is new; `most` when there are already so many. */
static size_t index_of(const char **words, size_t *count, size_t most, const char *word) {
    size_t i = 0;
    while (i < *count && strcmp(words[i], word) != 0) i++;
    if (i == *count && *count < most) words[(*count)++] = word;
    return i;
}

static bool make_grid(grid *out, const groups *g, const varied *down, const varied *across) {
    *out = (grid){0};
    for (size_t k = 0; k < g->count; k++) {
        size_t row = index_of(out->row, &out->rows, MOST_ROWS, group_text(g, k, down->column));
        size_t column = index_of(out->column, &out->columns, MOST_COLUMNS, group_text(g, k, across->column));
        if (row == MOST_ROWS || column == MOST_COLUMNS) return false;
        out->cell[row][column] = &g->group[k];
    }
    return out->rows > 1;
}

bool sweep_rates_fit(const groups *g, const varied *down, const varied *across) {
    grid ignored;
    return make_grid(&ignored, g, down, across);
}

static void write_table(report *r, const grid *of, const char *name) {
    table t = {0};
    for (size_t i = 0; i < of->rows; i++) {
        size_t row = table_row(&t);
        table_set(&t, row, name, of->row[i]);
        for (size_t c = 0; c < of->columns; c++)
            if (of->cell[i][c]) put_range(&t, row, of->column[c], of->cell[i][c]->rate_iqm, of->cell[i][c]->rate_range);
    }
    report_table(r, &t);
    table_free(&t);
}

/* ---- Any two rows ---- */

typedef struct pair {
    size_t a, b, column;
    double ratio, p; /* of a's rate to b's; Mann-Whitney's, by Holm */
} pair;

static size_t compare_pairs(const grid *of, pair *pairs) {
    double p[MOST_COMPARED * MOST_COMPARED * MOST_COLUMNS];
    size_t count = 0;
    for (size_t a = 0; a < of->rows; a++)
        for (size_t b = a + 1; b < of->rows; b++)
            for (size_t c = 0; c < of->columns; c++) {
                const group *x = of->cell[a][c], *y = of->cell[b][c];
                if (!x || !y || x->rates < 2 || y->rates < 2) continue;
                p[count] = mann_whitney_p(x->rates, x->rate, y->rates, y->rate);
                pairs[count++] = (pair){a, b, c, x->rate_iqm / y->rate_iqm, NAN};
            }
    holm(count, p, p);
    for (size_t i = 0; i < count; i++) pairs[i].p = p[i];
    return count;
}

static void write_pairs(report *r, const grid *of, size_t count, const pair *pairs) {
    table t = {0};
    for (size_t i = 0; i < count; i++) {
        char words[300], text[64];
        snprintf(words, sizeof words, "%.140s over %.140s", of->row[pairs[i].a], of->row[pairs[i].b]);
        snprintf(text, sizeof text, "%.3f (p = %.2g)", pairs[i].ratio, pairs[i].p);
        size_t row = 0;
        while (row < t.rows && strcmp(table_text(&t, row, "steps a second of"), words) != 0) row++;
        if (row == t.rows) table_set(&t, table_row(&t), "steps a second of", words);
        table_set(&t, row, of->column[pairs[i].column], text);
    }
    report_text(r,
                "Any two of them: the ratio of their rates, and p by Mann-Whitney's test after Holm's correction over "
                "all of this table:");
    report_table(r, &t);
    table_free(&t);
}

/* A sentence for every two rows that are told apart both ways in different columns, and for every column that tells
 * nothing apart. */
static void say_turns(report *r, const grid *of, const char *across, size_t count, const pair *pairs) {
    bool turned = false;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            const pair *x = &pairs[i], *y = &pairs[k];
            if (x->a != y->a || x->b != y->b || !(x->p < 0.05 && y->p < 0.05 && x->ratio > 1 && y->ratio < 1)) continue;
            report_text(r,
                        "**The order turns:** `%s` is faster than `%s` with `%s=%s` (%.3f times, p = %.2g) and slower "
                        "with `%s` (%.3f times, p = %.2g).",
                        of->row[x->a], of->row[x->b], across, of->column[x->column], x->ratio, x->p,
                        of->column[y->column], y->ratio, y->p);
            turned = true;
        }
    if (!turned) report_text(r, "No two of them change places between columns in a way that these runs could show.");
    for (size_t c = 0; c < of->columns; c++) {
        bool apart = false;
        for (size_t i = 0; i < count; i++) apart = apart || (pairs[i].column == c && pairs[i].p < 0.05);
        if (!apart) report_text(r, "With `%s=%s` no two of them were told apart.", across, of->column[c]);
    }
}

static void draw(report *r, const grid *of) {
    plot_row rows[MOST_ROWS * MOST_COLUMNS];
    char label[MOST_ROWS * MOST_COLUMNS][100];
    size_t count = 0;
    for (size_t c = 0; c < of->columns; c++)
        for (size_t i = 0; i < of->rows; i++) {
            const group *cell = of->cell[i][c];
            if (!cell) continue;
            snprintf(label[count], sizeof *label, "%.40s, %.40s", of->column[c], of->row[i]);
            rows[count] = (plot_row){label[count], (int)i, cell->rate_iqm, cell->rate_range};
            count++;
        }
    text_buffer svg = {0};
    plot_intervals(&svg, "Steps a second", "steps a second", false, count, rows);
    report_picture(r, "rates", "Steps a second, interquartile mean and 95 % interval.", text_string(&svg));
    text_free(&svg);
}

void sweep_rates(report *r, const groups *g, const varied *down, const varied *across) {
    grid of;
    pair pairs[MOST_COMPARED * MOST_COMPARED * MOST_COLUMNS];
    if (!make_grid(&of, g, down, across)) return;
    report_heading(r, 2, "Steps a second");
    write_table(r, &of, down->name);
    size_t count = of.rows <= MOST_COMPARED ? compare_pairs(&of, pairs) : 0;
    if (count > 0) {
        write_pairs(r, &of, count, pairs);
        if (of.columns > 1) say_turns(r, &of, across->name, count, pairs);
    }
    draw(r, &of);
}
