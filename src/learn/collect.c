/* SPDX-License-Identifier: MIT
 * Collecting a rollout: forward pass, sample, step, remember; at the end bootstrap and estimate. */
#include "learn/learner.h"

#include "learn/normalizer.h"
#include "learn/second_pass.h"

#include <math.h>
#include <string.h>

static void *instance(const learner *l, int e) {
    return l->instances + l->instance_at[e];
}

/* The present observations become the network's input at rows t*n .. */
static void present(learner *l, int t, int first, int count) {
    const learner_config *c = l->config;
    size_t ld = (size_t)c->net->input_ld;
    const float *from = l->observation + (size_t)first * ld;
    float *to = l->rollout->tape.input + ((size_t)t * (size_t)l->envs + (size_t)first) * ld;
    if (c->normalize_observations)
        normalize_rows(c->net->input_size, l->mean, l->scale, c->normalize_clip, count, (int)ld, from, to);
    else
        memcpy(to, from, (size_t)count * ld * sizeof(float));
}

/* Moments start anew each turn; whoever shares them merges what this turn saw. */
static void clear_batch_stats(learner *l) {
    const learner_config *c = l->config;
    if (c->normalize_observations)
        memset(l->batch_stats, 0, (size_t)l->envs * running_stats_size(c->net->input_size) * sizeof *l->batch_stats);
    if (c->normalize_returns)
        memset(l->batch_return_stats, 0, (size_t)l->envs * running_stats_size(1) * sizeof *l->batch_return_stats);
}

void learner_begin(learner *l) {
    net_tape *tape = &l->rollout->tape;
    for (int e = 0; e < l->envs; e++) {
        tape->start[e] = l->episode_start[e];
        if (l->config->net->recurrent)
            net_state_load(l->config->net, tape, e, l->recurrent + (size_t)e * l->config->net->state_size);
    }
    clear_batch_stats(l);
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
        for (end = e + 1; end < n && l->configs[end] == l->configs[e];) end++;
        env_step_batch(l->configs[e], instance(l, e), end - e,
                       r->action + ((size_t)t * (size_t)n + (size_t)e) * (size_t)dims,
                       l->observation + (size_t)e * (size_t)ld, ld, r->raw_reward + e, r->flags + e, &l->frames);
    }
}

/* V of the true final observation of environment e, which time step t truncated; its row is overwritten by the next
 * episode's. */
static float final_value(learner *l, const float *parameters, int t, int e) {
    net_tape *tape = &l->rollout->tape;
    int row = (t + 1) * l->envs + e;
    present(l, t + 1, e, 1);
    tape->start[row] = 0;
    if (l->rollout->final_input) {
        size_t ld = (size_t)l->config->net->input_ld;
        memcpy(l->rollout->final_input + (size_t)(t * l->envs + e) * ld, tape->input + (size_t)row * ld,
               ld * sizeof(float));
    }
    net_forward(l->config->net, parameters, tape, row, 1);
    return tape->value[(size_t)row * (size_t)l->config->net->value_ld];
}

static void end_episode(learner *l, int t, int e) {
    l->rollout->episodes[l->episode_count++] =
        (episode){l->episode_return[e], l->episode_length[e], l->first_env + e, t};
    l->episode_return[e] = 0;
    l->episode_length[e] = 0;
    unsigned flags =
        env_reset(l->configs[e], instance(l, e), l->observation + (size_t)e * (size_t)l->config->net->input_ld);
    if (flags & A3C_FAILED) learner_fail(l, e, 0);
}

/* What the learner makes of a raw reward: scaled, clipped or its sign, divided by the deviation of returns. */
static float learner_reward(learner *l, int e, double raw, bool done) {
    const learner_config *c = l->config;
    double r = raw * c->reward_scale;
    if (c->reward_sign)
        r = (r > 0) - (r < 0);
    else if (c->reward_clip > 0)
        r = fmin(fmax(r, -c->reward_clip), c->reward_clip);
    if (!c->normalize_returns) return (float)r;
    normalize_track_return(c->estimator.discount, r, done, &l->discounted[e],
                           l->batch_return_stats + (size_t)e * running_stats_size(1));
    return (float)fmin(fmax(r * l->return_scale, -c->normalize_clip), c->normalize_clip);
}

/* Forbids what environment e forbids now. */
static void mask(learner *l, int row, int e) {
    const distribution *d = &l->config->distribution;
    uint8_t *allowed = l->rollout->allowed + (size_t)row * (size_t)d->outputs;
    env_action_mask(l->configs[e], instance(l, e), allowed);
    distribution_mask(d, allowed, l->rollout->tape.policy + (size_t)row * (size_t)l->config->net->policy_ld);
}

/* Environment e's action at its row: of the distribution alone, or of noise that lasts. */
static void choose(learner *l, const float *parameters, int t, int e) {
    const distribution *d = &l->config->distribution;
    rollout *r = l->rollout;
    int row = t * l->envs + e;
    action_word *action = r->action + (size_t)row * (size_t)d->dims;
    size_t kept = distribution_noise_size(d);
    if (kept == 0) {
        distribution_sample(d, &r->rows, row, &l->stream[e], action);
        return;
    }
    float *noise = l->noise + (size_t)e * kept;
    bool new_rollout = l->config->noise_hold == 0 && t == 0;
    if (l->noise_left[e]-- <= 0 || new_rollout) {
        distribution_noise_draw(d, parameters, &l->stream[e], noise);
        l->noise_left[e] = l->config->noise_hold > 0 ? l->config->noise_hold - 1 : INT32_MAX;
    }
    distribution_sample_noise(d, &r->rows, row, noise, action);
}

/* The policy's part of a step: rows t*n .. get their distributions and actions. */
static void act(learner *l, const float *parameters, int t) {
    const learner_config *c = l->config;
    rollout *r = l->rollout;
    int n = l->envs, row = t * n, inputs = c->net->input_size;
    for (int e = 0; c->normalize_observations && e < n; e++)
        running_stats_add(inputs, l->batch_stats + (size_t)e * running_stats_size(inputs),
                          l->observation + (size_t)e * (size_t)c->net->input_ld);
    net_forward(c->net, parameters, &r->tape, row, n);
    for (int e = 0; c->masked && e < n; e++) mask(l, row + e, e);
    distribution_evaluate(&c->distribution, parameters, &r->rows, row, n);
    for (int e = 0; e < n; e++) choose(l, parameters, t, e);
    for (int i = row; c->keep_behavior && i < row + n; i++)
        r->log_behavior[i] = distribution_log_probability(&c->distribution, &r->rows, i,
                                                          r->action + (size_t)i * (size_t)c->distribution.dims);
}

/* Whether an environment broke in this step; the first is told of. */
static bool find_failure(learner *l) {
    const rollout *r = l->rollout;
    unsigned any = 0;
    for (int e = 0; e < l->envs; e++) any |= r->flags[e];
    for (int e = 0; any & A3C_FAILED && e < l->envs; e++) {
        if (!(r->flags[e] & A3C_FAILED)) continue;
        l->episode_length[e]++; /* the step that failed */
        learner_fail(l, e, r->raw_reward[e]);
    }
    return l->failed;
}

bool learner_step(learner *l, const float *parameters, int t) {
    const learner_config *c = l->config;
    rollout *r = l->rollout;
    int n = l->envs, row = t * n;
    if (l->failed) return false;
    act(l, parameters, t);
    lap(l->watch, PHASE_FORWARD);
    step_all(l, t);
    if (find_failure(l)) return false;
    bool done = false;
    for (int e = 0; e < n; e++) {
        size_t i = (size_t)(row + e);
        l->episode_return[e] += r->raw_reward[e];
        l->episode_length[e]++;
        r->reward[i] = learner_reward(l, e, r->raw_reward[e], r->flags[e] != 0);
        r->value[i] = r->tape.value[i * (size_t)c->net->value_ld];
        r->done[i] = (uint8_t)r->flags[e];
        if (r->flags[e] == A3C_TRUNCATED)
            r->next_value[i] = final_value(l, parameters, t, e);
        else if (r->flags[e])
            r->next_value[i] = 0;
        if (r->flags[e]) end_episode(l, t, e);
        r->tape.start[(size_t)(row + n + e)] = l->episode_start[e] = r->flags[e] != 0;
        done |= r->flags[e] != 0;
    }
    present(l, t + 1, 0, n);
    l->steps = t + 1;
    lap(l->watch, PHASE_ENVIRONMENT);
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

void learner_estimate(learner *l) {
    rollout *r = l->rollout;
    for (int e = 0; e < l->envs; e++) {
        estimator_arrays arrays = {.steps = l->steps,
                                   .stride = l->envs,
                                   .reward = r->reward + e,
                                   .value = r->value + e,
                                   .next_value = r->next_value + e,
                                   .done = r->done + e,
                                   .advantage = r->advantage + e,
                                   .target = r->target + e,
                                   .log_rho = r->log_rho ? r->log_rho + e : NULL};
        estimate(&l->config->estimator, &arrays);
    }
}

void learner_end(learner *l, const float *parameters) {
    if (l->failed) return;
    bootstrap(l, parameters);
    if (l->rollout->log_rho)
        memset(l->rollout->log_rho, 0,
               (size_t)(l->steps * l->envs) * sizeof(float)); /* what collected is what learns */
    learner_estimate(l);
    lap(l->watch, PHASE_FORWARD);
}

/* Time step after time step, since a truncated episode's final observation shares its row with the next episode's
 * first. */
void learner_second_pass(learner *l, const float *parameters) {
    const learner_config *c = l->config;
    rollout *r = l->rollout;
    int n = l->envs;
    size_t ld = (size_t)c->net->input_ld;
    second_pass pass = {c->net, &c->distribution, &r->tape, &r->rows, r->action, r->allowed};
    for (int t = 0; t < l->steps; t++) {
        second_pass_run(&pass, parameters, t * n, n, 1, r->log_rho, r->value);
        for (int e = 0; e < n; e++) {
            int i = t * n + e, below = i + n;
            if (r->done[i] != A3C_TRUNCATED) continue;
            float *input = r->tape.input + (size_t)below * ld, *final = r->final_input + (size_t)i * ld;
            for (size_t k = 0; k < ld; k++) {
                float x = input[k];
                input[k] = final[k];
                final[k] = x;
            }
            r->tape.start[below] = 0;
            net_forward(c->net, parameters, &r->tape, below, 1);
            r->next_value[i] = r->tape.value[(size_t)below * (size_t)c->net->value_ld];
            for (size_t k = 0; k < ld; k++) {
                float x = input[k];
                input[k] = final[k];
                final[k] = x;
            }
            r->tape.start[below] = 1;
        }
    }
    for (int i = 0; i < l->steps * n; i++) r->log_rho[i] -= r->log_behavior[i];
    bootstrap(l, parameters);
    learner_estimate(l);
    lap(l->watch, PHASE_FORWARD);
}

void learner_revisit(learner *l, const float *parameters, int e, int t, int count) {
    rollout *r = l->rollout;
    second_pass pass = {l->config->net, &l->config->distribution, &r->tape, &r->rows, r->action, r->allowed};
    second_pass_run(&pass, parameters, t * l->envs + e, count, l->envs, r->log_rho, r->value);
    for (int i = t * l->envs + e, k = 0; k < count; i += l->envs, k++) r->log_rho[i] -= r->log_behavior[i];
    lap(l->watch, PHASE_FORWARD);
}

void learner_rollout(learner *l, const float *parameters) {
    learner_begin(l);
    for (int t = 0; t < l->length; t++)
        if (!learner_step(l, parameters, t)) break;
}

void learner_collect(learner *l, const float *parameters) {
    learner_rollout(l, parameters);
    if (l->failed) return;
    if (l->config->second_pull && l->second_pull_context) {
        const float *newest = l->config->second_pull(l->second_pull_context);
        lap(l->watch, PHASE_PULL);
        learner_second_pass(l, newest);
    } else {
        learner_end(l, parameters);
    }
}
