/* SPDX-License-Identifier: MIT
 * The ladder's cells found among the groups of a study, and its contrasts. */
#include "study/rungs.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char rung_practical[] = "A against D: sync at equal cores", rung_lost[] = "A against B: lost updates",
           rung_stale[] = "B against C: staleness", rung_batch[] = "C against D x1: the batch",
           rung_virtual_time[] = "A against V: virtual time", rung_virtual_locked[] = "B against V: virtual time";

const char *rung_name(const groups *g, size_t k) {
    return group_text(g, k, "rung");
}

bool rung_is_virtual(const groups *g, size_t k) {
    return strstr(rung_name(g, k), "(virtual)") != NULL || strcmp(group_text(g, k, "schedule"), "simulated") == 0;
}
bool rung_has_seconds(const groups *g, size_t k) {
    return !rung_is_virtual(g, k) && g->group[k].rates > 0;
}

bool rung_one_place(const groups *g, size_t a, size_t b) {
    return strcmp(group_text(g, a, "env"), group_text(g, b, "env")) == 0 &&
           strcmp(group_text(g, a, "workers"), group_text(g, b, "workers")) == 0 &&
           strcmp(group_text(g, a, "preset"), group_text(g, b, "preset")) == 0;
}

long rung_beside(const groups *g, size_t k, const char *rung) {
    for (size_t i = 0; i < g->count; i++)
        if (rung_one_place(g, i, k) &&
            (strcmp(rung_name(g, i), rung) == 0 || (strcmp(rung, "A") == 0 && strncmp(rung_name(g, i), "A=B", 3) == 0)))
            return (long)i;
    return -1;
}

bool rung_is_place(const groups *g, size_t k) {
    for (size_t i = 0; i < k; i++)
        if (rung_one_place(g, i, k)) return false;
    return true;
}

members rung_members(const groups *g, size_t place, size_t *of) {
    members m = {0, of};
    for (size_t i = place; i < g->count; i++)
        if (rung_one_place(g, i, place)) of[m.count++] = i;
    return m;
}

bool rung_is_tuned_sync(const groups *g, size_t k) {
    return strcmp(rung_name(g, k), "D tuned") == 0 ||
           (strcmp(rung_name(g, k), "D x1") == 0 && rung_beside(g, k, "D tuned") < 0);
}

bool rung_is_best_sync(const groups *g, size_t k) {
    if (group_number(g, k, "workers") == 1) return strcmp(rung_name(g, k), "D x1") == 0;
    return rung_is_tuned_sync(g, k);
}

void rung_place_title(char *title, size_t size, const groups *g, size_t k) {
    const char *workers = group_text(g, k, "workers");
    snprintf(title, size, "%.80s, %.20s worker%s", group_text(g, k, "env"), workers,
             strcmp(workers, "1") == 0 ? "" : "s");
}

void rung_place_file(char *name, size_t size, const groups *g, size_t k) {
    snprintf(name, size, "%.100s-w%.20s", group_text(g, k, "preset"), group_text(g, k, "workers"));
    for (char *c = name; *c; c++)
        if (strchr("/ .", *c)) *c = '-';
}

/* ---- Contrasts ---- */

static void ask(contrast_list *list, const groups *g, long left, long right, const char *question) {
    if (left < 0 || right < 0) return;
    size_t a = (size_t)left, b = (size_t)right;
    for (contrast_measure m = CONTRAST_RETURN; m <= CONTRAST_STALENESS; m++) {
        if (m == CONTRAST_STALENESS && question != rung_virtual_time && question != rung_virtual_locked) continue;
        bool timed = m == CONTRAST_SECONDS || m == CONTRAST_RATE;
        if (timed &&
            (!rung_has_seconds(g, a) || !rung_has_seconds(g, b) || question == rung_stale || question == rung_batch))
            continue; /* not at equal cores */
        list->items[list->count++] = contrast_make(g, a, b, question, m);
    }
}

contrast_list rung_contrasts(const groups *g) {
    contrast_list list = {0, memory_array(contrast, 5 * (5 * g->count + 1))}; /* 5 measures of at most 5 pairs a cell */
    for (size_t k = 0; k < g->count; k++) {
        if (strncmp(rung_name(g, k), "D", 1) == 0) ask(&list, g, rung_beside(g, k, "A"), (long)k, rung_practical);
        if (!rung_is_place(g, k)) continue;
        long a = rung_beside(g, k, "A"), b = rung_beside(g, k, "B"), c = rung_beside(g, k, "C"),
             d = rung_beside(g, k, "D x1");
        ask(&list, g, a, b, rung_lost);
        ask(&list, g, b >= 0 ? b : a, c, rung_stale);
        ask(&list, g, c, d, rung_batch);
        long v = rung_beside(g, k, "V (virtual)");
        ask(&list, g, a, v, rung_virtual_time);
        ask(&list, g, b, v, rung_virtual_locked);
    }
    contrasts_correct(list.count, list.items);
    return list;
}

const contrast *rung_find(const contrast_list *list, const char *question, contrast_measure m, size_t right) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].question == question && list->items[i].measure == m && list->items[i].right == right)
            return &list->items[i];
    return NULL;
}
