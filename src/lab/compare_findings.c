/* SPDX-License-Identifier: MIT
 * The findings: made of the tests alone, so that they say what the runs say. */
#include "lab/compare_parts.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Which pairs a row of the findings is about: a question, and for A against D which D. */
typedef struct finding {
    const char *words, *question;
    enum { ANY_D, BEST_D, PRESET_D } d;
} finding;

static const finding findings[] = {
    {"A against D tuned", rung_practical, BEST_D},    {"A against D preset", rung_practical, PRESET_D},
    {"A against B: lost updates", rung_lost, ANY_D},  {"B or A=B against C: staleness", rung_stale, ANY_D},
    {"C against D x1: the batch", rung_batch, ANY_D},
};

static bool belongs(const groups *g, const contrast *c, const finding *f, const char *env, contrast_measure m) {
    return c->question == f->question && c->measure == m && !isnan(c->holm_p) &&
           strcmp(group_text(g, c->left, "env"), env) == 0 &&
           (f->d == ANY_D ||
            (f->d == BEST_D ? rung_is_best_sync(g, c->right) : strcmp(rung_name(g, c->right), "D preset") == 0));
}

static bool begins(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* "2, 16": the numbers of workers with a verdict that begins with `verdict`. */
static void list_workers(char *text, size_t size, const groups *g, const contrast_list *list, const finding *f,
                         const char *env, contrast_measure m, const char *verdict) {
    size_t length = 0;
    *text = 0;
    for (size_t i = 0; i < list->count; i++) {
        const contrast *c = &list->items[i];
        if (!belongs(g, c, f, env, m) || !begins(contrast_verdict(c), verdict) || length + 8 > size) continue;
        length += (size_t)snprintf(text + length, size - length, "%s%.6s", length ? ", " : "",
                                   group_text(g, c->left, "workers"));
    }
}

static bool asked(const groups *g, const contrast_list *list, const finding *f, const char *env, contrast_measure m) {
    for (size_t i = 0; i < list->count; i++)
        if (belongs(g, &list->items[i], f, env, m)) return true;
    return false;
}

static void verdicts_of(table *t, const groups *g, const contrast_list *list, const char *env) {
    static const char *const columns[][2] = {
        {"better", "better"}, {"worse", "worse"}, {"same within 5 %", "the same"}, {"not told apart", "not told"}};
    for (size_t k = 0; k < sizeof findings / sizeof *findings; k++)
        for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_RATE; m++) {
            const finding *f = &findings[k];
            if (!asked(g, list, f, env, m)) continue;
            size_t row = table_row(t);
            table_set(t, row, "env", env);
            table_set(t, row, "the first against the second", f->words);
            table_set(t, row, "in", contrast_measure_names[m]);
            for (size_t c = 0; c < 4; c++) {
                char text[200];
                list_workers(text, sizeof text, g, list, f, env, m, columns[c][1]);
                table_set(t, row, columns[c][0], *text ? text : "-");
            }
        }
}

/* How often A is better and worse than the best D, over all places. */
static void say_count(report *r, const groups *g, const contrast_list *list, contrast_measure m) {
    size_t asked = 0, better = 0, worse = 0, same = 0;
    for (size_t i = 0; i < list->count; i++) {
        const contrast *c = &list->items[i];
        if (!belongs(g, c, &findings[0], group_text(g, c->left, "env"), m)) continue;
        const char *verdict = contrast_verdict(c);
        asked++;
        better += begins(verdict, "better");
        worse += begins(verdict, "worse");
        same += begins(verdict, "the same");
    }
    if (asked > 0)
        report_text(r,
                    "In %s, async (A) against tuned sync, over %zu pairs of environment and number of workers: better "
                    "in %zu, **worse in %zu**, the same within 5 %% in %zu, not told apart in %zu.",
                    contrast_measure_names[m], asked, better, worse, same, asked - better - worse - same);
}

/* Where async loses, with the figures. */
static void say_losses(report *r, const groups *g, const contrast_list *list) {
    table t = {0};
    for (size_t i = 0; i < list->count; i++) {
        const contrast *c = &list->items[i];
        const char *env = group_text(g, c->left, "env");
        bool ours = belongs(g, c, &findings[0], env, c->measure) || belongs(g, c, &findings[1], env, c->measure);
        if (!ours || !begins(contrast_verdict(c), "worse")) continue;
        const group *a = &g->group[c->left], *d = &g->group[c->right];
        const double values[][2] = {{a->iqm, d->iqm},
                                    {a->steps.restricted_mean, d->steps.restricted_mean},
                                    {a->seconds.restricted_mean, d->seconds.restricted_mean},
                                    {a->rate_iqm, d->rate_iqm}};
        size_t row = table_row(&t);
        table_set(&t, row, "env", env);
        table_set(&t, row, "W", group_text(g, c->left, "workers"));
        table_set(&t, row, "in", contrast_measure_names[c->measure]);
        put(&t, row, "A", values[c->measure][0]);
        table_set(&t, row, "against", rung_name(g, c->right));
        put(&t, row, "D", values[c->measure][1]);
        put_range(&t, row, "P(A better) [95 %]", c->probability, c->probability_range);
        put(&t, row, "Holm p", c->holm_p);
    }
    report_heading(r, 3, "Where async loses");
    if (t.rows > 0) {
        report_table(r, &t);
        report_text(r, "Returns and steps a second are interquartile means; steps and seconds are restricted means.");
    } else
        report_text(r, "Nowhere that these seeds could show.");
    table_free(&t);
}

/* Rates and seconds at equal cores, where both really ran. */
static void say_speed(report *r, const groups *g) {
    table t = {0};
    for (size_t d = 0; d < g->count; d++) {
        long a = rung_beside(g, d, "A");
        if (a < 0 || !rung_is_best_sync(g, d) || !rung_has_seconds(g, (size_t)a) || !rung_has_seconds(g, d)) continue;
        const group *left = &g->group[a], *right = &g->group[d];
        size_t row = table_row(&t);
        table_set(&t, row, "env", group_text(g, d, "env"));
        table_set(&t, row, "W", group_text(g, d, "workers"));
        table_set(&t, row, "threads", group_text(g, d, "threads"));
        put_range(&t, row, "A, steps/s", left->rate_iqm, left->rate_range);
        put_range(&t, row, "D, steps/s", right->rate_iqm, right->rate_range);
        put(&t, row, "A over D", left->rate_iqm / right->rate_iqm);
        put(&t, row, "A, median s to solved", left->seconds.median);
        put(&t, row, "D, median s to solved", right->seconds.median);
    }
    if (t.rows > 0) {
        report_heading(r, 3, "Speed at equal cores");
        report_table(r, &t);
    }
    table_free(&t);
}

void compare_findings(report *r, const groups *g, const contrast_list *list) {
    table t = {0};
    for (size_t k = 0; k < g->count; k++) {
        bool first = true;
        for (size_t i = 0; i < k; i++) first = first && strcmp(group_text(g, i, "env"), group_text(g, k, "env")) != 0;
        if (first) verdicts_of(&t, g, list, group_text(g, k, "env"));
    }
    if (t.rows > 0) {
        report_heading(r, 2, "What was found");
        for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_RATE; m++) say_count(r, g, list, m);
        report_text(r, "Question by question: the numbers of workers at which the first is better than the second, "
                       "worse, and so on. Every verdict is at 5 %% after Holm's correction; the ladder below says what "
                       "A, B, C and D are.");
        report_table(r, &t);
        say_losses(r, g, list);
        say_speed(r, g);
    }
    table_free(&t);
}
