/* SPDX-License-Identifier: MIT
 * What the ladder says: in words, tables and pictures. */
#include "lab/compare.h"

#include "base/file.h"
#include "base/memory.h"
#include "lab/contrasts.h"
#include "lab/plot.h"
#include "lab/sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char practical[] = "A against D: sync at equal cores", lost[] = "A against B: lost updates",
                  stale[] = "B against C: staleness", batch[] = "C against D x1: the batch",
                  virtual_time[] = "A against V: virtual time";

/* ---- Finding cells ---- */

static const char *rung_of(const groups *g, size_t k) {
    return group_text(g, k, "rung");
}

static bool is_virtual(const groups *g, size_t k) {
    return strstr(rung_of(g, k), "(virtual)") != NULL || strcmp(group_text(g, k, "schedule"), "simulated") == 0;
}
static bool has_seconds(const groups *g, size_t k) {
    return !is_virtual(g, k);
}

static bool one_place(const groups *g, size_t a, size_t b) {
    return strcmp(group_text(g, a, "env"), group_text(g, b, "env")) == 0 &&
           strcmp(group_text(g, a, "workers"), group_text(g, b, "workers")) == 0 &&
           strcmp(group_text(g, a, "preset"), group_text(g, b, "preset")) == 0;
}

/* The cell of this rung beside cell k, or -1. A is also A=B. */
static long beside(const groups *g, size_t k, const char *rung) {
    for (size_t i = 0; i < g->count; i++)
        if (one_place(g, i, k) &&
            (strcmp(rung_of(g, i), rung) == 0 || (strcmp(rung, "A") == 0 && strncmp(rung_of(g, i), "A=B", 3) == 0)))
            return (long)i;
    return -1;
}

/* The first cell of an environment and number of workers stands for the place. */
static bool is_place(const groups *g, size_t k) {
    for (size_t i = 0; i < k; i++)
        if (one_place(g, i, k)) return false;
    return true;
}

static members members_of(const groups *g, size_t place, size_t *of) {
    members m = {0, of};
    for (size_t i = place; i < g->count; i++)
        if (one_place(g, i, place)) of[m.count++] = i;
    return m;
}

/* ---- Contrasts ---- */

typedef struct contrast_list {
    size_t count;
    contrast *items; /* room for 5 measures of every pair that can be asked for */
} contrast_list;

static void ask(contrast_list *list, const groups *g, long left, long right, const char *question) {
    if (left < 0 || right < 0) return;
    size_t a = (size_t)left, b = (size_t)right;
    for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_STALENESS; m++) {
        if (m == CONTRAST_STALENESS && question != virtual_time) continue;
        bool timed = m == CONTRAST_SECONDS || m == CONTRAST_RATE;
        if (timed && (is_virtual(g, a) || is_virtual(g, b) || question == stale || question == batch))
            continue; /* not at equal cores */
        list->items[list->count++] = contrast_make(g, a, b, question, m);
    }
}

static contrast_list make_contrasts(const groups *g) {
    contrast_list list = {0, memory_array(contrast, 5 * (5 * g->count + 1))};
    for (size_t k = 0; k < g->count; k++) {
        if (strncmp(rung_of(g, k), "D", 1) == 0) ask(&list, g, beside(g, k, "A"), (long)k, practical);
        if (!is_place(g, k)) continue;
        long a = beside(g, k, "A"), b = beside(g, k, "B"), c = beside(g, k, "C"), d = beside(g, k, "D x1");
        ask(&list, g, a, b, lost);
        ask(&list, g, b >= 0 ? b : a, c, stale);
        ask(&list, g, c, d, batch);
        ask(&list, g, a, beside(g, k, "V (virtual)"), virtual_time);
    }
    contrasts_correct(list.count, list.items);
    return list;
}

static const contrast *find_contrast(const contrast_list *list, const char *question, contrast_measure m,
                                     size_t right) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].question == question && list->items[i].measure == m && list->items[i].right == right)
            return &list->items[i];
    return NULL;
}

/* The columns of statistics.csv that set a cell of D against A. */
static void add_contrasts(const groups *g, const contrast_list *list, table *statistics) {
    for (size_t k = 0; k < g->count; k++) {
        const contrast *c = find_contrast(list, practical, CONTRAST_RETURN, k);
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

static void say_times(report *r, const group *a, const group *d, const char *rung, bool seconds) {
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
        report_text(r,
                    "Time to the solved return, medians: A %.0f steps and %.3g s, %s %.0f steps and %.3g s; A is %.2f "
                    "times as fast in steps and %.2f times in seconds.",
                    a->steps.median, a->seconds.median, rung, d->steps.median, d->seconds.median, ratio_steps,
                    ratio_seconds);
    else
        report_text(r,
                    "Steps to the solved return, medians: A %.0f, %s %.0f; A is %.2f times as fast in steps. (No "
                    "seconds: virtual time has none.)",
                    a->steps.median, rung, d->steps.median, ratio_steps);
}

static void say_practical(report *r, const groups *g, const contrast_list *list, size_t d) {
    long a = beside(g, d, "A");
    const contrast *c = find_contrast(list, practical, CONTRAST_RETURN, d),
                   *rate = find_contrast(list, practical, CONTRAST_RATE, d);
    if (a < 0 || !c || isnan(c->probability)) return;
    const group *left = &g->group[a], *right = &g->group[d];
    report_text(r,
                "**A against %s:** A is %s in final return (IQM %.4g against %.4g; P(A > D) = %.3f [%.3f, %.3f], Holm "
                "p = %.3g, equivalence p = %.3g).%s",
                rung_of(g, d), contrast_verdict(c), left->iqm, right->iqm, c->probability, c->probability_range.low,
                c->probability_range.high, c->holm_p, c->tost_holm_p,
                isnan(c->holm_p) ? " One seed a side allows no test." : "");
    if (rate && left->rate_iqm > 0 && right->rate_iqm > 0)
        report_text(r, "Throughput: A %.0f steps/s, %s %.0f steps/s; A does %.2f times as many.", left->rate_iqm,
                    rung_of(g, d), right->rate_iqm, left->rate_iqm / right->rate_iqm);
    say_times(r, left, right, rung_of(g, d), has_seconds(g, (size_t)a) && has_seconds(g, d));
}

/* What each rung changes, as a table. */
static void say_causes(report *r, const groups *g, const contrast_list *list, size_t place) {
    table t = {0};
    for (size_t i = 0; i < list->count; i++) {
        const contrast *c = &list->items[i];
        if (c->question == practical || !one_place(g, c->left, place) || isnan(c->probability)) continue;
        size_t row = table_row(&t);
        table_set(&t, row, "rungs: what differs", c->question);
        table_set(&t, row, "in", contrast_measure_names[c->measure]);
        table_set(&t, row, "the first is", contrast_verdict(c));
        put_range(&t, row, "P(first better) [95 %]", c->probability, c->probability_range);
        put(&t, row, "Holm p", c->holm_p);
        put(&t, row, "equivalence p", c->tost_holm_p);
    }
    if (t.rows > 0) report_table(r, &t);
    table_free(&t);
}

/* ---- Parts ---- */

static void place_title(char *title, size_t size, const groups *g, size_t k) {
    const char *workers = group_text(g, k, "workers");
    snprintf(title, size, "%.80s, %.20s worker%s", group_text(g, k, "env"), workers,
             strcmp(workers, "1") == 0 ? "" : "s");
}

static void draw_returns(report *r, const groups *g, members m, const char *name, const char *title) {
    plot_row *rows = memory_array(plot_row, m.count);
    for (size_t i = 0; i < m.count; i++)
        rows[i] = (plot_row){rung_of(g, m.of[i]), (int)i, g->group[m.of[i]].iqm, g->group[m.of[i]].iqm_range};
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
    members m = members_of(g, place, of);
    char title[160], name[160], file[200];
    place_title(title, sizeof title, g, place);
    snprintf(name, sizeof name, "%.100s-w%.20s", group_text(g, place, "preset"), group_text(g, place, "workers"));
    for (char *c = name; *c; c++)
        if (strchr("/ .", *c)) *c = '-';
    report_heading(r, 2, title);
    for (size_t i = 0; i < m.count; i++)
        if (strncmp(rung_of(g, of[i]), "D", 1) == 0) say_practical(r, g, list, of[i]);
    say_causes(r, g, list, place);
    report_heading(r, 3, "Final return");
    section_scores(r, g, m);
    draw_returns(r, g, m, name, title);
    report_heading(r, 3, "Score against steps, and against seconds at equal cores");
    section_solved(r, g, m, has_seconds);
    section_curves(r, g, m, base, name, title, has_seconds);
    report_heading(r, 3, "Steps a second, staleness, waiting");
    section_rates(r, g, m);
    snprintf(file, sizeof file, "%s-time", name);
    section_time(r, g, m, file, title);
    snprintf(file, sizeof file, "%s-staleness", name);
    section_staleness(r, g, m, file, title);
    memory_free(of);
}

/* Environments pooled by rung and number of workers, returns scaled to 0 random, 1 solved. */
static void pool(const groups *g, table *t) {
    size_t *sizes = memory_array(size_t, g->count + 1), total = 0;
    for (size_t k = 0; k < g->count; k++) total += g->group[k].n;
    double *x = memory_array(double, total + 1);
    for (size_t k = 0; k < g->count; k++) {
        size_t strata = 0, n = 0;
        bool first = true;
        for (size_t i = 0; i < g->count; i++) {
            if (strcmp(rung_of(g, i), rung_of(g, k)) != 0 ||
                strcmp(group_text(g, i, "workers"), group_text(g, k, "workers")) != 0)
                continue;
            double solved = group_number(g, i, "solved_return"), random = group_number(g, i, "random_return");
            if (i < k) first = false;
            if (isnan(solved) || isnan(random) || solved == random || g->group[i].n == 0) continue;
            for (size_t j = 0; j < g->group[i].n; j++) x[n + j] = (g->group[i].score[j] - random) / (solved - random);
            n += sizes[strata++] = g->group[i].n;
        }
        if (!first || strata < 2) continue;
        uint32_t *indices = memory_array(uint32_t, memory_product(GROUP_RESAMPLES, n));
        bootstrap_indices(group_seed(rung_of(g, k), group_text(g, k, "workers")), GROUP_RESAMPLES, strata, sizes,
                          indices);
        interval range = bootstrap_stratified(statistics_iqm, strata, sizes, x, GROUP_RESAMPLES, indices, 0.95);
        size_t row = table_row(t);
        table_set(t, row, "rung", rung_of(g, k));
        table_set(t, row, "workers", group_text(g, k, "workers"));
        table_set_number(t, row, "environments", (double)strata);
        table_set_number(t, row, "n", (double)n);
        table_set_number(t, row, "iqm_low", range.low);
        table_set_number(t, row, "iqm", statistics_iqm(n, x));
        table_set_number(t, row, "iqm_high", range.high);
        memory_free(indices);
    }
    memory_free(sizes);
    memory_free(x);
}

static void write_overview(report *r, const groups *g, const contrast_list *list, const table *pooled) {
    bool searched = g->count > 0 && strcmp(group_text(g, 0, "tuning"), "search") == 0;
    report_heading(r, 2, "The ladder");
    report_text(r,
                "**A** is async, Hogwild, a thread a worker (in virtual time where there are more workers than "
                "CPUs; then nothing is lost and A and B are one cell); **B** async under one lock, so nothing is "
                "lost; **C** async with one thread, so nothing is stale, with the same batch and number of "
                "updates; **D** sync, one batch of all workers, with the learning rate of A times 1, times the "
                "root of W, times W, and tuned. **V** is A in virtual time beside the real one. With one worker A, B "
                "and C are one cell.");
    if (searched)
        report_text(r, "Both sides are tuned alike: for every number of workers the learning rate of A (which B, C and "
                       "the scaled D start from) and that of D tuned are each the best of seven, from a quarter of the "
                       "preset's to sixteen times it, on seeds that are not used here; all cells have the same rollout "
                       "length and environments a worker. The search is a study of its own, in the folder whose name "
                       "ends in -tuning, with all of its curve.");
    else
        report_text(r, "D tuned is the preset's own sync column, its rollout length and environments a worker "
                       "included (T and E below); it was tuned for the preset's own number of workers, so with another "
                       "one it is not at its best: `--tune` searches for every number of workers.");
    report_text(r,
                "Score against steps, steps a second, and score against seconds are three results and are kept apart.");
    enum { SHOWN = 40 };
    table t = {0};
    size_t all = 0;
    for (size_t i = 0; i < list->count; i++)
        all += list->items[i].question == practical && !isnan(list->items[i].probability);
    if (all > SHOWN)
        report_text(r, "The table has D at its best, tuned; all of D's columns are in the sections below and in "
                       "`comparisons.csv`, and Holm's p counts all of them.");
    for (size_t i = 0; i < list->count; i++) {
        const contrast *c = &list->items[i];
        if (c->question != practical || isnan(c->probability)) continue;
        if (all > SHOWN && strcmp(rung_of(g, c->right), "D tuned") != 0) continue;
        size_t row = table_row(&t);
        table_set(&t, row, "env", group_text(g, c->left, "env"));
        table_set(&t, row, "W", group_text(g, c->left, "workers"));
        table_set(&t, row, "A against", rung_of(g, c->right));
        table_set(&t, row, "in", contrast_measure_names[c->measure]);
        table_set(&t, row, "A is", contrast_verdict(c));
        put_range(&t, row, "P(A better) [95 %]", c->probability, c->probability_range);
        put(&t, row, "Holm p", c->holm_p);
        put(&t, row, "equivalence p", c->tost_holm_p);
    }
    if (t.rows > 0) report_table(r, &t);
    table_free(&t);
    if (pooled->rows > 0) {
        report_heading(r, 3, "All environments together");
        report_text(r, "Final returns scaled to 0 (random policy) and 1 (solved), interquartile mean over all runs, "
                       "stratified bootstrap by environment.");
        report_table(r, pooled);
    }
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

int compare_report(const char *folder, table *runs, const char *base, size_t total, error *e) {
    groups g;
    if (groups_make(&g, runs, "runs.csv", e)) return -1;
    contrast_list list = make_contrasts(&g);
    table pooled = {0};
    pool(&g, &pooled);
    report r;
    report_open(&r, folder, "Async against sync");
    int failed = section_runs(&r, &g, total, e);
    if (!failed) {
        section_power(&r, &g);
        write_overview(&r, &g, &list, &pooled);
        for (size_t k = 0; k < g.count; k++)
            if (is_place(&g, k)) write_place(&r, &g, &list, k, base);
        section_method(&r);
        failed = write_tables(folder, &g, &list, &pooled, e);
    }
    if (failed)
        report_discard(&r);
    else
        failed = report_close(&r, e);
    table_free(&pooled);
    memory_free(list.items);
    groups_free(&g);
    return failed;
}
