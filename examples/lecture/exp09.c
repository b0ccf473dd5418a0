/* SPDX-License-Identifier: MIT
 * Experiment 9: the integrated A2C run, 8 environments x 32 steps x 40 updates, with a summary as JSON. */
#include "lecture.h"
#include "lecture_run.h"

#include "base/cpus.h"
#include "base/memory.h"
#include "base/to_json.h"

#include <math.h>

enum { ENVS = 8, STEPS = 32, UPDATES = 40, SEEDS = 100 };

typedef struct curve {
    int update;
    double returns[UPDATES], losses[UPDATES]; /* returns: mean of the last 100 episodes */
    double cut[UPDATES];          /* the same, each counted from the start of the rollout that it ended in */
    double window[EPISODES_KEPT]; /* the last such returns */
    int episodes;
} curve;

/* Every reward is 1, so what an episode that ended at step t of the rollout earned within it is its length, or t + 1.
 */
static void count_within_rollout(curve *c, const learner *l) {
    for (int i = 0; i < l->episode_count; i++) {
        const episode *e = &l->rollout->episodes[i];
        c->window[c->episodes++ % EPISODES_KEPT] = e->length < e->t + 1 ? e->length : e->t + 1;
    }
}

static void look(void *context, lecture_run *t) {
    curve *c = context;
    int unused;
    count_within_rollout(c, team_learner(t->team, 0, &unused)); /* one thread: it has them all */
    size_t known = (size_t)(c->episodes < EPISODES_KEPT ? c->episodes : EPISODES_KEPT);
    c->cut[c->update] = statistics_mean(known, c->window);
    c->returns[c->update] = lecture_run_return(t);
    c->losses[c->update++] = lecture_run_take_loss(t).total;
}

static void write_summary(lecture *l, const curve *c, double best, uint64_t fingerprint) {
    const double numbers[] = {
        ENVS, STEPS, UPDATES, (double)ENVS * STEPS * UPDATES, c->returns[UPDATES - 1], best, c->losses[UPDATES - 1]};
    const char *const keys[] = {"envs",         "rollout_steps", "updates",   "steps",
                                "final_return", "best_return",   "final_loss"};
    text_buffer json = {0};
    text_append(&json, "{");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        to_json_key(&json, keys[i]), to_json_double(&json, numbers[i]);
    to_json_key(&json, "params_fingerprint");
    to_json_string(&json, words("%016llx", (unsigned long long)fingerprint));
    text_append(&json, "}\n");
    lecture_json(l, &json);
    text_free(&json);
}

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp09", "Experiment 9: integrated A2C");
    cpus_flush_denormals();
    int seeds = l.seeds ? l.seeds : SEEDS;
    size_t n = (size_t)seeds;
    double *last = memory_array(double, n), *best = memory_array(double, n);
    double *cut_last = memory_array(double, n), *cut_mean = memory_array(double, n),
           *cut_best = memory_array(double, n);
    static double x[UPDATES];
    static curve first;
    uint64_t fingerprint = 0;
    for (size_t i = 0; i < n; i++) {
        lecture_run *t = lecture_run_new(lecture_settings, NULL, ENVS, STEPS, UPDATES, 1 + i);
        curve c = {0};
        lecture_run_train(t, 1, look, &c);
        last[i] = c.returns[UPDATES - 1];
        cut_last[i] = c.cut[UPDATES - 1];
        cut_mean[i] = statistics_mean(UPDATES, c.cut);
        best[i] = cut_best[i] = -INFINITY;
        for (int u = 0; u < UPDATES; u++) {
            best[i] = fmax(best[i], c.returns[u]);
            cut_best[i] = fmax(cut_best[i], c.cut[u]);
        }
        if (i == 0) first = c, fingerprint = lecture_run_fingerprint(t);
        lecture_run_free(t);
    }

    report_text(
        &l.part,
        "8 environments, rollouts of 32, 40 updates: 10,240 steps, %d seeds; the same settings as experiment 7. "
        "A policy that acts at random earns 22 on CartPole-v1, and one that learns earns more, so the lecture's "
        "13 to 15 are no mean of whole episodes. They are what comes out when a return is counted anew at the "
        "start of every rollout, so that an episode loses what it earned before: our guess, which its figures "
        "bear out.",
        seeds);
    for (int u = 0; u < UPDATES; u++) x[u] = u + 1;
    static double their_low[UPDATES], their_high[UPDATES];
    for (int u = 0; u < UPDATES; u++) their_low[u] = 13, their_high[u] = 15;
    plot_series returns[] = {
        {.name = "whole episodes", .color = 0, .n = UPDATES, .x = x, .y = first.returns},
        {.name = "counted within rollouts", .color = 1, .n = UPDATES, .x = x, .y = first.cut},
        {.name = "the lecture's range", .style = PLOT_DASHED, .color = 3, .n = UPDATES, .x = x, .y = their_low},
        {.style = PLOT_DASHED, .color = 3, .n = UPDATES, .x = x, .y = their_high}};
    plot p = {"Mean return by update", "update", "mean return", .rule = NAN, .series_count = 4, .series = returns};
    lecture_plot(&l, "return", &p,
                 "Experiment 9, one seed: the mean of the last 100 episodes, whole and counted within rollouts.");
    plot_series losses[] = {{.color = 1, .n = UPDATES, .x = x, .y = first.losses}};
    plot q = {"Loss by update", "update", "loss", .rule = NAN, .series_count = 1, .series = losses};
    lecture_plot(&l, "loss", &q, "Experiment 9, the same seed.");
    write_summary(&l, &first, best[0], fingerprint);

    lecture_drawn(&l, "final mean return", 13.2, n, last, 1);
    lecture_drawn(&l, "best mean return", 15.9, n, best, 1);
    lecture_drawn(&l, "final return, counted within the rollout", 13.2, n, cut_last, 1);
    lecture_drawn(&l, "its mean over the 40 updates (lecture: 13 to 15)", 14, n, cut_mean, 1);
    lecture_drawn(&l, "its best of the 40 updates", 15.9, n, cut_best, 1);
    memory_free(cut_best);
    memory_free(cut_mean);
    memory_free(cut_last);
    memory_free(best);
    memory_free(last);
    return lecture_end(&l);
}
