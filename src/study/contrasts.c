/* SPDX-License-Identifier: MIT
 * Pairs of cells compared: which is better, how surely, or whether they are equivalent. */
#include "study/contrasts.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

const char *const contrast_measure_names[] = {"final return", "steps to solved", "seconds to solved",
                                              "steps per second", "staleness"};

/* The value of run i that is compared, so that greater is better: times to an event are negated, and a run that never
 * got there is later than all. */
static double value_of(const group *c, contrast_measure measure, size_t i) {
    switch (measure) {
    case CONTRAST_RETURN:
        return c->score[i];
    case CONTRAST_RATE:
        return c->rate[i];
    case CONTRAST_STALENESS:
        return -c->staleness[i];
    case CONTRAST_STEPS:
        return c->solved[i] ? -c->step[i] : -INFINITY;
    case CONTRAST_SECONDS:
        return c->solved[i] ? -c->second[i] : -INFINITY;
    }
    return NAN;
}

/* The known ones: *n values, the caller's. */
static double *values_of(const group *c, contrast_measure measure, size_t *n) {
    double *values = memory_array(double, c->runs + 1);
    const size_t counts[] = {c->n, c->solvable ? c->runs : 0, c->solvable ? c->runs : 0, c->rates, c->stale};
    size_t count = counts[measure];
    *n = 0;
    for (size_t i = 0; i < count; i++) {
        values[*n] = value_of(c, measure, i);
        *n += !isnan(values[*n]);
    }
    return values;
}

/* What is as good as the same: 5 % of solved minus random; of staleness 5 % of W - 1. */
static double margin(const groups *g, size_t k, contrast_measure measure) {
    if (measure == CONTRAST_STALENESS) return 0.05 * (group_number(g, k, "workers") - 1);
    return 0.05 * fabs(group_number(g, k, "solved_return") - group_number(g, k, "random_return"));
}

contrast contrast_make(const groups *g, size_t left, size_t right, const char *question, contrast_measure measure) {
    contrast c = {.left = left,
                  .right = right,
                  .question = question,
                  .measure = measure,
                  .tost_p = NAN,
                  .holm_p = NAN,
                  .tost_holm_p = NAN};
    bool timed = measure == CONTRAST_STEPS || measure == CONTRAST_SECONDS;
    if (timed &&
        g->group[left].steps.events + g->group[right].steps.events == 0) { /* nobody got there: nothing to compare */
        c.probability = c.p = NAN;
        c.probability_range = (interval){NAN, NAN};
        return c;
    }
    size_t sizes[2];
    double *x = values_of(&g->group[left], measure, &sizes[0]), *y = values_of(&g->group[right], measure, &sizes[1]);
    c.probability = superiority(sizes[0], x, sizes[1], y);
    c.p = sizes[0] > 1 && sizes[1] > 1 ? mann_whitney_p(sizes[0], x, sizes[1], y) : NAN;
    c.probability_range = (interval){NAN, NAN};
    if (sizes[0] > 1 && sizes[1] > 1) {
        enum { RESAMPLES = 1999 };
        uint32_t *indices = memory_array(uint32_t, memory_product(RESAMPLES, sizes[0] + sizes[1]));
        bootstrap_indices(group_seed(g->group[left].name, g->group[right].name), RESAMPLES, 2, sizes, indices);
        c.probability_range = bootstrap_superiority(sizes[0], x, sizes[1], y, RESAMPLES, indices, 0.95);
        memory_free(indices);
        if (measure == CONTRAST_RETURN || measure == CONTRAST_STALENESS)
            c.tost_p = welch_tost_p(sizes[0], x, sizes[1], y, margin(g, left, measure));
    }
    memory_free(x);
    memory_free(y);
    return c;
}

static bool one_family(const contrast *a, const contrast *b) {
    return a->measure == b->measure && strcmp(a->question, b->question) == 0;
}

void contrasts_correct(size_t n, contrast *contrasts) {
    double *p = memory_array(double, n), *tost = memory_array(double, n);
    for (size_t first = 0; first < n; first++) {
        size_t members = 0;
        bool met = false;
        for (size_t i = 0; i < first; i++) met = met || one_family(&contrasts[i], &contrasts[first]);
        if (met) continue;
        for (size_t i = first; i < n; i++)
            if (one_family(&contrasts[i], &contrasts[first]))
                p[members] = contrasts[i].p, tost[members++] = contrasts[i].tost_p;
        holm(members, p, p);
        holm(members, tost, tost);
        members = 0;
        for (size_t i = first; i < n; i++)
            if (one_family(&contrasts[i], &contrasts[first]))
                contrasts[i].holm_p = p[members], contrasts[i].tost_holm_p = tost[members++];
    }
    memory_free(p);
    memory_free(tost);
}

const char *contrast_verdict(const contrast *c) {
    bool same = c->tost_holm_p < 0.05;
    if (isnan(c->holm_p)) return "n/a";
    if (c->holm_p < 0.05 && c->probability > 0.5) return same ? "better, by less than 5 %" : "better";
    if (c->holm_p < 0.05) return same ? "worse, by less than 5 %" : "worse";
    return same ? "the same within 5 %" : "not told apart";
}

void contrasts_table(const groups *g, size_t n, const contrast *contrasts, table *t) {
    for (size_t i = 0; i < n; i++) {
        const contrast *c = &contrasts[i];
        size_t row = table_row(t);
        table_set(t, row, "env", group_text(g, c->left, "env"));
        table_set(t, row, "workers", group_text(g, c->left, "workers"));
        table_set(t, row, "question", c->question);
        table_set(t, row, "measure", contrast_measure_names[c->measure]);
        table_set(t, row, "left", g->group[c->left].name);
        table_set(t, row, "right", g->group[c->right].name);
        table_set_number(t, row, "probability", c->probability);
        table_set_number(t, row, "probability_low", c->probability_range.low);
        table_set_number(t, row, "probability_high", c->probability_range.high);
        table_set_number(t, row, "mann_whitney_p", c->p);
        table_set_number(t, row, "holm_p", c->holm_p);
        table_set_number(t, row, "tost_p", c->tost_p);
        table_set_number(t, row, "tost_holm_p", c->tost_holm_p);
        table_set(t, row, "verdict", contrast_verdict(c));
    }
}
