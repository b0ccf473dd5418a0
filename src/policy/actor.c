/* SPDX-License-Identifier: MIT
 * Acting without learning: forward passes of some environments at once, with recurrent state. */
#include "policy/actor.h"

#include "base/memory.h"
#include "learn/normalizer.h"

#include <string.h>

/* Hands out the next bytes of the actor's memory, or counts them. */
static void *place(char *memory, size_t *used, size_t bytes) {
    void *pointer = memory ? memory + *used : NULL;
    *used += (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    return pointer;
}

static size_t place_all(actor *a, char *memory) {
    const net *net = &a->plan->net;
    const distribution *d = &a->plan->learning.distribution;
    size_t used = 0, n = (size_t)a->lanes, ld = (size_t)net->input_ld,
           outputs = n * (size_t)net->policy_ld * sizeof(float);
    void *tape = place(memory, &used, net_tape_bytes(net, a->lanes, a->lanes));
    if (memory) net_tape_place(net, a->lanes, a->lanes, tape, &a->tape);
    a->rows.log_probability = place(memory, &used, outputs);
    a->rows.probability = place(memory, &used, outputs);
    a->rows.entropy = place(memory, &used, n * sizeof(float));
    a->rows.variance = place(memory, &used, distribution_scratch_size(d) * sizeof(float));
    a->observation = place(memory, &used, n * ld * sizeof(float));
    a->mean = place(memory, &used, ld * sizeof(float));
    a->scale = place(memory, &used, ld * sizeof(float));
    a->allowed = place(memory, &used, n * (size_t)d->outputs);
    a->noise = place(memory, &used, n * distribution_noise_size(d) * sizeof(float));
    a->noise_left = place(memory, &used, n * sizeof(int32_t));
    return used;
}

actor *actor_new(const acting *policy, int lanes) {
    actor *a = memory_new(sizeof *a);
    const plan *p = policy->plan;
    a->plan = p;
    a->parameters = policy->parameters;
    a->lanes = lanes;
    a->memory = memory_new(place_all(a, NULL));
    place_all(a, a->memory);
    a->rows.output = a->tape.policy;
    a->rows.ld = p->net.policy_ld;
    a->rows.features = net_features(&p->net, &a->tape);
    a->normalized = p->learning.normalize_observations && policy->moments;
    if (a->normalized) running_stats_scales(p->net.input_size, policy->moments, a->mean, a->scale);
    memset(a->allowed, 1, (size_t)lanes * (size_t)p->learning.distribution.outputs);
    for (int i = 0; i < lanes; i++) actor_start(a, i);
    return a;
}

void actor_free(actor *a) {
    if (!a) return;
    memory_free(a->memory);
    memory_free(a);
}

float *actor_observation(actor *a, int lane) {
    return a->observation + (size_t)lane * (size_t)a->plan->net.input_ld;
}

uint8_t *actor_allowed(actor *a, int lane) {
    return a->allowed + (size_t)lane * (size_t)a->plan->learning.distribution.outputs;
}

void actor_start(actor *a, int lane) {
    a->tape.start[lane] = 1;
    a->noise_left[lane] = 0;
}

void actor_forward(actor *a) {
    const net *net = &a->plan->net;
    const learner_config *c = &a->plan->learning;
    if (a->normalized)
        normalize_rows(net->input_size, a->mean, a->scale, c->normalize_clip, a->lanes, net->input_ld, a->observation,
                       a->tape.input);
    else
        memcpy(a->tape.input, a->observation, (size_t)a->lanes * (size_t)net->input_ld * sizeof(float));
    net_forward(net, a->parameters, &a->tape, 0, a->lanes);
    for (int i = 0; c->masked && i < a->lanes; i++)
        distribution_mask(&c->distribution, actor_allowed(a, i), a->tape.policy + (size_t)i * (size_t)net->policy_ld);
    distribution_evaluate(&c->distribution, a->parameters, &a->rows, 0, a->lanes);
    net_state_carry(net, &a->tape);
    memset(a->tape.start, 0, (size_t)a->lanes);
}

float actor_value(const actor *a, int lane) {
    return a->tape.value[(size_t)lane * (size_t)a->plan->net.value_ld];
}

/* Noise lasts as long as it did in training: some steps, or a rollout. */
static void sample_lasting(actor *a, int lane, random_stream *stream, action_word *action) {
    const learner_config *c = &a->plan->learning;
    float *noise = a->noise + (size_t)lane * distribution_noise_size(&c->distribution);
    if (a->noise_left[lane]-- <= 0) {
        distribution_noise_draw(&c->distribution, a->parameters, stream, noise);
        a->noise_left[lane] = (c->noise_hold > 0 ? c->noise_hold : a->plan->settings.rollout_steps) - 1;
    }
    distribution_sample_noise(&c->distribution, &a->rows, lane, noise, action);
}

void actor_act(actor *a, int lane, random_stream *stream, action_word *action) {
    const distribution *d = &a->plan->learning.distribution;
    if (!stream)
        distribution_greedy(d, &a->rows, lane, action);
    else if (distribution_noise_size(d) > 0)
        sample_lasting(a, lane, stream, action);
    else
        distribution_sample(d, &a->rows, lane, stream, action);
}
