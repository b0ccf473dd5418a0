/* SPDX-License-Identifier: MIT
 * a3c bench kernels: products, functions, optimizers and networks against the peak of one core. */
#include "bench/bench_kernels.h"

#include <string.h>

#include "base/cpus.h"
#include "base/memory.h"
#include "base/peak.h"
#include "bench/bench_networks.h"
#include "bench/measure.h"
#include "net/kernels.h"

enum { AREA = 1 << 21, SAMPLES = 21, ELEMENTS = 4096, STATES = 128, ACTIONS = 6, LINE = 16 };
static const double SAMPLE_NS = 200e3;

/* a layer whose products are measured, and up to which batch */
typedef struct layer {
    const char *name;
    int in, out, most;
    bool every_isa;
} layer;

static const layer layers[] = {
    {"CartPole input", 4, 128, 320, false},
    {"dense 64", 64, 64, 320, false},
    {"dense 100", 100, 100, 320, false},
    {"dense 128", 128, 128, 2048, true},
    {"dense 256", 256, 256, 320, false},
    {"dense 512", 512, 512, 320, false},
    {"LSTM 128, gates", 256, 512, 320, false},
    {"conv 16 8x8x4, 400 places", 256, 16, 2048, false},
    {"conv 32 4x4x16, 81 places", 256, 32, 2048, false},
    {"dense 2592 to 256", 2592, 256, 128, false},
};
static const int batches[] = {1, 5, 20, 64, 128, 320, 2048};

/* what one measured call works on */
typedef struct bench {
    const kernels *k;
    int batch, in, out, ld_in, ld_out;
    float *x, *d, *w, *more; /* [AREA] each, x and w positive */
} bench;

static void forward(void *context) {
    bench *b = context;
    b->k->dense(b->batch, b->in, b->out, b->x, b->ld_in, b->w, b->ld_out, NULL, ACTIVATION_RELU, b->d, b->ld_out, NULL);
}

static void input_gradient(void *context) {
    bench *b = context;
    b->k->input_gradient(b->batch, b->out, b->in, b->d, b->ld_out, b->w, b->ld_in, ACTIVATION_RELU, b->x, NULL, b->more,
                         b->ld_in);
}

static void weight_gradient(void *context) {
    bench *b = context;
    b->k->weight_gradient(b->batch, b->in, b->out, b->x, b->ld_in, b->d, b->ld_out, false, b->more, b->ld_out);
}

typedef struct task {
    const char *name;
    void (*work)(void *context);
    double elements; /* of the functions */
} task;

enum { PRODUCTS = 3 };
static const task products[PRODUCTS] = {
    {"forward", forward, 0}, {"input_gradient", input_gradient, 0}, {"weight_gradient", weight_gradient, 0}};

static void do_exp(void *context) {
    ((bench *)context)->k->exp(ELEMENTS, ((bench *)context)->x, ((bench *)context)->d);
}
static void do_log(void *context) {
    ((bench *)context)->k->log(ELEMENTS, ((bench *)context)->x, ((bench *)context)->d);
}
static void do_tanh(void *context) {
    ((bench *)context)->k->tanh(ELEMENTS, ((bench *)context)->x, ((bench *)context)->d);
}
static void do_sigmoid(void *context) {
    ((bench *)context)->k->sigmoid(ELEMENTS, ((bench *)context)->x, ((bench *)context)->d);
}

static void do_softmax(void *context) {
    bench *b = context;
    b->k->softmax(STATES, ACTIONS, b->x, LINE, b->d, b->more, b->more + STATES * LINE);
}

static void do_dot(void *context) {
    bench *b = context;
    b->k->dot(STATES, STATES, ACTIONS, b->x, STATES, b->w, STATES, NULL, b->d, LINE);
}

static void do_transpose(void *context) {
    bench *b = context;
    b->k->transpose(STATES, STATES, b->w, STATES, b->d, STATES);
}

static void do_rmsprop(void *context) {
    bench *b = context;
    b->k->rmsprop(ELEMENTS, b->more, b->more + ELEMENTS, b->x, 0.5f, 1e-3f, 0.99f, 1e-5f, true);
}

static void do_adam(void *context) {
    bench *b = context;
    b->k->adam(ELEMENTS, b->more, b->more + ELEMENTS, b->more + 2 * ELEMENTS, b->x, 0.5f, 1e-3f, 1, 0.9f, 0.999f,
               1e-8f);
}

static void do_sgd(void *context) {
    bench *b = context;
    b->k->sgd(ELEMENTS, b->more, b->more + ELEMENTS, b->x, 0.5f, 1e-3f, 0.9f);
}

static const task functions[] = {
    {"exp", do_exp, ELEMENTS},
    {"log", do_log, ELEMENTS},
    {"tanh", do_tanh, ELEMENTS},
    {"sigmoid", do_sigmoid, ELEMENTS},
    {"softmax, a row of 6", do_softmax, STATES},
    {"head, a row of 128 x 6", do_dot, STATES},
    {"transpose 128 x 128", do_transpose, STATES *STATES},
    {"rmsprop", do_rmsprop, ELEMENTS},
    {"adam", do_adam, ELEMENTS},
    {"sgd", do_sgd, ELEMENTS},
};

static void append(json_t *list, json_t *row) {
    if (list)
        json_array_append_new(list, row);
    else
        json_decref(row);
}

static double measure_product(bench *b, const layer *l, const task *product, double peak, json_t *list) {
    measured t = measure_time(product->work, b, SAMPLE_NS, SAMPLES);
    double flop = 2.0 * b->batch * l->in * l->out, gflops = flop / t.median;
    append(list, json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f}", "isa", b->k->name, "product",
                           product->name, "shape", l->name, "batch", b->batch, "in", l->in, "out", l->out, "ns",
                           t.median, "ns_low", t.low, "ns_high", t.high, "gflops", gflops, "of_peak", gflops / peak));
    return 100 * gflops / peak;
}

static void bench_layer(bench *b, const layer *l, double peak, FILE *table, json_t *list) {
    b->in = l->in, b->out = l->out;
    b->ld_in = (int)line_floats((size_t)l->in), b->ld_out = (int)line_floats((size_t)l->out);
    for (size_t i = 0; i < sizeof batches / sizeof *batches && batches[i] <= l->most; i++) {
        double share[PRODUCTS];
        b->batch = batches[i];
        for (int p = 0; p < PRODUCTS; p++) share[p] = measure_product(b, l, &products[p], peak, list);
        if (!table) continue;
        fprintf(table, "%-10s %-28s %4d x %-4d %5d  %8.1f %8.1f %8.1f\n", b->k->name, l->name, l->in, l->out, b->batch,
                share[0], share[1], share[2]);
    }
}

static void bench_function(bench *b, const task *f, FILE *table, json_t *list) {
    memset(b->more, 0, 3 * ELEMENTS * sizeof *b->more);
    measured t = measure_time(f->work, b, SAMPLE_NS, SAMPLES);
    double n = f->elements;
    append(list, json_pack("{s:s, s:s, s:f, s:f, s:f}", "isa", b->k->name, "function", f->name, "ns", t.median / n,
                           "ns_low", t.low / n, "ns_high", t.high / n));
    if (table)
        fprintf(table, "%-10s %-28s %8.3f  %8.3f .. %.3f\n", b->k->name, f->name, t.median / n, t.low / n, t.high / n);
}

static bench bench_new(void) {
    bench b = {.x = memory_array(float, AREA),
               .d = memory_array(float, AREA),
               .w = memory_array(float, AREA),
               .more = memory_array(float, AREA)};
    for (int i = 0; i < AREA; i++) {
        b.x[i] = (float)(i % 31 + 1) / 32;
        b.w[i] = (float)(i % 29 + 1) / 4096;
        b.d[i] = (float)(i % 23 - 11) / 128;
    }
    return b;
}

static void bench_free(bench *b) {
    memory_free(b->x);
    memory_free(b->d);
    memory_free(b->w);
    memory_free(b->more);
}

static json_t *list_in(json_t *out, const char *name) {
    if (!out) return NULL;
    json_object_set_new(out, name, json_array());
    return json_object_get(out, name);
}

#define FOR_EACH_ISA(b)                                                                                                \
    for (const char *const *name = kernels_names; *name; name++)                                                       \
        if (((b).k = kernels_named(*name)) && strcmp(*name, "reference") != 0)

void bench_kernels(FILE *table, json_t *out) {
    bench b = bench_new();
    double peak = peak_core(), together = peak_cores(cpus_allowed(), 0.1);
    if (out) {
        json_object_set_new(out, "peak",
                            json_pack("{s:f, s:f, s:i}", "core", peak, "cores", together, "cpus", cpus_allowed()));
    }
    json_t *list = list_in(out, "products"), *each = list_in(out, "functions");
    if (table) {
        fprintf(table,
                "FMA peak: %.1f GFLOP/s on one core, %.1f on %d at once. Products, in %% of one core's peak:\n\n", peak,
                together, cpus_allowed());
        fprintf(table, "%-10s %-28s %11s %5s  %8s %8s %8s\n", "isa", "layer", "in x out", "batch", "forward", "input g",
                "weight g");
    }
    FOR_EACH_ISA(b) {
        for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
            if (b.k == kernels_get() || layers[i].every_isa) bench_layer(&b, &layers[i], peak, table, list);
        }
    }
    bench_networks(peak, table, list_in(out, "networks"));
    if (table) fprintf(table, "\n%-10s %-28s %8s  %s\n", "isa", "function", "ns each", "quartiles");
    FOR_EACH_ISA(b) {
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
            bench_function(&b, &functions[i], table, each);
    }
    bench_free(&b);
}
