/* SPDX-License-Identifier: MIT
 * Experiment 8: the entropy coefficient, 0 to 0.01, over 20 updates of 4 environments x 16 steps. */
#include "lecture.h"
#include "lecture_run.h"

#include "base/cpus.h"
#include "base/memory.h"

#include <math.h>

enum { ENVS = 4, STEPS = 16, UPDATES = 20, COEFFICIENTS = 4, SEEDS = 100 };

typedef struct outcome {
    double entropy; /* of the last update, nats */
} outcome;

static void look(void *context, lecture_run *t) {
    outcome *o = context;
    o->entropy = lecture_run_take_loss(t).entropy;
}

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp08", "Experiment 8: the entropy coefficient");
    cpus_flush_denormals();
    static const char *const labels[COEFFICIENTS] = {"0", "0.001", "0.005", "0.01"};
    static const double theirs[COEFFICIENTS] = {19.0, 19.1, 22.4, 24.4};
    int seeds = l.seeds ? l.seeds : SEEDS;
    size_t n = (size_t)seeds;
    double *returns = memory_array(double, n *COEFFICIENTS), *entropies = memory_array(double, n *COEFFICIENTS);
    for (size_t k = 0; k < COEFFICIENTS; k++)
        for (size_t i = 0; i < n; i++) { /* seeds of its own for each coefficient: independent samples */
            const char *more[] = {words("loss.entropy_coef=%s", labels[k]), NULL};
            lecture_run *t = lecture_run_new(lecture_settings, more, ENVS, STEPS, UPDATES, 1 + k * n + i);
            outcome o = {0};
            lecture_run_train(t, 1, look, &o);
            returns[k * n + i] = lecture_run_return(t);
            entropies[k * n + i] = o.entropy;
            lecture_run_free(t);
        }

    double p = mann_whitney_p(n, returns + 3 * n, n, returns);
    double chance = superiority(n, returns + 3 * n, n, returns);
    const char *verdict = n < 2 ? "; one run of each allows no test"
                          : p < 0.05
                              ? words(" (Mann-Whitney p = %.2g): the coefficient matters already here", p)
                              : words(" (Mann-Whitney p = %.2g), which does not show that the coefficient matters "
                                      "within so short a training",
                                      p);
    report_text(
        &l.part,
        "4 environments, rollouts of 16, 20 updates: 1,280 steps, %d seeds per coefficient; the lecture ran each "
        "coefficient once. Here a run with 0.01 has a higher return than one with 0 with probability %.2f%s.",
        seeds, chance, verdict);
    table t = {0};
    plot_row rows[COEFFICIENTS];
    for (size_t k = 0; k < COEFFICIENTS; k++) {
        size_t row = table_row(&t);
        double mean = statistics_mean(n, returns + k * n), sd = statistics_sd(n, returns + k * n);
        double half = n > 1 ? statistics_student_quantile(0.975, (double)n - 1) * sd / sqrt((double)n) : NAN;
        table_set(&t, row, "entropy coefficient", labels[k]);
        table_set(&t, row, "final mean return [95 % of the mean]",
                  n > 1 ? words("%.1f [%.1f, %.1f]", mean, mean - half, mean + half) : words("%.1f (one run)", mean));
        table_set(&t, row, "sd over seeds", n > 1 ? words("%.1f", sd) : "n/a");
        table_set(&t, row, "entropy at the end", words("%.3f", statistics_mean(n, entropies + k * n)));
        rows[k] = (plot_row){labels[k], (int)k, mean, {mean - half, mean + half}};
    }
    lecture_table(&l, &t);
    table_free(&t);
    text_buffer svg = {0};
    plot_intervals(&svg, "Final mean return by entropy coefficient",
                   "mean return, 95 % interval of the mean over seeds", false, COEFFICIENTS, rows);
    report_picture(&l.part, "exp08-entropy",
                   "Experiment 8: means over the seeds with their intervals; the lecture ran one seed each.",
                   text_string(&svg));
    text_free(&svg);
    double least = 1;
    for (size_t k = 0; k < COEFFICIENTS; k++)
        least = fmin(least, lecture_drawn(&l, words("final mean return, coefficient %s", labels[k]), theirs[k], n,
                                          returns + k * n, 1));
    report_text(
        &l.part,
        "Of four comparisons one may well lie outside by chance: the smallest p below, taken four times (Holm), "
        "is %.2f.",
        fmin(1, COEFFICIENTS * least));
    memory_free(entropies);
    memory_free(returns);
    return lecture_end(&l);
}
