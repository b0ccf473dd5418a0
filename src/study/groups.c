/* SPDX-License-Identifier: MIT
 * The runs of a study by cell, and the statistics of each cell. */
#include "study/groups.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *group_text(const groups *g, size_t k, const char *column) {
    return table_text(g->runs, g->group[k].row, column);
}
double group_number(const groups *g, size_t k, const char *column) {
    return table_number(g->runs, g->group[k].row, column);
}

static bool belongs(const groups *g, size_t row, size_t k) {
    return strcmp(table_text(g->runs, row, "cell"), g->group[k].name) == 0;
}

/* A run of a table without the column `state` is a done one. */
static bool is_done(const table *runs, size_t row) {
    return strcmp(table_text(runs, row, "state"), "failed") != 0;
}

static bool is_true(const char *text) {
    return strcmp(text, "true") == 0 || strcmp(text, "True") == 0 || strcmp(text, "1") == 0;
}

double group_mean(const groups *g, size_t k, const char *column) {
    double sum = 0;
    size_t n = 0;
    for (size_t row = 0; row < g->runs->rows; row++) {
        double value = table_number(g->runs, row, column);
        if (!belongs(g, row, k) || !is_done(g->runs, row) || isnan(value)) continue;
        sum += value;
        n++;
    }
    return n ? sum / (double)n : NAN;
}

bool group_run_folder(char *path, const groups *g, size_t k, size_t row, const char *folder) {
    const char *run = table_text(g->runs, row, "run");
    char name[512];
    return belongs(g, row, k) && is_done(g->runs, row) && !strchr(run, '/') &&
           snprintf(name, sizeof name, "runs/%s", run) < (int)sizeof name && file_join(path, folder, name, NULL) == 0;
}

uint64_t group_seed(const char *cell, const char *measure) {
    uint64_t hash = hash_bytes(HASH_START, cell, strlen(cell) + 1);
    return hash_bytes(hash, measure, strlen(measure) + 1);
}

interval group_interval(const char *cell, const char *measure, size_t n, const double *x) {
    if (n == 0) return (interval){NAN, NAN};
    if (n == 1) return (interval){NAN, NAN}; /* one run says nothing about others */
    uint32_t *indices = memory_array(uint32_t, memory_product(GROUP_RESAMPLES, n));
    bootstrap_indices(group_seed(cell, measure), GROUP_RESAMPLES, 1, &n, indices);
    interval result = bootstrap_bca(statistics_iqm, n, x, GROUP_RESAMPLES, indices, 0.95);
    memory_free(indices);
    return result;
}

static double iqm_of(size_t n, const double *x) {
    if (n == 0) return NAN;
    double *copy = memory_array(double, n);
    memcpy(copy, x, n * sizeof *x);
    double result = statistics_iqm(n, copy);
    memory_free(copy);
    return result;
}

static void add_run(group *c, const table *runs, size_t row) {
    double score = table_number(runs, row, "eval_return_mean"), rate = table_number(runs, row, "steps_per_second");
    if (!isnan(score)) c->score[c->n++] = score;
    if (!isnan(rate)) c->rate[c->rates++] = rate;
    double staleness = table_number(runs, row, "staleness_mean");
    if (!isnan(staleness)) c->staleness[c->stale++] = staleness;
    double total = table_number(runs, row, "total_steps"), at_step = table_number(runs, row, "solved_at_step"),
           at_second = table_number(runs, row, "solved_at_seconds");
    if (isnan(total)) total = table_number(runs, row, "steps");
    c->total_steps = fmax(c->total_steps, total);
    bool solved = is_true(table_text(runs, row, "solved")) && !isnan(at_step);
    c->solved[c->runs] = solved;
    c->step[c->runs] = solved ? at_step : total;
    c->second[c->runs] = solved ? at_second : table_number(runs, row, "wall_seconds");
    c->runs++;
}

static int check_columns(const table *runs, const char *path, error *e) {
    static const char *const numbers[] = {"eval_return_mean",  "steps_per_second", "solved_at_step",
                                          "solved_at_seconds", "total_steps",      "steps",
                                          "wall_seconds",      "workers",          "threads",
                                          "solved_return",     "random_return",    "staleness_mean"};
    if (table_find(runs, "cell") < 0)
        return error_set(e, STATUS_USAGE, "%s: no column 'cell', which says what a run belongs to", path);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (table_check_numbers(runs, path, numbers[i], e)) return -1;
    for (size_t row = 0; row < runs->rows; row++)
        if (strcmp(table_text(runs, row, "cell"), "n/a") == 0)
            return error_set(e, STATUS_USAGE, "%s: row %zu: has no cell", path, row + 1);
    return 0;
}

static size_t find_or_add(groups *g, size_t row) {
    for (size_t k = 0; k < g->count; k++)
        if (belongs(g, row, k)) return k;
    group *c = &g->group[g->count];
    *c = (group){.name = table_text(g->runs, row, "cell"), .row = row};
    return g->count++;
}

static bool known(size_t n, const double *x) {
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i])) return false;
    return true;
}

/* The smallest of the longest times of the cells in the same environment. */
static double common_horizon(const groups *g, size_t k) {
    double horizon = INFINITY;
    for (size_t other = 0; other < g->count; other++) {
        const group *c = &g->group[other];
        if (c->runs == 0 || strcmp(group_text(g, other, "env"), group_text(g, k, "env")) != 0) continue;
        double longest = 0;
        for (size_t i = 0; i < c->runs; i++) longest = fmax(longest, c->second[i]);
        if (longest > 0) horizon = fmin(horizon, longest);
    }
    return horizon;
}

static void describe(groups *g, size_t k) {
    group *c = &g->group[k];
    const survival unknown = survival_describe(0, NULL, NULL, 1);
    c->iqm = iqm_of(c->n, c->score);
    c->iqm_range = group_interval(c->name, "score", c->n, c->score);
    c->rate_iqm = iqm_of(c->rates, c->rate);
    c->rate_range = group_interval(c->name, "rate", c->rates, c->rate);
    c->solvable = table_find(g->runs, "solved_return") < 0 ? table_find(g->runs, "solved") >= 0
                                                           : !isnan(group_number(g, k, "solved_return"));
    c->steps = c->solvable && known(c->runs, c->step) ? survival_describe(c->runs, c->step, c->solved, c->total_steps)
                                                      : unknown;
    c->seconds = c->solvable && known(c->runs, c->second)
                     ? survival_describe(c->runs, c->second, c->solved, common_horizon(g, k))
                     : unknown;
}

int groups_make(groups *g, const table *runs, const char *path, error *e) {
    *g = (groups){.runs = runs};
    if (check_columns(runs, path, e)) return -1;
    g->group = memory_array(group, runs->rows + 1);
    size_t *sizes = memory_array(size_t, runs->rows + 1), *of = memory_array(size_t, runs->rows + 1);
    for (size_t row = 0; row < runs->rows; row++) sizes[of[row] = find_or_add(g, row)]++;
    for (size_t k = 0; k < g->count; k++) {
        group *c = &g->group[k];
        c->score = memory_array(double, sizes[k]);
        c->rate = memory_array(double, sizes[k]);
        c->staleness = memory_array(double, sizes[k]);
        c->step = memory_array(double, sizes[k]);
        c->second = memory_array(double, sizes[k]);
        c->solved = memory_array(bool, sizes[k]);
        c->total_steps = NAN;
    }
    for (size_t row = 0; row < runs->rows; row++) {
        group *c = &g->group[of[row]];
        if (!is_done(runs, row)) {
            c->failed++;
            continue;
        }
        if (c->runs == 0) c->row = row;
        add_run(c, runs, row);
    }
    for (size_t k = 0; k < g->count; k++) describe(g, k);
    memory_free(sizes);
    memory_free(of);
    return 0;
}

void groups_free(groups *g) {
    for (size_t k = 0; k < g->count; k++) {
        memory_free(g->group[k].score);
        memory_free(g->group[k].rate);
        memory_free(g->group[k].staleness);
        memory_free(g->group[k].step);
        memory_free(g->group[k].second);
        memory_free(g->group[k].solved);
    }
    memory_free(g->group);
    *g = (groups){0};
}

/* ---- statistics.csv ---- */

static void set_survival(table *t, size_t row, const char *unit, const survival *s, double horizon) {
    const struct {
        const char *name;
        double value;
    } values[] = {{"km_median", s->median},
                  {"restricted_mean", s->restricted_mean},
                  {"restricted_mean_low", s->restricted_interval.low},
                  {"restricted_mean_high", s->restricted_interval.high},
                  {"restricted_horizon", horizon}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char column[64];
        snprintf(column, sizeof column, "%s_%s", values[i].name, unit);
        table_set_number(t, row, column, values[i].value);
    }
}

/* What the plan says about a cell: the columns that describe a setting, and those that a sweep varies. */
static void set_description(const groups *g, size_t k, table *t, size_t row) {
    static const char *const columns[] = {
        "preset",          "env",           "rung",         "mode",   "workers", "threads",   "cpus",
        "envs_per_worker", "rollout_steps", "schedule",     "update", "barrier", "optimizer", "learning_rate",
        "total_steps",     "solved_return", "random_return"};
    table_set(t, row, "cell", g->group[k].name);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (table_find(g->runs, columns[i]) >= 0) table_set(t, row, columns[i], group_text(g, k, columns[i]));
    for (size_t c = 0; c < g->runs->columns; c++)
        if (strncmp(g->runs->names[c], "vary:", 5) == 0)
            table_set(t, row, g->runs->names[c], group_text(g, k, g->runs->names[c]));
}

void groups_statistics(const groups *g, table *t) {
    for (size_t k = 0; k < g->count; k++) {
        const group *c = &g->group[k];
        size_t row = table_row(t);
        set_description(g, k, t, row);
        table_set_number(t, row, "runs", (double)c->runs);
        table_set_number(t, row, "failed", (double)c->failed);
        table_set_number(t, row, "n", (double)c->n);
        table_set_number(t, row, "iqm", c->iqm);
        table_set_number(t, row, "iqm_low", c->iqm_range.low);
        table_set_number(t, row, "iqm_high", c->iqm_range.high);
        table_set_number(t, row, "mean", statistics_mean(c->n, c->score));
        table_set_number(t, row, "sd", statistics_sd(c->n, c->score));
        table_set_number(t, row, "solved", c->solvable ? (double)c->steps.events : NAN);
        set_survival(t, row, "steps", &c->steps, c->solvable ? c->total_steps : NAN);
        set_survival(t, row, "seconds", &c->seconds, c->solvable ? common_horizon(g, k) : NAN);
        table_set_number(t, row, "steps_per_second", c->rate_iqm);
        table_set_number(t, row, "steps_per_second_low", c->rate_range.low);
        table_set_number(t, row, "steps_per_second_high", c->rate_range.high);
        table_set_number(t, row, "staleness_mean", group_mean(g, k, "staleness_mean"));
        table_set_number(t, row, "staleness_max", group_mean(g, k, "staleness_max"));
        table_set_number(t, row, "wait_share", group_mean(g, k, "time_wait"));
    }
}
