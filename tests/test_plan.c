/* SPDX-License-Identifier: MIT
 * The plan of a network, where it is no other test's: initial parameters, the policy head's inputs, stacks that cannot
 * be. */
#include "base/memory.h"
#include "net/net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- Initialization ---- */

typedef struct subject {
    net net;
    float *parameters;
} subject;

static subject *initialized(const net_spec *spec, const net_init_spec *init, uint64_t seed) {
    subject *s = memory_new(sizeof *s);
    error e = {0};
    if (net_plan(&s->net, spec, &e)) fail_msg("%s", e.text);
    s->parameters = memory_array(float, s->net.size);
    double *work = memory_array(double, net_init_work(&s->net));
    net_init(&s->net, init, seed, s->parameters, work);
    memory_free(work);
    return s;
}

static void subject_free(subject *s) {
    memory_free(s->parameters);
    memory_free(s);
}

static const net_tensor *tensor_named(const net *net, const char *name) {
    for (int i = 0; i < net->tensor_count; i++)
        if (strcmp(net->tensor[i].name, name) == 0) return &net->tensor[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static double element(const subject *s, const net_tensor *t, int i, int j, int k, int l) {
    int index[4] = {i, j, k, l};
    size_t at = t->offset;
    for (int d = 0; d < t->dims; d++) at += (size_t)index[d] * t->stride[d];
    return s->parameters[at];
}

static const net_spec memory_spec = {.input = INPUT_VECTOR,
                                     .input_dims = 1,
                                     .input_shape = {7},
                                     .policy_outputs = 3,
                                     .layers = 2,
                                     .layer = {{.kind = &layer_dense, .size = 12, .activation = ACTIVATION_TANH},
                                               {.kind = &layer_lstm, .size = 5, .forget_bias = 1}}};

static void orthogonal_rows(void **state) {
    (void)state;
    net_init_spec init = {INIT_ORTHOGONAL, sqrt(2), 0.01, 1, 0};
    subject *s = initialized(&memory_spec, &init, 3);
    const net_tensor *w = tensor_named(&s->net, "trunk.0.weight"), *hh = tensor_named(&s->net, "trunk.1.weight_hh");
    for (int a = 0; a < 7; a++) /* 12 x 7: the columns are orthogonal, of length sqrt(2) */
        for (int b = 0; b < 7; b++) {
            double dot = 0;
            for (int o = 0; o < 12; o++) dot += element(s, w, o, a, 0, 0) * element(s, w, o, b, 0, 0);
            assert_true(fabs(dot - (a == b ? 2 : 0)) < 1e-6);
        }
    for (int gate = 0; gate < 4; gate++) /* each gate's 5 x 5 for itself */
        for (int a = 0; a < 5; a++)
            for (int b = 0; b < 5; b++) {
                double dot = 0;
                for (int k = 0; k < 5; k++) dot += element(s, hh, gate, a, k, 0) * element(s, hh, gate, b, k, 0);
                assert_true(fabs(dot - (a == b ? 2 : 0)) < 1e-6);
            }
    const net_tensor *policy = tensor_named(&s->net, "policy.weight"), *bias = tensor_named(&s->net, "trunk.1.bias");
    double norm = 0;
    for (int k = 0; k < 5; k++) norm += element(s, policy, 0, k, 0, 0) * element(s, policy, 0, k, 0, 0);
    assert_true(fabs(sqrt(norm) - 0.01) < 1e-7);
    for (int gate = 0; gate < 4; gate++)
        for (int u = 0; u < 5; u++) assert_true(element(s, bias, gate, u, 0, 0) == (gate == 1 ? 1 : 0));
    subject_free(s);
}

static void scales_of_the_other_kinds(void **state) {
    (void)state;
    net_spec spec = {.input = INPUT_VECTOR,
                     .input_dims = 1,
                     .input_shape = {100},
                     .policy_outputs = 3,
                     .layers = 1,
                     .layer = {{.kind = &layer_dense, .size = 300, .activation = ACTIVATION_RELU}}};
    const struct {
        init_kind kind;
        double deviation, bound;
    } kinds[] = {{INIT_HE, sqrt(2.0 / 100), INFINITY},
                 {INIT_XAVIER, sqrt(6.0 / 400) / sqrt(3), sqrt(6.0 / 400)},
                 {INIT_TORCH, 0.1 / sqrt(3), 0.1}};
    for (int i = 0; i < 3; i++) {
        double gain = 1 + i; /* multiplies what any kind draws */
        net_init_spec init = {kinds[i].kind, gain, 1, 1, 0};
        subject *s = initialized(&spec, &init, 4);
        const net_tensor *w = tensor_named(&s->net, "trunk.0.weight"), *b = tensor_named(&s->net, "trunk.0.bias");
        double sum = 0, squares = 0;
        for (int o = 0; o < 300; o++)
            for (int k = 0; k < 100; k++) {
                double x = element(s, w, o, k, 0, 0) / gain;
                sum += x, squares += x * x;
                assert_true(fabs(x) <= kinds[i].bound * 1.0000001);
            }
        assert_true(fabs(sum / 30000) < 4 * kinds[i].deviation / sqrt(30000));
        assert_true(fabs(sqrt(squares / 30000) / kinds[i].deviation - 1) < 0.02);
        for (int o = 0; o < 300; o++) assert_true((element(s, b, o, 0, 0, 0) != 0) == (kinds[i].kind == INIT_TORCH));
        subject_free(s);
    }
}

static void seeds_and_log_std(void **state) {
    (void)state;
    net_init_spec init = {INIT_ORTHOGONAL, 1, 1, 1, -0.5};
    net_spec spec = memory_spec;
    spec.log_std = 3;
    subject *a = initialized(&spec, &init, 5), *b = initialized(&spec, &init, 5), *c = initialized(&spec, &init, 6);
    assert_memory_equal(a->parameters, b->parameters, a->net.size * sizeof(float));
    assert_memory_not_equal(a->parameters, c->parameters, a->net.size * sizeof(float));
    const net_tensor *t = tensor_named(&a->net, "policy.log_std");
    assert_int_equal(t->dims, 1);
    assert_int_equal(a->net.log_std_size, LINE_FLOATS);
    for (int j = 0; j < 3; j++) assert_true(element(a, t, j, 0, 0, 0) == -0.5);
    subject_free(a), subject_free(b), subject_free(c);

    spec.log_std_features = true; /* [features, actions] */
    a = initialized(&spec, &init, 5);
    t = tensor_named(&a->net, "policy.log_std");
    assert_int_equal(t->dims, 2);
    assert_int_equal(t->shape[0], 5);
    assert_int_equal(t->shape[1], 3);
    assert_int_equal(a->net.features, 5);
    for (int f = 0; f < 5; f++)
        for (int j = 0; j < 3; j++) assert_true(element(a, t, f, j, 0, 0) == -0.5);
    void *memory = memory_new(net_tape_bytes(&a->net, 2, 1));
    net_tape tape;
    net_tape_place(&a->net, 2, 1, memory, &tape);
    assert_ptr_equal(net_features(&a->net, &tape), tape.layer[0][1].output);
    memory_free(memory);
    subject_free(a);
}

/* ---- Stacks that cannot be ---- */

static void refused(const net_spec *spec, const char *words) {
    net net;
    error e = {0};
    assert_int_equal(net_plan(&net, spec, &e), -1);
    assert_int_equal(e.status, STATUS_USAGE);
    if (!strstr(e.text, words)) fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

static void impossible_stacks_are_refused(void **state) {
    (void)state;
    net_spec s = {.input = INPUT_VECTOR,
                  .input_dims = 1,
                  .input_shape = {4},
                  .policy_outputs = 2,
                  .layers = 1,
                  .layer = {{.kind = &layer_conv, .size = 4, .kernel = 3, .stride = 1}}};
    refused(&s, "trunk.0");
    s.input = INPUT_PLANES, s.input_dims = 3, s.input_shape[1] = s.input_shape[2] = 2;
    refused(&s, "does not fit");
    s.input = INPUT_DISCRETE, s.input_dims = 1, s.layer[0].kind = &layer_lstm;
    refused(&s, "discrete");
    s.layer[0].kind = &layer_norm;
    refused(&s, "discrete");
    s.layers = 0, s.log_std = 1, s.log_std_features = true;
    refused(&s, "discrete");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orthogonal_rows),
        cmocka_unit_test(scales_of_the_other_kinds),
        cmocka_unit_test(seeds_and_log_std),
        cmocka_unit_test(impossible_stacks_are_refused),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
