/* SPDX-License-Identifier: MIT
 * A small run without files: settings to plan to block and workers, for tests of the ways to train. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "sync_a2c/team.h"
#include "trainer/train_plan.h"
#include "worker/worker_pool.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct fixture {
    plan plan;
    const env_config **configs;
    training training;
    async async;
    worker_pool *worker_pool;
    virtual_time time;
    sync_run sync;
    const collective *collective; /* NULL: the run is one process */
    team *team;
    int64_t pause_every; /* 0: only at the end */
    void (*at_pause)(struct fixture *);
} fixture;

/* cartpole's preset with "KEY=VALUE" overrides; ends with NULL. */
static inline void fixture_plan(fixture *f, const char *const *overrides) {
    settings_override list[32];
    char keys[32][128];
    size_t n = 0;
    for (; overrides[n]; n++) {
        const char *equals = strchr(overrides[n], '=');
        assert_non_null(equals);
        snprintf(keys[n], sizeof keys[n], "%.*s", (int)(equals - overrides[n]), overrides[n]);
        list[n] = (settings_override){.option = "--set", .key = keys[n], .value = equals + 1};
    }
    settings_request request = {.base = "cartpole", .overrides = list, .override_count = n};
    error e = {0};
    settings *s = memory_new(sizeof *s);
    if (settings_load(s, &request, &e) || train_plan_make(&f->plan, s, &e)) fail_msg("%s", e.text);
    memory_free(s);
}

static inline int64_t fixture_pause(void *context) {
    fixture *f = context;
    if (f->at_pause) f->at_pause(f);
    int64_t step = block_steps(f->training.block), total = f->plan.settings.total_steps;
    if (step >= total) return -1;
    int64_t next = f->pause_every ? (step / f->pause_every + 1) * f->pause_every : total;
    return next < total ? next : total;
}

static inline void fixture_shared(fixture *f, int threads) {
    const settings *s = &f->plan.settings;
    int n = s->workers * s->envs_per_worker;
    bool own = s->mode == MODE_ASYNC && s->optimizer.statistics == SETTINGS_STATISTICS_WORKER;
    f->configs = memory_array(const env_config *, (size_t)n);
    for (int i = 0; i < n; i++) f->configs[i] = &f->plan.configs[0];
    f->training = train_plan_shared(&f->plan);
    f->training.block =
        block_new(f->plan.net.size, &f->plan.optimizer, !own, s->mode == MODE_ASYNC && s->async.count_lost);
    f->training.stats = shared_stats_new(&f->plan.learning);
    f->training.episodes = episodes_new(f->plan.solved_return, NULL, 0);
    f->training.pauses = pauses_new(threads, f->pause_every ? f->pause_every : s->total_steps, fixture_pause, f);
    float *parameters = memory_array(float, f->plan.net.size);
    double *work = memory_array(double, net_init_work(&f->plan.net));
    net_init(&f->plan.net, &f->plan.init, s->seed, parameters, work);
    block_set(f->training.block, parameters, NULL, NULL);
    memory_free(work);
    memory_free(parameters);
}

static inline void fixture_async(fixture *f, int threads) {
    const settings *s = &f->plan.settings;
    fixture_shared(f, threads);
    f->async = (async){.training = &f->training,
                       .locked = s->async.update == SETTINGS_LOCKED,
                       .own_statistics = s->optimizer.statistics == SETTINGS_STATISTICS_WORKER};
    bool open = s->async.schedule != SETTINGS_SCHEDULE_THREADS;
    f->worker_pool = worker_pool_new(&f->async, f->configs, threads, open, &f->plan.optimizer);
    f->time.cost =
        (turn_cost){.kind = (cost_kind)s->async.simulated.cost, .mean = 1, .spread = s->async.simulated.spread};
    f->time.stream = memory_array(random_stream, (size_t)s->workers);
    for (int w = 0; w < s->workers; w++) {
        f->time.stream[w] = random_stream_new(s->seed, (uint32_t)w, RANDOM_TURN_COST);
        for (int e = 0; e < s->envs_per_worker; e++)
            learner_seed_env(&f->worker_pool->workers[w].learner, e, (uint32_t)w, (uint32_t)e);
    }
}

static inline void fixture_sync(fixture *f, int threads) {
    const settings *s = &f->plan.settings;
    fixture_shared(f, threads);
    f->sync = (sync_run){.training = &f->training,
                         .collective = f->collective ? f->collective : &collective_alone,
                         .ppo_epochs = s->loss.kind == SETTINGS_LOSS_PPO ? s->loss.ppo.epochs : 0,
                         .ppo_minibatches = s->loss.ppo.minibatches,
                         .ppo_clip = f->plan.ppo_clip,
                         .shards = s->sync.shards,
                         .barrier_each_step = s->sync.barrier == SETTINGS_BARRIER_STEP};
    f->team = team_new(&f->sync, f->configs, team_threads(&f->sync, threads));
    int n = s->workers * s->envs_per_worker;
    for (int i = 0, index; i < n; i++) {
        learner *l = team_learner(f->team, i, &index);
        if (!l) continue; /* another rank's */
        learner_seed_env(l, index, (uint32_t)(i / s->envs_per_worker), (uint32_t)(i % s->envs_per_worker));
    }
}

/* A hash of the block's parameters as they are. */
static inline uint64_t fixture_fingerprint(const fixture *f) {
    float *parameters = memory_array(float, f->plan.net.size);
    block_get(f->training.block, parameters, NULL, NULL);
    uint64_t hash = 0xcbf29ce484222325u;
    const unsigned char *bytes = (const unsigned char *)parameters;
    for (size_t i = 0; i < f->plan.net.size * sizeof(float); i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
    memory_free(parameters);
    return hash;
}

static inline void fixture_free(fixture *f) {
    worker_pool_free(f->worker_pool);
    team_free(f->team);
    memory_free(f->time.stream);
    pauses_free(f->training.pauses);
    episodes_free(f->training.episodes);
    shared_stats_free(f->training.stats);
    block_free(f->training.block);
    memory_free(f->configs);
    f->worker_pool = NULL, f->team = NULL, f->time = (virtual_time){0};
}

#endif
