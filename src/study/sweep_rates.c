/* SPDX-License-Identifier: MIT
 * Steps per second by two things that were varied, and where the order of any two turns. */
#include "study/sweep_parts.h"

#include "base/memory.h"
#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 12, MOST_COLUMNS = 6, MOST_COMPARED = 4 };

/* The cells by row and column. */
typedef struct grid {
    size_t rows, columns;
    const char *row[MOST_ROWS + 1], *column[MOST_COLUMNS + 1];
    const group *cell[MOST_ROWS + 1][MOST_COLUMNS + 1]; /* NULL: there is none */
    const table *runs;
} grid;

/* The index of a word, added when it is new; `most` when there are already so many. */
static size_t index_of(const char **words, size_t *count, size_t most, const char *word) {
    size_t i = 0;
    while (i < *count && strcmp(words[i], word) != 0) i++;
    if (i == *count && *count < most) words[(*count)++] = word;
    return i;
}

static bool make_grid(grid *out, const groups *g, const varied *down, const varied *across) {
    *out = (grid){.runs = g->runs};
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
            if (of->cell[i][c])
                section_put_range(&t, row, of->column[c], of->cell[i][c]->rate_iqm, of->cell[i][c]->rate_range);
    }
    report_table(r, &t);
    table_free(&t);
}

/* ---- Any two rows ---- */

typedef struct pair {
    size_t a, b, column, rounds;
    double ratio, p; /* median over the rounds of a's rate to b's; Wilcoxon's signed-rank test, by Holm */
} pair;

/* The rate of a cell's run with this seed; NAN: none was measured. */
static double rate_of(const table *runs, const group *cell, const char *seed) {
    for (size_t row = 0; row < runs->rows; row++)
        if (strcmp(table_text(runs, row, "cell"), cell->name) == 0 &&
            strcmp(table_text(runs, row, "seed"), seed) == 0 && strcmp(table_text(runs, row, "state"), "failed") != 0)
            return table_number(runs, row, "steps_per_second");
    return NAN;
}

/* A study runs its cells in turn, round by round, a seed a round: what else the machine did is nearly the same within a
 * round, so rates are compared round by round. */
static pair compare_pair(const grid *of, const group *x, const group *y) {
    const table *runs = of->runs;
    double *ratio = memory_array(double, runs->rows), *difference = memory_array(double, runs->rows);
    size_t n = 0;
    for (size_t row = 0; row < runs->rows; row++) {
        if (strcmp(table_text(runs, row, "cell"), x->name) != 0) continue;
        const char *seed = table_text(runs, row, "seed");
        ratio[n] = rate_of(runs, x, seed) / rate_of(runs, y, seed);
        difference[n] = log(ratio[n]);
        n += isfinite(difference[n]);
    }
    pair result = {.rounds = n, .ratio = n > 0 ? statistics_median(n, ratio) : NAN, .p = wilcoxon_p(n, difference)};
    memory_free(ratio);
    memory_free(difference);
    return result;
}

static size_t compare_pairs(const grid *of, pair *pairs) {
    double p[MOST_COMPARED * MOST_COMPARED * MOST_COLUMNS];
    size_t count = 0;
    for (size_t a = 0; a < of->rows; a++)
        for (size_t b = a + 1; b < of->rows; b++)
            for (size_t c = 0; c < of->columns; c++) {
                if (!of->cell[a][c] || !of->cell[b][c]) continue;
                pairs[count] = compare_pair(of, of->cell[a][c], of->cell[b][c]);
                pairs[count].a = a, pairs[count].b = b, pairs[count].column = c;
                if (pairs[count].rounds > 1) count++;
            }
    for (size_t i = 0; i < count; i++) p[i] = pairs[i].p;
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
        while (row < t.rows && strcmp(table_text(&t, row, "steps per second of"), words) != 0) row++;
        if (row == t.rows) table_set(&t, table_row(&t), "steps per second of", words);
        table_set(&t, row, of->column[pairs[i].column], text);
    }
    report_text(r, "Any two of them: the median over the rounds of the ratio of their rates, and p by Wilcoxon's "
                   "signed-rank test of the rounds after Holm's correction over all of this table. A round is a run of "
                   "every cell, one after the other, so that what else the machine does meets all of them:");
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
    plot_intervals(&svg, "Steps per second", "steps per second", false, count, rows);
    report_picture(r, "rates", "Steps per second, interquartile mean and 95 % interval.", text_string(&svg));
    text_free(&svg);
}

void sweep_rates(report *r, const groups *g, const varied *down, const varied *across) {
    grid of;
    pair pairs[MOST_COMPARED * MOST_COMPARED * MOST_COLUMNS];
    if (!make_grid(&of, g, down, across)) return;
    report_heading(r, 2, "Steps per second");
    write_table(r, &of, down->name);
    size_t count = of.rows <= MOST_COMPARED ? compare_pairs(&of, pairs) : 0;
    if (count > 0) {
        write_pairs(r, &of, count, pairs);
        if (of.columns > 1) say_turns(r, &of, across->name, count, pairs);
    }
    draw(r, &of);
}
