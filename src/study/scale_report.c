/* SPDX-License-Identifier: MIT
 * The report of `a3c scale`: rates and times to the score by number of workers. Workers, threads and CPUs are three
 * numbers: workers are the points of a line, threads are what a run computed on (sync has no more of them than CPUs),
 * and a law is fitted only to points whose workers each had a thread and a CPU. */
#include "study/scale.h"

#include "base/file.h"
#include "base/memory.h"
#include "study/groups.h"
#include "report/plot.h"
#include "study/sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Lines: the cells of one mode and batch ---- */

enum { MOST_POINTS = 128 };

typedef struct line {
    const char *name;
    size_t count, cells[MOST_POINTS];
    double n[MOST_POINTS], rate[MOST_POINTS], low[MOST_POINTS], high[MOST_POINTS]; /* by rising number of workers */
    long one;      /* the point with one worker, -1: none */
    size_t within; /* points that a law is fitted to */
    scaling_fit amdahl, usl;
} line;

/* Workers; a table without them has one per thread. */
static double workers_of(const groups *g, size_t k) {
    double workers = group_number(g, k, "workers");
    return isnan(workers) ? group_number(g, k, "threads") : workers;
}

static double threads_of(const groups *g, size_t k) {
    double threads = group_number(g, k, "threads");
    return isnan(threads) ? workers_of(g, k) : threads;
}

static double cpus_of(const groups *g, size_t k) {
    double cpus = group_number(g, k, "cpus");
    return isnan(cpus) ? INFINITY : cpus;
}

/* Every worker had a thread and every thread a CPU: only such points show scaling. */
static bool scales(const groups *g, size_t k) {
    return threads_of(g, k) == workers_of(g, k) && workers_of(g, k) <= cpus_of(g, k);
}

static void add_point(line *l, const groups *g, size_t k) {
    double n = workers_of(g, k);
    if (isnan(n) || g->group[k].rates == 0 || l->count == MOST_POINTS) return;
    size_t at = l->count++;
    for (; at > 0 && l->n[at - 1] > n; at--) {
        l->n[at] = l->n[at - 1];
        l->cells[at] = l->cells[at - 1];
    }
    l->n[at] = n;
    l->cells[at] = k;
}

static void make_line(line *l, const groups *g, const char *name) {
    *l = (line){.name = name, .one = -1};
    for (size_t k = 0; k < g->count; k++)
        if (strcmp(group_text(g, k, "line"), name) == 0) add_point(l, g, k);
    double within_n[MOST_POINTS], within_rate[MOST_POINTS];
    for (size_t i = 0; i < l->count; i++) {
        const group *c = &g->group[l->cells[i]];
        l->rate[i] = c->rate_iqm;
        l->low[i] = c->rate_range.low;
        l->high[i] = c->rate_range.high;
        if (l->n[i] == 1) l->one = (long)i;
        if (!scales(g, l->cells[i])) continue;
        within_n[l->within] = l->n[i];
        within_rate[l->within++] = l->rate[i];
    }
    l->amdahl = fit_amdahl(l->within, within_n, within_rate);
    l->usl = fit_usl(l->within, within_n, within_rate);
}

/* ---- Tables ---- */

/* The factor by which a cell reaches the score earlier than one worker does; NAN where half or fewer of either solve.
 */
static double earlier(const survival *one, const survival *many) {
    double factor = one->median / many->median;
    return isfinite(one->median) && isfinite(many->median) ? factor : NAN;
}

static void fill_tables(const groups *g, size_t count, const line *lines, table *scaling, table *fits) {
    for (size_t i = 0; i < count; i++) {
        const line *l = &lines[i];
        for (size_t p = 0; p < l->count; p++) {
            const group *c = &g->group[l->cells[p]], *one = l->one >= 0 ? &g->group[l->cells[l->one]] : NULL;
            size_t row = table_row(scaling);
            table_set(scaling, row, "line", l->name);
            table_set_number(scaling, row, "workers", l->n[p]);
            table_set_number(scaling, row, "threads", threads_of(g, l->cells[p]));
            table_set(scaling, row, "cpus", group_text(g, l->cells[p], "cpus"));
            table_set(scaling, row, "in_fit", scales(g, l->cells[p]) ? "true" : "false");
            table_set_number(scaling, row, "runs", (double)c->runs);
            table_set_number(scaling, row, "steps_per_second", l->rate[p]);
            table_set_number(scaling, row, "steps_per_second_low", l->low[p]);
            table_set_number(scaling, row, "steps_per_second_high", l->high[p]);
            table_set_number(scaling, row, "speedup", one ? l->rate[p] / one->rate_iqm : NAN);
            table_set_number(scaling, row, "efficiency", one ? l->rate[p] / one->rate_iqm / l->n[p] : NAN);
            table_set_number(scaling, row, "median_seconds_to_solved", c->seconds.median);
            table_set_number(scaling, row, "median_steps_to_solved", c->steps.median);
            table_set_number(scaling, row, "speedup_to_solved_seconds",
                             one ? earlier(&one->seconds, &c->seconds) : NAN);
            table_set_number(scaling, row, "speedup_to_solved_steps", one ? earlier(&one->steps, &c->steps) : NAN);
        }
        size_t row = table_row(fits);
        table_set(fits, row, "line", l->name);
        table_set_number(fits, row, "points_in_fit", (double)l->within);
        table_set_number(fits, row, "amdahl_serial_share", l->amdahl.sigma);
        table_set_number(fits, row, "amdahl_limit", l->amdahl.limit);
        table_set_number(fits, row, "usl_contention", l->usl.sigma);
        table_set_number(fits, row, "usl_coherency", l->usl.kappa);
        table_set_number(fits, row, "usl_optimum_workers", l->usl.optimum);
        table_set_number(fits, row, "usl_greatest_speedup", l->usl.limit);
    }
}

static void show_scaling(report *r, const table *scaling) {
    table t = {0};
    for (size_t row = 0; row < scaling->rows; row++) {
        static const char *const texts[] = {"line", "workers", "threads", "cpus"};
        table_row(&t);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            table_set(&t, row, texts[i], table_text(scaling, row, texts[i]));
        table_set(&t, row, "in the fit", strcmp(table_text(scaling, row, "in_fit"), "true") == 0 ? "yes" : "no");
        section_put_range(&t, row, "steps/s, IQM [95 %]", table_number(scaling, row, "steps_per_second"),
                          (interval){table_number(scaling, row, "steps_per_second_low"),
                                     table_number(scaling, row, "steps_per_second_high")});
        section_put(&t, row, "speed-up", table_number(scaling, row, "speedup"));
        section_put(&t, row, "efficiency", table_number(scaling, row, "efficiency"));
        section_put(&t, row, "seconds to solved", table_number(scaling, row, "median_seconds_to_solved"));
        section_put(&t, row, "steps to solved", table_number(scaling, row, "median_steps_to_solved"));
        section_put(&t, row, "speed-up in seconds", table_number(scaling, row, "speedup_to_solved_seconds"));
        section_put(&t, row, "in steps", table_number(scaling, row, "speedup_to_solved_steps"));
    }
    report_table(r, &t);
    table_free(&t);
}

/* ---- Words and pictures ---- */

static void say_fit(report *r, const line *l) {
    if (!l->usl.fitted) return;
    char optimum[64];
    if (isfinite(l->usl.optimum))
        snprintf(optimum, sizeof optimum, "the most is predicted at %.1f workers, %.2f times one", l->usl.optimum,
                 l->usl.limit);
    else
        snprintf(optimum, sizeof optimum, "it predicts no optimum");
    report_text(r,
                "%s: Amdahl's law with a serial share of %.3g (limit %.3g times one); the Universal Scalability Law "
                "with contention %.3g and coherency %.3g: %s.",
                l->name, l->amdahl.sigma, l->amdahl.limit, l->usl.sigma, l->usl.kappa, optimum);
}

static void draw_rates(report *r, size_t count, const line *lines, double cpus) {
    enum { LAW_POINTS = 64 };
    plot_series *series = memory_array(plot_series, 2 * count);
    double *x = memory_array(double, count *LAW_POINTS), *y = memory_array(double, count *LAW_POINTS);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const line *l = &lines[i];
        series[n++] = (plot_series){l->name, PLOT_LINE, (int)i, l->count, l->n, l->rate, l->low, l->high};
        if (!l->usl.fitted) continue;
        double *lx = x + LAW_POINTS * i, *ly = y + LAW_POINTS * i, most = l->n[l->count - 1];
        for (int p = 0; p < LAW_POINTS; p++) {
            lx[p] = pow(most, p / (LAW_POINTS - 1.0));
            ly[p] = scaling_predict(&l->usl, lx[p]);
        }
        series[n++] = (plot_series){NULL, PLOT_DASHED, (int)i, LAW_POINTS, lx, ly, NULL, NULL};
    }
    plot p = {.title = "Throughput by workers",
              .x_label = "workers",
              .y_label = "steps per second",
              .x_log = true,
              .x_doubling = true,
              .y_log = true,
              .rule = NAN,
              .series_count = n,
              .series = series};
    text_buffer svg = {0};
    plot_draw(&svg, &p);
    char caption[300], machine[80] = "";
    if (isfinite(cpus)) snprintf(machine, sizeof machine, " The machine gives %.0f CPU%s.", cpus, cpus == 1 ? "" : "s");
    snprintf(caption, sizeof caption,
             "Steps per second by workers, interquartile mean and 95 %% interval; dashed: the Universal Scalability "
             "Law, fitted to workers that each have a thread and a CPU.%s",
             machine);
    report_picture(r, "throughput", caption, text_string(&svg));
    text_free(&svg);
    memory_free(series);
    memory_free(x);
    memory_free(y);
}

static void draw_speedups(report *r, const table *scaling, size_t count, const line *lines, const char *column,
                          const char *name, const char *title) {
    plot_series *series = memory_array(plot_series, count + 1);
    double *y = memory_array(double, scaling->rows + 1);
    size_t row = 0, n = 0, longest = 0;
    for (size_t i = 1; i < count; i++)
        if (lines[i].count > lines[longest].count) longest = i;
    for (size_t i = 0; i < count; i++) {
        bool any = false;
        for (size_t p = 0; p < lines[i].count; p++)
            any = !isnan(y[row + p] = table_number(scaling, row + p, column)) || any;
        if (any)
            series[n++] =
                (plot_series){lines[i].name, PLOT_LINE, (int)i, lines[i].count, lines[i].n, y + row, NULL, NULL};
        row += lines[i].count;
    }
    if (n > 0) {
        const double *x = lines[longest].n;
        series[n++] =
            (plot_series){"as many as workers", PLOT_DASHED, PLOT_COLORS - 1, lines[longest].count, x, x, NULL, NULL};
        plot p = {.title = title,
                  .x_label = "workers",
                  .y_label = "times one worker",
                  .x_log = true,
                  .x_doubling = true,
                  .y_zero = true,
                  .rule = 1,
                  .rule_name = "one worker",
                  .series_count = n,
                  .series = series};
        text_buffer svg = {0};
        plot_draw(&svg, &p);
        report_picture(r, name, title, text_string(&svg));
        text_free(&svg);
    }
    memory_free(series);
    memory_free(y);
}

static void write_report(report *r, const groups *g, size_t count, const line *lines, const table *scaling) {
    bool shared = false;
    double cpus = INFINITY;
    for (size_t k = 0; k < g->count; k++) {
        cpus = fmin(cpus, cpus_of(g, k));
        shared = shared || (g->group[k].rates > 0 && !scales(g, k));
    }
    report_heading(r, 2, "Throughput and time to the score by number of workers");
    report_text(r, "Every async worker has its own thread; sync takes as many threads as workers, but no more "
                   "than CPUs. T E is the number of steps that a worker brings to an update. "
                   "Speed-ups are against one worker of the same line; the time to the score is the "
                   "Kaplan-Meier median, and a speed-up in it is given only where more than half of the runs with one "
                   "worker and of those with many solve. Score against steps (data efficiency) and "
                   "score against seconds are told apart.");
    if (shared)
        report_text(r, "**Rows that are not in the fit had more workers than threads or CPUs**: there workers take "
                       "turns, so those rows show the cost of sharing, not scaling.");
    show_scaling(r, scaling);
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        say_fit(r, &lines[i]);
        all = all && lines[i].usl.fitted;
    }
    if (!all)
        report_text(
            r, "No law is fitted to lines with fewer than four numbers of workers that each have a thread and a CPU.");
    draw_rates(r, count, lines, cpus);
    draw_speedups(r, scaling, count, lines, "speedup", "speedup", "Speed-up in steps per second");
    draw_speedups(r, scaling, count, lines, "speedup_to_solved_seconds", "speedup-seconds",
                  "Speed-up in seconds to the solved return");
    draw_speedups(r, scaling, count, lines, "speedup_to_solved_steps", "speedup-steps",
                  "Speed-up in steps to the solved return");
    size_t *of = memory_array(size_t, g->count);
    for (size_t k = 0; k < g->count; k++) of[k] = k;
    report_heading(r, 2, "Staleness and where the time went");
    section_rates(r, g, (members){g->count, of});
    section_time(r, g, (members){g->count, of}, "time", "Where the time went");
    memory_free(of);
}

/* A runs.csv without the column `line` has one made of mode, T and E. */
static void name_lines(table *runs) {
    if (table_find(runs, "line") >= 0) return;
    for (size_t row = 0; row < runs->rows; row++) {
        char name[64];
        snprintf(name, sizeof name, "%.20s, T E = %.0f", table_text(runs, row, "mode"),
                 table_number(runs, row, "rollout_steps") * table_number(runs, row, "envs_per_worker"));
        table_set(runs, row, "line", name);
    }
}

int scale_report(const char *folder, table *runs, const char *base, size_t total, error *e) {
    (void)base;
    name_lines(runs);
    groups g;
    if (groups_make(&g, runs, "runs.csv", e)) return -1;
    line *lines = memory_array(line, g.count + 1);
    size_t count = 0;
    for (size_t k = 0; k < g.count; k++) {
        size_t i = 0;
        while (i < count && strcmp(lines[i].name, group_text(&g, k, "line")) != 0) i++;
        if (i == count) make_line(&lines[count++], &g, group_text(&g, k, "line"));
    }
    table scaling = {0}, fits = {0}, statistics = {0};
    char path[FILE_PATH_SIZE];
    fill_tables(&g, count, lines, &scaling, &fits);
    groups_statistics(&g, &statistics);
    report r;
    report_open(&r, folder, "Scaling by workers");
    int failed = section_runs(&r, &g, total, e) || file_join(path, folder, "statistics.csv", e) ||
                 table_write(&statistics, path, e) || file_join(path, folder, "scaling.csv", e) ||
                 table_write(&scaling, path, e) || file_join(path, folder, "fits.csv", e) ||
                 table_write(&fits, path, e);
    if (failed)
        report_discard(&r);
    else {
        section_power(&r, &g);
        write_report(&r, &g, count, lines, &scaling);
        section_method(&r);
        failed = report_close(&r, e);
    }
    table_free(&scaling);
    table_free(&fits);
    table_free(&statistics);
    memory_free(lines);
    groups_free(&g);
    return failed ? -1 : 0;
}
