/* SPDX-License-Identifier: MIT
 * a3c compare over several presets: intervals and tests over all of them. */
#include "study/compare_parts.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

/* Whether cell i is pooled under the rung of cell k. */
static bool is_of(const groups *g, size_t i, size_t k) {
    bool one = strcmp(rung_name(g, k), "D tuned") == 0 ? rung_is_tuned_sync(g, i)
                                                       : strcmp(rung_name(g, i), rung_name(g, k)) == 0;
    return one && strcmp(group_text(g, i, "workers"), group_text(g, k, "workers")) == 0;
}

void compare_pool(const groups *g, table *t) {
    size_t *sizes = memory_array(size_t, g->count + 1), total = 0;
    for (size_t k = 0; k < g->count; k++) total += g->group[k].n;
    double *x = memory_array(double, total + 1);
    for (size_t k = 0; k < g->count; k++) {
        size_t strata = 0, n = 0;
        bool first = true;
        for (size_t i = 0; i < g->count; i++) {
            if (!is_of(g, i, k)) continue;
            double solved = group_number(g, i, "solved_return"), random = group_number(g, i, "random_return");
            if (i < k && strcmp(rung_name(g, i), rung_name(g, k)) == 0) first = false;
            if (isnan(solved) || isnan(random) || solved == random || g->group[i].n == 0) continue;
            for (size_t j = 0; j < g->group[i].n; j++) x[n + j] = (g->group[i].score[j] - random) / (solved - random);
            n += sizes[strata++] = g->group[i].n;
        }
        if (!first || strata < 2) continue;
        uint32_t *indices = memory_array(uint32_t, memory_product(GROUP_RESAMPLES, n));
        bootstrap_indices(group_seed(rung_name(g, k), group_text(g, k, "workers")), GROUP_RESAMPLES, strata, sizes,
                          indices);
        interval range = bootstrap_stratified(statistics_iqm, strata, sizes, x, GROUP_RESAMPLES, indices, 0.95);
        size_t row = table_row(t);
        table_set(t, row, "rung", rung_name(g, k));
        table_set(t, row, "workers", group_text(g, k, "workers"));
        table_set_number(t, row, "environments", (double)strata);
        table_set_number(t, row, "n", (double)n);
        table_set_number(t, row, "iqm_low", range.low);
        table_set_number(t, row, "iqm", statistics_iqm(n, x));
        table_set_number(t, row, "iqm_high", range.high);
        memory_free(indices);
    }
    memory_free(sizes);
    memory_free(x);
}
