/* SPDX-License-Identifier: MIT
 * The trainer's networks, heads, losses and optimizers (float32) against PyTorch's numbers in float64 and against the reference:
 * a relative error of 1e-5 a tensor, ||a - b|| / ||b||. */
#include "base/memory.h"
#include "learn/learner.h"
#include "learn/optimizer.h"
#include "reference/batch.h"
#include "reference/cases.h"
#include "reference/optimize.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double tolerance = 1e-5;

/* A learner that was handed a rollout instead of collecting one. */
typedef struct subject {
    net net;
    learner_config config;
    learner learner;
    rollout rollout;
    void *rollout_memory;
    float *parameters, *gradient;
    double *flat; /* [net.parameters] in the checkpoint's order */
} subject;

static distribution distribution_of(const batch *b, const net *net) {
    distribution d = {.dims = b->dims, .outputs = b->spec.policy_outputs, .log_std = net->log_std};
    d.kind = b->head == HEAD_CATEGORICAL      ? DISTRIBUTION_CATEGORICAL
             : b->head == HEAD_MULTI_DISCRETE ? DISTRIBUTION_MULTI_DISCRETE
                                              : DISTRIBUTION_GAUSSIAN;
    d.state_dependent_std = b->head == HEAD_GAUSSIAN_SOFTPLUS;
    for (int i = 0; i < b->dims; i++) d.n[i] = b->n[i];
    return d;
}

static void subject_parameters(subject *s, const double *parameter) {
    float *flat = memory_array(float, s->net.parameters);
    for (size_t k = 0; k < s->net.parameters; k++) flat[k] = (float)parameter[k];
    net_import(&s->net, flat, s->parameters);
    memory_free(flat);
}

/* The flat form of a padded vector, as double. */
static const double *flatten(subject *s, const float *padded) {
    float *flat = memory_array(float, s->net.parameters);
    net_export(&s->net, padded, flat);
    for (size_t k = 0; k < s->net.parameters; k++) s->flat[k] = flat[k];
    memory_free(flat);
    return s->flat;
}

/* The batch's state is h [H], c [H] of each LSTM layer; the net's has both padded to whole lines. */
static void load_state(subject *s, const double *from, int env) {
    float *padded = memory_array(float, s->net.state_size);
    size_t at = 0;
    for (int i = 0; i < s->net.towers; i++)
        for (int j = 0; j < s->net.tower[i].layers; j++) {
            const net_layer *l = &s->net.tower[i].layer[j];
            if (l->kind != LAYER_LSTM) continue;
            for (int part = 0; part < 2; part++, at += (size_t)l->ld)
                for (int k = 0; k < l->out; k++) padded[at + (size_t)k] = (float)*from++;
        }
    assert_int_equal(at, s->net.state_size);
    net_state_load(&s->net, &s->rollout.tape, env, padded);
    memory_free(padded);
}

static void save_state(subject *s, int t, int env, double *to) {
    float *padded = memory_array(float, s->net.state_size), *at = padded;
    net_state_save(&s->net, &s->rollout.tape, t, env, padded);
    for (int i = 0; i < s->net.towers; i++)
        for (int j = 0; j < s->net.tower[i].layers; j++) {
            const net_layer *l = &s->net.tower[i].layer[j];
            if (l->kind != LAYER_LSTM) continue;
            for (int part = 0; part < 2; part++, at += l->ld)
                for (int k = 0; k < l->out; k++) *to++ = at[k];
        }
    memory_free(padded);
}

static void load_rows(subject *s, const batch *b) {
    rollout *r = &s->rollout;
    for (int row = 0; row < batch_rows(b); row++) {
        for (int k = 0; k < b->input_size; k++)
            r->tape.input[(size_t)row * (size_t)s->net.input_ld + (size_t)k] = (float)b->input[row * b->input_size + k];
        for (int d = 0; d < b->dims; d++) {
            action_word *a = &r->action[row * b->dims + d];
            if (b->head >= HEAD_GAUSSIAN) a->number = (float)b->action[row * b->dims + d];
            else a->index = (int32_t)b->action[row * b->dims + d];
        }
        r->advantage[row] = (float)b->advantage[row];
        r->target[row] = (float)b->target[row];
        r->tape.start[row] = b->start[row];
    }
    for (int e = 0; e < b->envs && b->state_size; e++) load_state(s, b->state + e * b->state_size, e);
}

static subject *subject_new(const batch *b, const double *parameter) {
    subject *s = memory_new(sizeof *s);
    error e = {0};
    if (net_plan(&s->net, &b->spec, &e)) fail_msg("%s", e.text);
    s->config = (learner_config){.net = &s->net, .distribution = distribution_of(b, &s->net), .rollout_steps = b->steps,
                                 .sum_loss = b->loss.sum, .value_coef = b->loss.value_coef, .reward_scale = 1};
    s->rollout_memory = memory_new(rollout_bytes(&s->config, b->envs));
    rollout_place(&s->config, b->envs, s->rollout_memory, &s->rollout);
    s->learner = (learner){.config = &s->config, .envs = b->envs, .rollout = &s->rollout, .steps = b->steps};
    s->parameters = memory_array(float, s->net.size);
    s->gradient = memory_array(float, s->net.size);
    s->flat = memory_array(double, s->net.parameters);
    subject_parameters(s, parameter);
    load_rows(s, b);
    return s;
}

static void subject_free(subject *s) {
    memory_free(s->rollout_memory);
    memory_free(s->parameters), memory_free(s->gradient), memory_free(s->flat);
    memory_free(s);
}

static void subject_forward(subject *s, const batch *b) {
    for (int t = 0; t < b->steps; t++) {
        net_forward(&s->net, s->parameters, &s->rollout.tape, t * b->envs, b->envs);
        distribution_evaluate(&s->config.distribution, s->parameters, &s->rollout.rows, t * b->envs, b->envs);
    }
    for (int row = 0; row < batch_rows(b); row++)
        s->rollout.value[row] = s->rollout.tape.value[(size_t)row * (size_t)s->net.value_ld];
}

/* Forward and backward, the gradient in the checkpoint's order. */
static const double *subject_gradient(subject *s, const batch *b) {
    subject_forward(s, b);
    s->learner.sums = (loss_sums){0};
    learner_gradient(&s->learner, s->parameters, b->loss.entropy_coef, s->gradient);
    return flatten(s, s->gradient);
}

static double subject_loss(const subject *s, const batch *b) {
    const loss_sums *sums = &s->learner.sums;
    double all = sums->policy_loss + b->loss.value_coef * sums->value_loss - b->loss.entropy_coef * sums->entropy;
    return b->loss.sum ? all : all / sums->samples;
}

/* Every tensor of `flat` against `expected`, both in the checkpoint's order. */
static void tensors_close(const net *net, const double *flat, const double *expected, double bound) {
    for (int i = 0; i < net->tensor_count; i++) {
        int n = (int)net_tensor_elements(&net->tensor[i]);
        cases_close(net->tensor[i].name, n, flat, expected, bound);
        flat += n, expected += n;
    }
}

/* The tensors PREFIX/NAME of a case, one after the other. */
static double *golden_flat(const golden *g, const net *net, const char *prefix) {
    double *flat = calloc(net->parameters + 1, sizeof *flat), *at = flat;
    for (int i = 0; i < net->tensor_count; i++) {
        const golden_tensor *t = golden_get(g, "%s/%s", prefix, net->tensor[i].name);
        assert_int_equal(t->elements, net_tensor_elements(&net->tensor[i]));
        memcpy(at, t->value, (size_t)t->elements * sizeof *at);
        at += t->elements;
    }
    return flat;
}

typedef struct setup { golden *g; batch b; reference_network reference; subject *s; } setup;

static setup setup_case(const char *name) {
    setup u = {.g = cases_load(name)};
    u.b = batch_from_golden(u.g);
    u.reference = reference_from_golden(u.g);
    u.s = subject_new(&u.b, u.reference.parameter);
    return u;
}

static void setup_free(setup *u) {
    subject_free(u->s);
    reference_free(&u->reference);
    batch_free(&u->b);
    golden_free(u->g);
}

/* The plan's tensors are the checkpoint's: names, order, shapes. */
static void plan_names_the_tensors(void **state) {
    setup u = setup_case(*state);
    const net *net = &u.s->net;
    int k = 0;
    for (int i = 0; i < u.g->tensors; i++) {
        const golden_tensor *t = &u.g->tensor[i];
        if (strncmp(t->name, "param/", 6)) continue;
        assert_true(k < net->tensor_count);
        assert_string_equal(net->tensor[k].name, t->name + 6);
        assert_int_equal(net_tensor_elements(&net->tensor[k]), t->elements);
        k++;
    }
    assert_int_equal(k, net->tensor_count);
    assert_int_equal(net->parameters, u.reference.size);
    /* import, then export, is the identity */
    const double *flat = flatten(u.s, u.s->parameters);
    for (int i = 0; i < u.reference.size; i++) assert_true((float)flat[i] == (float)u.reference.parameter[i]);
    setup_free(&u);
}

static void forward_equals_torch(void **state) {
    setup u = setup_case(*state);
    subject *s = u.s;
    int rows = batch_rows(&u.b), outputs = u.b.spec.policy_outputs;
    subject_forward(s, &u.b);
    double *policy = calloc((size_t)(rows * outputs), sizeof *policy), *value = calloc((size_t)rows, sizeof *value);
    double *log_probability = calloc((size_t)rows, sizeof *value), *entropy = calloc((size_t)rows, sizeof *value);
    for (int r = 0; r < rows; r++) {
        for (int k = 0; k < outputs; k++)
            policy[r * outputs + k] = s->rollout.tape.policy[(size_t)r * (size_t)s->net.policy_ld + (size_t)k];
        value[r] = s->rollout.value[r];
        log_probability[r] = distribution_log_probability(&s->config.distribution, &s->rollout.rows, r, s->rollout.action + r * u.b.dims);
        entropy[r] = s->rollout.rows.entropy[r];
    }
    cases_close("policy", rows * outputs, policy, golden_get(u.g, "policy")->value, tolerance);
    cases_close("value", rows, value, golden_get(u.g, "value")->value, tolerance);
    cases_close("log_probability", rows, log_probability, golden_get(u.g, "log_probability")->value, tolerance);
    cases_close("entropy", rows, entropy, golden_get(u.g, "entropy")->value, tolerance);
    free(policy), free(value), free(log_probability), free(entropy);
    setup_free(&u);
}

static void gradient_equals_torch(void **state) {
    setup u = setup_case(*state);
    double *expected = golden_flat(u.g, &u.s->net, "gradient");
    const double *flat = subject_gradient(u.s, &u.b);
    double loss = subject_loss(u.s, &u.b);
    cases_close("loss", 1, &loss, golden_get(u.g, "loss")->value, tolerance);
    tensors_close(&u.s->net, flat, expected, tolerance);
    free(expected);
    setup_free(&u);
}

/* A gradient computed in parts, environment by environment as sync's shards do, is the whole one. */
static void parts_add_up(void **state) {
    setup u = setup_case(*state);
    subject *s = u.s;
    double *expected = golden_flat(u.g, &s->net, "gradient");
    gradient_scale scale = {
        .samples = batch_rows(&u.b), .entropy_coef = u.b.loss.entropy_coef, .advantage_deviation = 1};
    loss_sums sums = {0};
    subject_forward(s, &u.b);
    for (int e = 0; e < u.b.envs; e++)
        learner_gradient_part(&s->learner, s->parameters, e, 1, &scale, e > 0, s->gradient, &sums);
    tensors_close(&s->net, flatten(s, s->gradient), expected, tolerance);
    assert_int_equal(sums.samples, batch_rows(&u.b));
    free(expected);
    setup_free(&u);
}

/* The recurrent state after a rollout, and a rollout continued from a saved state half way. */
static void state_carries_over(void **state) {
    setup u = setup_case(*state);
    subject *s = u.s;
    int size = u.b.state_size, half = u.b.steps / 2, envs = u.b.envs;
    double *after = calloc((size_t)(envs * size), sizeof *after);
    subject_forward(s, &u.b);
    for (int e = 0; e < envs; e++) save_state(s, u.b.steps - 1, e, after + e * size);
    cases_close("state_after", envs * size, after, golden_get(u.g, "state_after")->value, tolerance);

    batch rest = u.b; /* the second half, from the state saved at its beginning */
    rest.steps -= half;
    rest.input += half * envs * rest.input_size;
    rest.action += half * envs * rest.dims;
    rest.start += half * envs;
    float *whole = memory_array(float, s->net.state_size), *continued = memory_array(float, s->net.state_size);
    subject *second = subject_new(&rest, u.reference.parameter);
    for (int e = 0; e < envs; e++) {
        net_state_save(&s->net, &s->rollout.tape, half - 1, e, whole);
        net_state_load(&second->net, &second->rollout.tape, e, whole);
    }
    subject_forward(second, &rest);
    for (int e = 0; e < envs; e++) {
        net_state_save(&s->net, &s->rollout.tape, u.b.steps - 1, e, whole);
        net_state_save(&second->net, &second->rollout.tape, rest.steps - 1, e, continued);
        assert_memory_equal(whole, continued, s->net.state_size * sizeof *whole);
    }
    memory_free(whole), memory_free(continued);
    subject_free(second);
    free(after);
    setup_free(&u);
}

static optimizer optimizer_named(const char *kind) {
    optimizer o = {.decay = 0.99, .epsilon = 1e-5, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999};
    o.kind = !strcmp(kind, "adam") ? OPTIMIZER_ADAM : !strcmp(kind, "sgd") ? OPTIMIZER_SGD : OPTIMIZER_RMSPROP;
    if (!strcmp(kind, "rmsprop_inside")) o.epsilon_inside_root = true, o.epsilon = 1e-3;
    return o;
}

static void ten_updates(const char *name, const char *kind) {
    setup u = setup_case(name);
    subject *s = u.s;
    optimizer o = optimizer_named(kind);
    float *slots[OPTIMIZER_SLOTS] = {memory_array(float, s->net.size), memory_array(float, s->net.size)};
    int updates = (int)golden_number(u.g, "updates");
    double rate = golden_number(u.g, "rate") * (o.kind == OPTIMIZER_SGD ? 10 : 1);
    for (int t = 1; t <= updates; t++) {
        subject_gradient(s, &u.b);
        double loss = subject_loss(s, &u.b), norm = sqrt(kernels_get()->sum_of_squares(s->net.size, s->gradient));
        cases_close("loss", 1, &loss, golden_get(u.g, "%s.loss", kind)->value + t - 1, tolerance);
        cases_close("norm", 1, &norm, golden_get(u.g, "%s.norm", kind)->value + t - 1, tolerance);
        float scale = (float)optimizer_clip(norm, golden_number(u.g, "clip_norm"));
        optimizer_numbers numbers = optimizer_numbers_make(&o, scale, (float)rate, t);
        optimizer_step(&o, &numbers, s->net.size, s->parameters, slots, s->gradient);
        if (t == 1 || t == updates)
            tensors_close(&s->net, flatten(s, s->parameters), golden_get(u.g, "%s.after.%d", kind, t)->value, tolerance);
    }
    memory_free(slots[0]), memory_free(slots[1]);
    setup_free(&u);
}

static void updates_rmsprop(void **state) { ten_updates(*state, "rmsprop"); }
static void updates_rmsprop_inside(void **state) { ten_updates(*state, "rmsprop_inside"); }
static void updates_adam(void **state) { ten_updates(*state, "adam"); }
static void updates_sgd(void **state) { ten_updates(*state, "sgd"); }

/* The lecture's network at a real batch, and odd widths, with random numbers against the reference. */
static void equals_reference(const batch *like, int state_size, unsigned seed) {
    batch b = batch_random(like, state_size, seed);
    net net;
    error e = {0};
    if (net_plan(&net, &b.spec, &e)) fail_msg("%s", e.text);
    reference_network reference = reference_from_net(&net);
    for (int i = 0; i < reference.tensors; i++) {
        const reference_tensor *t = &reference.tensor[i];
        int fan = t->elements > 64 ? 64 : t->elements;
        batch_normal(t->elements, reference.parameter + t->offset, 1 / sqrt(fan), seed + 10 + (unsigned)i);
    }
    answer a = batch_answer(&reference, &b);
    subject *s = subject_new(&b, reference.parameter);
    tensors_close(&s->net, subject_gradient(s, &b), a.gradient, tolerance);
    double loss = subject_loss(s, &b);
    cases_close("loss", 1, &loss, &a.loss, tolerance);
    subject_free(s);
    answer_free(&a);
    reference_free(&reference);
    batch_free(&b);
}

static void lecture_network(void **state) {
    (void)state;
    batch b = {.spec = {.input = INPUT_VECTOR, .input_dims = 1, .input_shape = {4}, .layers = 2, .policy_outputs = 2,
                        .layer = {{.size = 128, .activation = ACTIVATION_TANH}, {.size = 128, .activation = ACTIVATION_TANH}}},
               .head = HEAD_CATEGORICAL, .dims = 1, .n = {2}, .steps = 20, .envs = 2, .loss = {0.5, 0.01, false}};
    net net;
    error e = {0};
    assert_int_equal(net_plan(&net, &b.spec, &e), 0);
    assert_int_equal(net.parameters, 17539);
    equals_reference(&b, 0, 1);
}

static void odd_widths(void **state) {
    (void)state;
    static const int widths[] = {1, 2, 7, 15, 17, 31, 65, 130};
    for (unsigned i = 0; i < 8; i++)
        for (int separate = 0; separate < 2; separate++) {
            batch b = {.spec = {.input = INPUT_VECTOR, .input_dims = 1, .input_shape = {widths[7 - i]}, .layers = 2, .policy_outputs = 3,
                                .separate = separate,
                                .layer = {{.size = widths[i], .activation = ACTIVATION_SILU}, {.size = 9, .activation = ACTIVATION_TANH}}},
                       .head = HEAD_CATEGORICAL, .dims = 1, .n = {3}, .steps = 3, .envs = (int)i + 1, .loss = {0.5, 0.05, i % 2}};
            equals_reference(&b, 0, 100 + i);
        }
}

int main(void) {
    static const char *const recurrent[] = {"lstm", "lstm_separate"}, *const trunks[] = {"dense_shared", "dense_separate"};
    cases_add_all("plan names the tensors", NULL, plan_names_the_tensors);
    cases_add_all("forward equals torch", NULL, forward_equals_torch);
    cases_add_all("gradient equals torch", "ppo", gradient_equals_torch);
    cases_add_all("gradient in parts", "ppo", parts_add_up);
    for (int i = 0; i < 2; i++) {
        cases_add("state carries over", recurrent[i], state_carries_over);
        cases_add("ten updates of rmsprop", trunks[i], updates_rmsprop);
        cases_add("ten updates of rmsprop, epsilon inside", trunks[i], updates_rmsprop_inside);
        cases_add("ten updates of adam", trunks[i], updates_adam);
        cases_add("ten updates of sgd", trunks[i], updates_sgd);
    }
    cases_add("equals the reference", "4-128-128-(2+1)", lecture_network);
    cases_add("equals the reference", "odd widths", odd_widths);
    return cases_run("gradients");
}
