/* SPDX-License-Identifier: MIT
 * Experiment 2: Monte Carlo values of a random policy, V(s_t) = the mean of G_t = sum gamma^k r_{t+k} over the episodes
 * that are still running at t. */
#include "lecture.h"

#include "base/memory.h"
#include "base/random.h"
#include "env/env.h"

#include <math.h>

enum { EPISODES = 25, LONGEST = 500, SHOWN = 20, REPEATS = 4000 };
static const double discount = 0.99;

/* Of EPISODES episodes of the uniformly random policy. */
typedef struct batch {
    double mean, sd;     /* discounted returns */
    double plain_mean;   /* undiscounted: the mean length */
    double value[SHOWN]; /* V(s_t); NAN: no episode was so long */
} batch;

/* Length of one episode; every reward is 1. */
static int play(const env_config *kind, void *instance, uint64_t seed, random_stream *stream) {
    float observation[4];
    double reward;
    env_seed(kind, instance, seed, NULL, 0);
    env_reset(kind, instance, observation);
    for (int length = 1;; length++) {
        int32_t action = (int32_t)(random_word(stream) & 1);
        if (env_step(kind, instance, &action, observation, &reward, NULL)) return length;
    }
}

/* G_0 of an episode that lasts `steps` more steps. */
static double discounted(int steps) {
    return (1 - pow(discount, steps)) / (1 - discount);
}

static batch play_batch(const env_config *kind, void *instance, uint64_t seed) {
    random_stream stream = random_stream_new(seed, 0, RANDOM_ACTION);
    double returns[EPISODES], sums[SHOWN] = {0};
    int running[SHOWN] = {0};
    batch b = {0};
    for (int i = 0; i < EPISODES; i++) {
        int length = play(kind, instance, seed * EPISODES + (uint64_t)i, &stream);
        returns[i] = discounted(length);
        b.plain_mean += length / (double)EPISODES;
        for (int t = 0; t < SHOWN && t < length; t++) {
            sums[t] += discounted(length - t);
            running[t]++;
        }
    }
    b.mean = statistics_mean(EPISODES, returns);
    b.sd = statistics_sd(EPISODES, returns);
    for (int t = 0; t < SHOWN; t++) b.value[t] = running[t] ? sums[t] / running[t] : NAN;
    return b;
}

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp02", "Experiment 2: values of a random policy by Monte Carlo");
    error e = {0};
    env_config kind;
    const a3c_env_def *def = env_find("CartPole-v1", false, &e);
    env_wrapping wrapping = {.max_episode_steps = -1, .frame_skip = 1, .frame_stack = 1};
    if (!def || env_config_make(&kind, def, NULL, 0, &wrapping, &e)) lecture_give_up(&e);
    void *instance = memory_new(kind.instance_stride);

    int repeats = l.seeds ? l.seeds : REPEATS;
    double *draws = memory_array(double, (size_t)repeats *(SHOWN + 3));
    batch shown = play_batch(&kind, instance, 0);
    for (int i = 0; i < repeats; i++) {
        batch b = play_batch(&kind, instance, (uint64_t)i);
        for (int t = 0; t < SHOWN; t++) draws[t * repeats + i] = b.value[t];
        draws[SHOWN * repeats + i] = b.mean;
        draws[(SHOWN + 1) * repeats + i] = b.sd;
        draws[(SHOWN + 2) * repeats + i] = b.plain_mean;
    }
    memory_free(instance);

    size_t n = (size_t)repeats;
    report_text(&l.part,
                "%d episodes of uniformly random actions, and what %d other batches of as many say about it. The "
                "lecture does not say so, but its figures are discounted with 0.99: every reward is 1, so that "
                "V(s_4) follows from V(s_0) as long as all episodes last four steps; undiscounted, 19.70 would have "
                "become 15.70.",
                EPISODES, repeats);
    static double t[SHOWN], low[SHOWN], mean[SHOWN], high[SHOWN];
    static const double lecture_t[] = {0, 4}, lecture_v[] = {19.70, 16.40};
    for (int k = 0; k < SHOWN; k++) {
        double *column = draws + (size_t)k * n;
        size_t known = 0;
        for (size_t i = 0; i < n; i++)
            if (!isnan(column[i])) column[known++] = column[i];
        mean[k] = statistics_mean(known, column);
        statistics_sort(known, column);
        low[k] = statistics_quantile(known, column, 0.025);
        high[k] = statistics_quantile(known, column, 0.975);
        t[k] = k;
    }
    plot_series series[] = {
        {.name = "mean and 95 % of batches", .color = 0, .n = SHOWN, .x = t, .y = mean, .low = low, .high = high},
        {.name = "one batch of 25", .color = 1, .n = SHOWN, .x = t, .y = shown.value},
        {.name = "the lecture", .style = PLOT_POINTS, .color = 3, .n = 2, .x = lecture_t, .y = lecture_v}};
    plot p = {"V(s) of the random policy", "time step t",   "V(s_t), discounted with 0.99", .rule = NAN,
              .series_count = 3,           .series = series};
    lecture_plot(&l, "values", &p, "Monte Carlo values of a random policy on CartPole-v1, as experiment 2 draws them.");

    lecture_drawn(&l, "mean return, discounted, and V(s_0)", 19.70, n, draws + SHOWN * n, 2);
    lecture_drawn(&l, "its standard deviation over episodes", 10.9, n, draws + (SHOWN + 1) * n, 1);
    lecture_drawn(&l, "V(s_4)", 16.40, n, draws + 4 * n, 2);
    lecture_exact(&l, "V(s_4) that follows from V(s_0) = 19.70", 16.40, (19.70 - discounted(4)) / pow(discount, 4),
                  0.011, 2);
    lecture_told(&l, "mean return, undiscounted", "n/a", words("%.1f", statistics_mean(n, draws + (SHOWN + 2) * n)));
    memory_free(draws);
    return lecture_end(&l);
}
