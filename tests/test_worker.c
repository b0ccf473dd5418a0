/* SPDX-License-Identifier: MIT
 * Async: schedules, staleness, lost updates, what repeats and what must not be allocated. */
#include "fixture.h"

#include "global/race.h"
#include "global/recording.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BASE                                                                                                           \
    "mode=async", "total_steps=6000", "rollout_steps=8",                                                               \
        "network.layers=[{dense: 24, activation: tanh}, {dense: 16, activation: relu}]"

static uint64_t run_once(const char *const *overrides, int threads, int64_t *staleness, double *lost) {
    static fixture f;
    memset(&f, 0, sizeof f);
    f.pause_every = 1000;
    fixture_plan(&f, overrides);
    fixture_async(&f, threads);
    if (f.plan.settings.async.schedule == SETTINGS_SCHEDULE_SIMULATED)
        run_simulated(f.worker_pool, &f.time);
    else
        run_threads(f.worker_pool);
    assert_true(block_steps(f.training.block) >= f.plan.settings.total_steps);
    assert_int_equal(block_reserved(f.training.block), block_steps(f.training.block));
    for (int t = 0; staleness && t < threads; t++)
        for (int b = 0; b < STALENESS_BINS; b++) staleness[b] += f.worker_pool->workspaces[t].staleness[b];
    if (lost) *lost = block_lost(f.training.block);
    uint64_t hash = fixture_fingerprint(&f);
    fixture_free(&f);
    return hash;
}

static void one_thread_repeats(void **state) {
    (void)state;
    const char *a[] = {BASE, "workers=4", "envs_per_worker=2", NULL},
               *b[] = {BASE, "workers=4", "envs_per_worker=2", "seed=2", NULL};
    uint64_t first = run_once(a, 1, NULL, NULL);
    assert_true(first == run_once(a, 1, NULL, NULL));
    assert_true(first != run_once(b, 1, NULL, NULL));
}

static void one_simulated_worker_is_async_with_one(void **state) {
    (void)state;
    const char *a[] = {BASE, "workers=1", NULL}, *b[] = {BASE, "workers=1", "async.schedule=simulated", NULL};
    assert_true(run_once(a, 1, NULL, NULL) == run_once(b, 1, NULL, NULL));
}

/* Equal costs, W workers: after each has pushed once, W - 1 others push between a worker's pull and its push. */
static void equal_costs_give_staleness_w_minus_1(void **state) {
    (void)state;
    const char *a[] = {
        BASE, "workers=7", "envs_per_worker=1", "async.schedule=simulated", "async.simulated.cost=constant", NULL};
    static int64_t bins[STALENESS_BINS];
    memset(bins, 0, sizeof bins);
    run_once(a, 1, bins, NULL);
    int64_t updates = 6000 / 8;
    for (int s = 0; s < 6; s++) assert_int_equal(bins[s], 1); /* the first round */
    assert_int_equal(bins[6], updates - 6);
    for (int s = 7; s < 100; s++) assert_int_equal(bins[s], 0);
}

static void simulation_repeats(void **state) {
    (void)state;
    const char *a[] = {
        BASE, "workers=9", "async.schedule=simulated", "async.simulated.cost=lognormal", "async.simulated.spread=0.5",
        NULL};
    static int64_t bins[STALENESS_BINS];
    memset(bins, 0, sizeof bins);
    assert_true(run_once(a, 1, bins, NULL) == run_once(a, 1, NULL, NULL));
    int kinds = 0;
    for (int s = 0; s < 100; s++) kinds += bins[s] > 0;
    assert_true(kinds > 8); /* uneven costs: many different stalenesses */
}

static void turn_costs_have_their_moments(void **state) {
    (void)state;
    turn_cost costs[] = {{.kind = COST_CONSTANT, .mean = 20},
                         {.kind = COST_UNIFORM, .mean = 20, .spread = 0.3},
                         {.kind = COST_EXPONENTIAL, .mean = 20, .spread = 1},
                         {.kind = COST_LOGNORMAL, .mean = 20, .spread = 0.7}};
    double spread[] = {0, 0.3, 1, 0.7};
    for (int k = 0; k < 4; k++) {
        random_stream s = random_stream_new(5, 3, RANDOM_TURN_COST);
        double sum = 0, squares = 0;
        const int n = 200000;
        for (int i = 0; i < n; i++) {
            double c = turn_cost_draw(&costs[k], &s);
            assert_true(c >= 0);
            sum += c, squares += c * c;
        }
        double mean = sum / n, deviation = sqrt(fmax(squares / n - mean * mean, 0));
        assert_true(fabs(mean - 20) < 0.2);
        assert_true(fabs(deviation / 20 - spread[k]) < 0.03);
    }
}

/* A recorded run of 2 threads, replayed on 1, 2 and 3, gives its own parameters; so does the replay of half of it. */
static uint64_t replay_once(const char *path, int threads) {
    static fixture f;
    memset(&f, 0, sizeof f);
    const char *overrides[] = {BASE, "workers=6", "async.update=locked", "async.schedule=replay", "async.recording=x",
                               NULL};
    fixture_plan(&f, overrides);
    fixture_async(&f, threads);
    size_t count;
    error e = {0};
    uint32_t *events = recording_read(path, 6, &count, &e);
    assert_non_null(events);
    int64_t next = 0;
    run_replay(f.worker_pool, events, (int64_t)count, &next);
    assert_int_equal(next, count);
    uint64_t hash = fixture_fingerprint(&f);
    memory_free(events);
    fixture_free(&f);
    return hash;
}

static void a_recording_replays_on_any_threads(void **state) {
    (void)state;
    char path[] = "/tmp/a3c-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    static fixture f;
    memset(&f, 0, sizeof f);
    const char *overrides[] = {BASE, "workers=6", "async.update=locked", NULL};
    error e = {0};
    fixture_plan(&f, overrides);
    fixture_async(&f, 2);
    f.async.recording = recording_create(path, 0, &e);
    assert_non_null(f.async.recording);
    run_threads(f.worker_pool);
    assert_int_equal(recording_events(f.async.recording), 2 * block_version(f.training.block));
    assert_int_equal(recording_flush(f.async.recording, &e), 0);
    uint64_t hash = fixture_fingerprint(&f);
    recording_free(f.async.recording);
    fixture_free(&f);
    for (int threads = 1; threads <= 3; threads++) assert_true(replay_once(path, threads) == hash);

    size_t count; /* nonsense is refused */
    assert_null(recording_read(path, 2, &count, &e));
    FILE *broken = fopen(path, "r+b");
    fputc('x', broken);
    fclose(broken);
    assert_null(recording_read(path, 6, &count, &e));
    assert_int_equal(e.status, STATUS_USAGE);
    unlink(path);
}

/* ---- Lost updates ---- */

static void nothing_is_lost_on_one_thread_or_under_the_lock(void **state) {
    (void)state;
    const char *one[] = {BASE, "workers=3", "async.count_lost=true", NULL};
    const char *locked[] = {BASE, "workers=3", "async.count_lost=true", "async.update=locked", NULL};
    double lost = -1;
    run_once(one, 1, NULL, &lost);
    assert_true(lost == 0);
    run_once(locked, 3, NULL, &lost);
    assert_true(lost == 0);
}

enum { HAMMER = 200000 };
static void *hammer(void *pointer) {
    block *b = pointer;
    _Alignas(64) float gradient[16] = {0};
    push p = {.gradient = gradient, .scale = 1, .rate = 0};
    for (int i = 0; i < HAMMER; i++) block_push(b, &p);
    return NULL;
}

/* Two threads without a lock overwrite each other's work: the lanes must show it. The same code with one thread loses
 * nothing. */
static void two_threads_lose_updates_without_a_lock(void **state) {
    (void)state;
    optimizer o = {.kind = OPTIMIZER_RMSPROP, .decay = 0.99, .epsilon = 1e-5};
    block *b = block_new(16, &o, true, true);
    hammer(b);
    assert_true(block_lost(b) == 0);
    double lost = 0;
    for (int round = 0; round < 20 && lost <= 0; round++) {
        pthread_t threads[2];
        for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, hammer, b);
        for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
        lost = block_lost(b);
    }
    assert_true(lost > 0 && lost < 1);
    block_free(b);
}

/* ---- The block ---- */

static void pull_and_push_move_what_they_should(void **state) {
    (void)state;
    enum { N = 4000 / 16 * 16 };
    optimizer o = {.kind = OPTIMIZER_SGD, .momentum = 0};
    block *b = block_new(N, &o, true, false);
    float *theta = memory_array(float, N), *gradient = memory_array(float, N), *out = memory_array(float, N),
          *pulled = memory_array(float, N);
    for (int i = 0; i < N; i++) theta[i] = (float)i, gradient[i] = (float)(N - i);
    block_set(b, theta, NULL, NULL);
    assert_int_equal(block_pull(b, pulled), 0);
    assert_memory_equal(pulled, theta, N * sizeof(float));
    push p = {.gradient = gradient, .scale = 0.5f, .rate = 0.25f, .steps = 7, .parameters = out};
    assert_int_equal(block_push(b, &p), 0);
    assert_int_equal(block_pull(b, pulled), 1);
    assert_int_equal(block_steps(b), 7);
    assert_memory_equal(pulled, out, N * sizeof(float));
    for (int i = 0; i < N; i++) assert_true(pulled[i] == theta[i] - 0.25f * (0.5f * gradient[i]));
    memory_free(theta), memory_free(gradient), memory_free(out), memory_free(pulled);
    block_free(b);
}

/* ---- Nothing is allocated in the loop ---- */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
static _Atomic long allocations;
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);
static void *counted(void *p) {
    allocations++;
    return p;
}
void *malloc(size_t n) {
    return counted(__libc_malloc(n));
}
void *calloc(size_t n, size_t m) {
    return counted(__libc_calloc(n, m));
}
void *realloc(void *p, size_t n) {
    return counted(__libc_realloc(p, n));
}
void *aligned_alloc(size_t a, size_t n) {
    return counted(__libc_memalign(a, n));
}

static long seen[64];
static int looks;
static void look(fixture *f) {
    (void)f;
    if (looks < 64) seen[looks++] = allocations;
}

static void check_no_allocation(int mode, int threads) {
    static fixture f;
    memset(&f, 0, sizeof f);
    f.pause_every = 500;
    f.at_pause = look;
    const char *overrides[] = {mode ? "mode=sync" : "mode=async", "total_steps=8000", "rollout_steps=8", "workers=4",
                               NULL};
    fixture_plan(&f, overrides);
    looks = 0;
    if (mode)
        fixture_sync(&f, threads), team_run(f.team);
    else
        fixture_async(&f, threads), run_threads(f.worker_pool);
    assert_true(looks > 5);
    for (int i = 2; i < looks; i++) assert_int_equal(seen[i], seen[1]);
    assert_true(seen[0] > 0); /* the counter counts */
    fixture_free(&f);
}

static void loops_allocate_nothing(void **state) {
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        check_no_allocation(0, threads);
        check_no_allocation(1, threads);
    }
}
#else
static void loops_allocate_nothing(void **state) {
    (void)state;
    skip();
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_repeats),
        cmocka_unit_test(one_simulated_worker_is_async_with_one),
        cmocka_unit_test(equal_costs_give_staleness_w_minus_1),
        cmocka_unit_test(simulation_repeats),
        cmocka_unit_test(turn_costs_have_their_moments),
        cmocka_unit_test(a_recording_replays_on_any_threads),
        cmocka_unit_test(nothing_is_lost_on_one_thread_or_under_the_lock),
        cmocka_unit_test(two_threads_lose_updates_without_a_lock),
        cmocka_unit_test(pull_and_push_move_what_they_should),
        cmocka_unit_test(loops_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
