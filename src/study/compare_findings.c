/* SPDX-License-Identifier: MIT
 * The findings: made of the tests alone, so that they say what the runs say. */
#include "study/compare_parts.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A question with its pairs: for A against D which D, and where A ran. */
typedef struct finding {
    const char *words, *question;
    enum { ANY_D, BEST_D, PRESET_D } d;
    enum { ANYWHERE, ON_THREADS, IN_VIRTUAL_TIME } where;
} finding;

static const finding findings[] = {
    {"Async (A) against tuned sync, one thread per worker", rung_practical, BEST_D, ON_THREADS},
    {"Async (A) against tuned sync, more workers than CPUs, in virtual time", rung_practical, BEST_D, IN_VIRTUAL_TIME},
    {"A against B: lost updates", rung_lost, ANY_D, ANYWHERE},
    {"B or A=B against C: staleness", rung_stale, ANY_D, ANYWHERE},
    {"C against D x1: the batch", rung_batch, ANY_D, ANYWHERE},
    {"A against D preset", rung_practical, PRESET_D, ANYWHERE},
};
enum { FINDINGS = sizeof findings / sizeof *findings, CAUSES = 2 }; /* the first of them that asks for a cause */

typedef enum verdict { BETTER, WORSE, SAME, OPEN, VERDICTS } verdict;
static const char *const verdict_words[VERDICTS] = {"better", "worse", "the same within 5 %", "not told apart"};
static const char *const verdict_short[VERDICTS] = {"better", "worse", "same", "open"};

static bool begins(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static verdict verdict_of(const contrast *c) {
    const char *words = contrast_verdict(c);
    return begins(words, "better") ? BETTER : begins(words, "worse") ? WORSE : begins(words, "the same") ? SAME : OPEN;
}

/* Whether the pair belongs to the question; env NULL: in any environment. With one worker both sides of the ladder are
 * the same algorithm, so such a pair says nothing about asynchrony. */
static bool belongs(const groups *g, const contrast *c, const finding *f, const char *env, contrast_measure m) {
    if (c->question != f->question || c->measure != m || isnan(c->holm_p) || group_number(g, c->left, "workers") == 1)
        return false;
    if (env && strcmp(group_text(g, c->left, "env"), env) != 0) return false;
    if (f->where != ANYWHERE && rung_is_virtual(g, c->left) != (f->where == IN_VIRTUAL_TIME)) return false;
    return f->d == ANY_D ||
           (f->d == BEST_D ? rung_is_best_sync(g, c->right) : strcmp(rung_name(g, c->right), "D preset") == 0);
}

/* ---- In a sentence ---- */

static void say(report *r, const groups *g, const contrast_list *list, const finding *f) {
    char words[1000] = "";
    size_t used = 0;
    for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_RATE; m++) {
        size_t count[VERDICTS] = {0}, all = 0;
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < list->count; i++) {
            const contrast *c = &list->items[i];
            if (!belongs(g, c, f, NULL, m)) continue;
            double ratio = g->group[c->left].rate_iqm / g->group[c->right].rate_iqm;
            low = fmin(low, ratio);
            high = fmax(high, ratio);
            count[verdict_of(c)]++, all++;
        }
        if (all == 0) continue;
        used += (size_t)snprintf(words + used, sizeof words - used, "%s in %s over %zu pair%s", used ? ";" : "",
                                 contrast_measure_names[m], all, all == 1 ? "" : "s");
        if (m == CONTRAST_RATE)
            used += (size_t)snprintf(words + used, sizeof words - used, " (ratio %.3g to %.3g)", low, high);
        for (int v = 0; v < VERDICTS; v++)
            if (count[v] > 0)
                used += (size_t)snprintf(words + used, sizeof words - used, ", %s in %zu", verdict_words[v], count[v]);
    }
    if (used > 0) report_text(r, "**%s:**%s.", f->words, words);
}

/* ---- A against the best D, place by place ---- */

static void put_pair(table *t, size_t row, const char *column, double a, double d) {
    char text[80];
    table one = {0};
    size_t only = table_row(&one);
    section_put(&one, only, "a", a);
    section_put(&one, only, "d", d);
    snprintf(text, sizeof text, "%s / %s", table_text(&one, only, "a"), table_text(&one, only, "d"));
    table_set(t, row, column, text);
    table_free(&one);
}

static void put_verdict(table *t, size_t row, const char *column, const contrast *c) {
    table_set(t, row, column, c && !isnan(c->holm_p) ? verdict_short[verdict_of(c)] : "n/a");
}

static void list_places(report *r, const groups *g, const contrast_list *list) {
    table t = {0};
    for (size_t d = 0; d < g->count; d++) {
        long left = rung_beside(g, d, "A");
        if (left < 0 || !rung_is_best_sync(g, d) || !rung_find(list, rung_practical, CONTRAST_RETURN, d)) continue;
        const group *a = &g->group[left], *s = &g->group[d];
        bool timed = rung_has_seconds(g, (size_t)left) && rung_has_seconds(g, d);
        size_t row = table_row(&t);
        table_set(&t, row, "env", group_text(g, d, "env"));
        table_set(&t, row, "W", group_text(g, d, "workers"));
        section_put(&t, row, "runs", (double)(a->n < s->n ? a->n : s->n));
        put_pair(&t, row, "return, A / D", a->iqm, s->iqm);
        put_verdict(&t, row, "in return A is", rung_find(list, rung_practical, CONTRAST_RETURN, d));
        put_pair(&t, row, "steps to solved, A / D", a->steps.restricted_mean, s->steps.restricted_mean);
        put_verdict(&t, row, "in steps A is", rung_find(list, rung_practical, CONTRAST_STEPS, d));
        if (timed)
            put_pair(&t, row, "s to solved, A / D", a->seconds.median, s->seconds.median);
        else
            table_set(&t, row, "s to solved, A / D", "n/a");
        put_verdict(&t, row, "in seconds A is", rung_find(list, rung_practical, CONTRAST_SECONDS, d));
        section_put(&t, row, "steps/s, A over D", timed ? a->rate_iqm / s->rate_iqm : NAN);
        put_verdict(&t, row, "in steps/s A is", rung_find(list, rung_practical, CONTRAST_RATE, d));
    }
    if (t.rows > 0) {
        report_heading(r, 3, "Async against tuned sync, place by place");
        report_table(r, &t);
        bool alone = false;
        for (size_t row = 0; row < t.rows; row++) alone = alone || strcmp(table_text(&t, row, "W"), "1") == 0;
        report_text(r,
                    "Returns and steps per second are interquartile means, steps to solved restricted means, seconds "
                    "medians. Open: neither a difference nor equivalence was shown.%s",
                    alone ? " With one worker A and D are the same algorithm, shown at the same rate: a control." : "");
    }
    table_free(&t);
}

/* ---- Why ---- */

/* "worse 16, 64; same 2": the numbers of workers by verdict. */
static void list_workers(char *text, size_t size, const groups *g, const contrast_list *list, const finding *f,
                         const char *env, contrast_measure m) {
    size_t length = 0;
    *text = 0;
    for (int v = 0; v < VERDICTS; v++) {
        bool first = true;
        for (size_t i = 0; i < list->count; i++) {
            const contrast *c = &list->items[i];
            if (!belongs(g, c, f, env, m) || (int)verdict_of(c) != v || length + 32 > size) continue;
            const char *separator = !first ? "," : length ? "; " : "";
            length += (size_t)snprintf(text + length, size - length, "%s%s %.6s", separator,
                                       first ? verdict_short[v] : "", group_text(g, c->left, "workers"));
            first = false;
        }
    }
}

static void add_causes(table *t, const groups *g, const contrast_list *list, const char *env) {
    for (size_t k = CAUSES; k < FINDINGS; k++) {
        char text[CONTRAST_RATE + 1][240];
        bool any = false;
        for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_RATE; m++) {
            list_workers(text[m], sizeof text[m], g, list, &findings[k], env, m);
            any = any || *text[m];
        }
        if (!any) continue;
        size_t row = table_row(t);
        table_set(t, row, "env", env);
        table_set(t, row, "the first against the second", findings[k].words);
        for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_RATE; m++)
            table_set(t, row, contrast_measure_names[m], *text[m] ? text[m] : "-");
    }
}

static void list_causes(report *r, const groups *g, const contrast_list *list) {
    table t = {0};
    for (size_t k = 0; k < g->count; k++) {
        bool first = true;
        for (size_t i = 0; i < k; i++) first = first && strcmp(group_text(g, i, "env"), group_text(g, k, "env")) != 0;
        if (first) add_causes(&t, g, list, group_text(g, k, "env"));
    }
    if (t.rows > 0) {
        report_heading(r, 3, "Why: one cause at a time");
        report_text(r, "The numbers of workers at which the first is better than the second, worse, the same within "
                       "5 %%, or neither could be shown (open).");
        report_table(r, &t);
    }
    table_free(&t);
}

/* ---- Where async loses ---- */

static void list_losses(report *r, const groups *g, const contrast_list *list) {
    table t = {0};
    for (size_t i = 0; i < list->count; i++) {
        const contrast *c = &list->items[i];
        bool asked = c->question == rung_practical && !isnan(c->holm_p) &&
                     (rung_is_best_sync(g, c->right) || strcmp(rung_name(g, c->right), "D preset") == 0);
        if (!asked || verdict_of(c) != WORSE) continue;
        const group *a = &g->group[c->left], *d = &g->group[c->right];
        const double values[][2] = {{a->iqm, d->iqm},
                                    {a->steps.restricted_mean, d->steps.restricted_mean},
                                    {a->seconds.restricted_mean, d->seconds.restricted_mean},
                                    {a->rate_iqm, d->rate_iqm}};
        size_t row = table_row(&t);
        table_set(&t, row, "env", group_text(g, c->left, "env"));
        table_set(&t, row, "W", group_text(g, c->left, "workers"));
        table_set(&t, row, "in", contrast_measure_names[c->measure]);
        section_put(&t, row, "A", values[c->measure][0]);
        table_set(&t, row, "against", rung_name(g, c->right));
        section_put(&t, row, "D", values[c->measure][1]);
        section_put_range(&t, row, "P(A better) [95 %]", c->probability, c->probability_range);
        section_put(&t, row, "Holm p", c->holm_p);
    }
    report_heading(r, 3, "Where async loses");
    if (t.rows > 0) {
        report_table(r, &t);
        report_text(r, "Returns and steps per second are interquartile means; steps and seconds are restricted means.");
    } else
        report_text(r, "Nowhere that these seeds could show.");
    table_free(&t);
}

void compare_findings(report *r, const groups *g, const contrast_list *list) {
    bool any = false;
    for (size_t i = 0; i < list->count; i++) any = any || !isnan(list->items[i].holm_p);
    if (!any) return;
    report_heading(r, 2, "What was found");
    report_text(r, "Every verdict is at 5 %% after Holm's correction; the ladder below says what A, B, C and D are.");
    for (size_t k = 0; k < FINDINGS; k++) say(r, g, list, &findings[k]);
    list_places(r, g, list);
    list_causes(r, g, list);
    list_losses(r, g, list);
}
