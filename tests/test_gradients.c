/* SPDX-License-Identifier: MIT
 * The trainer's networks, heads, losses and optimizers (float32) against PyTorch's numbers in float64 and against the
 * reference: a relative error of 1e-5 a tensor, ||a - b|| / ||b||. */
#include "base/memory.h"
#include "learn/optimizer.h"
#include "reference/cases.h"
#include "reference/subject.h"

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

typedef struct setup {
    golden *g;
    batch b;
    reference_network reference;
    subject *s;
} setup;

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
        if (strncmp(t->name, "param/", 6) != 0) continue;
        assert_true(k < net->tensor_count);
        assert_string_equal(net->tensor[k].name, t->name + 6);
        assert_int_equal(net_tensor_elements(&net->tensor[k]), t->elements);
        k++;
    }
    assert_int_equal(k, net->tensor_count);
    assert_int_equal(net->parameters, u.reference.size);
    /* import, then export, is the identity */
    const double *flat = subject_flatten(u.s, u.s->parameters);
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
        for (int k = 0; k < outputs; k++) {
            float z = s->rollout.tape.policy[(size_t)r * (size_t)s->net.policy_ld + (size_t)k];
            bool forbidden = u.b.allowed && !u.b.allowed[r * outputs + k];
            assert_true(forbidden == (z == -INFINITY)); /* torch's is the logit before the mask */
            policy[r * outputs + k] = forbidden ? golden_get(u.g, "policy")->value[r * outputs + k] : z;
        }
        value[r] = s->rollout.value[r];
        log_probability[r] = distribution_log_probability(&s->config.distribution, &s->rollout.rows, r,
                                                          s->rollout.action + r * u.b.dims);
        entropy[r] = s->rollout.rows.entropy[r];
    }
    cases_close("policy", rows * outputs, policy, golden_get(u.g, "policy")->value, tolerance);
    cases_close("value", rows, value, golden_get(u.g, "value")->value, tolerance);
    cases_close("log_probability", rows, log_probability, golden_get(u.g, "log_probability")->value, tolerance);
    cases_close("entropy", rows, entropy, golden_get(u.g, "entropy")->value, tolerance);
    free(policy), free(value), free(log_probability), free(entropy);
    setup_free(&u);
}

static void gradient_within(const char *name, double tolerance) {
    setup u = setup_case(name);
    double *expected = golden_flat(u.g, &u.s->net, "gradient");
    const double *flat = subject_gradient(u.s, &u.b);
    double loss = subject_loss(u.s, &u.b);
    cases_close("loss", 1, &loss, golden_get(u.g, "loss")->value, tolerance);
    tensors_close(&u.s->net, flat, expected, tolerance);
    free(expected);
    setup_free(&u);
}

/* V-trace's targets and advantages, from what the present parameters say of the actions that others took. */
static void vtrace_equals_torch(void **state) {
    setup u = setup_case(*state);
    int rows = batch_rows(&u.b);
    double *advantage = calloc((size_t)rows, sizeof *advantage), *target = calloc((size_t)rows, sizeof *target);
    learner_second_pass(&u.s->learner, u.s->parameters);
    for (int r = 0; r < rows; r++) advantage[r] = u.s->rollout.advantage[r], target[r] = u.s->rollout.target[r];
    cases_close("advantage", rows, advantage, golden_get(u.g, "advantage")->value, tolerance);
    cases_close("target", rows, target, golden_get(u.g, "target")->value, tolerance);
    free(advantage), free(target);
    setup_free(&u);
}

/* The actions that noise makes which an environment keeps: held [envs, dims], gSDE's [envs, dims, features]. */
static void lasting_noise_equals_torch(void **state) {
    setup u = setup_case(*state);
    distribution d = u.s->config.distribution;
    const golden_tensor *noise = golden_get(u.g, "noise");
    int rows = batch_rows(&u.b), dims = d.dims, each = noise->elements / (u.b.envs * dims);
    if (d.noise == NOISE_FRESH) d.noise = NOISE_HELD;
    int ld = (int)distribution_noise_size(&d) / dims;
    float *kept = memory_array(float, distribution_noise_size(&d));
    double *number = calloc((size_t)(rows * dims), sizeof *number);
    subject_forward(u.s, &u.b);
    for (int r = 0; r < rows; r++) {
        action_word action[ACTION_DIMS];
        const double *own = noise->value + r % u.b.envs * dims * each;
        for (int k = 0; k < dims * each; k++) kept[k / each * ld + k % each] = (float)own[k];
        distribution_sample_noise(&d, &u.s->rollout.rows, r, kept, action);
        for (int j = 0; j < dims; j++) number[r * dims + j] = action[j].number;
    }
    cases_close("noisy_action", rows * dims, number, golden_get(u.g, "noisy_action")->value, tolerance);
    memory_free(kept);
    free(number);
    setup_free(&u);
}

static void gradient_equals_torch(void **state) {
    gradient_within(*state, tolerance);
}

/* Back-propagation through time over a rollout in which episodes end, against torch's loop, a step at a time, which
 * zeroes the state where they do. */
static void gradient_through_time(void **state) {
    gradient_within(*state, 1e-6);
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
    tensors_close(&s->net, subject_flatten(s, s->gradient), expected, tolerance);
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
    for (int e = 0; e < envs; e++) subject_state(s, u.b.steps - 1, e, after + e * size);
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
    double *loss = calloc((size_t)updates, sizeof *loss), *norm = calloc((size_t)updates, sizeof *norm);
    double rate = golden_number(u.g, "rate") * (o.kind == OPTIMIZER_SGD ? 10 : 1);
    for (int t = 1; t <= updates; t++) {
        subject_gradient(s, &u.b);
        loss[t - 1] = subject_loss(s, &u.b);
        norm[t - 1] = sqrt(kernels_get()->sum_of_squares(s->net.size, s->gradient));
        float scale = (float)optimizer_clip(norm[t - 1], golden_number(u.g, "clip_norm"));
        optimizer_numbers numbers = optimizer_numbers_make(&o, scale, (float)rate, t);
        optimizer_step(&o, &numbers, s->net.size, s->parameters, slots, s->gradient);
    }
    cases_close("loss", updates, loss, golden_get(u.g, "%s.loss", kind)->value, tolerance);
    cases_close("norm", updates, norm, golden_get(u.g, "%s.norm", kind)->value, tolerance);
    tensors_close(&s->net, subject_flatten(s, s->parameters), golden_get(u.g, "%s.after", kind)->value, tolerance);
    free(loss), free(norm);
    memory_free(slots[0]), memory_free(slots[1]);
    setup_free(&u);
}

static void updates_rmsprop(void **state) {
    ten_updates(*state, "rmsprop");
}
static void updates_rmsprop_inside(void **state) {
    ten_updates(*state, "rmsprop_inside");
}
static void updates_adam(void **state) {
    ten_updates(*state, "adam");
}
static void updates_sgd(void **state) {
    ten_updates(*state, "sgd");
}

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
    batch b = {.spec = {.input = INPUT_VECTOR,
                        .input_dims = 1,
                        .input_shape = {4},
                        .layers = 2,
                        .policy_outputs = 2,
                        .layer = {{.kind = &layer_dense, .size = 128, .activation = ACTIVATION_TANH},
                                  {.kind = &layer_dense, .size = 128, .activation = ACTIVATION_TANH}}},
               .head = HEAD_CATEGORICAL,
               .dims = 1,
               .n = {2},
               .steps = 20,
               .envs = 2,
               .loss = {0.5, 0.01, false}};
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
            batch b = {.spec = {.input = INPUT_VECTOR,
                                .input_dims = 1,
                                .input_shape = {widths[7 - i]},
                                .layers = 2,
                                .policy_outputs = 3,
                                .separate = separate,
                                .layer = {{.kind = &layer_dense, .size = widths[i], .activation = ACTIVATION_SILU},
                                          {.kind = &layer_dense, .size = 9, .activation = ACTIVATION_TANH}}},
                       .head = HEAD_CATEGORICAL,
                       .dims = 1,
                       .n = {3},
                       .steps = 3,
                       .envs = (int)i + 1,
                       .loss = {0.5, 0.05, i % 2}};
            equals_reference(&b, 0, 100 + i);
        }
}

int main(void) {
    static const char *const recurrent[] = {"lstm",      "lstm_separate", "lstm_stack",   "conv_lstm",
                                            "gsde_lstm", "gru",           "gru_separate", "gru_stack"};
    static const char *const lasting[] = {"held", "gsde", "gsde_lstm"}, *const two[] = {"dense_shared",
                                                                                        "dense_separate"};
    cases_add_all("plan names the tensors", NULL, plan_names_the_tensors);
    cases_add_all("forward equals torch", NULL, forward_equals_torch);
    cases_add_all("gradient equals torch", NULL, gradient_equals_torch);
    cases_add_all("gradient in parts", "ppo", parts_add_up);
    cases_add_all("ten updates of rmsprop", NULL, updates_rmsprop);
    for (int i = 0; i < 2; i++) {
        cases_add("ten updates of rmsprop, epsilon inside", two[i], updates_rmsprop_inside);
        cases_add("ten updates of adam", two[i], updates_adam);
        cases_add("ten updates of sgd", two[i], updates_sgd);
    }
    for (int i = 0; i < 5; i++) {
        cases_add("state carries over", recurrent[i], state_carries_over);
        cases_add("gradient through time", recurrent[i], gradient_through_time);
    }
    for (int i = 0; i < 3; i++) cases_add("lasting noise equals torch", lasting[i], lasting_noise_equals_torch);
    cases_add("estimates equal torch", "vtrace", vtrace_equals_torch);
    cases_add("estimates equal torch", "vtrace_lstm", vtrace_equals_torch);
    cases_add("equals the reference", "4-128-128-(2+1)", lecture_network);
    cases_add("equals the reference", "odd widths", odd_widths);
    return cases_run("gradients");
}
