/* SPDX-License-Identifier: MIT
 * Training runs of the lecture's experiments. */
#include "lecture_run.h"

#include "lecture.h"

#include "base/hash.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const lecture_settings[LECTURE_SETTINGS] = {
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

enum { OVERRIDES = LECTURE_SETTINGS + LECTURE_CHANGES };

typedef struct overrides {
    size_t count;
    settings_override list[OVERRIDES];
    char keys[OVERRIDES][64];
} overrides;

static void add_override(overrides *o, const char *text) {
    const char *equals = strchr(text, '=');
    CHECK(equals && o->count < OVERRIDES);
    char *key = o->keys[o->count];
    snprintf(key, sizeof o->keys[0], "%.*s", (int)(equals - text), text);
    o->list[o->count++] = (settings_override){.option = "--set", .key = key, .value = equals + 1};
}

/* Called while the team stands still, after every update. */
static int64_t look_and_go_on(void *context) {
    lecture_run *t = context;
    if (t->look) t->look(t->context, t);
    int64_t step = block_steps(t->training.block),
            samples = (int64_t)t->training.workers * t->plan.settings.rollout_steps;
    return step < t->training.total_steps && !t->team->diverged ? step + samples : -1;
}

static void make_shared(lecture_run *t) {
    const settings *s = &t->plan.settings;
    t->kinds = memory_array(const env_config *, (size_t)s->workers);
    for (int i = 0; i < s->workers; i++) t->kinds[i] = &t->plan.configs[0];
    t->training = train_plan_shared(&t->plan);
    t->training.block = block_new(t->plan.net.size, &t->plan.optimizer, true, false);
    t->training.episodes = episodes_new(t->plan.solved_return, NULL, 0);
    t->training.pauses = pauses_new(1, (int64_t)s->workers * s->rollout_steps, look_and_go_on, t);
    float *parameters = memory_array(float, t->plan.net.size);
    double *work = memory_array(double, net_init_work(&t->plan.net));
    net_init(&t->plan.net, &t->plan.init, s->seed, parameters, work);
    block_set(t->training.block, parameters, NULL, NULL);
    memory_free(work);
    memory_free(parameters);
    t->sync = (sync_run){.training = &t->training, .collective = &collective_alone};
}

lecture_run *lecture_run_new(const char *const *base, const char *const *more, int workers, int rollout_steps,
                             int updates, uint64_t seed) {
    overrides o = {0};
    add_override(&o, "mode=sync");
    add_override(&o, "envs_per_worker=1");
    add_override(&o, words("workers=%d", workers));
    add_override(&o, words("rollout_steps=%d", rollout_steps));
    add_override(&o, words("total_steps=%d", workers * rollout_steps * updates));
    add_override(&o, words("seed=%llu", (unsigned long long)seed));
    for (size_t i = 0; base && base[i]; i++) add_override(&o, base[i]);
    for (size_t i = 0; more && more[i]; i++) add_override(&o, more[i]);
    for (size_t i = 0; lecture_changes[i]; i++) add_override(&o, lecture_changes[i]);
    settings_request request = {.base = "cartpole", .overrides = o.list, .override_count = o.count};
    error e = {0};
    lecture_run *t = memory_new(sizeof *t);
    settings *s = memory_new(sizeof *s);
    if (settings_load(s, &request, &e) || train_plan_make(&t->plan, s, &e)) lecture_give_up(&e);
    memory_free(s);
    make_shared(t);
    return t;
}

void lecture_run_free(lecture_run *t) {
    team_free(t->team);
    pauses_free(t->training.pauses);
    episodes_free(t->training.episodes);
    block_free(t->training.block);
    memory_free(t->kinds);
    memory_free(t);
}

void lecture_run_train(lecture_run *t, int threads, void (*look)(void *context, lecture_run *), void *context) {
    t->look = look;
    t->context = context;
    t->team = team_new(&t->sync, t->kinds, team_threads(&t->sync, threads));
    for (int i = 0, index; i < t->training.workers; i++) {
        learner *l = team_learner(t->team, i, &index);
        learner_seed_env(l, index, (uint32_t)i, 0);
    }
    team_run(t->team);
}

lecture_run_loss lecture_run_take_loss(lecture_run *t) {
    const loss_sums *s = &t->team->figures.sums;
    lecture_run_loss loss = {
        .policy = s->policy_loss / s->samples, .value = s->value_loss / s->samples, .entropy = s->entropy / s->samples};
    double entropy_coef =
        schedule_at(&t->training.entropy_coef, block_steps(t->training.block), t->training.total_steps);
    loss.total = loss.policy + t->plan.learning.value_coef * loss.value - entropy_coef * loss.entropy;
    t->team->figures = (update_figures){0};
    return loss;
}

double lecture_run_return(lecture_run *t) {
    double mean, deviation, length;
    episode_window_figures(&episodes_history(t->training.episodes)->all, &mean, &deviation, &length);
    return mean;
}

uint64_t lecture_run_fingerprint(const lecture_run *t) {
    const net *net = &t->plan.net;
    float *parameters = memory_array(float, net->size), *flat = memory_array(float, net->parameters);
    block_get(t->training.block, parameters, NULL, NULL);
    net_flatten(net, parameters, flat);
    uint64_t fingerprint = hash_bytes(HASH_START, flat, net->parameters * sizeof *flat);
    memory_free(flat);
    memory_free(parameters);
    return fingerprint;
}
