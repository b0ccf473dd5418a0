/* SPDX-License-Identifier: MIT
 * Sync: one result for any number of threads, and the same gradient as one learner over the whole batch. */
#include "fixture.h"

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
    assert_true(block_steps(f.block) >= f.plan.settings.total_steps);
    outcome o = {fixture_fingerprint(&f), f.team->figures, *episodes_history(f.episodes)};
    fixture_free(&f);
    return o;
}

static void check_threads(const char *const *overrides) {
    outcome one = run_once(overrides, 1);
    for (int threads = 2; threads <= 5; threads++) {
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
    check_threads(plain);
    check_threads(normalized);
    check_threads(step);
    check_threads(until);
    check_threads(many);
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
    const char *sync[] = {BASE, "workers=1", "envs_per_worker=1", NULL};
    uint64_t expected = run_once(sync, 1).hash;
    static fixture f;
    memset(&f, 0, sizeof f);
    fixture_plan(&f, sync);
    f.plan.settings.mode = MODE_ASYNC;
    fixture_async(&f, 1);
    run_threads(f.crew);
    assert_true(fixture_fingerprint(&f) == expected);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(the_barrier_does_not_change_the_update),
        cmocka_unit_test(one_worker_is_async_with_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
