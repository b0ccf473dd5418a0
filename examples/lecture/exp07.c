/* SPDX-License-Identifier: MIT
 * Experiment 7: synchronous A2C with 4 environments, rollouts of 32 and 30 updates. The update is written out here
 * once, from the library's pieces; then the trainer's own does the same from many seeds. */
#include "lecture.h"
#include "lecture_run.h"

#include "base/cpus.h"
#include "base/memory.h"
#include "global/tree.h"

#include <math.h>

enum { ENVS = 4, STEPS = 32, UPDATES = 30, SEEDS = 100 };

/* Advantages are normalized over the whole batch. */
static gradient_scale batch_scale(const learner *l, double entropy_coef) {
    double sums[2 * ENVS] = {0}, n = STEPS * ENVS;
    for (int e = 0; e < ENVS; e++) learner_advantage_sums(l, e, 1, &sums[2 * e], &sums[2 * e + 1]);
    tree_sum(ENVS, 2, sums);
    gradient_scale scale = {.samples = n, .entropy_coef = entropy_coef};
    learner_normalize_advantages(sums[0], sums[1], &scale);
    return scale;
}

/* A2C: collect with the present parameters, estimate advantages, differentiate the loss of the whole batch (environment
 * after environment, then added up in pairs, as sync's tree does), clip the gradient's norm, step once; and again. */
static void train_by_hand(lecture_run *t, learner *l, float *parameters, float *gradient) {
    const kernels *k = kernels_get();
    size_t size = t->plan.net.size;
    for (int update = 0; update < UPDATES; update++) {
        block_pull(t->training.block, parameters);
        learner_collect(l, parameters);
        gradient_scale scale = batch_scale(l, t->plan.entropy_coef.value);
        loss_sums sums = {0};
        for (int e = 0; e < ENVS; e++)
            learner_gradient_part(l, parameters, e, 1, &scale, false, gradient + size * (size_t)e, &sums);
        for (int stride = 1; stride < ENVS; stride *= 2)
            for (int e = 0; e + stride < ENVS; e += 2 * stride)
                k->add(size, gradient + size * (size_t)(e + stride), gradient + size * (size_t)e);
        double squares = 0;
        for (int i = 0; i < block_stripes(t->training.block); i++) {
            size_t first, n = block_stripe_range(t->training.block, i, &first);
            squares += k->sum_of_squares(n, gradient + first);
        }
        push step = {.gradient = gradient,
                     .scale = (float)optimizer_clip(sqrt(squares), t->training.max_grad_norm),
                     .rate = (float)t->plan.learning_rate.value,
                     .steps = STEPS * ENVS};
        block_push(t->training.block, &step);
    }
}

static uint64_t fingerprint_by_hand(uint64_t seed) {
    lecture_run *t = lecture_run_new(lecture_settings, NULL, ENVS, STEPS, UPDATES, seed);
    learner l;
    rollout r;
    void *memory = memory_new(learner_bytes(&t->plan.learning, t->kinds, ENVS));
    void *turn = memory_new(rollout_bytes(&t->plan.learning, ENVS));
    learner_place(&l, &t->plan.learning, t->kinds, ENVS, 0, memory);
    rollout_place(&t->plan.learning, ENVS, turn, &r);
    l.rollout = &r;
    for (int e = 0; e < ENVS; e++) learner_seed_env(&l, e, (uint32_t)e, 0);
    float *vectors = memory_array(float, (1 + ENVS) * t->plan.net.size);
    train_by_hand(t, &l, vectors, vectors + t->plan.net.size);
    uint64_t fingerprint = lecture_run_fingerprint(t);
    memory_free(vectors);
    memory_free(turn);
    memory_free(memory);
    lecture_run_free(t);
    return fingerprint;
}

/* What each update of each seed showed: [UPDATES, seeds]. */
typedef struct curves {
    int seeds, seed, update;
    double *returns, *losses;
    double *whole_losses; /* with the value's squared error not halved */
} curves;

static void look(void *context, lecture_run *t) {
    curves *c = context;
    int at = c->update++ * c->seeds + c->seed;
    c->returns[at] = lecture_run_return(t);
    lecture_run_loss loss = lecture_run_take_loss(t);
    c->losses[at] = loss.total;
    c->whole_losses[at] = loss.total + t->plan.learning.value_coef * loss.value;
}

/* The least and the greatest loss of each seed beside the lecture's range. */
static void compare_losses(lecture *l, const char *how, size_t seeds, const double *losses) {
    double *least = memory_array(double, seeds), *most = memory_array(double, seeds);
    for (size_t i = 0; i < seeds; i++) {
        least[i] = INFINITY, most[i] = -INFINITY;
        for (size_t u = 0; u < UPDATES; u++) {
            least[i] = fmin(least[i], losses[u * seeds + i]);
            most[i] = fmax(most[i], losses[u * seeds + i]);
        }
    }
    lecture_drawn(l, words("smallest loss, %s", how), 18, seeds, least, 1);
    lecture_drawn(l, words("largest loss, %s", how), 42, seeds, most, 1);
    memory_free(most);
    memory_free(least);
}

static void draw(lecture *l, const char *what, const char *title, const char *label, const char *caption, int seeds,
                 const double *values, plot_style style, const double *their_y) {
    static double x[UPDATES], low[UPDATES], mean[UPDATES], high[UPDATES];
    double *sorted = memory_array(double, (size_t)seeds);
    for (int u = 0; u < UPDATES; u++) {
        for (int i = 0; i < seeds; i++) sorted[i] = values[u * seeds + i];
        statistics_sort((size_t)seeds, sorted);
        x[u] = u + 1;
        mean[u] = statistics_mean((size_t)seeds, sorted);
        low[u] = statistics_quantile((size_t)seeds, sorted, 0.025);
        high[u] = statistics_quantile((size_t)seeds, sorted, 0.975);
    }
    memory_free(sorted);
    plot_series series[] = {
        {.name = "mean, 95 % of seeds", .color = 0, .n = UPDATES, .x = x, .y = mean, .low = low, .high = high},
        {.name = "the lecture", .style = style, .color = 3, .n = UPDATES, .x = x, .y = their_y},
        {.style = style, .color = 3, .n = UPDATES, .x = x, .y = their_y + UPDATES}};
    plot p = {title, "update", label, .rule = NAN, .series_count = 3, .series = series};
    lecture_plot(l, what, &p, caption);
}

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp07", "Experiment 7: vectorized A2C");
    cpus_flush_denormals();
    curves c = {.seeds = l.seeds ? l.seeds : SEEDS};
    size_t n = (size_t)c.seeds;
    c.returns = memory_array(double, n *UPDATES);
    c.losses = memory_array(double, n *UPDATES);
    c.whole_losses = memory_array(double, n *UPDATES);
    uint64_t by_hand = fingerprint_by_hand(1), by_trainer = 0;
    for (c.seed = 0; c.seed < c.seeds; c.seed++) {
        lecture_run *t = lecture_run_new(lecture_settings, NULL, ENVS, STEPS, UPDATES, (uint64_t)c.seed + 1);
        c.update = 0;
        lecture_run_train(t, 1, look, &c);
        if (c.seed == 0) by_trainer = lecture_run_fingerprint(t);
        lecture_run_free(t);
    }

    report_text(
        &l.part,
        "4 environments, rollouts of 32, 30 updates, %d seeds; Adam 3e-4, discount 0.99, lambda 0.95, value "
        "coefficient 0.5, entropy coefficient 0.01, gradient norm 0.5. A mean return is that of the last 100 "
        "finished episodes; the loss is the policy's, plus 0.5 times half the mean squared error of the value, "
        "minus 0.01 times the entropy. That is the lecture's formula; its losses are those of a program that does "
        "not halve the squared error. The update is written out once in the program: for seed 1 it ends with the "
        "parameters %016llx, the trainer's own with %016llx.",
        c.seeds, (unsigned long long)by_hand, (unsigned long long)by_trainer);
    double returns[2 * UPDATES], losses[2 * UPDATES]; /* the lecture's two returns, and the range of its losses */
    for (int u = 0; u < UPDATES; u++) {
        returns[u] = u == 0 ? 20.5 : NAN;
        returns[UPDATES + u] = u == UPDATES - 1 ? 22.8 : NAN;
        losses[u] = 18;
        losses[UPDATES + u] = 42;
    }
    draw(&l, "return", "Mean return by update", "mean return of 100 episodes",
         "Returns during experiment 7: the band holds 95 % of the seeds.", c.seeds, c.returns, PLOT_POINTS, returns);
    draw(&l, "loss", "Loss by update", "loss, squared error not halved",
         "Loss during experiment 7, and the lecture's range.", c.seeds, c.whole_losses, PLOT_DASHED, losses);

    lecture_exact_text(&l, "update written out: the trainer's parameters", "n/a",
                       by_hand == by_trainer ? "the same" : "others", by_hand == by_trainer);
    lecture_drawn(&l, "mean return after update 1", 20.5, n, c.returns, 1);
    lecture_drawn(&l, "mean return after update 30", 22.8, n, c.returns + (UPDATES - 1) * n, 1);
    compare_losses(&l, "squared error halved", n, c.losses);
    compare_losses(&l, "squared error not halved", n, c.whole_losses);
    memory_free(c.whole_losses);
    memory_free(c.losses);
    memory_free(c.returns);
    return lecture_end(&l);
}
