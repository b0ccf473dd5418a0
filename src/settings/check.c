/* SPDX-License-Identifier: MIT
 * Combinations of settings that mean nothing or cannot work. Each rule names its keys and the way out; ranges of single
 * keys are the table's. */
#include "settings/reader.h"

#include <stdarg.h>
#include <stdio.h>

enum { NORMALIZE_SAMPLES = 16, LARGEST_BATCH = 1 << 24 };

typedef struct check {
    const settings *s;
    const origin *from; /* NULL: places are unknown */
    error *e;
} check;

/* Refuses for a key: at its place in the file, on the command line, or as a default. */
static int refuse(const check *c, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int refuse(const check *c, const char *key, const char *format, ...) {
    char words[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    const setting *row = schema_find(key, NULL);
    CHECK(row != NULL);
    origin from = c->from ? c->from[row - schema] : (origin){0};
    if (!from.name) return error_set(c->e, STATUS_USAGE, "%s: %s", key, words);
    if (!from.line) return error_set(c->e, STATUS_USAGE, "%s: %s: %s", from.name, key, words);
    return error_set(c->e, STATUS_USAGE, "%s:%d:%d: %s: %s", from.name, from.line, from.column, key, words);
}

/* Samples of one update, with the rollout at its shortest or longest. */
static int64_t samples(const settings *s, int rollout) {
    return (int64_t)rollout * s->envs_per_worker * (s->mode == MODE_SYNC ? s->workers : 1);
}

static int check_rollout(const check *c) {
    const settings *s = c->s;
    bool grows = s->rollout_schedule != SCHEDULE_CONSTANT;
    if (grows && s->rollout_initial > s->rollout_steps)
        return refuse(c, "rollout_initial", "%d is more than rollout_steps, %d; expected a rollout that grows",
                      s->rollout_initial, s->rollout_steps);
    if (s->rollout_until_done && s->envs_per_worker != 1)
        return refuse(c, "rollout_until_done",
                      "needs envs_per_worker: 1, which is %d: environments end at different times", s->envs_per_worker);
    if (s->rollout_until_done && grows)
        return refuse(c, "rollout_until_done", "needs rollout_schedule: constant: the episode decides the length");
    if (s->rollout_until_done && s->mode == MODE_SYNC && s->sync.barrier == SETTINGS_BARRIER_STEP)
        return refuse(c, "sync.barrier", "step does not go with rollout_until_done: workers stop at different steps");
    if (s->mode == MODE_SYNC && s->sync.shards > s->workers * s->envs_per_worker)
        return refuse(c, "sync.shards",
                      "%d are more than the %d environments (workers times envs_per_worker); expected at most as many, "
                      "or auto",
                      s->sync.shards, s->workers * s->envs_per_worker);
    int64_t most = samples(s, s->rollout_steps), least = grows ? samples(s, s->rollout_initial) : most;
    if (most > LARGEST_BATCH)
        return refuse(c, "rollout_steps",
                      "an update would have %lld samples; expected at most %d: fewer rollout_steps, "
                      "envs_per_worker%s",
                      (long long)most, LARGEST_BATCH, s->mode == MODE_SYNC ? " or workers" : "");
    if (s->advantage.normalize && least < NORMALIZE_SAMPLES)
        return refuse(c, "advantage.normalize",
                      "needs %d samples per update, there are %lld; expected more rollout_steps or "
                      "envs_per_worker, or normalize: false",
                      NORMALIZE_SAMPLES, (long long)least);
    return 0;
}

static int check_learning(const check *c) {
    const settings *s = c->s;
    bool ppo = s->loss.kind == SETTINGS_LOSS_PPO;
    if (s->advantage.estimator == ESTIMATOR_MONTE_CARLO && !s->rollout_until_done)
        return refuse(c, "advantage.estimator",
                      "monte_carlo needs rollout_until_done: true, since a return is known when the "
                      "episode has ended");
    if (ppo && s->mode == MODE_ASYNC)
        return refuse(c, "loss.kind", "ppo needs mode: sync; expected actor_critic in async");
    if (ppo && s->advantage.estimator == ESTIMATOR_VTRACE)
        return refuse(c, "loss.kind", "ppo does not go with advantage.estimator: vtrace: both correct the same ratio");
    int shortest = s->rollout_until_done                      ? 1
                   : s->rollout_schedule == SCHEDULE_CONSTANT ? s->rollout_steps
                                                              : s->rollout_initial;
    if (ppo && s->loss.ppo.minibatches > samples(s, shortest))
        return refuse(c, "loss.ppo.minibatches", "%d are more than the %lld samples of an update%s",
                      s->loss.ppo.minibatches, (long long)samples(s, shortest),
                      s->rollout_until_done ? " at the least" : "");
    if (s->optimizer.momentum != 0 && s->optimizer.kind != OPTIMIZER_SGD)
        return refuse(c, "optimizer.momentum", "belongs to kind: sgd; expected 0 (adam has beta1)");
    if (s->optimizer.epsilon_inside_root && s->optimizer.kind != OPTIMIZER_RMSPROP)
        return refuse(c, "optimizer.epsilon_inside_root", "belongs to kind: rmsprop; expected false");
    if (s->optimizer.statistics == SETTINGS_STATISTICS_WORKER && s->mode == MODE_SYNC)
        return refuse(c, "optimizer.statistics",
                      "worker needs mode: async; in sync one update serves all workers: expected shared");
    if (s->optimizer.warmup_steps >= s->total_steps)
        return refuse(c, "optimizer.warmup_steps", "%lld is not below total_steps, %lld; expected fewer",
                      (long long)s->optimizer.warmup_steps, (long long)s->total_steps);
    if (s->exploration.noise == NOISE_GSDE && s->exploration.state_dependent_std)
        return refuse(c, "exploration.noise",
                      "gsde does not go with state_dependent_std: its noise depends on the state already");
    return 0;
}

static int check_async(const check *c) {
    const settings *s = c->s;
    bool sync = s->mode == MODE_SYNC, replay = s->async.schedule == SETTINGS_SCHEDULE_REPLAY;
    if (sync && s->async.schedule != SETTINGS_SCHEDULE_THREADS)
        return refuse(c, "async.schedule", "%s needs mode: async; sync mode has no turns",
                      replay ? "replay" : "simulated");
    if (sync && s->async.record)
        return refuse(c, "async.record", "needs mode: async; sync mode has no turns to record");
    if (sync && s->async.behavior_delay) return refuse(c, "async.behavior_delay", "needs mode: async; expected 0");
    if (s->async.record && s->async.update != SETTINGS_LOCKED)
        return refuse(c, "async.record", "needs async.update: locked: without a lock pulls and pushes have no order");
    if (replay && !*s->async.recording)
        return refuse(c, "async.schedule", "replay needs async.recording, the schedule.bin of the run to repeat");
    if (*s->async.recording && !replay)
        return refuse(c, "async.recording", "belongs to async.schedule: replay; expected \"\"");
    if (s->async.simulated.cost == SETTINGS_COST_MEASURED && s->rollout_schedule != SCHEDULE_CONSTANT)
        return refuse(c, "async.simulated.cost",
                      "measured needs rollout_schedule: constant: turns are measured at the start");
    if (s->async.schedule == SETTINGS_SCHEDULE_SIMULATED && s->threads > 1)
        return refuse(c, "threads", "a simulated schedule runs on one thread; expected 1 or auto");
    return 0;
}

static int check_environment(const check *c) {
    const settings *s = c->s;
    if (s->env.count > s->workers)
        return refuse(c, "env.id", "%d tasks need as many workers, there are %d", s->env.count, s->workers);
    bool delayed = s->env.delay.kind != ENV_DELAY_NONE;
    if (delayed && s->env.delay.mean_us == 0)
        return refuse(c, "env.delay.mean_us", "a delay needs a mean; expected more than 0");
    if (!delayed && s->env.delay.mean_us != 0)
        return refuse(c, "env.delay.mean_us",
                      "does nothing without env.delay.kind; expected constant, uniform or heavy there");
    return 0;
}

int settings_check_columns(const settings *s, const origin *from, error *e) {
    check c = {s, from, e};
    return check_rollout(&c) || check_learning(&c) || check_async(&c) || check_environment(&c) ? -1 : 0;
}

int settings_check(const settings *s, error *e) {
    return settings_check_columns(s, NULL, e);
}
