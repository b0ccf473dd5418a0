/* SPDX-License-Identifier: MIT
 * Experiment 5: advantages of one made-up rollout of 20 steps by four methods. */
#include "lecture.h"
#include "synthetic.h"

#include "base/memory.h"

enum { STEPS = 20, METHODS = 4, ROLLOUTS = 10000 };
static const double reward_sd = 0.25;

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp05", "Experiment 5: four ways to estimate an advantage");
    static const char *const names[METHODS] = {"1-step TD", "3-step", "GAE 0.95", "Monte Carlo"};
    const estimator methods[METHODS] = {{.kind = ESTIMATOR_TD, .discount = 0.99},
                                        {.kind = ESTIMATOR_N_STEP, .discount = 0.99, .n = 3},
                                        {.kind = ESTIMATOR_GAE, .discount = 0.99, .lambda = 0.95},
                                        {.kind = ESTIMATOR_MONTE_CARLO, .discount = 0.99}};
    int rollouts = l.seeds ? l.seeds : ROLLOUTS;
    size_t n = (size_t)rollouts;
    double *means = memory_array(double, n *METHODS), *sds = memory_array(double, n *METHODS);
    static double advantage[METHODS][STEPS], t[STEPS], unused[STEPS];
    for (int i = 0; i < rollouts; i++) {
        synthetic s = synthetic_draw(STEPS, reward_sd, (uint64_t)i);
        for (int m = 0; m < METHODS; m++)
            synthetic_advantages(&s, methods[m], i == 0 ? advantage[m] : unused, &means[(size_t)m * n + (size_t)i],
                                 &sds[(size_t)m * n + (size_t)i]);
    }

    report_text(
        &l.part,
        "The lecture says of its rollout only that rewards are random and that the baseline decays. Ours has 20 "
        "rewards of 1 +- %.2f (normal), a baseline that falls from 0.5 to 0, and ends; discount 0.99. The "
        "table has one rollout, the figures below %d of them.",
        reward_sd, rollouts);
    table table = {0};
    for (int m = 0; m < METHODS; m++) {
        size_t row = table_row(&table);
        table_set(&table, row, "method", names[m]);
        table_set(&table, row, "mean advantage", words("%.3f", means[(size_t)m * n]));
        table_set(&table, row, "standard deviation", words("%.3f", sds[(size_t)m * n]));
    }
    lecture_table(&l, &table);
    table_free(&table);
    plot_series series[METHODS];
    for (int k = 0; k < STEPS; k++) t[k] = k;
    for (int m = 0; m < METHODS; m++)
        series[m] = (plot_series){.name = names[m], .color = m, .n = STEPS, .x = t, .y = advantage[m]};
    plot p = {"Advantages of one rollout", "time step t",   "advantage", .rule = 0,
              .series_count = METHODS,     .series = series};
    lecture_plot(&l, "advantages", &p,
                 "The longer a method looks ahead, the larger an advantage may become, and its spread.");

    static const struct {
        int method;
        const char *mean, *sd;
        double their_mean, their_sd;
    } figures[] = {{0, "1-step TD, mean", "1-step TD, standard deviation", 0.996, 0.246},
                   {2, "GAE 0.95, mean", "GAE 0.95, standard deviation", 7.67, 3.01},
                   {3, "Monte Carlo, mean", "Monte Carlo, standard deviation", 10.31, 5.00}};
    lecture_told(&l, "3-step, mean", "n/a", words("%.2f", statistics_mean(n, means + n)));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        size_t column = (size_t)figures[i].method * n;
        lecture_drawn(&l, figures[i].mean, figures[i].their_mean, n, means + column, 3);
        lecture_drawn(&l, figures[i].sd, figures[i].their_sd, n, sds + column, 3);
    }
    memory_free(sds);
    memory_free(means);
    return lecture_end(&l);
}
