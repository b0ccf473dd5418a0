/* SPDX-License-Identifier: MIT
 * Memory of a learner and of a rollout, seeding, snapshots. */
#include "learn/learner.h"

#include "base/memory.h"
#include "learn/normalizer.h"

#include <stdio.h>
#include <string.h>

/* Counts bytes, or hands them out when there is memory. */
typedef struct placer {
    char *memory;
    size_t used;
} placer;

static void *place(placer *p, size_t count, size_t size) {
    void *pointer = p->memory ? p->memory + p->used : NULL;
    p->used += (count * size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    return pointer;
}

static size_t place_learner(learner *l, const learner_config *config, const env_config *const *configs, int envs,
                            void *memory) {
    placer p = {memory, 0};
    size_t n = (size_t)envs, bytes = 0;
    l->instance_at = place(&p, n, sizeof *l->instance_at);
    for (int e = 0; e < envs; e++) {
        if (memory) l->instance_at[e] = bytes;
        bytes += configs[e]->instance_stride;
    }
    l->instances = place(&p, bytes, 1);
    l->observation = place(&p, n * (size_t)config->net->input_ld, sizeof *l->observation);
    l->recurrent = place(&p, n * config->net->state_size, sizeof *l->recurrent);
    l->episode_start = place(&p, n, 1);
    l->episode_return = place(&p, n, sizeof *l->episode_return);
    l->episode_length = place(&p, n, sizeof *l->episode_length);
    l->stream = place(&p, n, sizeof *l->stream);
    l->discounted = place(&p, n, sizeof *l->discounted);
    l->noise = place(&p, n * distribution_noise_size(&config->distribution), sizeof *l->noise);
    l->noise_left = place(&p, n, sizeof *l->noise_left);
    int inputs = config->normalize_observations ? config->net->input_size : 0;
    l->batch_stats = place(&p, n * running_stats_size(inputs), sizeof *l->batch_stats);
    l->batch_return_stats = place(&p, n * running_stats_size(1), sizeof *l->batch_return_stats);
    l->mean = place(&p, (size_t)config->net->input_ld, sizeof *l->mean);
    l->scale = place(&p, (size_t)config->net->input_ld, sizeof *l->scale);
    return p.used;
}

size_t learner_bytes(const learner_config *config, const env_config *const *configs, int envs) {
    learner unused;
    return place_learner(&unused, config, configs, envs, NULL);
}

void learner_place(learner *l, const learner_config *config, const env_config *const *configs, int envs, int first_env,
                   void *memory) {
    *l = (learner){.config = config, .envs = envs, .first_env = first_env, .configs = configs};
    place_learner(l, config, configs, envs, memory);
    l->return_scale = 1;
    l->length = config->rollout_steps;
}

static size_t place_rollout(const learner_config *config, int envs, void *memory, rollout *r) {
    placer p = {memory, 0};
    size_t n = (size_t)envs, steps = (size_t)config->rollout_steps, samples = steps * n, rows = samples + n;
    void *tape = place(&p, net_tape_bytes(config->net, (int)rows, envs), 1);
    if (memory) net_tape_place(config->net, (int)rows, envs, tape, &r->tape);
    if (memory && config->by_environment) net_tape_by_environment(config->net, &r->tape);
    size_t outputs = samples * (size_t)config->net->policy_ld;
    r->rows.log_probability = place(&p, outputs, sizeof(float));
    r->rows.probability = place(&p, outputs, sizeof(float));
    r->rows.entropy = place(&p, samples, sizeof(float));
    r->action = place(&p, samples * (size_t)config->distribution.dims, sizeof *r->action);
    r->reward = place(&p, samples, sizeof(float));
    r->value = place(&p, samples, sizeof(float));
    r->next_value = place(&p, samples, sizeof(float));
    r->advantage = place(&p, samples, sizeof(float));
    r->target = place(&p, samples, sizeof(float));
    r->done = place(&p, samples, 1);
    if (config->masked) r->allowed = place(&p, samples * (size_t)config->distribution.outputs, 1);
    if (config->keep_behavior) {
        r->log_behavior = place(&p, samples, sizeof(float));
        r->log_rho = place(&p, samples, sizeof(float));
        r->final_input = place(&p, samples * (size_t)config->net->input_ld, sizeof(float));
    }
    r->rows.variance = place(&p, distribution_scratch_size(&config->distribution), sizeof(float));
    r->raw_reward = place(&p, n, sizeof(double));
    r->flags = place(&p, n, sizeof(unsigned));
    r->episodes = place(&p, samples, sizeof(episode));
    return p.used;
}

size_t rollout_bytes(const learner_config *config, int envs) {
    rollout unused;
    return place_rollout(config, envs, NULL, &unused);
}

void rollout_place(const learner_config *config, int envs, void *memory, rollout *r) {
    memset(r, 0, sizeof *r);
    place_rollout(config, envs, memory, r);
    r->rows.output = r->tape.policy;
    r->rows.features = net_features(config->net, &r->tape);
    r->rows.ld = config->net->policy_ld;
}

static void *instance(const learner *l, int e) {
    return l->instances + l->instance_at[e];
}

void learner_fail(learner *l, int e, double reward) {
    if (l->failed) return;
    char why[256];
    int env = l->first_env + e, envs = l->config->envs_per_worker > 0 ? l->config->envs_per_worker : 1;
    env_describe_failure(l->configs[e], instance(l, e), l->observation + (size_t)e * (size_t)l->config->net->input_ld,
                         reward, why, sizeof why);
    snprintf(l->failure, sizeof l->failure, "%s failed (worker %d, environment %d of it, step %d of its episode): %s",
             l->configs[e]->def->name, env / envs, env % envs, (int)l->episode_length[e], why);
    l->failed = true;
}

void learner_seed_env(learner *l, int e, uint32_t worker, uint32_t index) {
    uint32_t key[2] = {worker, index};
    env_seed(l->configs[e], instance(l, e), l->config->seed, key, 2);
    unsigned flags =
        env_reset(l->configs[e], instance(l, e), l->observation + (size_t)e * (size_t)l->config->net->input_ld);
    l->episode_start[e] = 1;
    l->episode_return[e] = 0;
    l->episode_length[e] = 0;
    l->stream[e] = random_stream_new(l->config->seed, (uint32_t)(l->first_env + e), RANDOM_ACTION);
    memset(l->recurrent + (size_t)e * l->config->net->state_size, 0, l->config->net->state_size * sizeof(float));
    l->discounted[e] = 0;
    l->noise_left[e] = 0;
    if (flags & A3C_FAILED) learner_fail(l, e, 0);
}

void learner_use_stats(learner *l, const double *observations, const double *returns) {
    if (observations) running_stats_scales(l->config->net->input_size, observations, l->mean, l->scale);
    if (returns) l->return_scale = (float)normalize_return_scale(returns);
}

void learner_set_length(learner *l, int64_t position, int64_t total) {
    const learner_config *c = l->config;
    l->length = rollout_length(c->rollout_growth, c->rollout_initial, c->rollout_steps, position, total);
}

/* ---- Snapshot ---- */

typedef struct carried {
    double episode_return, discounted;
    int64_t episode_length, noise_left;
    uint64_t stream_counter, fresh;
} carried;

size_t learner_env_bytes(const learner *l, int e) {
    return sizeof(carried) + l->configs[e]->instance_stride +
           ((size_t)l->config->net->input_ld + l->config->net->state_size +
            distribution_noise_size(&l->config->distribution)) *
               sizeof(float);
}

void learner_env_save(const learner *l, int e, void *bytes) {
    size_t input = (size_t)l->config->net->input_ld, state = l->config->net->state_size;
    size_t noise = distribution_noise_size(&l->config->distribution);
    carried c = {l->episode_return[e], l->discounted[e],     l->episode_length[e],
                 l->noise_left[e],     l->stream[e].counter, l->episode_start[e]};
    char *at = bytes;
    memcpy(at, &c, sizeof c), at += sizeof c;
    memcpy(at, instance(l, e), l->configs[e]->instance_stride), at += l->configs[e]->instance_stride;
    memcpy(at, l->observation + (size_t)e * input, input * sizeof(float)), at += input * sizeof(float);
    memcpy(at, l->recurrent + (size_t)e * state, state * sizeof(float)), at += state * sizeof(float);
    memcpy(at, l->noise + (size_t)e * noise, noise * sizeof(float));
}

void learner_env_load(learner *l, int e, const void *bytes) {
    size_t input = (size_t)l->config->net->input_ld, state = l->config->net->state_size;
    size_t noise = distribution_noise_size(&l->config->distribution);
    carried c;
    const char *at = bytes;
    memcpy(&c, at, sizeof c), at += sizeof c;
    memcpy(instance(l, e), at, l->configs[e]->instance_stride), at += l->configs[e]->instance_stride;
    memcpy(l->observation + (size_t)e * input, at, input * sizeof(float)), at += input * sizeof(float);
    memcpy(l->recurrent + (size_t)e * state, at, state * sizeof(float)), at += state * sizeof(float);
    memcpy(l->noise + (size_t)e * noise, at, noise * sizeof(float));
    l->discounted[e] = c.discounted;
    l->noise_left[e] = (int32_t)c.noise_left;
    l->episode_return[e] = c.episode_return;
    l->episode_length[e] = (int32_t)c.episode_length;
    l->episode_start[e] = c.fresh != 0;
    l->stream[e] = random_stream_new(l->config->seed, (uint32_t)(l->first_env + e), RANDOM_ACTION);
    l->stream[e].counter = c.stream_counter;
}
