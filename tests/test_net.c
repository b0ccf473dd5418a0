/* SPDX-License-Identifier: MIT
 * Networks beyond the golden cases: stacks of every layer with odd shapes against the double-precision reference; the
 * same bits for every batch, position and instruction set; recurrent state; no allocation. */
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "reference/cases.h"
#include "reference/network.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Allocation is counted, where no sanitizer brings its own ---- */

static long allocations;
#if defined(__has_feature)
#define A3C_CLANG_SANITIZER (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define A3C_CLANG_SANITIZER 0
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !A3C_CLANG_SANITIZER
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_memalign(size_t, size_t);
void *malloc(size_t n) {
    allocations++;
    return __libc_malloc(n);
}
void *calloc(size_t n, size_t size) {
    allocations++;
    return __libc_calloc(n, size);
}
void *aligned_alloc(size_t alignment, size_t n) {
    allocations++;
    return __libc_memalign(alignment, n);
}
#endif

/* ---- Networks under test ---- */

typedef struct stack {
    const char *name;
    net_spec spec;
} stack;

static const stack stacks[] = {
    {"a small picture",
     {.input = INPUT_PLANES,
      .input_dims = 3,
      .input_shape = {3, 7, 6},
      .policy_outputs = 3,
      .layers = 2,
      .layer = {{.kind = &layer_conv, .size = 5, .activation = ACTIVATION_RELU, .kernel = 3, .stride = 1},
                {.kind = &layer_dense, .size = 11, .activation = ACTIVATION_TANH}}}},
    {"three convolutions with padding",
     {.input = INPUT_PLANES,
      .input_dims = 3,
      .input_shape = {2, 12, 11},
      .policy_outputs = 4,
      .layers = 4,
      .separate = true,
      .layer =
          {{.kind = &layer_conv, .size = 6, .activation = ACTIVATION_SILU, .kernel = 4, .stride = 2, .padding = 1},
           {.kind = &layer_conv, .size = 17, .activation = ACTIVATION_TANH, .kernel = 3, .stride = 1, .padding = 2},
           {.kind = &layer_conv, .size = 3, .activation = ACTIVATION_NONE, .kernel = 2, .stride = 3},
           {.kind = &layer_dense, .size = 9, .activation = ACTIVATION_SILU}}}},
    {"a big kernel, and a convolution on top",
     {.input = INPUT_PLANES,
      .input_dims = 3,
      .input_shape = {1, 20, 20},
      .policy_outputs = 9,
      .layers = 1,
      .layer = {{.kind = &layer_conv, .size = 4, .activation = ACTIVATION_RELU, .kernel = 8, .stride = 4}}}},
    {"a picture normalized",
     {.input = INPUT_PLANES,
      .input_dims = 3,
      .input_shape = {2, 9, 9},
      .policy_outputs = 2,
      .layers = 3,
      .layer = {{.kind = &layer_conv, .size = 4, .activation = ACTIVATION_SILU, .kernel = 5, .stride = 1},
                {.kind = &layer_norm},
                {.kind = &layer_dense, .size = 20, .activation = ACTIVATION_RELU}}}},
    {"normalization at both ends",
     {.input = INPUT_VECTOR,
      .input_dims = 1,
      .input_shape = {19},
      .policy_outputs = 5,
      .layers = 3,
      .layer = {{.kind = &layer_norm},
                {.kind = &layer_dense, .size = 33, .activation = ACTIVATION_SILU},
                {.kind = &layer_norm}}}},
    {"memory at once",
     {.input = INPUT_VECTOR,
      .input_dims = 1,
      .input_shape = {3},
      .policy_outputs = 2,
      .layers = 1,
      .layer = {{.kind = &layer_lstm, .size = 5}}}},
    {"memory between layers",
     {.input = INPUT_VECTOR,
      .input_dims = 1,
      .input_shape = {18},
      .policy_outputs = 3,
      .layers = 4,
      .separate = true,
      .layer = {{.kind = &layer_dense, .size = 21, .activation = ACTIVATION_SILU},
                {.kind = &layer_lstm, .size = 20},
                {.kind = &layer_norm},
                {.kind = &layer_lstm, .size = 7}}}},
    {"memory of pictures",
     {.input = INPUT_PLANES,
      .input_dims = 3,
      .input_shape = {2, 6, 6},
      .policy_outputs = 4,
      .layers = 2,
      .layer = {{.kind = &layer_conv, .size = 5, .activation = ACTIVATION_RELU, .kernel = 3, .stride = 1},
                {.kind = &layer_lstm, .size = 16}}}},
    {"memory of discrete observations",
     {.input = INPUT_DISCRETE,
      .input_dims = 2,
      .input_shape = {3, 4},
      .policy_outputs = 10,
      .layers = 2,
      .layer = {{.kind = &layer_dense, .size = 8, .activation = ACTIVATION_TANH}, {.kind = &layer_lstm, .size = 8}}}},
    {"a GRU at once",
     {.input = INPUT_VECTOR,
      .input_dims = 1,
      .input_shape = {3},
      .policy_outputs = 2,
      .layers = 1,
      .layer = {{.kind = &layer_gru, .size = 5}}}},
    {"GRUs between layers",
     {.input = INPUT_VECTOR,
      .input_dims = 1,
      .input_shape = {18},
      .policy_outputs = 3,
      .layers = 4,
      .separate = true,
      .layer = {{.kind = &layer_dense, .size = 21, .activation = ACTIVATION_SILU},
                {.kind = &layer_gru, .size = 20},
                {.kind = &layer_lstm, .size = 6},
                {.kind = &layer_gru, .size = 7}}}},
};
enum { STACKS = sizeof stacks / sizeof *stacks, STEPS = 7, ENVS = 3 };

/* A network, random parameters and a tape with random input; `steps` + 1 time steps of `envs`. */
typedef struct subject {
    net net;
    net_tape tape;
    int steps, envs;
    float *parameters, *gradient, *state;
    void *memory;
} subject;

static float normal(random_stream *s, double scale) {
    return (float)(scale * random_normal(s));
}

static void fill_parameters(subject *s) {
    random_stream stream = random_stream_new(1, 0, RANDOM_INIT);
    float *flat = memory_array(float, s->net.parameters), *at = flat;
    for (int i = 0; i < s->net.tensor_count; i++) {
        const net_tensor *t = &s->net.tensor[i];
        bool scale = t->dims == 1 && strstr(t->name, "weight") != NULL; /* normalization's: about 1 */
        for (size_t k = 0; k < net_tensor_elements(t); k++) *at++ = normal(&stream, 0.3) + (scale ? 1 : 0);
    }
    net_unflatten(&s->net, flat, s->parameters);
    memory_free(flat);
}

static void fill_rows(subject *s) {
    net_tape *t = &s->tape;
    random_stream stream = random_stream_new(2, 0, RANDOM_INIT);
    for (int r = 0; r < t->rows; r++) {
        for (int i = 0; i < s->net.input_size; i++) {
            float *x = &t->input[(size_t)r * (size_t)s->net.input_ld + (size_t)i];
            *x = s->net.spec.input == INPUT_DISCRETE
                     ? floorf(random_uniform(&stream) * (float)s->net.spec.input_shape[i])
                     : normal(&stream, 1);
        }
        for (int k = 0; k < s->net.spec.policy_outputs; k++)
            t->d_policy[(size_t)r * (size_t)s->net.policy_ld + (size_t)k] = normal(&stream, 1);
        t->d_value[(size_t)r * (size_t)s->net.value_ld] = normal(&stream, 1);
        t->start[r] = random_uniform(&stream) < 0.3f;
    }
    if (s->envs > 1) t->start[0] = 0, t->start[1] = 1; /* one continues from a state, one does not */
    for (size_t i = 0; i < (size_t)s->envs * s->net.state_size; i++) {
        size_t unit = i % s->net.state_size, offset = 0;
        for (int w = 0; w < s->net.towers; w++)
            for (int j = 0; j < s->net.tower[w].layers; j++) {
                const net_layer *l = &s->net.tower[w].layer[j];
                size_t within = unit - offset;
                if (unit >= offset && within < l->state && within % (size_t)l->ld < (size_t)l->out)
                    s->state[i] = normal(&stream, 0.5);
                offset += l->state;
            }
    }
    for (int e = 0; e < s->envs; e++) net_state_load(&s->net, t, e, s->state + (size_t)e * s->net.state_size);
}

static subject *subject_new(const net_spec *spec, int steps, int envs) {
    subject *s = memory_new(sizeof *s);
    error e = {0};
    if (net_plan(&s->net, spec, &e)) fail_msg("%s", e.text);
    s->steps = steps, s->envs = envs;
    s->memory = memory_new(net_tape_bytes(&s->net, (steps + 1) * envs, envs));
    net_tape_place(&s->net, (steps + 1) * envs, envs, s->memory, &s->tape);
    s->parameters = memory_array(float, s->net.size);
    s->gradient = memory_array(float, s->net.size);
    s->state = memory_array(float, (size_t)envs * s->net.state_size + 1);
    fill_parameters(s);
    fill_rows(s);
    return s;
}

static void subject_free(subject *s) {
    memory_free(s->memory), memory_free(s->parameters), memory_free(s->gradient), memory_free(s->state);
    memory_free(s);
}

static void forward_steps(subject *s) {
    for (int t = 0; t < s->steps; t++) net_forward(&s->net, s->parameters, &s->tape, t * s->envs, s->envs);
}

static float *policy_row(subject *s, int row) {
    return s->tape.policy + (size_t)row * (size_t)s->net.policy_ld;
}
static float value_row(subject *s, int row) {
    return s->tape.value[(size_t)row * (size_t)s->net.value_ld];
}

/* ---- Against the reference ---- */

typedef struct expected {
    double *policy, *value, *gradient;
} expected;

/* Outputs, and the gradient of sum d_policy policy + d_value value. */
static expected ask_reference(subject *s) {
    int rows = s->steps * s->envs, outputs = s->net.spec.policy_outputs, inputs = s->net.input_size;
    reference_network r = reference_from_net(&s->net);
    float *flat = memory_array(float, s->net.parameters);
    net_flatten(&s->net, s->parameters, flat);
    for (int k = 0; k < r.size; k++) r.parameter[k] = flat[k];
    double *input = calloc((size_t)(rows * inputs), sizeof *input),
           *state = calloc((size_t)(s->envs * 256), sizeof *state), *at = state;
    for (int i = 0; i < rows * inputs; i++)
        input[i] = s->tape.input[(size_t)(i / inputs) * (size_t)s->net.input_ld + (size_t)(i % inputs)];
    for (int e = 0; e < s->envs; e++) {
        const float *from = s->state + (size_t)e * s->net.state_size;
        for (int w = 0; w < s->net.towers; w++)
            for (int j = 0; j < s->net.tower[w].layers; j++) {
                const net_layer *l = &s->net.tower[w].layer[j];
                for (const float *end = from + l->state; from < end; from += l->ld)
                    for (int u = 0; u < l->out; u++) *at++ = from[u];
            }
    }
    var *policy = calloc((size_t)(rows * outputs), sizeof *policy), *value = calloc((size_t)rows, sizeof *value);
    reference_place(&r);
    reference_forward(&r, s->steps, s->envs, input, s->tape.start, state, policy, value, NULL, NULL);
    var loss = var_new(0);
    expected x = {calloc((size_t)(rows * outputs), sizeof(double)), calloc((size_t)rows, sizeof(double)),
                  calloc((size_t)r.size, sizeof(double))};
    for (int row = 0; row < rows; row++) {
        for (int k = 0; k < outputs; k++) {
            var y = policy[row * outputs + k];
            x.policy[row * outputs + k] = var_value(y);
            loss =
                var_add(loss, var_affine(y, s->tape.d_policy[(size_t)row * (size_t)s->net.policy_ld + (size_t)k], 0));
        }
        x.value[row] = var_value(value[row]);
        loss = var_add(loss, var_affine(value[row], s->tape.d_value[(size_t)row * (size_t)s->net.value_ld], 0));
    }
    tape_backward(loss);
    reference_gradient(&r, x.gradient);
    reference_free(&r);
    memory_free(flat);
    free(input), free(state), free(policy), free(value);
    return x;
}

static void gradient_is(subject *s, const double *want) {
    float *flat = memory_array(float, s->net.parameters), *again = memory_array(float, s->net.size);
    net_flatten(&s->net, s->gradient, flat);
    net_unflatten(&s->net, flat, again);
    assert_memory_equal(again, s->gradient, s->net.size * sizeof *again); /* padding is 0 */
    double *got = calloc(s->net.parameters, sizeof *got);
    for (size_t k = 0; k < s->net.parameters; k++) got[k] = flat[k];
    size_t at = 0;
    for (int i = 0; i < s->net.tensor_count; i++) {
        size_t n = net_tensor_elements(&s->net.tensor[i]);
        cases_close(s->net.tensor[i].name, (int)n, got + at, want + at, 1e-5);
        at += n;
    }
    free(got);
    memory_free(flat), memory_free(again);
}

static void equals_the_reference(void **state) {
    (void)state;
    for (int i = 0; i < STACKS; i++) {
        subject *s = subject_new(&stacks[i].spec, STEPS, ENVS);
        expected want = ask_reference(s);
        forward_steps(s);
        int rows = STEPS * ENVS, outputs = s->net.spec.policy_outputs;
        double *policy = calloc((size_t)(rows * outputs), sizeof *policy), *value = calloc((size_t)rows, sizeof *value);
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < outputs; k++) policy[r * outputs + k] = policy_row(s, r)[k];
            value[r] = value_row(s, r);
        }
        cases_close(stacks[i].name, rows * outputs, policy, want.policy, 1e-5);
        cases_close(stacks[i].name, rows, value, want.value, 1e-5);

        memset(s->gradient, 0xff, s->net.size * sizeof *s->gradient); /* overwritten where not accumulated */
        net_backward(&s->net, s->parameters, &s->tape, 0, rows, 1, false, s->gradient);
        gradient_is(s, want.gradient);

        for (int e = 0; e < ENVS; e++) /* environment by environment, added up */
            net_backward(&s->net, s->parameters, &s->tape, e, STEPS, ENVS, e > 0, s->gradient);
        gradient_is(s, want.gradient);

        size_t bytes = s->net.size * sizeof(float); /* together: not a bit differs */
        float *apart = (float *)malloc(bytes);
        memcpy(apart, s->gradient, bytes);
        memset(s->gradient, 0xff, bytes);
        net_backward_envs(&s->net, s->parameters, &s->tape, 0, ENVS, STEPS, false, s->gradient);
        assert_memory_equal(s->gradient, apart, bytes);
        free(apart);
        free(want.policy), free(want.value), free(want.gradient), free(policy), free(value);
        subject_free(s);
    }
}

/* ---- Bits ---- */

static const char *program; /* this one, to be run again */

static void outputs_equal(subject *a, int row_a, subject *b, int row_b, int count) {
    for (int r = 0; r < count; r++) {
        assert_memory_equal(policy_row(a, row_a + r), policy_row(b, row_b + r),
                            (size_t)a->net.spec.policy_outputs * sizeof(float));
        float va = value_row(a, row_a + r), vb = value_row(b, row_b + r);
        assert_memory_equal(&va, &vb, sizeof va);
    }
}

/* All rows at once, step by step, one row at a time: the same bits. */
static void any_batch_has_the_same_bits(void **state) {
    (void)state;
    for (int i = 0; i < STACKS; i++) {
        subject *steps = subject_new(&stacks[i].spec, STEPS, ENVS), *whole = subject_new(&stacks[i].spec, STEPS, ENVS);
        subject *single = subject_new(&stacks[i].spec, STEPS, ENVS);
        forward_steps(steps);
        net_forward(&whole->net, whole->parameters, &whole->tape, 0, STEPS * ENVS);
        for (int r = 0; r < STEPS * ENVS; r++) net_forward(&single->net, single->parameters, &single->tape, r, 1);
        outputs_equal(steps, 0, whole, 0, STEPS * ENVS);
        outputs_equal(steps, 0, single, 0, STEPS * ENVS);
        subject_free(steps), subject_free(whole), subject_free(single);
    }
}

/* A row's outputs do not depend on where in how large a batch it is. */
static void any_position_has_the_same_bits(void **state) {
    (void)state;
    enum { MANY = 67 };
    for (int i = 0; i < STACKS; i++) {
        subject *many = subject_new(&stacks[i].spec, 1, MANY), *one = subject_new(&stacks[i].spec, 1, 1);
        size_t in = (size_t)many->net.input_ld;
        forward_steps(many);
        for (int e = 0; e < MANY; e++) {
            memcpy(one->tape.input, many->tape.input + (size_t)e * in, in * sizeof(float));
            one->tape.start[0] = many->tape.start[e];
            if (one->net.recurrent)
                net_state_load(&one->net, &one->tape, 0, many->state + (size_t)e * many->net.state_size);
            forward_steps(one);
            outputs_equal(many, e, one, 0, 1);
        }
        subject_free(many), subject_free(one);
    }
}

/* A fingerprint of all outputs and gradients, for the instruction set that this process uses. */
static uint64_t fingerprint(void) {
    uint64_t hash = HASH_START;
    for (int i = 0; i < STACKS; i++) {
        subject *s = subject_new(&stacks[i].spec, STEPS, ENVS);
        forward_steps(s);
        net_backward(&s->net, s->parameters, &s->tape, 0, STEPS * ENVS, 1, false, s->gradient);
        hash = hash_bytes(hash, s->tape.policy, (size_t)(STEPS * ENVS) * (size_t)s->net.policy_ld * sizeof(float));
        hash = hash_bytes(hash, s->gradient, s->net.size * sizeof(float));
        subject_free(s);
    }
    return hash;
}

static void any_instruction_set_has_the_same_bits(void **state) {
    (void)state;
    unsigned long long own = fingerprint();
    for (const char *const *name = kernels_names; *name; name++) {
        if (!kernels_named(*name)) continue;
        char command[1024];
        unsigned long long theirs = 0;
        snprintf(command, sizeof command, "A3C_ISA=%s %s fingerprint", *name, program);
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        assert_int_equal(fscanf(pipe, "%llx", &theirs), 1);
        pclose(pipe);
        if (theirs != own) fail_msg("%s: %llx instead of %llx", *name, theirs, own);
    }
}

/* ---- Recurrent state ---- */

/* A rollout in two halves, the state saved and loaded between, is the whole one, to the bit. */
static void saved_state_continues(void **state) {
    (void)state;
    enum { HALF = 3 };
    for (int i = 0; i < STACKS; i++) {
        subject *whole = subject_new(&stacks[i].spec, STEPS, ENVS),
                *rest = subject_new(&stacks[i].spec, STEPS - HALF, ENVS);
        if (!whole->net.recurrent) {
            subject_free(whole), subject_free(rest);
            continue;
        }
        forward_steps(whole);
        float *kept = memory_array(float, whole->net.state_size);
        for (int e = 0; e < ENVS; e++) {
            net_state_save(&whole->net, &whole->tape, HALF - 1, e, kept);
            net_state_load(&rest->net, &rest->tape, e, kept);
        }
        size_t in = (size_t)whole->net.input_ld;
        memcpy(rest->tape.input, whole->tape.input + HALF * ENVS * in, (STEPS - HALF) * ENVS * in * sizeof(float));
        memcpy(rest->tape.start, whole->tape.start + HALF * ENVS, (STEPS - HALF) * ENVS);
        forward_steps(rest);
        outputs_equal(whole, HALF * ENVS, rest, 0, (STEPS - HALF) * ENVS);
        memory_free(kept);
        subject_free(whole), subject_free(rest);
    }
}

/* The value of a truncated episode's last observation is asked for in the row that the next episode then takes. */
static void a_glance_at_the_final_observation_changes_nothing(void **state) {
    (void)state;
    for (int i = 0; i < STACKS; i++) {
        subject *plain = subject_new(&stacks[i].spec, STEPS, ENVS),
                *glances = subject_new(&stacks[i].spec, STEPS, ENVS);
        size_t in = (size_t)plain->net.input_ld;
        float *kept = memory_array(float, in);
        forward_steps(plain);
        for (int t = 0; t < STEPS; t++) {
            net_forward(&glances->net, glances->parameters, &glances->tape, t * ENVS, ENVS);
            for (int row = (t + 1) * ENVS; row < (t + 2) * ENVS; row++) {
                if (!glances->tape.start[row]) continue;
                float *input = glances->tape.input + (size_t)row * in;
                memcpy(kept, input, in * sizeof *kept);
                memcpy(input, glances->tape.input, in * sizeof *kept);
                glances->tape.start[row] = 0;
                net_forward(&glances->net, glances->parameters, &glances->tape, row, 1);
                memcpy(input, kept, in * sizeof *kept);
                glances->tape.start[row] = 1;
            }
        }
        outputs_equal(plain, 0, glances, 0, STEPS * ENVS);
        net_backward(&plain->net, plain->parameters, &plain->tape, 0, STEPS * ENVS, 1, false, plain->gradient);
        net_backward(&glances->net, glances->parameters, &glances->tape, 0, STEPS * ENVS, 1, false, glances->gradient);
        assert_memory_equal(plain->gradient, glances->gradient, plain->net.size * sizeof(float));
        memory_free(kept);
        subject_free(plain), subject_free(glances);
    }
}

/* ---- Memory ---- */

/* ---- Environment by environment ---- */

static void same_outputs(subject *a, subject *b, int rows) {
    for (int r = 0; r < rows; r++) {
        assert_memory_equal(policy_row(a, r), policy_row(b, r), (size_t)a->net.spec.policy_outputs * sizeof(float));
        assert_true(value_row(a, r) == value_row(b, r));
    }
}

/* Both orders of a hidden layer's rows; with 64 steps of 16 or 128 floats a line is left between environments, with 5
 * none, and `steps` fewer than there is room for. */
static void orders_agree(const net_spec *spec, int room, int steps) {
    enum { N = 3 };
    subject *a = subject_new(spec, room, N), *b = subject_new(spec, room, N);
    net_tape_by_environment(&b->net, &b->tape);
    subject *both[] = {a, b};
    for (int i = 0; i < 2; i++) {
        net_forward(&both[i]->net, both[i]->parameters, &both[i]->tape, 0, N * steps);
        net_forward(&both[i]->net, both[i]->parameters, &both[i]->tape, N * steps, N); /* behind the last step */
    }
    same_outputs(a, b, N * (steps + 1));
    for (int i = 0; i < 2; i++) {
        subject *s = both[i];
        if (!s->net.recurrent) net_forward_rows(&s->net, s->parameters, &s->tape, 1, steps, N);
        net_backward_envs(&s->net, s->parameters, &s->tape, 0, 1, steps, false, s->gradient);
        net_backward_envs(&s->net, s->parameters, &s->tape, 1, N - 1, steps, true, s->gradient);
        net_backward(&s->net, s->parameters, &s->tape, 0, N * steps, 1, true, s->gradient);
        if (!s->net.recurrent) net_backward(&s->net, s->parameters, &s->tape, N + 2, steps - 1, N, true, s->gradient);
    }
    same_outputs(a, b, N * (steps + 1));
    assert_memory_equal(a->gradient, b->gradient, a->net.size * sizeof *a->gradient);
    subject_free(a), subject_free(b);
}

static void environment_by_environment_has_the_same_bits(void **state) {
    (void)state;
    for (int i = 0; i < STACKS; i++) {
        orders_agree(&stacks[i].spec, 5, 5);
        orders_agree(&stacks[i].spec, 5, 3);
        orders_agree(&stacks[i].spec, 64, 64);
    }
    subject *s = subject_new(&stacks[0].spec, 5, 2); /* and it is another order */
    net_tape_by_environment(&s->net, &s->tape);
    assert_int_equal(s->tape.env_rows, 5);
    subject_free(s);
}

static void nothing_is_allocated(void **state) {
    (void)state;
    long before = allocations;
    free(malloc(1));
    if (allocations == before) skip(); /* a sanitizer owns the allocator */
    for (int i = 0; i < STACKS; i++) {
        subject *s = subject_new(&stacks[i].spec, STEPS, ENVS);
        before = allocations;
        forward_steps(s);
        net_backward(&s->net, s->parameters, &s->tape, 0, STEPS * ENVS, 1, false, s->gradient);
        assert_int_equal(allocations, before);
        subject_free(s);
    }
}

int main(int argc, char **argv) {
    program = argv[0];
    if (argc > 1 && strcmp(argv[1], "fingerprint") == 0) {
        printf("%llx\n", (unsigned long long)fingerprint());
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_reference),
        cmocka_unit_test(any_batch_has_the_same_bits),
        cmocka_unit_test(any_position_has_the_same_bits),
        cmocka_unit_test(any_instruction_set_has_the_same_bits),
        cmocka_unit_test(saved_state_continues),
        cmocka_unit_test(a_glance_at_the_final_observation_changes_nothing),
        cmocka_unit_test(environment_by_environment_has_the_same_bits),
        cmocka_unit_test(nothing_is_allocated),
    };
    return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
