/* SPDX-License-Identifier: MIT
 * Whole networks against the peak of one core; part of a3c bench kernels. */
#include "bench/bench_networks.h"

#include "base/memory.h"
#include "bench/measure.h"
#include "net/layer.h"

enum { OUTPUTS = 3, SAMPLES = 11 };
static const double SAMPLE_NS = 1e6;

typedef struct network {
    const char *name;
    net_spec spec;
} network;

static const network networks[] = {
    {"dense 128, 128, tanh",
     {.input_dims = 1,
      .input_shape = {4},
      .layers = 2,
      .layer = {{.kind = &layer_dense, .size = 128, .activation = ACTIVATION_TANH},
                {.kind = &layer_dense, .size = 128, .activation = ACTIVATION_TANH}}}},
    {"LSTM 128 of 128",
     {.input_dims = 1, .input_shape = {128}, .layers = 1, .layer = {{.kind = &layer_lstm, .size = 128}}}},
    {"MinAtar: conv 16, dense 128",
     {.input = INPUT_PLANES,
      .input_dims = 3,
      .input_shape = {4, 10, 10},
      .layers = 2,
      .layer = {{.kind = &layer_conv, .size = 16, .kernel = 3, .stride = 1, .activation = ACTIVATION_SILU},
                {.kind = &layer_dense, .size = 128, .activation = ACTIVATION_SILU}}}},
    {"Atari: conv 16, 32, dense 256",
     {.input = INPUT_PLANES,
      .input_dims = 3,
      .input_shape = {4, 84, 84},
      .layers = 3,
      .layer = {{.kind = &layer_conv, .size = 16, .kernel = 8, .stride = 4, .activation = ACTIVATION_RELU},
                {.kind = &layer_conv, .size = 32, .kernel = 4, .stride = 2, .activation = ACTIVATION_RELU},
                {.kind = &layer_dense, .size = 256, .activation = ACTIVATION_RELU}}}},
};
static const int batches[] = {8, 64, 256};

typedef struct subject {
    net net;
    net_tape tape;
    float *parameters, *gradient;
    void *memory;
    int batch;
} subject;

static void subject_make(subject *s, const network *n, int batch) {
    *s = (subject){.batch = batch};
    net_spec spec = n->spec;
    spec.policy_outputs = OUTPUTS;
    CHECK(net_plan(&s->net, &spec, NULL) == 0);
    s->parameters = memory_array(float, s->net.size);
    s->gradient = memory_array(float, s->net.size);
    s->memory = memory_new(net_tape_bytes(&s->net, 2 * batch, batch));
    net_tape_place(&s->net, 2 * batch, batch, s->memory, &s->tape);
    double *work = memory_array(double, net_init_work(&s->net));
    net_init_spec init = {.hidden_gain = 1, .policy_gain = 1, .value_gain = 1};
    net_init(&s->net, &init, 1, s->parameters, work);
    memory_free(work);
    for (int row = 0; row < batch; row++) {
        float *x = s->tape.input + (size_t)row * (size_t)s->net.input_ld;
        for (int i = 0; i < s->net.input_size; i++) x[i] = (float)((row * 7 + i * 5) % 13 - 6) / 8;
        for (int i = 0; i <= OUTPUTS; i++)
            s->tape.d_policy[(size_t)row * (size_t)s->net.policy_ld + (size_t)i] = (float)(i - 1) / 16;
    }
}

static void subject_free(subject *s) {
    memory_free(s->memory);
    memory_free(s->parameters);
    memory_free(s->gradient);
}

/* Operations of a row: forward, or backward, where the first layer's input wants no gradient. */
static double operations(const net *n, bool backward) {
    const net_layer *first = &n->tower[0].layer[0];
    double forward = 2 * net_multiply_adds(n);
    return backward ? 2 * forward - 2 * first->kind->multiply_adds(first) : forward;
}

static void forward(void *context) {
    subject *s = (subject *)context;
    net_forward(&s->net, s->parameters, &s->tape, 0, s->batch);
}

static void backward(void *context) {
    subject *s = (subject *)context;
    net_backward(&s->net, s->parameters, &s->tape, 0, s->batch, 1, false, s->gradient);
}

static double measure_pass(subject *s, const char *name, bool back, double peak, json_t *list) {
    measured t = measure_time(back ? backward : forward, s, SAMPLE_NS, SAMPLES);
    double gflops = operations(&s->net, back) * s->batch / t.median;
    if (list)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:i, s:f, s:f, s:f, s:f, s:f}", "network", name, "pass",
                                        back ? "backward" : "forward", "batch", s->batch, "ns", t.median, "ns_low",
                                        t.low, "ns_high", t.high, "gflops", gflops, "of_peak", gflops / peak));
    return 100 * gflops / peak;
}

void bench_networks(double peak, FILE *table, json_t *list) {
    if (table) fprintf(table, "\n%-32s %5s  %8s %8s  in %% of the peak\n", "network", "batch", "forward", "backward");
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        for (size_t k = 0; k < sizeof batches / sizeof *batches; k++) {
            subject s;
            subject_make(&s, &networks[i], batches[k]);
            double ahead = measure_pass(&s, networks[i].name, false, peak, list);
            double back = measure_pass(&s, networks[i].name, true, peak, list);
            if (table) fprintf(table, "%-32s %5d  %8.1f %8.1f\n", networks[i].name, batches[k], ahead, back);
            subject_free(&s);
        }
}
