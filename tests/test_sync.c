/* SPDX-License-Identifier: MIT
 * Sync: one result for any number of threads, and the same gradient as one learner over the whole batch. */
#include "fixture.h"

#include "sync_a2c/reduce.h"
#include "sync_a2c/shards.h"

#define BASE                                                                                                           \
    "mode=sync", "total_steps=4000", "rollout_steps=6",                                                                \
        "network.layers=[{dense: 24, activation: silu}, {dense: 16, activation: tanh}]"

typedef struct outcome {
    uint64_t hash;
    update_figures figures;
    episode_history history;
} outcome;

static outcome run_once(const char *const *overrides, int threads) {
    static fixture f;
    memset(&f, 0, sizeof f);
    f.pause_every = 700;
    fixture_plan(&f, overrides);
    fixture_sync(&f, threads);
    team_run(f.team);
    assert_true(block_steps(f.training.block) >= f.plan.settings.total_steps);
    outcome o = {fixture_fingerprint(&f), f.team->figures, *episodes_history(f.training.episodes)};
    fixture_free(&f);
    return o;
}

static void check_threads(const char *const *overrides) {
    outcome one = run_once(overrides, 1);
    static const int counts[] = {2, 3, 4, 8};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int threads = counts[i];
        outcome o = run_once(overrides, threads);
        assert_true(o.hash == one.hash);
        assert_memory_equal(&o.figures, &one.figures, sizeof o.figures);
        assert_memory_equal(&o.history, &one.history, sizeof o.history);
    }
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    const char *plain[] = {BASE, "workers=5", "envs_per_worker=2", NULL};
    const char *normalized[] = {
        BASE, "workers=5", "envs_per_worker=3", "advantage.normalize=true", "loss.entropy_coef=0.01", NULL};
    const char *step[] = {BASE, "workers=6", "envs_per_worker=1", "sync.barrier=step", NULL};
    const char *until[] = {BASE,
                           "workers=4",
                           "envs_per_worker=1",
                           "rollout_until_done=true",
                           "advantage.estimator=monte_carlo",
                           "rollout_steps=40",
                           NULL};
    const char *many[] = {BASE, "workers=130", "envs_per_worker=1", NULL};
    const char *shards[] = {BASE, "workers=3", "envs_per_worker=5", "sync.shards=11", "advantage.normalize=true", NULL};
    const char *few[] = {BASE, "workers=8", "envs_per_worker=1", "sync.shards=3", NULL};
    const char *two[] = {BASE, "workers=7", "envs_per_worker=3", "sync.shards=2", "advantage.normalize=true", NULL};
    check_threads(two);
    check_threads(shards);
    check_threads(few);
    check_threads(plain);
    check_threads(normalized);
    check_threads(step);
    check_threads(until);
    check_threads(many);
}

#define ONE "sync.shards=1"

/* One shard: a thread alone differentiates all samples in one pass, several cut the rows of the weights. */
static void threads_that_cut_rows_do_not_change_a_bit(void **state) {
    (void)state;
    const char *plain[] = {BASE, ONE, "workers=9", "envs_per_worker=1", "advantage.normalize=true", NULL};
    const char *separate[] = {BASE, ONE, "workers=8", "envs_per_worker=2", "network.trunk=separate", NULL};
    const char *growing[] = {BASE, ONE, "workers=8", "rollout_initial=2", "rollout_schedule=linear", NULL};
    const char *until[] = {
        BASE, ONE, "workers=8", "envs_per_worker=1", "rollout_until_done=true", "network.layers=[{dense: 64}]", NULL};
    const char *linear[] = {BASE, ONE, "workers=8", "network.layers=[]", NULL};
    const char *narrow[] = {BASE, ONE, "workers=8", "network.layers=[{dense: 3}, {dense: 100}]", NULL};
    const char *one_hot[] = {BASE, ONE, "workers=8", "env.id=Taxi-v4", NULL};
    const char *pictures[] = {BASE,
                              ONE,
                              "workers=8",
                              "envs_per_worker=1",
                              "env.id=MinAtar/Breakout-v0",
                              "network.layers=[{conv: 16, kernel: 3, stride: 1, activation: silu}, {dense: 32}]",
                              NULL};
    const char *const *cases[] = {plain, separate, growing, until, linear, narrow, one_hot, pictures};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_threads(cases[i]);
}

/* Any number of parts gives the gradient of one pass. */
static void rows_may_be_cut_anywhere(void **state) {
    (void)state;
    const char *overrides[] = {BASE, ONE, "workers=8", "envs_per_worker=1", "network.layers=[{dense: 70}, {dense: 90}]",
                               NULL};
    static fixture f;
    memset(&f, 0, sizeof f);
    fixture_plan(&f, overrides);
    fixture_sync(&f, 3);
    team *t = f.team;
    block_pull(f.training.block, t->parameters);
    assert_true(t->is_cut);
    for (int i = 0; i < t->threads; i++) {
        learner_set_length(&t->members[i].learners[0], 0, 1);
        learner_collect(&t->members[i].learners[0], t->parameters);
        shards_sum_advantages(t, &t->members[i]);
    }
    shards_totals(t);
    size_t n = f.plan.net.size;
    float *expected = memory_array(float, n), *sum = memory_array(float, n);
    loss_sums unused[8] = {0};
    for (int i = 0; i < t->threads; i++)
        learner_gradient_part(&t->members[i].learners[0], t->parameters, 0, t->members[i].envs, &t->scale, i > 0,
                              expected, unused);
    for (int u = 0; u < t->updaters; u++) shards_differentiate(t, &t->updater[u], NULL);
    for (int parts = 1; parts <= 40; parts += parts < 8 ? 1 : 8) {
        memset(sum, 0, n * sizeof *sum);
        for (int i = 0; i < parts; i++)
            factors_sum(&f.plan.net, t->factors, t->factors_count, &t->members[0].rollouts[0].tape,
                        factors_part(&f.plan.net, parts, i), factors_part(&f.plan.net, parts, i + 1), sum);
        assert_memory_equal(sum, expected, n * sizeof *sum);
    }
    memory_free(sum);
    memory_free(expected);
    fixture_free(&f);
}

#define PPO "loss.kind=ppo", "loss.ppo.epochs=3"

static void threads_do_not_change_ppo(void **state) {
    (void)state;
    const char *plain[] = {BASE, PPO, "workers=5", "envs_per_worker=2", "loss.ppo.minibatches=4", NULL};
    const char *normalized[] = {
        BASE, PPO, "workers=5", "envs_per_worker=1", "loss.ppo.minibatches=7", "advantage.normalize=true", NULL};
    const char *step[] = {BASE, PPO, "workers=6", "loss.ppo.minibatches=1", "sync.barrier=step", NULL};
    const char *until[] = {
        BASE, PPO, "workers=4", "envs_per_worker=1", "rollout_until_done=true", "loss.ppo.minibatches=4", NULL};
    const char *recurrent[] = {
        BASE, PPO, "workers=4", "envs_per_worker=2", "loss.ppo.minibatches=3", "network.layers=[{lstm: 8}]", NULL};
    const char *continuous[] = {BASE, PPO, "workers=5", "env.id=Pendulum-v1", "loss.ppo.clip_schedule=linear", NULL};
    const char *many[] = {BASE, PPO, "workers=70", "envs_per_worker=1", "loss.ppo.minibatches=9", NULL};
    check_threads(plain);
    check_threads(normalized);
    check_threads(step);
    check_threads(until);
    check_threads(recurrent);
    check_threads(continuous);
    check_threads(many);
}

/* Before anything has changed the surrogate's gradient is the actor-critic's, and a recurrent network's rollouts are
 * not cut: one pass in one minibatch is the same update bit for bit. More passes are more updates of the same steps. */
static void ppo_in_one_pass_is_actor_critic(void **state) {
    (void)state;
#define RECURRENT BASE, "workers=5", "envs_per_worker=1", "network.layers=[{lstm: 8}]"
    const char *actor_critic[] = {RECURRENT, NULL};
    const char *once[] = {RECURRENT, "loss.kind=ppo", "loss.ppo.epochs=1", "loss.ppo.minibatches=1", NULL};
    const char *twice[] = {RECURRENT, "loss.kind=ppo", "loss.ppo.epochs=2", "loss.ppo.minibatches=2", NULL};
    outcome expected = run_once(actor_critic, 2), one = run_once(once, 2), two = run_once(twice, 2);
    assert_true(one.hash == expected.hash);
    assert_true(two.hash != expected.hash);
    assert_int_equal(two.figures.updates, 4 * expected.figures.updates);
    assert_true(two.figures.sums.samples == 2 * expected.figures.sums.samples);
    assert_int_equal(two.figures.frames, expected.figures.frames);
}

static void a_growing_rollout_grows(void **state) {
    (void)state;
    const char *linear[] = {BASE, "workers=5", "envs_per_worker=1", "rollout_initial=2", "rollout_schedule=linear",
                            NULL};
    const char *ppo[] = {BASE, PPO, "workers=5", "rollout_initial=2", "rollout_schedule=cosine", NULL};
    check_threads(linear);
    check_threads(ppo);
    outcome o = run_once(linear, 1);
    assert_true(o.figures.updates > 4000 / (5 * 6) && o.figures.updates < 4000 / (5 * 2));
    assert_int_equal(rollout_length(SCHEDULE_LINEAR, 2, 6, 0, 4000), 2);
    assert_int_equal(rollout_length(SCHEDULE_LINEAR, 2, 6, 2000, 4000), 4);
    assert_int_equal(rollout_length(SCHEDULE_COSINE, 2, 6, 3900, 4000), 6);
    assert_int_equal(rollout_length(SCHEDULE_CONSTANT, 2, 6, 0, 4000), 6);
}

/* ---- The tree ---- */

/* DESIGN's words: for stride 1, 2, 4, .. shard i takes in shard i + stride for every i that is a multiple of 2 stride; what
 * is not there adds nothing. rows [shards, n]; the sum is left in row 0. */
static void plain_tree(int shards, const bool *used, size_t n, float *rows) {
    bool *there = memory_array(bool, (size_t)shards);
    memcpy(there, used, (size_t)shards * sizeof *there);
    for (int stride = 1; stride < shards; stride *= 2)
        for (int i = 0; i + stride < shards; i += 2 * stride) {
            for (size_t k = 0; there[i + stride] && k < n; k++) {
                float *to = &rows[(size_t)i * n + k], from = rows[(size_t)(i + stride) * n + k];
                *to = there[i] ? *to + from : from;
            }
            there[i] |= there[i + stride];
        }
    memory_free(there);
}

/* What a team of so many threads makes of given shard gradients, its updaters one after the other. */
static void check_tree(int shards, int threads, random_stream *random) {
    char workers[32], count[32];
    snprintf(workers, sizeof workers, "workers=%d", shards);
    snprintf(count, sizeof count, "sync.shards=%d", shards);
    const char *overrides[] = {BASE, "envs_per_worker=1", workers, count, NULL};
    static fixture f;
    memset(&f, 0, sizeof f);
    fixture_plan(&f, overrides);
    fixture_sync(&f, threads);
    team *t = f.team;
    size_t n = f.plan.net.size, all = n * (size_t)shards;
    float *expected = memory_array(float, all);
    for (size_t i = 0; i < all; i++) expected[i] = t->shard_gradients[i] = (float)random_uniform(random) - 0.5f;
    for (int s = 0; s < shards; s++) t->shard_used[s] = s == shards - 1 || random_uniform(random) < 0.7;
    plain_tree(shards, t->shard_used, n, expected);
    for (int u = 0; u < t->updaters; u++) reduce_own(t, &t->updater[u]);
    for (int u = 0; u < t->updaters; u++) reduce_stripes(t, &t->updater[u], NULL);
    assert_memory_equal(t->gradient, expected, n * sizeof *expected);
    memory_free(expected);
    fixture_free(&f);
}

static void shards_are_summed_along_the_tree(void **state) {
    (void)state;
    random_stream random = random_stream_new(11, 0, RANDOM_SHUFFLE);
    static const int shards[] = {1, 2, 3, 5, 7, 8, 13, 16, 31, 64}, threads[] = {1, 2, 3, 4, 7};
    for (size_t i = 0; i < sizeof shards / sizeof *shards; i++)
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) check_tree(shards[i], threads[k], &random);
}

static void the_barrier_does_not_change_the_update(void **state) {
    (void)state;
    const char *rollout[] = {BASE, "workers=6", "envs_per_worker=1", NULL};
    const char *step[] = {BASE, "workers=6", "envs_per_worker=1", "sync.barrier=step", NULL};
    assert_true(run_once(rollout, 2).hash == run_once(step, 2).hash);
}

/* One worker is one shard is one learner: sync with one worker makes exactly the updates of async with one. */
static void one_worker_is_async_with_one(void **state) {
    (void)state;
    const char *plain[] = {BASE, "workers=1", "envs_per_worker=1", NULL};
    const char *growing[] = {BASE, "workers=1", "envs_per_worker=1", "rollout_initial=1", "rollout_schedule=linear",
                             NULL};
    const char *const *cases[] = {plain, growing};
    for (int i = 0; i < 2; i++) {
        uint64_t expected = run_once(cases[i], 1).hash;
        static fixture f;
        memset(&f, 0, sizeof f);
        fixture_plan(&f, cases[i]);
        f.plan.settings.mode = MODE_ASYNC;
        fixture_async(&f, 1);
        run_threads(f.worker_pool);
        assert_true(fixture_fingerprint(&f) == expected);
        fixture_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_a_bit),      cmocka_unit_test(threads_that_cut_rows_do_not_change_a_bit),
        cmocka_unit_test(rows_may_be_cut_anywhere),         cmocka_unit_test(threads_do_not_change_ppo),
        cmocka_unit_test(shards_are_summed_along_the_tree), cmocka_unit_test(ppo_in_one_pass_is_actor_critic),
        cmocka_unit_test(a_growing_rollout_grows),          cmocka_unit_test(the_barrier_does_not_change_the_update),
        cmocka_unit_test(one_worker_is_async_with_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
