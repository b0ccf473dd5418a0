/* SPDX-License-Identifier: MIT
 * Sync over several ranks: teams in threads of this process, joined by a collective that passes pointers, make the bits
 * that one team makes. (Not for ThreadSanitizer: ranks are processes, and two teams in one both prepare its CPUs.) */
#include "fixture.h"

#include "base/barrier.h"
#include "global/tree.h"

#include <pthread.h>

enum { RANKS_MOST = 6 };

/* ---- A collective in memory ---- */

typedef struct hub {
    int ranks;
    barrier *meeting;
    const collective_sum *sums[RANKS_MOST];
    const char *gathered[RANKS_MOST];
    int64_t said[RANKS_MOST];
} hub;

typedef struct seat {
    hub *hub;
    int rank;
    const char *const *overrides;
    int threads;
    fixture fixture;
    uint64_t hash;
    update_figures figures;
    episode_history history;
} seat;

static int rank_of(const hub *h, int shard) {
    int r = 0;
    while (shard >= h->sums[0]->first[r + 1]) r++;
    return r;
}

/* out [n] = the sum of a node of the tree, by way of `spare` [levels, n]. Returns whether any of its shards is used. */
static bool add_node(const hub *h, int first, int width, float *out, float *spare) {
    const collective_sum *s = h->sums[0];
    if (first >= s->shards) return false;
    int rank = rank_of(h, first);
    if (width == tree_width(s->shards, first, s->first[rank + 1])) {
        bool used = false;
        for (int i = first; i < first + width && i < s->shards; i++) used |= s->used[i];
        if (used) memcpy(out, h->sums[rank]->node[first], s->n * sizeof *out);
        return used;
    }
    bool left = add_node(h, first, width / 2, out, spare),
         right = add_node(h, first + width / 2, width / 2, spare, spare + s->n);
    for (size_t k = 0; right && k < s->n; k++) out[k] = left ? out[k] + spare[k] : spare[k];
    return left || right;
}

static void hub_sum(void *context, const collective_sum *s) {
    seat *mine = context;
    hub *h = mine->hub;
    h->sums[mine->rank] = s;
    barrier_wait(h->meeting, NULL, NULL);
    float *spare = memory_array(float, TREE_LEVELS * s->n);
    add_node(h, 0, tree_width(s->shards, 0, s->shards), s->sum, spare);
    memory_free(spare);
    barrier_wait(h->meeting, NULL, NULL);
}

static void hub_gather(void *context, void *all, size_t size, const int *first) {
    seat *mine = context;
    hub *h = mine->hub;
    h->gathered[mine->rank] = all;
    barrier_wait(h->meeting, NULL, NULL);
    for (int r = 0; r < h->ranks; r++) {
        size_t from = size * (size_t)first[r], n = size * (size_t)(first[r + 1] - first[r]);
        if (r != mine->rank) memcpy((char *)all + from, h->gathered[r] + from, n);
    }
    barrier_wait(h->meeting, NULL, NULL);
}

static int64_t hub_agree(void *context, int64_t said) {
    seat *mine = context;
    hub *h = mine->hub;
    int64_t most = said;
    h->said[mine->rank] = said;
    barrier_wait(h->meeting, NULL, NULL);
    for (int r = 0; r < h->ranks; r++) most = h->said[r] > most ? h->said[r] : most;
    barrier_wait(h->meeting, NULL, NULL);
    return most;
}

/* ---- Runs ---- */

static void *run_rank(void *pointer) {
    seat *s = pointer;
    collective c = {s, s->rank, s->hub->ranks, hub_sum, hub_gather, hub_agree};
    fixture *f = &s->fixture;
    if (s->hub->ranks > 1) f->collective = &c;
    f->pause_every = 700;
    fixture_plan(f, s->overrides);
    fixture_sync(f, s->threads);
    team_run(f->team);
    s->hash = fixture_fingerprint(f);
    s->figures = f->team->figures;
    s->history = *episodes_history(f->training.episodes);
    fixture_free(f);
    return NULL;
}

/* seats [ranks] */
static void run_ranks(seat *seats, int ranks, int threads, const char *const *overrides) {
    hub h = {.ranks = ranks, .meeting = barrier_new(ranks)};
    pthread_t others[RANKS_MOST];
    for (int r = 0; r < ranks; r++) seats[r] = (seat){.hub = &h, .rank = r, .overrides = overrides, .threads = threads};
    for (int r = 1; r < ranks; r++) assert_int_equal(pthread_create(&others[r], NULL, run_rank, &seats[r]), 0);
    run_rank(&seats[0]);
    for (int r = 1; r < ranks; r++) pthread_join(others[r], NULL);
    barrier_free(h.meeting);
}

static void check_ranks(const char *const *overrides, int ranks, int threads) {
    seat *seats = memory_array(seat, RANKS_MOST + 1), *one = &seats[RANKS_MOST];
    run_ranks(one, 1, 1, overrides);
    run_ranks(seats, ranks, threads, overrides);
    for (int r = 0; r < ranks; r++) {
        assert_true(seats[r].hash == one->hash);
        assert_memory_equal(&seats[r].figures, &one->figures, sizeof one->figures);
        assert_memory_equal(&seats[r].history, &one->history, sizeof one->history);
    }
    memory_free(seats);
}

#define BASE                                                                                                           \
    "mode=sync", "total_steps=3000", "rollout_steps=6",                                                                \
        "network.layers=[{dense: 24, activation: silu}, {dense: 16, activation: tanh}]"

static void two_ranks_make_the_bits_of_one(void **state) {
    (void)state;
    const char *plain[] = {BASE, "workers=6", "envs_per_worker=2", "advantage.normalize=true", NULL};
    const char *uneven[] = {BASE, "workers=4", "envs_per_worker=5", "sync.shards=10", NULL};
    check_ranks(plain, 2, 1);
    check_ranks(plain, 2, 2);
    check_ranks(uneven, 2, 2);
    const char *rows[] = {BASE, "workers=8", "envs_per_worker=1", "sync.shards=2", NULL};
    check_ranks(rows, 2, 1);
    check_ranks(rows, 2, 2); /* which cut the rows of their rank's shard */
}

static void ranks_that_are_no_power_of_two(void **state) {
    (void)state;
    const char *six[] = {BASE, "workers=6", "envs_per_worker=1", NULL};
    const char *twelve[] = {BASE, "workers=12", "envs_per_worker=1", "sync.shards=12", NULL};
    check_ranks(six, 3, 1);
    check_ranks(six, 6, 1);
    check_ranks(twelve, 3, 2);
    check_ranks(twelve, 4, 1);
}

static void statistics_are_those_of_all(void **state) {
    (void)state;
    const char *normalized[] = {BASE,
                                "env.id=Pendulum-v1",
                                "workers=4",
                                "normalize.observations=true",
                                "normalize.returns=true",
                                "sync.barrier=step",
                                NULL};
    check_ranks(normalized, 2, 2);
}

static void episodes_of_their_own_length(void **state) {
    (void)state;
    const char *until[] = {BASE, "workers=4", "envs_per_worker=1", "rollout_until_done=true", NULL};
    check_ranks(until, 2, 1);
}

static void ppo_over_ranks(void **state) {
    (void)state;
#define PPO BASE, "loss.kind=ppo", "loss.ppo.epochs=2", "loss.ppo.minibatches=5"
    const char *plain[] = {PPO, "workers=6", "envs_per_worker=2", NULL};
    const char *until[] = {PPO, "workers=6", "envs_per_worker=1", "rollout_until_done=true", NULL};
    check_ranks(plain, 2, 2);
    check_ranks(plain, 3, 1);
    check_ranks(until, 3, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_ranks_make_the_bits_of_one),
        cmocka_unit_test(ranks_that_are_no_power_of_two),
        cmocka_unit_test(statistics_are_those_of_all),
        cmocka_unit_test(episodes_of_their_own_length),
        cmocka_unit_test(ppo_over_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
