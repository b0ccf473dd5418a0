/* SPDX-License-Identifier: MIT
 * How far virtual time can be believed: cells that ran on real threads beside the same in virtual time. */
#include "lab/compare_parts.h"

#include "base/memory.h"
#include "lab/plot.h"
#include "lab/staleness.h"

#include <math.h>
#include <stdio.h>

enum { MOST_BINS = 64 };

/* Two cells' staleness value by value. */
typedef struct distributions {
    size_t bins, real_runs, virtual_runs;
    double *real, *simulated; /* [runs, bins] */
} distributions;

static distributions read_distributions(const groups *g, size_t a, size_t v, const char *base) {
    distributions d = {.bins = (size_t)fmin(2 * group_number(g, a, "workers") + 2, MOST_BINS)};
    d.real = memory_array(double, memory_product(g->group[a].runs + 1, d.bins));
    d.simulated = memory_array(double, memory_product(g->group[v].runs + 1, d.bins));
    d.real_runs = staleness_read(d.real, d.bins, g, a, base);
    d.virtual_runs = staleness_read(d.simulated, d.bins, g, v, base);
    return d;
}

static void draw(report *r, const distributions *d, const char *name, const char *title) {
    double *x = memory_array(double, d->bins + 1), *p = memory_array(double, d->bins),
           *q = memory_array(double, d->bins);
    for (size_t b = 0; b < d->bins; b++) {
        x[b] = (double)b - 0.5;
        p[b] = staleness_share(d->real_runs, d->bins, d->real, b);
        q[b] = staleness_share(d->virtual_runs, d->bins, d->simulated, b);
    }
    const plot_series series[] = {{"real threads (A)", PLOT_STEPS, 0, d->bins, x, p, NULL, NULL},
                                  {"virtual time (V)", PLOT_STEPS, 1, d->bins, x, q, NULL, NULL}};
    char heading[200];
    snprintf(heading, sizeof heading, "%s: staleness", title);
    plot picture = {.title = heading,
                    .x_label = "staleness (updates between an update's pull and its push)",
                    .y_label = "share of updates",
                    .y_zero = true,
                    .rule = NAN,
                    .series_count = 2,
                    .series = series};
    text_buffer svg = {0};
    char caption[300];
    plot_draw(&svg, &picture);
    snprintf(caption, sizeof caption, "%s: staleness of all updates, mean over runs; the last bar has all above.",
             title);
    report_picture(r, name, caption, text_string(&svg));
    text_free(&svg);
    memory_free(x);
    memory_free(p);
    memory_free(q);
}

/* One row: the shares side by side and their distance. */
static void add_row(table *t, const groups *g, size_t a, size_t v, const distributions *d) {
    size_t row = table_row(t);
    interval range;
    table_set(t, row, "env", group_text(g, a, "env"));
    table_set(t, row, "W", group_text(g, a, "workers"));
    put(t, row, "mean, real", group_mean(g, a, "staleness_mean"));
    put(t, row, "virtual", group_mean(g, v, "staleness_mean"));
    for (size_t b = 0; b < 3; b++) {
        char real[32], simulated[32];
        snprintf(real, sizeof real, "%% at %zu, real", b);
        snprintf(simulated, sizeof simulated, "%% at %zu, virtual", b);
        put(t, row, real, 100 * staleness_share(d->real_runs, d->bins, d->real, b));
        put(t, row, simulated, 100 * staleness_share(d->virtual_runs, d->bins, d->simulated, b));
    }
    double distance = 100 * staleness_distance(d->bins, d->real_runs, d->real, d->virtual_runs, d->simulated, &range);
    put_range(t, row, "% that differ [95 %]", distance, (interval){100 * range.low, 100 * range.high});
}

static void add_tests(table *t, const groups *g, const contrast_list *list, size_t v) {
    for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_STEPS; m++) {
        const contrast *c = rung_find(list, rung_virtual_time, m, v);
        if (!c || isnan(c->probability)) continue;
        const group *left = &g->group[c->left], *right = &g->group[c->right];
        size_t row = table_row(t);
        table_set(t, row, "env", group_text(g, v, "env"));
        table_set(t, row, "W", group_text(g, v, "workers"));
        table_set(t, row, "in", contrast_measure_names[m]);
        put(t, row, "real (A)", m == CONTRAST_RETURN ? left->iqm : left->steps.median);
        put(t, row, "virtual (V)", m == CONTRAST_RETURN ? right->iqm : right->steps.median);
        put_range(t, row, "P(A better) [95 %]", c->probability, c->probability_range);
        put(t, row, "Mann-Whitney p", c->p);
        put(t, row, "Holm p", c->holm_p);
        put(t, row, "equivalence p", c->tost_holm_p);
        table_set(t, row, "A is", contrast_verdict(c));
    }
}

static void draw_pair(report *r, const groups *g, size_t a, size_t v, const char *base, const char *title) {
    char name[200], file[160];
    const size_t of[] = {a, v};
    rung_place_file(file, sizeof file, g, a);
    snprintf(name, sizeof name, "%s-virtual", file);
    section_steps(r, g, (members){2, of}, base, name, title);
}

void compare_agreement(report *r, const groups *g, const contrast_list *list, const char *base) {
    table staleness = {0}, tests = {0};
    bool any = false;
    for (size_t v = 0; v < g->count; v++) {
        long a = rung_beside(g, v, "A");
        if (a < 0 || g->group[v].runs == 0 || !rung_find(list, rung_virtual_time, CONTRAST_RETURN, v)) continue;
        if (!any) {
            report_heading(r, 2, "Virtual time beside real threads");
            report_text(r, "Where the machine has a CPU for every worker, A ran on real threads and, as V, in virtual "
                           "time: one thread, each turn's cost drawn from a log-normal distribution whose standard "
                           "deviation is a twentieth of its mean. What is shown for more workers than CPUs rests on the "
                           "two being alike.");
        }
        any = true;
        char title[160], file[160], name[200];
        rung_place_title(title, sizeof title, g, v);
        rung_place_file(file, sizeof file, g, v);
        distributions d = read_distributions(g, (size_t)a, v, base);
        if (d.real_runs > 0 && d.virtual_runs > 0) {
            snprintf(name, sizeof name, "%s-staleness-virtual", file);
            add_row(&staleness, g, (size_t)a, v, &d);
            draw(r, &d, name, title);
        }
        draw_pair(r, g, (size_t)a, v, base, title);
        add_tests(&tests, g, list, v);
        memory_free(d.real);
        memory_free(d.simulated);
    }
    if (staleness.rows > 0) {
        report_text(r, "Staleness: the mean, the share of updates by value, and the share that would have to change "
                       "for the two distributions to be one (total variation distance). A real mean can be above W - 1 "
                       "because a thread's next pull is made in the same pass as its push, so that spans overlap:");
        report_table(r, &staleness);
    }
    if (tests.rows > 0) {
        report_text(r, "Learning: do the two differ, and are they equivalent?");
        report_table(r, &tests);
    }
    table_free(&staleness);
    table_free(&tests);
}
