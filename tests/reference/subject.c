/* SPDX-License-Identifier: MIT
 * What is held against the reference: the trainer's own learner on the same numbers. */
#include "reference/subject.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static distribution distribution_of(const batch *b, const net *net) {
    static const distribution_kind *const kinds[] = {
        [HEAD_CATEGORICAL] = &distribution_categorical,
        [HEAD_MULTI_DISCRETE] = &distribution_multi_discrete,
        [HEAD_GAUSSIAN] = &distribution_gaussian,
        [HEAD_GAUSSIAN_SOFTPLUS] = &distribution_softplus,
        [HEAD_GSDE] = &distribution_gsde,
    };
    distribution d = {.kind = kinds[b->head],
                      .dims = b->dims,
                      .outputs = b->spec.policy_outputs,
                      .log_std = net->log_std,
                      .features = net->features,
                      .noise = b->head == HEAD_GSDE ? NOISE_GSDE : NOISE_FRESH};
    for (int i = 0; i < b->dims; i++) d.n[i] = b->n[i];
    return d;
}

void subject_parameters(subject *s, const double *parameter) {
    float *flat = memory_array(float, s->net.parameters);
    for (size_t k = 0; k < s->net.parameters; k++) flat[k] = (float)parameter[k];
    net_unflatten(&s->net, flat, s->parameters);
    memory_free(flat);
}

const double *subject_flatten(subject *s, const float *padded) {
    float *flat = memory_array(float, s->net.parameters);
    net_flatten(&s->net, padded, flat);
    for (size_t k = 0; k < s->net.parameters; k++) s->flat[k] = flat[k];
    memory_free(flat);
    return s->flat;
}

/* The batch's state is h [H], c [H] of each LSTM layer, h [H] of each GRU; the net's has them padded to whole lines.
 * Visits each number. */
static void each_state(const net *net, float *padded, double *plain, void (*visit)(float *, double *)) {
    float *end = padded + net->state_size;
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            for (const float *last = padded + l->state; padded < last; padded += l->ld)
                for (int k = 0; k < l->out; k++) visit(padded + k, plain++);
        }
    assert_ptr_equal(padded, end);
}

static void widen(float *padded, double *plain) {
    *plain = *padded;
}
static void narrow(float *padded, double *plain) {
    *padded = (float)*plain;
}

void subject_state(const subject *s, int t, int env, double *to) {
    float *padded = memory_array(float, s->net.state_size);
    net_state_save(&s->net, &s->rollout.tape, t, env, padded);
    each_state(&s->net, padded, to, widen);
    memory_free(padded);
}

static void load_states(subject *s, const batch *b) {
    float *padded = memory_array(float, s->net.state_size);
    for (int e = 0; e < b->envs; e++) {
        each_state(&s->net, padded, b->state + e * b->state_size, narrow);
        net_state_load(&s->net, &s->rollout.tape, e, padded);
    }
    memory_free(padded);
}

static void load_input(const subject *s, const batch *b, const double *from, float *to) {
    for (int k = 0; k < b->input_size; k++) to[k] = (float)from[k];
    for (int k = b->input_size; k < s->net.input_ld; k++) to[k] = 0;
}

static void load_row(subject *s, const batch *b, int row) {
    rollout *r = &s->rollout;
    size_t ld = (size_t)s->net.input_ld;
    load_input(s, b, b->input + row * b->input_size, r->tape.input + (size_t)row * ld);
    for (int d = 0; d < b->dims; d++) {
        action_word *a = &r->action[row * b->dims + d];
        if (b->head >= HEAD_GAUSSIAN)
            a->number = (float)b->action[row * b->dims + d];
        else
            a->index = (int32_t)b->action[row * b->dims + d];
    }
    r->advantage[row] = (float)b->advantage[row];
    r->target[row] = (float)b->target[row];
    r->tape.start[row] = b->start[row];
    if (r->log_behavior) r->log_behavior[row] = (float)b->old_log_probability[row];
    if (!b->done) return;
    r->reward[row] = (float)b->reward[row];
    r->done[row] = b->done[row];
    load_input(s, b, b->final_input + row * b->input_size, r->final_input + (size_t)row * ld);
    if (row >= batch_rows(b) - b->envs) /* what is seen after the last time step */
        load_input(s, b, b->final_input + row * b->input_size, r->tape.input + (size_t)(row + b->envs) * ld);
}

static void load_rows(subject *s, const batch *b) {
    for (int row = 0; row < batch_rows(b); row++) load_row(s, b, row);
    if (b->allowed) memcpy(s->rollout.allowed, b->allowed, (size_t)(batch_rows(b) * b->spec.policy_outputs));
    if (b->state_size) load_states(s, b);
}

subject *subject_new(const batch *b, const double *parameter) {
    subject *s = memory_new(sizeof *s);
    error e = {0};
    if (net_plan(&s->net, &b->spec, &e)) fail_msg("%s", e.text);
    s->config = (learner_config){.net = &s->net,
                                 .distribution = distribution_of(b, &s->net),
                                 .rollout_steps = b->steps,
                                 .sum_loss = b->loss.sum,
                                 .value_coef = b->loss.value_coef,
                                 .reward_scale = 1,
                                 .masked = b->allowed != NULL,
                                 .keep_behavior = b->done || b->ppo_clip > 0,
                                 .estimator = {.kind = ESTIMATOR_VTRACE,
                                               .discount = b->discount,
                                               .lambda = b->lambda,
                                               .rho_clip = b->rho_clip,
                                               .c_clip = b->c_clip}};
    s->rollout_memory = memory_new(rollout_bytes(&s->config, b->envs));
    rollout_place(&s->config, b->envs, s->rollout_memory, &s->rollout);
    s->learner = (learner){.config = &s->config,
                           .envs = b->envs,
                           .rollout = &s->rollout,
                           .steps = b->steps,
                           .recurrent = memory_array(float, (size_t)b->envs * s->net.state_size)};
    s->parameters = memory_array(float, s->net.size);
    s->gradient = memory_array(float, s->net.size);
    s->flat = memory_array(double, s->net.parameters);
    subject_parameters(s, parameter);
    load_rows(s, b);
    return s;
}

void subject_free(subject *s) {
    memory_free(s->rollout_memory), memory_free(s->learner.recurrent);
    memory_free(s->parameters), memory_free(s->gradient), memory_free(s->flat);
    memory_free(s);
}

void subject_forward(subject *s, const batch *b) {
    const distribution *d = &s->config.distribution;
    rollout *r = &s->rollout;
    for (int t = 0; t < b->steps; t++) {
        int first = t * b->envs;
        net_forward(&s->net, s->parameters, &r->tape, first, b->envs);
        for (int row = first; r->allowed && row < first + b->envs; row++)
            distribution_mask(d, r->allowed + row * d->outputs,
                              r->tape.policy + (size_t)row * (size_t)s->net.policy_ld);
        distribution_evaluate(d, s->parameters, &r->rows, first, b->envs);
    }
    for (int row = 0; row < batch_rows(b); row++) r->value[row] = r->tape.value[(size_t)row * (size_t)s->net.value_ld];
}

static void ppo_gradient(subject *s, const batch *b) {
    gradient_scale scale = {
        .samples = batch_rows(b), .entropy_coef = b->loss.entropy_coef, .advantage_deviation = 1, .clip = b->ppo_clip};
    for (int e = 0; e < b->envs; e++) {
        learner_revisit(&s->learner, s->parameters, e, 0, b->steps);
        learner_gradient_ppo(&s->learner, s->parameters, e, 0, b->steps, &scale, e > 0, s->gradient, &s->learner.sums);
    }
}

const double *subject_gradient(subject *s, const batch *b) {
    s->learner.sums = (loss_sums){0};
    if (b->ppo_clip > 0) {
        ppo_gradient(s, b);
    } else {
        if (b->done)
            learner_second_pass(&s->learner, s->parameters);
        else
            subject_forward(s, b);
        learner_gradient(&s->learner, s->parameters, b->loss.entropy_coef, s->gradient);
    }
    return subject_flatten(s, s->gradient);
}

double subject_loss(const subject *s, const batch *b) {
    const loss_sums *sums = &s->learner.sums;
    double all = sums->policy_loss + b->loss.value_coef * sums->value_loss - b->loss.entropy_coef * sums->entropy;
    return b->loss.sum ? all : all / sums->samples;
}
