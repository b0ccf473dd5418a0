/* SPDX-License-Identifier: MIT
 * Collecting a rollout: forward pass, sample, step, remember; at the end bootstrap and estimate. */
#include "learn/learner.h"

#include "base/clock.h"

#include <string.h>

static void *instance(const learner *l, int e) { return l->instances + l->instance_at[e]; }

/* The present observations become the network's input at rows t*n .. */
static void present(learner *l, int t, int first, int count) {
    size_t ld = (size_t)l->config->net->input_ld;
    memcpy(l->rollout->tape.input + ((size_t)t * (size_t)l->envs + (size_t)first) * ld, l->observation + (size_t)first * ld,
           (size_t)count * ld * sizeof(float));
}

void learner_begin(learner *l) {
    net_tape *tape = &l->rollout->tape;
    for (int e = 0; e < l->envs; e++) {
        tape->start[e] = l->fresh[e];
        if (l->config->net->recurrent) net_state_load(l->config->net, tape, e, l->recurrent + (size_t)e * l->config->net->state_size);
    }
    present(l, 0, 0, l->envs);
    l->steps = 0;
    l->frames = 0;
    l->episode_count = 0;
    l->sums = (loss_sums){0};
}

/* Steps environments of one kind together. */
static void step_all(learner *l, int t) {
    rollout *r = l->rollout;
    int n = l->envs, dims = l->config->distribution.dims, ld = l->config->net->input_ld;
    for (int e = 0, end; e < n; e = end) {
        for (end = e + 1; end < n && l->kinds[end] == l->kinds[e];) end++;
        env_step_batch(l->kinds[e], instance(l, e), end - e, r->action + ((size_t)t * (size_t)n + (size_t)e) * (size_t)dims,
                       l->observation + (size_t)e * (size_t)ld, ld, r->raw_reward + e, r->flags + e, &l->frames);
    }
}

/* V of the true final observation of environment e, which time step t truncated; its row is overwritten by the next episode's. */
static float final_value(learner *l, const float *parameters, int t, int e) {
    net_tape *tape = &l->rollout->tape;
    int row = (t + 1) * l->envs + e;
    present(l, t + 1, e, 1);
    tape->start[row] = 0;
    net_forward(l->config->net, parameters, tape, row, 1);
    return tape->value[(size_t)row * (size_t)l->config->net->value_ld];
}

static void end_episode(learner *l, int t, int e) {
    l->rollout->episodes[l->episode_count++] = (episode){l->episode_return[e], l->episode_length[e], l->first_env + e, t};
    l->episode_return[e] = 0;
    l->episode_length[e] = 0;
    env_reset(l->kinds[e], instance(l, e), l->observation + (size_t)e * (size_t)l->config->net->input_ld);
}

static float learner_reward(const learner_config *c, double raw) {
    double r = raw * c->reward_scale;
    if (c->reward_clip > 0) r = r > c->reward_clip ? c->reward_clip : r < -c->reward_clip ? -c->reward_clip : r;
    return (float)r;
}

bool learner_step(learner *l, const float *parameters, int t) {
    const learner_config *c = l->config;
    rollout *r = l->rollout;
    int n = l->envs, row = t * n;
    uint64_t start = l->timed ? clock_ticks() : 0;
    net_forward(c->net, parameters, &r->tape, row, n);
    distribution_evaluate(&c->distribution, parameters, &r->rows, row, n);
    for (int e = 0; e < n; e++)
        distribution_sample(&c->distribution, &r->rows, row + e, &l->stream[e], r->action + (size_t)(row + e) * (size_t)c->distribution.dims);
    uint64_t acted = l->timed ? clock_ticks() : 0;
    step_all(l, t);
    bool done = false;
    for (int e = 0; e < n; e++) {
        size_t i = (size_t)(row + e);
        l->episode_return[e] += r->raw_reward[e];
        l->episode_length[e]++;
        r->reward[i] = learner_reward(c, r->raw_reward[e]);
        r->value[i] = r->tape.value[i * (size_t)c->net->value_ld];
        r->done[i] = (uint8_t)r->flags[e];
        if (r->flags[e] == A3C_TRUNCATED) r->next_value[i] = final_value(l, parameters, t, e);
        else if (r->flags[e]) r->next_value[i] = 0;
        if (r->flags[e]) end_episode(l, t, e);
        r->tape.start[(size_t)(row + n + e)] = l->fresh[e] = r->flags[e] != 0;
        done |= r->flags[e] != 0;
    }
    present(l, t + 1, 0, n);
    l->steps = t + 1;
    if (l->timed) {
        uint64_t end = clock_ticks();
        l->ticks.forward += acted - start;
        l->ticks.environment += end - acted;
    }
    return !(c->rollout_until_done && done);
}

/* The values behind the last step, and V'_t of every step that did not end an episode. */
static void bootstrap(learner *l, const float *parameters) {
    const net *net = l->config->net;
    rollout *r = l->rollout;
    int n = l->envs, last = (l->steps - 1) * n;
    bool open = false;
    for (int e = 0; e < n; e++) open |= !r->done[last + e];
    if (open) net_forward(net, parameters, &r->tape, l->steps * n, n);
    for (int i = 0; i < l->steps * n; i++)
        if (!r->done[i])
            r->next_value[i] = i < last ? r->value[i + n] : r->tape.value[(size_t)(i + n) * (size_t)net->value_ld];
    for (int e = 0; net->recurrent && e < n; e++)
        net_state_save(net, &r->tape, l->steps - 1, e, l->recurrent + (size_t)e * net->state_size);
}

void learner_end(learner *l, const float *parameters) {
    rollout *r = l->rollout;
    uint64_t start = l->timed ? clock_ticks() : 0;
    bootstrap(l, parameters);
    for (int e = 0; e < l->envs; e++) {
        estimator_arrays arrays = {.steps = l->steps, .stride = l->envs, .reward = r->reward + e, .value = r->value + e,
                                   .next_value = r->next_value + e, .done = r->done + e, .advantage = r->advantage + e,
                                   .target = r->target + e};
        estimate(&l->config->estimator, &arrays);
    }
    if (l->timed) l->ticks.forward += clock_ticks() - start;
}

void learner_collect(learner *l, const float *parameters) {
    learner_begin(l);
    for (int t = 0; t < l->config->rollout_steps; t++)
        if (!learner_step(l, parameters, t)) break;
    learner_end(l, parameters);
}
