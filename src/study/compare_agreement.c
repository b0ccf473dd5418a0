/* SPDX-License-Identifier: MIT
 * How far virtual time can be believed: cells that ran on real threads beside the same in virtual time. */
#include "study/compare_parts.h"

#include "base/memory.h"
#include "report/plot.h"
#include "study/staleness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BINS = 64, KINDS = 3 };

/* What is set beside each other at one place: V, then what really ran. */
static const struct {
    const char *rung, *words, *question;
} kinds[KINDS] = {{"V (virtual)", "V: virtual time", NULL},
                  {"B", "B: real threads, locked", rung_virtual_locked},
                  {"A", "A: real threads, Hogwild", rung_virtual_time}};

/* One place's cells, and their staleness value by value. */
typedef struct place {
    long cell[KINDS]; /* -1: there is none */
    size_t bins, runs[KINDS];
    double *share[KINDS]; /* [runs, bins] */
} place;

static place find_place(const groups *g, size_t v) {
    place p = {.bins = (size_t)fmin(2 * group_number(g, v, "workers") + 2, MOST_BINS)};
    for (int k = 0; k < KINDS; k++) {
        p.cell[k] = rung_beside(g, v, kinds[k].rung);
        if (p.cell[k] >= 0 && g->group[p.cell[k]].runs == 0) p.cell[k] = -1;
    }
    return p;
}

static void read_staleness(place *p, const groups *g, const char *base) {
    for (int k = 0; k < KINDS; k++) {
        if (p->cell[k] < 0) continue;
        p->share[k] = memory_array(double, memory_product(g->group[p->cell[k]].runs + 1, p->bins));
        p->runs[k] = staleness_read(p->share[k], p->bins, g, (size_t)p->cell[k], base);
    }
}

static void draw_staleness(report *r, const place *p, const char *name, const char *title) {
    double *x = memory_array(double, p->bins + 1), *y = memory_array(double, KINDS * p->bins);
    plot_series series[KINDS];
    size_t count = 0;
    for (size_t b = 0; b < p->bins; b++) x[b] = (double)b - 0.5;
    for (int k = 0; k < KINDS; k++) {
        if (p->runs[k] == 0) continue;
        double *share = y + count * p->bins;
        for (size_t b = 0; b < p->bins; b++) share[b] = staleness_share(p->runs[k], p->bins, p->share[k], b);
        series[count++] = (plot_series){kinds[k].words, PLOT_STEPS, k, p->bins, x, share, NULL, NULL};
    }
    char heading[200];
    snprintf(heading, sizeof heading, "%s: staleness", title);
    plot picture = {.title = heading,
                    .x_label = "staleness (updates between an update's pull and its push)",
                    .y_label = "share of updates",
                    .y_zero = true,
                    .rule = NAN,
                    .series_count = count,
                    .series = series};
    text_buffer svg = {0};
    char caption[300];
    plot_draw(&svg, &picture);
    snprintf(caption, sizeof caption, "%s: staleness of all updates, mean over runs; the last bar has all above.",
             title);
    report_picture(r, name, caption, text_string(&svg));
    text_free(&svg);
    memory_free(x);
    memory_free(y);
}

/* The staleness of the first of a pair against that of V, by the tests at 5 %. */
static const char *staleness_verdict(const contrast *c) {
    bool same = c->tost_holm_p < 0.05;
    bool less = c->probability > 0.5;
    if (isnan(c->holm_p)) return "not tested";
    if (c->holm_p < 0.05 && same)
        return less ? "mostly below V's, by less than 5 %" : "mostly above V's, by less than 5 %";
    if (c->holm_p < 0.05) return less ? "mostly below V's" : "mostly above V's";
    return same ? "V's within 5 %" : "not told apart from V's";
}

/* Whether the mean staleness of a cell is above W - 1, by Student's 95 % interval over its runs. */
static bool is_above(const groups *g, long k) {
    if (k < 0 || g->group[k].stale < 2) return false;
    const group *c = &g->group[k];
    double n = (double)c->stale,
           half = statistics_student_quantile(0.975, n - 1) * statistics_sd(c->stale, c->staleness) / sqrt(n);
    return statistics_mean(c->stale, c->staleness) - half > group_number(g, (size_t)k, "workers") - 1;
}

/* One row per cell: its shares, and how far it is from V. */
static void add_staleness(table *t, const groups *g, const contrast_list *list, const place *p) {
    size_t v = (size_t)p->cell[0];
    for (int k = 0; k < KINDS; k++) {
        if (p->cell[k] < 0 || isnan(group_mean(g, (size_t)p->cell[k], "staleness_mean"))) continue;
        size_t row = table_row(t);
        table_set(t, row, "env", group_text(g, v, "env"));
        table_set(t, row, "W", group_text(g, v, "workers"));
        table_set(t, row, "cell", kinds[k].words);
        section_put(t, row, "mean", group_mean(g, (size_t)p->cell[k], "staleness_mean"));
        for (size_t b = 0; b < 3 && p->runs[k] > 0; b++) {
            char column[16];
            snprintf(column, sizeof column, "%% at %zu", b);
            section_put(t, row, column, 100 * staleness_share(p->runs[k], p->bins, p->share[k], b));
        }
        const contrast *c = k > 0 ? rung_find(list, kinds[k].question, CONTRAST_STALENESS, v) : NULL;
        if (k > 0 && p->runs[0] > 0 && p->runs[k] > 0) {
            interval range;
            double d = staleness_distance(p->bins, p->runs[k], p->share[k], p->runs[0], p->share[0], &range);
            section_put_range(t, row, "% that differ from V [95 %]", 100 * d,
                              (interval){100 * range.low, 100 * range.high});
        }
        if (c) {
            section_put(t, row, "Holm p", c->holm_p);
            section_put(t, row, "equivalence p of the mean", c->tost_holm_p);
            table_set(t, row, "the runs' means are", staleness_verdict(c));
        }
    }
}

/* The ratio of two restricted means with a 95 % interval: normal on the logarithm, from both means' intervals. */
static void put_ratio(table *t, size_t row, const char *column, const survival *x, const survival *y) {
    double ratio = x->restricted_mean / y->restricted_mean;
    double a = (x->restricted_interval.high - x->restricted_interval.low) / (2 * x->restricted_mean);
    double b = (y->restricted_interval.high - y->restricted_interval.low) / (2 * y->restricted_mean);
    double wide = exp(sqrt(a * a + b * b));
    section_put_range(t, row, column, ratio, (interval){ratio / wide, ratio * wide});
}

static void add_tests(table *t, const groups *g, const contrast_list *list, size_t v) {
    for (int k = 1; k < KINDS; k++)
        for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_STEPS; m++) {
            const contrast *c = rung_find(list, kinds[k].question, m, v);
            if (!c || isnan(c->probability)) continue;
            const group *left = &g->group[c->left], *right = &g->group[c->right];
            size_t row = table_row(t);
            table_set(t, row, "env", group_text(g, v, "env"));
            table_set(t, row, "W", group_text(g, v, "workers"));
            table_set(t, row, "real", kinds[k].rung);
            table_set(t, row, "in", contrast_measure_names[m]);
            section_put(t, row, "real threads", m == CONTRAST_RETURN ? left->iqm : left->steps.median);
            section_put(t, row, "virtual (V)", m == CONTRAST_RETURN ? right->iqm : right->steps.median);
            section_put_range(t, row, "P(real better) [95 %]", c->probability, c->probability_range);
            section_put(t, row, "Holm p", c->holm_p);
            section_put(t, row, "equivalence p", c->tost_holm_p);
            table_set(t, row, "real is", contrast_verdict(c));
            if (m == CONTRAST_STEPS) put_ratio(t, row, "real over virtual [95 %]", &left->steps, &right->steps);
        }
}

static void write_place(report *r, const groups *g, const place *p, const char *base) {
    char title[160], file[160], name[200];
    size_t of[KINDS], count = 0, v = (size_t)p->cell[0];
    rung_place_title(title, sizeof title, g, v);
    rung_place_file(file, sizeof file, g, v);
    if (p->runs[0] > 0) {
        snprintf(name, sizeof name, "%s-staleness-virtual", file);
        draw_staleness(r, p, name, title);
    }
    for (int k = KINDS; k-- > 0;)
        if (p->cell[k] >= 0) of[count++] = (size_t)p->cell[k];
    snprintf(name, sizeof name, "%s-virtual", file);
    section_steps(r, g, (members){count, of}, base, name, title);
}

void compare_agreement(report *r, const groups *g, const contrast_list *list, const char *base) {
    table staleness = {0}, tests = {0};
    size_t above = 0, places = 0;
    for (size_t v = 0; v < g->count; v++) {
        if (strcmp(rung_name(g, v), kinds[0].rung) != 0 || g->group[v].runs == 0) continue;
        place p = find_place(g, v);
        if (p.cell[1] < 0 && p.cell[2] < 0) continue;
        if (tests.rows == 0 && staleness.rows == 0) {
            report_heading(r, 2, "Virtual time beside real threads");
            report_text(r, "Where the machine has a CPU for every worker, A and B ran on real threads and, as V, in "
                           "virtual time: one thread, each turn's cost drawn from a log-normal distribution whose "
                           "standard deviation is a twentieth of its mean, whole updates one after the other. So it is "
                           "B, the locked one, that V is a picture of; pushes that overlap are in A alone. What is "
                           "shown for more workers than CPUs rests on their being alike.");
        }
        read_staleness(&p, g, base);
        write_place(r, g, &p, base);
        add_staleness(&staleness, g, list, &p);
        places += p.cell[2] >= 0;
        above += is_above(g, p.cell[2]);
        add_tests(&tests, g, list, v);
        for (int k = 0; k < KINDS; k++) memory_free(p.share[k]);
    }
    if (staleness.rows > 0) {
        report_text(r,
                    "Staleness: the mean, Mann-Whitney's test of the runs' means against V's, and two one-sided Welch "
                    "tests of the mean within 5 %% of W - 1.%s",
                    table_find(&staleness, "% at 0") < 0
                        ? ""
                        : " Beside it the share of updates by value, and the share that would have to change for the "
                          "distribution to be V's (total variation distance).");
        if (above > 0)
            report_text(r,
                        "In %zu of %zu places A's mean is above W - 1 (95 %% interval over its runs). That can be: a "
                        "thread's next pull is made in the same pass as its push, so pushes that overlap count each "
                        "other, although each saw part of the other's update.",
                        above, places);
        report_table(r, &staleness);
    }
    if (tests.rows > 0) {
        report_text(r,
                    "Learning: do the two differ, and by how much? Returns are interquartile means and have a test of "
                    "equivalence; steps are medians, with the ratio of the restricted means.");
        report_table(r, &tests);
    }
    table_free(&staleness);
    table_free(&tests);
}
