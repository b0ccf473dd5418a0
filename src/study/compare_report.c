/* SPDX-License-Identifier: MIT
 * What the ladder says: in words, tables and pictures. */
#include "study/compare.h"

#include "base/file.h"
#include "base/memory.h"
#include "study/compare_parts.h"
#include "report/plot.h"
#include "study/rungs.h"
#include "study/sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The columns of statistics.csv that set a cell of D against A. */
static void add_contrasts(const groups *g, const contrast_list *list, table *statistics) {
    for (size_t k = 0; k < g->count; k++) {
        const contrast *c = rung_find(list, rung_practical, CONTRAST_RETURN, k);
        table_set_number(statistics, k, "probability", c ? c->probability : NAN);
        table_set_number(statistics, k, "probability_low", c ? c->probability_range.low : NAN);
        table_set_number(statistics, k, "probability_high", c ? c->probability_range.high : NAN);
        table_set_number(statistics, k, "mann_whitney_p", c ? c->p : NAN);
        table_set_number(statistics, k, "holm_p", c ? c->holm_p : NAN);
        table_set_number(statistics, k, "tost_p", c ? c->tost_p : NAN);
        table_set_number(statistics, k, "tost_holm_p", c ? c->tost_holm_p : NAN);
    }
}

/* ---- Words ---- */

/* What the tests say of A in one measure. */
static const char *tested(const contrast *c) {
    return !c || isnan(c->holm_p) ? "not tested" : contrast_verdict(c);
}

static void say_times(report *r, const groups *g, const contrast_list *list, size_t left, size_t right, bool seconds) {
    const group *a = &g->group[left], *d = &g->group[right];
    const char *rung = rung_name(g, right), *in_steps = tested(rung_find(list, rung_practical, CONTRAST_STEPS, right)),
               *in_seconds = tested(rung_find(list, rung_practical, CONTRAST_SECONDS, right));
    double ratio_steps = d->steps.median / a->steps.median, ratio_seconds = d->seconds.median / a->seconds.median;
    if (!a->solvable || !d->solvable) return;
    if (!isfinite(ratio_steps) || !(ratio_steps > 0)) {
        report_text(r,
                    "Time to the solved return: A solved %zu of %zu runs, %s %zu of %zu; a speed-up is stated only "
                    "where more than half of both solve.",
                    a->steps.events, a->runs, rung, d->steps.events, d->runs);
        return;
    }
    if (seconds && isfinite(ratio_seconds))
        report_text(
            r,
            "Time to the solved return, medians: A %.0f steps and %.3g s, %s %.0f steps and %.3g s; %s over A is "
            "%.2f in steps (A is %s) and %.2f in seconds (A is %s).",
            a->steps.median, a->seconds.median, rung, d->steps.median, d->seconds.median, rung, ratio_steps, in_steps,
            ratio_seconds, in_seconds);
    else
        report_text(
            r,
            "Steps to the solved return, medians: A %.0f, %s %.0f; %s over A is %.2f (A is %s). No seconds were "
            "measured for both.",
            a->steps.median, rung, d->steps.median, rung, ratio_steps, in_steps);
}

static void say_practical(report *r, const groups *g, const contrast_list *list, size_t d) {
    long a = rung_beside(g, d, "A");
    const contrast *c = rung_find(list, rung_practical, CONTRAST_RETURN, d),
                   *rate = rung_find(list, rung_practical, CONTRAST_RATE, d);
    if (a < 0 || !c || isnan(c->probability)) return;
    const group *left = &g->group[a], *right = &g->group[d];
    char equivalence[48] = ""; /* no margin is known without a solved return */
    if (!isnan(c->tost_holm_p)) snprintf(equivalence, sizeof equivalence, ", equivalence p = %.3g", c->tost_holm_p);
    if (isnan(c->holm_p))
        report_text(r, "**A against %s:** final return %.4g against %.4g. One seed a side allows no test.",
                    rung_name(g, d), left->iqm, right->iqm);
    else
        report_text(r,
                    "**A against %s:** A is %s in final return (IQM %.4g against %.4g; P(A > D) = %.3f [%.3f, %.3f], "
                    "Holm p = %.3g%s).",
                    rung_name(g, d), contrast_verdict(c), left->iqm, right->iqm, c->probability,
                    c->probability_range.low, c->probability_range.high, c->holm_p, equivalence);
    if (rate && left->rate_iqm > 0 && right->rate_iqm > 0)
        report_text(r, "Throughput: A %.0f steps/s, %s %.0f steps/s; A over it is %.2f (A is %s).", left->rate_iqm,
                    rung_name(g, d), right->rate_iqm, left->rate_iqm / right->rate_iqm, tested(rate));
    say_times(r, g, list, (size_t)a, d, rung_has_seconds(g, (size_t)a) && rung_has_seconds(g, d));
}

/* What each rung changes, as a table. */
static void say_causes(report *r, const groups *g, const contrast_list *list, size_t place) {
    table t = {0};
    for (size_t i = 0; i < list->count; i++) {
        const contrast *c = &list->items[i];
        if (c->question == rung_practical || !rung_one_place(g, c->left, place) || isnan(c->probability)) continue;
        size_t row = table_row(&t);
        table_set(&t, row, "rungs: what differs", c->question);
        table_set(&t, row, "in", contrast_measure_names[c->measure]);
        table_set(&t, row, "the first is", contrast_verdict(c));
        section_put_range(&t, row, "P(first better) [95 %]", c->probability, c->probability_range);
        section_put(&t, row, "Holm p", c->holm_p);
        section_put(&t, row, "equivalence p", c->tost_holm_p);
    }
    if (t.rows > 0) report_table(r, &t);
    table_free(&t);
}

/* ---- Parts ---- */

static void draw_returns(report *r, const groups *g, members m, const char *name, const char *title) {
    plot_row *rows = memory_array(plot_row, m.count);
    for (size_t i = 0; i < m.count; i++)
        rows[i] = (plot_row){rung_name(g, m.of[i]), (int)i, g->group[m.of[i]].iqm, g->group[m.of[i]].iqm_range};
    text_buffer svg = {0};
    char caption[300], file[200];
    plot_intervals(&svg, title, "final evaluation return", false, m.count, rows);
    snprintf(caption, sizeof caption, "%s: final evaluation return, interquartile mean and 95 %% interval.", title);
    snprintf(file, sizeof file, "%s-returns", name);
    report_picture(r, file, caption, text_string(&svg));
    text_free(&svg);
    memory_free(rows);
}

static void write_place(report *r, const groups *g, const contrast_list *list, size_t place, const char *base) {
    size_t *of = memory_array(size_t, g->count);
    members m = rung_members(g, place, of);
    char title[160], name[160], file[200];
    rung_place_title(title, sizeof title, g, place);
    rung_place_file(name, sizeof name, g, place);
    report_heading(r, 3, title);
    for (size_t i = 0; i < m.count; i++)
        if (strncmp(rung_name(g, of[i]), "D", 1) == 0) say_practical(r, g, list, of[i]);
    say_causes(r, g, list, place);
    report_heading(r, 4, "Final return");
    section_scores(r, g, m);
    draw_returns(r, g, m, name, title);
    report_heading(r, 4, "Score against steps, and against seconds at equal cores");
    section_solved(r, g, m, rung_has_seconds);
    section_curves(r, g, m, base, name, title, rung_has_seconds);
    report_heading(r, 4, "Steps per second, staleness, waiting");
    section_rates(r, g, m);
    snprintf(file, sizeof file, "%s-time", name);
    section_time(r, g, m, file, title);
    snprintf(file, sizeof file, "%s-staleness", name);
    section_staleness(r, g, m, file, title);
    memory_free(of);
}

static int write_tables(const char *folder, const groups *g, const contrast_list *list, const table *pooled, error *e) {
    table statistics = {0}, comparisons = {0};
    char path[FILE_PATH_SIZE];
    groups_statistics(g, &statistics);
    add_contrasts(g, list, &statistics);
    contrasts_table(g, list->count, list->items, &comparisons);
    int failed = file_join(path, folder, "statistics.csv", e) || table_write(&statistics, path, e);
    if (!failed && list->count > 0)
        failed = file_join(path, folder, "comparisons.csv", e) || table_write(&comparisons, path, e);
    if (!failed && pooled->rows > 0) failed = file_join(path, folder, "pooled.csv", e) || table_write(pooled, path, e);
    table_free(&statistics);
    table_free(&comparisons);
    return failed ? -1 : 0;
}

static bool any_run(const groups *g) {
    for (size_t k = 0; k < g->count; k++)
        if (g->group[k].runs > 0) return true;
    return false;
}

int compare_report(const char *folder, table *runs, const char *base, size_t total, error *e) {
    groups g;
    if (groups_make(&g, runs, "runs.csv", e)) return -1;
    contrast_list list = rung_contrasts(&g);
    table pooled = {0};
    compare_pool(&g, &pooled);
    report r;
    report_open(&r, folder, "Async against sync");
    int failed = section_runs(&r, &g, total, e);
    if (!failed && any_run(&g)) {
        section_power(&r, &g);
        compare_findings(&r, &g, &list);
        compare_overview(&r, &g, &pooled);
        compare_agreement(&r, &g, &list, base);
        report_heading(&r, 2, COMPARE_DETAILS);
        for (size_t k = 0; k < g.count; k++)
            if (rung_is_place(&g, k)) write_place(&r, &g, &list, k, base);
        section_method(&r);
    }
    if (!failed) failed = write_tables(folder, &g, &list, &pooled, e);
    if (failed)
        report_discard(&r);
    else
        failed = report_close(&r, e);
    table_free(&pooled);
    memory_free(list.items);
    groups_free(&g);
    return failed;
}
