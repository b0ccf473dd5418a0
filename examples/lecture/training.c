/* SPDX-License-Identifier: MIT */
#include "training.h"

#include "lecture.h"

#include "base/hash.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const training_lecture[TRAINING_MOST] = {
    "network.layers=[{dense: 128, activation: relu}, {dense: 128, activation: relu}]",
    "network.init=torch",
    "env.reward_scale=1",
    "advantage.normalize=true",
    "loss.entropy_coef=0.01",
    "loss.entropy_schedule=constant",
    "optimizer.kind=adam",
    "optimizer.learning_rate=3e-4",
    "optimizer.schedule=constant",
    "optimizer.epsilon=1e-8",
};

typedef struct overrides {
    size_t count;
    settings_override list[TRAINING_MOST];
    char keys[TRAINING_MOST][64];
} overrides;

static void add_override(overrides *o, const char *text) {
    const char *equals = strchr(text, '=');
    CHECK(equals && o->count < TRAINING_MOST);
    char *key = o->keys[o->count];
    snprintf(key, sizeof o->keys[0], "%.*s", (int)(equals - text), text);
    o->list[o->count++] = (settings_override){.option = "--set", .key = key, .value = equals + 1};
}

/* Called while the team stands still, after every update. */
static int64_t look_and_go_on(void *context) {
    training *t = context;
    if (t->look) t->look(t->context, t);
    int64_t step = block_steps(t->block), samples = (int64_t)t->sync.workers * t->plan.settings.rollout_steps;
    return step < t->sync.total_steps && !t->team->diverged ? step + samples : -1;
}

static void make_shared(training *t) {
    const settings *s = &t->plan.settings;
    t->kinds = memory_array(const env_kind *, (size_t)s->workers);
    for (int i = 0; i < s->workers; i++) t->kinds[i] = &t->plan.kinds[0];
    t->block = block_new(t->plan.net.size, &t->plan.optimizer, true, false);
    t->episodes = episodes_new(t->plan.solved_return, NULL, 0);
    t->pauses = pauses_new(1, (int64_t)s->workers * s->rollout_steps, look_and_go_on, t);
    float *parameters = memory_array(float, t->plan.net.size);
    double *work = memory_array(double, net_init_work(&t->plan.net));
    net_init(&t->plan.net, &t->plan.init, s->seed, parameters, work);
    block_set(t->block, parameters, NULL, NULL);
    memory_free(work);
    memory_free(parameters);
    t->sync = (sync_run){.block = t->block,
                         .episodes = t->episodes,
                         .pauses = t->pauses,
                         .learning = &t->plan.learning,
                         .workers = s->workers,
                         .envs_per_worker = 1,
                         .total_steps = s->total_steps,
                         .learning_rate = t->plan.learning_rate,
                         .entropy_coef = t->plan.entropy_coef,
                         .max_grad_norm = s->optimizer.max_grad_norm};
}

training *training_new(const char *const *base, const char *const *more, int workers, int rollout_steps, int updates,
                       uint64_t seed) {
    overrides o = {0};
    add_override(&o, "mode=sync");
    add_override(&o, "envs_per_worker=1");
    add_override(&o, words("workers=%d", workers));
    add_override(&o, words("rollout_steps=%d", rollout_steps));
    add_override(&o, words("total_steps=%d", workers * rollout_steps * updates));
    add_override(&o, words("seed=%llu", (unsigned long long)seed));
    for (size_t i = 0; base && base[i]; i++) add_override(&o, base[i]);
    for (size_t i = 0; more && more[i]; i++) add_override(&o, more[i]);
    settings_request request = {.base = "cartpole", .overrides = o.list, .override_count = o.count};
    error e = {0};
    training *t = memory_new(sizeof *t);
    settings *s = memory_new(sizeof *s);
    if (settings_load(s, &request, &e) || plan_make(&t->plan, s, &e)) lecture_give_up(&e);
    memory_free(s);
    make_shared(t);
    return t;
}

void training_free(training *t) {
    team_free(t->team);
    pauses_free(t->pauses);
    episodes_free(t->episodes);
    block_free(t->block);
    memory_free(t->kinds);
    memory_free(t);
}

void training_run(training *t, int threads, void (*look)(void *context, training *), void *context) {
    t->look = look;
    t->context = context;
    t->team = team_new(&t->sync, t->kinds, team_threads(&t->sync, threads));
    for (int i = 0, index; i < t->sync.workers; i++) {
        learner *l = team_learner(t->team, i, &index);
        learner_seed_env(l, index, (uint32_t)i, 0);
    }
    team_run(t->team);
}

training_loss training_take_loss(training *t) {
    const loss_sums *s = &t->team->figures.sums;
    training_loss loss = {
        .policy = s->policy_loss / s->samples, .value = s->value_loss / s->samples, .entropy = s->entropy / s->samples};
    double entropy_coef = schedule_at(&t->sync.entropy_coef, block_steps(t->block), t->sync.total_steps);
    loss.total = loss.policy + t->plan.learning.value_coef * loss.value - entropy_coef * loss.entropy;
    t->team->figures = (update_figures){0};
    return loss;
}

double training_return(training *t) {
    double mean, deviation, length;
    episode_window_figures(&episodes_history(t->episodes)->all, &mean, &deviation, &length);
    return mean;
}

uint64_t training_fingerprint(const training *t) {
    const net *net = &t->plan.net;
    float *parameters = memory_array(float, net->size), *flat = memory_array(float, net->parameters);
    block_get(t->block, parameters, NULL, NULL);
    net_export(net, parameters, flat);
    uint64_t fingerprint = hash_bytes(HASH_START, flat, net->parameters * sizeof *flat);
    memory_free(flat);
    memory_free(parameters);
    return fingerprint;
}
