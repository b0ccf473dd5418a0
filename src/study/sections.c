/* SPDX-License-Identifier: MIT
 * Sections that the reports of all studies share. */
#include "study/sections.h"

#include "base/memory.h"
#include "build_info.h"
#include "study/curves.h"
#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void section_put(table *t, size_t row, const char *column, double value) {
    char text[32];
    if (isinf(value))
        snprintf(text, sizeof text, "never");
    else if (isnan(value))
        snprintf(text, sizeof text, "n/a");
    else if (fabs(value) >= 1e4 && fabs(value) < 1e15)
        snprintf(text, sizeof text, "%.0f", value);
    else
        snprintf(text, sizeof text, "%.4g", value);
    table_set(t, row, column, text);
}

void section_put_range(table *t, size_t row, const char *column, double value, interval range) {
    char text[128];
    if (isnan(range.low) || isnan(range.high)) {
        section_put(t, row, column, value);
        return;
    }
    const char *format = fabs(value) >= 1e4 ? "%.0f [%.0f, %.0f]" : "%.4g [%.4g, %.4g]";
    snprintf(text, sizeof text, format, value, range.low, range.high);
    table_set(t, row, column, text);
}

const char *section_label(const groups *g, size_t k) {
    const char *rung = group_text(g, k, "rung");
    return strcmp(rung, "n/a") == 0 ? g->group[k].name : rung;
}

/* ---- What ran ---- */

static void list_failures(report *r, const groups *g) {
    table t = {0};
    for (size_t row = 0; row < g->runs->rows; row++) {
        if (strcmp(table_text(g->runs, row, "state"), "failed") != 0) continue;
        size_t to = table_row(&t);
        table_set(&t, to, "failed run", table_text(g->runs, row, "run"));
        table_set(&t, to, "stopped_by", table_text(g->runs, row, "stopped_by"));
        table_set(&t, to, "what it said", table_text(g->runs, row, "message"));
        if (t.rows == 20) break;
    }
    report_table(r, &t);
    table_free(&t);
}

/* "a, b": the values of a column over the runs, each once; "unknown" for none. */
static void list_values(char *text, size_t size, const table *runs, const char *column) {
    enum { MOST = 32 };
    const char *seen[MOST];
    size_t count = 0, length = 0;
    snprintf(text, size, "unknown");
    for (size_t row = 0; row < runs->rows && count < MOST; row++) {
        const char *value = table_text(runs, row, column);
        bool known = strcmp(value, "n/a") == 0 || length + strlen(value) + 3 > size;
        for (size_t i = 0; i < count; i++) known = known || strcmp(seen[i], value) == 0;
        if (known) continue;
        seen[count++] = value;
        length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "", value);
    }
}

/* What was asked for, as far as the table says it. */
static void say_request(report *r, const table *runs) {
    static const struct {
        const char *column, *words;
    } parts[] = {{"command", "Command"},
                 {"preset", "Preset or file"},
                 {"changes", "Settings that differ from it"},
                 {"total_steps", "Steps per run"},
                 {"network", "Network"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char values[4000];
        if (table_find(runs, parts[i].column) < 0) continue;
        list_values(values, sizeof values, runs, parts[i].column);
        for (char *c = values; *c; c++)
            if (*c == '`') *c = '\'';
        report_text(r, "%s: `%s`.", parts[i].words, values);
    }
    report_text(r, "This report was written by program version %s, commit %s.", A3C_VERSION, A3C_COMMIT);
}

int section_runs(report *r, const groups *g, size_t total, error *e) {
    size_t done = 0, failed = 0, row = 0, scores = 0;
    for (size_t k = 0; k < g->count; k++) {
        if (done == 0 && g->group[k].runs > 0) row = g->group[k].row;
        done += g->group[k].runs;
        failed += g->group[k].failed;
        scores += g->group[k].n;
    }
    if (g->runs->rows == 0) return error_set(e, STATUS_FAILED, "there is no run to report on: nothing has ended yet");
    report_heading(r, 2, "What ran");
    if (done > 0) {
        char commits[400];
        list_values(commits, sizeof commits, g->runs, "commit");
        report_text(r, "%s, %s CPUs; program version %s, commit %s. %zu runs in %zu cells.",
                    table_text(g->runs, row, "cpu"), table_text(g->runs, row, "cpus"),
                    table_text(g->runs, row, "version"), commits, done, g->count);
        say_request(r, g->runs);
    }
    if (total > done + failed)
        report_text(r,
                    "**This study is not finished: %zu of %zu runs are done.** The same command continues it; what "
                    "follows speaks of those alone.",
                    done, total);
    if (failed > 0) {
        report_text(r,
                    "**%zu runs failed** and are in no figure below; "
                    "the first of them:",
                    failed);
        list_failures(r, g);
    }
    if (done == 0)
        report_text(
            r,
            "**No run succeeded; there is nothing to compare.** What they said is in the study's folder under `logs`.");
    else if (scores < done)
        report_text(
            r,
            "%zu runs ended without a final evaluation return (it is unknown or was not a number); they are not "
            "counted in n.",
            done - scores);
    return 0;
}

/* The fewest and the most scores of a cell with any; of one environment, or of all: NULL. */
static void count_seeds(const groups *g, const char *env, size_t *least, size_t *most) {
    *least = SIZE_MAX;
    *most = 0;
    for (size_t k = 0; k < g->count; k++) {
        size_t n = g->group[k].n;
        if (env && strcmp(group_text(g, k, "env"), env) != 0) continue;
        if (n > 0 && n < *least) *least = n;
        if (n > *most) *most = n;
    }
}

static void say_power(report *r, const char *where, size_t least) {
    power_statement p = power_of(least);
    if (isnan(p.superiority_80) || p.smallest_p > 0.05)
        report_text(r,
                    "**Seeds and power.** The smallest cell%s has %zu seed%s, which is too few for a conclusion: the "
                    "least p that an exact Mann-Whitney test can give is %.3g, and only a difference of %.2g standard "
                    "deviations would be found with power 0.8.",
                    where, least, least == 1 ? "" : "s", p.smallest_p, p.effect_80);
    else
        report_text(r,
                    "**Seeds and power.** The smallest cell%s has %zu seeds. At a two-sided 5 %% that finds, four "
                    "times in five, a difference of %.2g standard deviations, or P(X > Y) of %.2f or more; a "
                    "difference of one standard deviation is found with probability %.2f (normal approximations, "
                    "before Holm's correction).",
                    where, least, p.effect_80, p.superiority_80, p.power_of_one);
}

void section_power(report *r, const groups *g) {
    size_t least, most, of_all;
    count_seeds(g, NULL, &of_all, &most);
    if (most == 0) return;
    if (most == 1) {
        report_text(r,
                    "**One seed per cell:** every figure is a single run, without an interval, and no difference can "
                    "be tested.");
        return;
    }
    bool even = true;
    for (size_t k = 0; k < g->count; k++) {
        count_seeds(g, group_text(g, k, "env"), &least, &most);
        even = even && (most == 0 || least == of_all);
    }
    if (even) {
        say_power(r, "", of_all);
        return;
    }
    for (size_t k = 0; k < g->count; k++) {
        const char *env = group_text(g, k, "env");
        char where[120];
        bool first = true;
        for (size_t i = 0; i < k; i++) first = first && strcmp(group_text(g, i, "env"), env) != 0;
        count_seeds(g, env, &least, &most);
        if (!first || most == 0) continue;
        snprintf(where, sizeof where, " of %.80s", env);
        say_power(r, where, least);
    }
}

/* ---- Tables of the members ---- */

void section_scores(report *r, const groups *g, members m) {
    table t = {0};
    plot_row *rows = memory_array(plot_row, m.count);
    for (size_t i = 0; i < m.count; i++) {
        const group *c = &g->group[m.of[i]];
        size_t row = table_row(&t);
        table_set(&t, row, "cell", c->name);
        table_set(&t, row, "T", group_text(g, m.of[i], "rollout_steps"));
        table_set(&t, row, "E", group_text(g, m.of[i], "envs_per_worker"));
        section_put(&t, row, "rate", group_number(g, m.of[i], "learning_rate"));
        section_put(&t, row, "n", (double)c->n);
        section_put_range(&t, row, "final return, IQM [95 %]", c->iqm, c->iqm_range);
        section_put(&t, row, "mean", statistics_mean(c->n, c->score));
        section_put(&t, row, "sd", statistics_sd(c->n, c->score));
        section_put(&t, row, "failed", (double)c->failed);
        rows[i] = (plot_row){section_label(g, m.of[i]), (int)i, c->iqm, c->iqm_range};
    }
    report_table(r, &t);
    table_free(&t);
    memory_free(rows);
}

void section_solved(report *r, const groups *g, members m, bool (*seconds)(const groups *g, size_t k)) {
    table t = {0};
    const survival unknown = survival_describe(0, NULL, NULL, 1);
    bool any = false;
    for (size_t i = 0; i < m.count; i++) {
        const group *c = &g->group[m.of[i]];
        if (!c->solvable || c->runs == 0) continue;
        any = true;
        const survival *s = seconds(g, m.of[i]) ? &c->seconds : &unknown;
        size_t row = table_row(&t);
        char share[48];
        snprintf(share, sizeof share, "%zu of %zu", c->steps.events, c->runs);
        table_set(&t, row, "cell", c->name);
        table_set(&t, row, "solved", share);
        section_put(&t, row, "steps, median", c->steps.median);
        section_put_range(&t, row, "steps, restricted mean [95 %]", c->steps.restricted_mean,
                          c->steps.restricted_interval);
        section_put(&t, row, "seconds, median", s->median);
        section_put_range(&t, row, "seconds, restricted mean [95 %]", s->restricted_mean, s->restricted_interval);
    }
    if (any)
        report_table(r, &t);
    else
        report_text(r, "No solved return is known for this environment, so nothing is said about the time to it.");
    table_free(&t);
}

void section_rates(report *r, const groups *g, members m) {
    table t = {0};
    for (size_t i = 0; i < m.count; i++) {
        const group *c = &g->group[m.of[i]];
        size_t row = table_row(&t);
        table_set(&t, row, "cell", c->name);
        table_set(&t, row, "threads", group_text(g, m.of[i], "threads"));
        section_put_range(&t, row, "steps/s, IQM [95 %]", c->rate_iqm, c->rate_range);
        section_put(&t, row, "staleness, mean", group_mean(g, m.of[i], "staleness_mean"));
        section_put(&t, row, "staleness, max", group_mean(g, m.of[i], "staleness_max"));
        section_put(&t, row, "waiting, %", 100 * group_mean(g, m.of[i], "time_wait"));
        section_put(&t, row, "lost updates, %", 100 * group_mean(g, m.of[i], "lost_updates"));
        table_set(&t, row, "asynchrony", group_text(g, m.of[i], "asynchrony"));
    }
    report_table(r, &t);
    table_free(&t);
}

/* ---- Pictures of the members ---- */

static void draw_curves(report *r, const groups *g, size_t count, const size_t *of, const curve *curves,
                        const char *name, const char *title, const char *x_label) {
    plot_series *series = memory_array(plot_series, count);
    for (size_t i = 0; i < count; i++)
        series[i] = (plot_series){section_label(g, of[i]), PLOT_LINE,     (int)i,        CURVE_POINTS, curves[i].x,
                                  curves[i].iqm,           curves[i].low, curves[i].high};
    plot p = {.title = title,
              .x_label = x_label,
              .y_label = "mean return of the last 100 episodes",
              .rule = group_number(g, of[0], "solved_return"),
              .rule_name = "solved",
              .series_count = count,
              .series = series};
    text_buffer svg = {0};
    plot_draw(&svg, &p);
    char caption[512];
    snprintf(caption, sizeof caption,
             "%s: interquartile mean over seeds of the training return, 95 %% pointwise interval.", title);
    report_picture(r, name, caption, text_string(&svg));
    text_free(&svg);
    memory_free(series);
}

void section_curves(report *r, const groups *g, members m, const char *folder, const char *name, const char *title,
                    bool (*seconds)(const groups *g, size_t k)) {
    curve *steps = memory_array(curve, m.count), *times = memory_array(curve, m.count);
    size_t *of_steps = memory_array(size_t, m.count), *of_times = memory_array(size_t, m.count), n = 0, timed = 0;
    for (size_t i = 0; i < m.count; i++) {
        curve_make(&steps[n], &times[timed], g, m.of[i], folder);
        if (steps[n].runs == 0) continue;
        of_steps[n++] = m.of[i];
        if (seconds(g, m.of[i])) of_times[timed++] = m.of[i];
    }
    char file[200], heading[300];
    if (n == 0) report_text(r, "The runs' own folders are not here, so no learning curves are drawn.");
    if (n > 0) {
        snprintf(file, sizeof file, "%s-steps", name);
        snprintf(heading, sizeof heading, "%s: return against steps", title);
        draw_curves(r, g, n, of_steps, steps, file, heading, "steps");
    }
    if (timed > 0) {
        snprintf(file, sizeof file, "%s-seconds", name);
        snprintf(heading, sizeof heading, "%s: return against seconds", title);
        draw_curves(r, g, timed, of_times, times, file, heading, "seconds since the process began");
    }
    memory_free(steps);
    memory_free(times);
    memory_free(of_steps);
    memory_free(of_times);
}

static bool never(const groups *g, size_t k) {
    (void)g, (void)k;
    return false;
}

void section_steps(report *r, const groups *g, members m, const char *folder, const char *name, const char *title) {
    section_curves(r, g, m, folder, name, title, never);
}

void section_time(report *r, const groups *g, members m, const char *name, const char *title) {
    static const char *const parts[] = {"environment", "forward", "backward", "pull", "push", "wait", "other"};
    enum { PARTS = 7 };
    double *shares = memory_array(double, m.count *PARTS);
    const char **labels = memory_array(const char *, m.count);
    size_t rows = 0;
    for (size_t i = 0; i < m.count; i++) {
        double sum = 0;
        for (int p = 0; p < PARTS; p++) {
            char column[32];
            snprintf(column, sizeof column, "time_%s", parts[p]);
            sum += shares[rows * PARTS + p] = group_mean(g, m.of[i], column);
        }
        if (!isnan(sum)) labels[rows++] = section_label(g, m.of[i]);
    }
    if (rows > 0) {
        text_buffer svg = {0};
        char caption[300];
        plot_shares(&svg, title, PARTS, parts, rows, labels, shares);
        snprintf(caption, sizeof caption, "%s: shares of all computing threads' time, mean over seeds.", title);
        report_picture(r, name, caption, text_string(&svg));
        text_free(&svg);
    }
    memory_free(shares);
    memory_free(labels);
}

void section_staleness(report *r, const groups *g, members m, const char *name, const char *title) {
    plot_row *rows = memory_array(plot_row, m.count);
    size_t count = 0;
    for (size_t i = 0; i < m.count; i++) {
        double p50 = group_mean(g, m.of[i], "staleness_p50"), p99 = group_mean(g, m.of[i], "staleness_p99");
        if (strcmp(group_text(g, m.of[i], "mode"), "async") != 0 || isnan(p99)) continue;
        rows[count++] =
            (plot_row){section_label(g, m.of[i]), (int)i, group_mean(g, m.of[i], "staleness_mean"), {p50, p99}};
    }
    if (count > 0) {
        text_buffer svg = {0};
        char caption[300];
        plot_intervals(&svg, title, "updates that landed between an update's pull and its push", false, count, rows);
        snprintf(caption, sizeof caption, "%s: mean (point), median to 99th percentile (bar), averaged over seeds.",
                 title);
        report_picture(r, name, caption, text_string(&svg));
        text_free(&svg);
    }
    memory_free(rows);
}

void section_method(report *r) {
    report_heading(r, 2, "How the numbers were made");
    report_text(r,
                "Every run is a process of its own; its summary.json is all that is read for numbers (`runs.csv` has "
                "every one of them). The score is the mean "
                "return of the final policy's evaluation episodes. IQM is the interquartile mean over seeds, the 25 %% "
                "trimmed mean, with a 95 %% BCa bootstrap "
                "interval (%d resamples); where environments are pooled, returns are scaled to 0 (random policy) and 1 "
                "(solved) and each environment is resampled "
                "within itself. A run that did not reach the solved return is censored, at total_steps in steps and at "
                "its wall time in seconds: medians "
                "are Kaplan-Meier's (the first time with S at or below 0.5), restricted means are areas under S up to "
                "total_steps, and in seconds up to the "
                "smallest of the cells' longest times, with Greenwood's standard error. Seeds do not pair runs, so all "
                "tests are unpaired: superiority is "
                "Mann-Whitney's, two-sided, exact below 20 runs a side unless there are ties; equivalence is two "
                "one-sided Welch tests within 5 %% of solved minus "
                "random; both are corrected by Holm over environments, numbers of workers and columns of D. P(X > Y) "
                "counts ties half.",
                (int)GROUP_RESAMPLES);
}
