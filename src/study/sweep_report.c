/* SPDX-License-Identifier: MIT
 * What a sweep found: the whole curve, and the best by a stated rule. */
#include "study/sweep.h"

#include "base/file.h"
#include "base/memory.h"
#include "study/groups.h"
#include "report/plot.h"
#include "study/sections.h"
#include "study/sweep_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double value_of(const groups *g, size_t k, const varied *v) {
    return group_number(g, k, v->column);
}

static size_t find_varied(const groups *g, varied *found, size_t most) {
    size_t count = 0;
    for (size_t c = 0; c < g->runs->columns && count < most; c++) {
        if (strncmp(g->runs->names[c], "vary:", 5) != 0) continue;
        varied v = {g->runs->names[c], g->runs->names[c] + 5, true, false};
        double low = INFINITY, high = -INFINITY;
        for (size_t k = 0; k < g->count; k++) {
            double value = value_of(g, k, &v);
            if (isnan(value)) v.numeric = false;
            low = fmin(low, value);
            high = fmax(high, value);
        }
        v.log = v.numeric && low > 0 && high / low >= 8;
        found[count++] = v;
    }
    return count;
}

/* ---- The best ---- */

static const char rule[] = "The best cell is the one with the highest interquartile mean of final evaluation returns "
                           "over its seeds among the cells without a failed run; "
                           "of equals, the one with fewer steps to the solved return (restricted mean).";

static bool is_better(const group *a, const group *b) {
    if ((a->n > 0) != (b->n > 0)) return a->n > 0;
    if ((a->failed == 0) != (b->failed == 0)) return a->failed == 0;
    if (a->iqm != b->iqm) return a->iqm > b->iqm;
    return a->steps.restricted_mean < b->steps.restricted_mean;
}

/* rank[k] of cell k, from 1 */
static void rank_cells(const groups *g, size_t *rank) {
    for (size_t k = 0; k < g->count; k++) {
        rank[k] = 1;
        for (size_t i = 0; i < g->count; i++)
            rank[k] += is_better(&g->group[i], &g->group[k]) || (i < k && !is_better(&g->group[k], &g->group[i]));
    }
}

static size_t with_rank(const groups *g, const size_t *rank, size_t wanted) {
    for (size_t k = 0; k < g->count; k++)
        if (rank[k] == wanted) return k;
    return 0;
}

/* ---- Words and tables ---- */

static void write_best(report *r, const groups *g, const size_t *rank, size_t axes, const varied *axis) {
    size_t best = with_rank(g, rank, 1), solved = 0, known = 0;
    const group *c = &g->group[best];
    report_heading(r, 2, "The best");
    report_text(r, "%s", rule);
    if (c->n == 0) {
        report_text(r, "No cell has a final return, so there is no best.");
        return;
    }
    char words[600] = "";
    for (size_t i = 0; i < axes; i++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s`%s=%s`", i ? ", " : "", axis[i].name,
                 group_text(g, best, axis[i].column));
    if (isnan(c->iqm_range.low))
        report_text(r, "**%s**, with %.4g (one seed, no interval).", words, c->iqm);
    else
        report_text(r, "**%s**, with %.4g [%.4g, %.4g] over %zu seeds.", words, c->iqm, c->iqm_range.low,
                    c->iqm_range.high, c->n);
    for (size_t k = 0; k < g->count; k++) {
        double bar = group_number(g, k, "solved_return");
        if (isnan(bar)) continue;
        known++;
        solved += g->group[k].n > 0 && g->group[k].iqm >= bar;
    }
    if (known > 0) report_text(r, "%zu of %zu cells reach the solved return with their final policy.", solved, known);
    if (g->count > 1)
        report_text(r, "The best of many was chosen for its score, so its interval, which knows nothing of the choice, "
                       "is likely to be too high.");
    bool apart = table_find(g->runs, "seed") >= 0;
    for (size_t row = 0; row < g->runs->rows; row++)
        apart = apart && table_number(g->runs, row, "seed") >= SWEEP_FIRST_SEED;
    if (apart)
        report_text(r,
                    "The seeds here, from %u on, are none of those that `compare` and `scale` use unless they are told "
                    "to, so a choice made here can be tested there.",
                    SWEEP_FIRST_SEED);
}

static void write_cells(report *r, const groups *g, const size_t *rank, size_t axes, const varied *axis) {
    enum { SHOWN = 200 };
    table t = {0};
    report_heading(r, 2, "All cells, from the best down");
    for (size_t wanted = 1; wanted <= g->count && wanted <= SHOWN; wanted++) {
        size_t k = with_rank(g, rank, wanted), row = table_row(&t);
        const group *c = &g->group[k];
        section_put(&t, row, "rank", (double)wanted);
        for (size_t i = 0; i < axes; i++) table_set(&t, row, axis[i].name, group_text(g, k, axis[i].column));
        section_put(&t, row, "n", (double)c->n);
        section_put(&t, row, "failed", (double)c->failed);
        section_put_range(&t, row, "final return, IQM [95 %]", c->iqm, c->iqm_range);
        char solved[48] = "n/a";
        if (c->solvable) snprintf(solved, sizeof solved, "%zu of %zu", c->steps.events, c->runs);
        table_set(&t, row, "solved", solved);
        section_put(&t, row, "steps to solved, median", c->steps.median);
        section_put_range(&t, row, "steps/s, IQM [95 %]", c->rate_iqm, c->rate_range);
    }
    report_table(r, &t);
    table_free(&t);
    if (g->count > SHOWN) report_text(r, "The first %d of %zu; all are in `statistics.csv`.", (int)SHOWN, g->count);
}

/* ---- Pictures ---- */

/* The words of the other axes: what makes a series. */
static void series_name(char *text, size_t size, const groups *g, size_t k, size_t axes, const varied *axis,
                        size_t except) {
    text[0] = 0;
    for (size_t i = 0; i < axes; i++)
        if (i != except && !(axis[i].numeric && axis[except].log && axis[i].log))
            snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? ", " : "",
                     group_text(g, k, axis[i].column));
}

/* Every run's score against one numeric setting, and the cells' interquartile means where there are several seeds. */
static void draw_scatter(report *r, const groups *g, size_t axes, const varied *axis, size_t which, const char *file) {
    enum { MOST_SERIES = 8 };
    char names[MOST_SERIES][128];
    plot_series series[MOST_SERIES];
    size_t count = 0, total = 0;
    for (size_t k = 0; k < g->count; k++) total += g->group[k].n;
    double *x = memory_array(double, total + 1), *y = memory_array(double, total + 1);
    size_t used = 0;
    char(*of)[128] = (char(*)[128])memory_new(g->count * sizeof *of);
    for (size_t k = 0; k < g->count; k++) series_name(of[k], sizeof of[k], g, k, axes, axis, which);
    for (size_t k = 0; k < g->count && count < MOST_SERIES; k++) {
        size_t before = 0;
        while (before < count && strcmp(names[before], of[k]) != 0) before++;
        if (before < count) continue;
        size_t first = used;
        for (size_t i = k; i < g->count; i++)
            for (size_t run = 0; strcmp(of[i], of[k]) == 0 && run < g->group[i].n; run++) {
                x[used] = value_of(g, i, &axis[which]);
                y[used++] = g->group[i].score[run];
            }
        snprintf(names[count], sizeof names[count], "%s", of[k]);
        series[count] = (plot_series){*names[count] ? names[count] : NULL,
                                      PLOT_POINTS,
                                      (int)count,
                                      used - first,
                                      x + first,
                                      y + first,
                                      NULL,
                                      NULL};
        count++;
    }
    char title[200], caption[300];
    snprintf(title, sizeof title, "Final return against %.100s", axis[which].name);
    snprintf(caption, sizeof caption, "%s: one point per run%s.", title, axis[which].log ? ", logarithmic scale" : "");
    plot p = {.title = title,
              .x_label = axis[which].name,
              .y_label = "final evaluation return",
              .x_log = axis[which].log,
              .rule = group_number(g, 0, "solved_return"),
              .rule_name = "solved",
              .series_count = count,
              .series = series};
    text_buffer svg = {0};
    plot_draw(&svg, &p);
    report_picture(r, file, caption, text_string(&svg));
    text_free(&svg);
    memory_free(x);
    memory_free(y);
    memory_free(of);
}

static void draw_intervals(report *r, const groups *g, const size_t *rank, bool rates) {
    enum { SHOWN = 40 };
    size_t count = g->count < SHOWN ? g->count : SHOWN;
    plot_row rows[SHOWN];
    for (size_t i = 0; i < count; i++) {
        size_t k = with_rank(g, rank, i + 1);
        const group *c = &g->group[k];
        rows[i] = (plot_row){c->name, 0, rates ? c->rate_iqm : c->iqm, rates ? c->rate_range : c->iqm_range};
    }
    text_buffer svg = {0};
    plot_intervals(&svg, rates ? "Steps per second" : "Final return",
                   rates ? "steps per second" : "final evaluation return", false, count, rows);
    report_picture(r, rates ? "rates" : "returns",
                   rates ? "Steps per second, interquartile mean and 95 % interval, in the order of the ranks."
                         : "Final return, interquartile mean and 95 % interval, from the best down.",
                   text_string(&svg));
    text_free(&svg);
}

static bool always(const groups *g, size_t k) {
    return strcmp(group_text(g, k, "schedule"), "simulated") != 0;
}

static void write_pictures(report *r, const groups *g, const size_t *rank, size_t axes, const varied *axis,
                           const char *base) {
    enum { CURVES = 8 };
    report_heading(r, 2, "Pictures");
    for (size_t i = 0; i < axes; i++) {
        char file[64];
        snprintf(file, sizeof file, "scatter-%zu", i + 1);
        if (axis[i].numeric) draw_scatter(r, g, axes, axis, i, file);
    }
    bool scattered = false; /* many draws of a number: the scatter shows them all */
    for (size_t i = 0; i < axes; i++) scattered = scattered || axis[i].numeric;
    scattered = scattered && g->count > 40;
    if (!scattered) draw_intervals(r, g, rank, false);
    if (!scattered && (axes != 2 || !sweep_rates_fit(g, &axis[0], &axis[1]))) draw_intervals(r, g, rank, true);
    size_t of[CURVES], count = 0;
    for (size_t wanted = 1; wanted <= g->count && count < CURVES; wanted++) {
        size_t k = with_rank(g, rank, wanted);
        if (g->group[k].runs > 0) of[count++] = k;
    }
    section_curves(r, g, (members){count, of}, base, "best", g->count > CURVES ? "The best eight cells" : "All cells",
                   always);
}

int sweep_report(const char *folder, table *runs, const char *base, size_t total, error *e) {
    varied axis[SWEEP_AXES];
    groups g;
    if (groups_make(&g, runs, "runs.csv", e)) return -1;
    size_t axes = find_varied(&g, axis, SWEEP_AXES), *rank = memory_array(size_t, g.count + 1);
    rank_cells(&g, rank);
    table statistics = {0};
    char path[FILE_PATH_SIZE];
    groups_statistics(&g, &statistics);
    for (size_t k = 0; k < g.count; k++) table_set_number(&statistics, k, "rank", (double)rank[k]);
    report r;
    report_open(&r, folder, "Sweep");
    int failed = section_runs(&r, &g, total, e) || file_join(path, folder, "statistics.csv", e) ||
                 table_write(&statistics, path, e);
    if (failed)
        report_discard(&r);
    else {
        section_power(&r, &g);
        write_best(&r, &g, rank, axes, axis);
        write_pictures(&r, &g, rank, axes, axis, base);
        if (axes == 2) sweep_rates(&r, &g, &axis[0], &axis[1]);
        write_cells(&r, &g, rank, axes, axis);
        section_method(&r);
        failed = report_close(&r, e);
    }
    table_free(&statistics);
    memory_free(rank);
    groups_free(&g);
    return failed ? -1 : 0;
}
