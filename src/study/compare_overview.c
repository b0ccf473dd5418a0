/* SPDX-License-Identifier: MIT
 * What the ladder says as a whole: the findings in words, the tables over all places, and how each rung goes with the
 * number of workers. */
#include "study/compare_parts.h"

#include "base/memory.h"
#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const rungs[][2] = {
    {"A: async", "A"}, {"C: async, never stale", "C"}, {"D x1: sync", "D x1"}, {"D tuned: sync", "D tuned"}};
enum { RUNGS = sizeof rungs / sizeof *rungs };

/* One environment's cells of one rung by number of workers, ascending. */
typedef struct rung_line {
    const char *name, *rung;
    size_t count;
    double *workers, *score, *score_low, *score_high, *steps, *steps_low, *steps_high;
} rung_line;

static rung_line new_line(const char *name, const char *rung, size_t room) {
    rung_line l = {.name = name, .rung = rung};
    double **columns[] = {&l.workers, &l.score, &l.score_low, &l.score_high, &l.steps, &l.steps_low, &l.steps_high};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) *columns[i] = memory_array(double, room);
    return l;
}

static void free_line(rung_line *l) {
    double *columns[] = {l->workers, l->score, l->score_low, l->score_high, l->steps, l->steps_low, l->steps_high};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) memory_free(columns[i]);
}

static void add_point(rung_line *l, double workers, const group *c) {
    size_t i = l->count++;
    l->workers[i] = workers;
    l->score[i] = c->iqm, l->score_low[i] = c->iqm_range.low, l->score_high[i] = c->iqm_range.high;
    l->steps[i] = c->steps.restricted_mean;
    l->steps_low[i] = c->steps.restricted_interval.low, l->steps_high[i] = c->steps.restricted_interval.high;
}

/* The next place of the environment with more workers than `above`; -1: none. */
static long next_place(const groups *g, const char *env, double above) {
    long best = -1;
    for (size_t k = 0; k < g->count; k++) {
        double w = group_number(g, k, "workers");
        if (rung_is_place(g, k) && strcmp(group_text(g, k, "env"), env) == 0 && w > above &&
            (best < 0 || w < group_number(g, (size_t)best, "workers")))
            best = (long)k;
    }
    return best;
}

/* The final return and the steps to the solved return against the number of workers. */
static void draw_environment(report *r, const groups *g, size_t k) {
    const char *env = group_text(g, k, "env");
    rung_line lines[RUNGS];
    plot_series scores[RUNGS], steps[RUNGS];
    size_t shown = 0;
    bool timed = false;
    for (size_t i = 0; i < RUNGS; i++) {
        rung_line *l = &lines[i];
        *l = new_line(rungs[i][0], rungs[i][1], g->count);
        for (long p = next_place(g, env, 0); p >= 0; p = next_place(g, env, group_number(g, (size_t)p, "workers"))) {
            long cell = rung_beside(g, (size_t)p, l->rung);
            if (cell >= 0) add_point(l, group_number(g, (size_t)p, "workers"), &g->group[cell]);
        }
        if (l->count < 2) continue;
        scores[shown] =
            (plot_series){l->name, PLOT_LINE, (int)i, l->count, l->workers, l->score, l->score_low, l->score_high};
        steps[shown++] =
            (plot_series){l->name, PLOT_LINE, (int)i, l->count, l->workers, l->steps, l->steps_low, l->steps_high};
        for (size_t p = 0; p < l->count; p++) timed = timed || !isnan(l->steps[p]);
    }
    plot picture = {.title = env,
                    .x_label = "workers",
                    .y_label = "final evaluation return",
                    .x_log = true,
                    .x_doubling = true,
                    .rule = group_number(g, k, "solved_return"),
                    .rule_name = "solved",
                    .series_count = shown,
                    .series = scores};
    char name[200], caption[300];
    text_buffer svg = {0};
    if (shown > 0) {
        plot_draw(&svg, &picture);
        snprintf(name, sizeof name, "%.100s-workers-returns", group_text(g, k, "preset"));
        snprintf(caption, sizeof caption,
                 "%.80s: final return by number of workers, interquartile mean and 95 %% interval.", env);
        report_picture(r, name, caption, text_string(&svg));
        text_free(&svg);
    }
    if (shown > 0 && timed) {
        picture.y_label = "steps to the solved return";
        picture.series = steps;
        picture.rule = NAN;
        picture.y_zero = true;
        plot_draw(&svg, &picture);
        snprintf(name, sizeof name, "%.100s-workers-steps", group_text(g, k, "preset"));
        snprintf(caption, sizeof caption,
                 "%.80s: steps to the solved return by number of workers, restricted mean and 95 %% interval.", env);
        report_picture(r, name, caption, text_string(&svg));
        text_free(&svg);
    }
    for (size_t i = 0; i < RUNGS; i++) free_line(&lines[i]);
}

/* The rungs that have a line in the pictures. */
static bool is_line(const char *rung) {
    for (size_t i = 0; i < RUNGS; i++)
        if (strcmp(rung, rungs[i][1]) == 0 || (i == 0 && strncmp(rung, "A=B", 3) == 0)) return true;
    return false;
}

static void show_pooled(report *r, const table *pooled) {
    static const char *const texts[] = {"rung", "workers", "environments", "n"};
    table t = {0};
    for (size_t i = 0; i < pooled->rows; i++) {
        if (!is_line(table_text(pooled, i, "rung"))) continue;
        size_t row = table_row(&t);
        for (size_t c = 0; c < sizeof texts / sizeof *texts; c++)
            table_set(&t, row, texts[c], table_text(pooled, i, texts[c]));
        interval range = {table_number(pooled, i, "iqm_low"), table_number(pooled, i, "iqm_high")};
        section_put_range(&t, row, "scaled return, IQM [95 %]", table_number(pooled, i, "iqm"), range);
    }
    report_table(r, &t);
    table_free(&t);
}

void compare_overview(report *r, const groups *g, const table *pooled) {
    bool searched = g->count > 0 && strcmp(group_text(g, 0, "tuning"), "search") == 0;
    report_heading(r, 2, "The ladder");
    report_text(r, "**A** is async, Hogwild, one thread per worker (in virtual time where there are more workers than "
                   "CPUs; then nothing is lost and A and B are one cell); **B** async under one lock, so nothing is "
                   "lost; **C** async with one thread, so nothing is stale, with the same batch and number of "
                   "updates; **D** sync, one batch of all workers, with the learning rate of A times 1, times the "
                   "root of W, times W, and tuned. **V** is A in virtual time beside the real one.");
    bool alone = false;
    for (size_t k = 0; k < g->count; k++) alone = alone || group_number(g, k, "workers") == 1;
    if (alone) report_text(r, "With one worker A, B and C are one cell, and D at the same rate is the same algorithm.");
    if (searched)
        report_text(r,
                    "Both sides are tuned alike: for every number of workers the learning rate of A (which B, C and "
                    "the scaled D start from) and that of D tuned are each the best of seven by mean final return (of "
                    "equals, the one with fewer steps to the solved return), from a quarter of the "
                    "preset's to sixteen times it, on seeds that are not used here; all cells have the same rollout "
                    "length and environments per worker. **D preset** is sync as the preset has it, tuned by hand with "
                    "rollout length and environments of its own, at the preset's own number of workers. The search is "
                    "a study of its own, in the folder whose name ends in -tuning, with all of its curve.");
    else if (table_find(g->runs, "tuning") >= 0)
        report_text(r, "D tuned is the preset's own sync column, its rollout length and environments per worker "
                       "included (T and E below); it was tuned for the preset's own number of workers, so with another "
                       "one it may not be at its best: `--tune` searches for every number of workers.");
    report_text(
        r, "Score against steps, steps per second, and score against seconds are three results and are kept apart.");
    for (size_t k = 0; k < g->count; k++)
        if (next_place(g, group_text(g, k, "env"), 0) == (long)k) draw_environment(r, g, k);
    if (pooled->rows > 0) {
        report_heading(r, 3, "All environments together");
        report_text(r, "Final returns scaled to 0 (random policy) and 1 (solved), interquartile mean over all runs of "
                       "the environments that have a solved return, stratified bootstrap by environment; the other "
                       "rungs are in `pooled.csv`.");
        show_pooled(r, pooled);
    }
}
