/* SPDX-License-Identifier: MIT
 * Long short-term memory (Hochreiter and Schmidhuber, 1997, with Gers' forget gate), as PyTorch's:
 *   i, f, o = sigmoid(W x + U h' + b), g = tanh(W x + U h' + b),  c = f c' + i g,  h = o tanh(c)
 * with h', c' of the time step before (the row an environment count earlier), zero where an episode starts.
 *
 * A row's `cache` holds i, f, g, o and tanh(c), each a padded width of cells; its `state` h and c. state of row r is
 * what the row reads (set to zero in place where an episode starts), that of row r + envs what it leaves. */
#include "net/recurrent.h"

#include <string.h>

static int plan(layer_site *site, const layer_spec *spec, net_layer *l) {
    if (site->shape.one_hot)
        return error_set(site->e, STATUS_USAGE,
                         "%s: an LSTM cannot read a discrete observation directly: put a dense layer before it",
                         site->prefix);
    l->in = site->shape.features;
    l->out = spec->size;
    l->forget_bias = spec->forget_bias;
    l->ld = (int)line_floats((size_t)l->out);
    l->ldw = 4 * l->ld; /* gates i, f, g, o, each padded to whole lines */
    l->weight = layer_take(site, layer_at(l->in, l->ldw));
    l->hidden_weight = layer_take(site, layer_at(l->out, l->ldw));
    l->bias = layer_take(site, (size_t)l->ldw);
    l->cache = 5 * (size_t)l->ld; /* the four gates and tanh(c) */
    l->state = 2 * (size_t)l->ld; /* h and c */
    layer_gates(site, l, "weight_ih", TENSOR_WEIGHT, l->weight, 4, l->in);
    layer_gates(site, l, "weight_hh", TENSOR_WEIGHT, l->hidden_weight, 4, l->out);
    layer_gates(site, l, "bias", TENSOR_BIAS, l->bias, 4, 0);
    site->shape = (layer_shape){.features = l->out};
    return 0;
}

/* The forget gate's bias starts at forget_bias, so that state is kept until the network learns to drop it. */
static void init(const net_layer *l, float *parameters) {
    for (int h = 0; h < l->out; h++) parameters[l->bias + (size_t)l->ld + (size_t)h] += (float)l->forget_bias;
}

/* From the gates' sums to h and c of one row. */
static void cell(const kernels *k, int width, float *gates, const float *before, float *after, float *output) {
    size_t n = (size_t)width;
    float *i = gates, *f = gates + n, *g = gates + 2 * n, *o = gates + 3 * n, *tanh_c = gates + 4 * n;
    const float *c_before = before + n;
    float *c = after + n;
    k->sigmoid(2 * n, i, i);
    k->tanh(n, g, g);
    k->sigmoid(n, o, o);
    for (size_t u = 0; u < n; u++) c[u] = f[u] * c_before[u] + i[u] * g[u];
    k->tanh(n, c, tanh_c);
    for (size_t u = 0; u < n; u++) after[u] = output[u] = o[u] * tanh_c[u];
}

static void forward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                    const layer_rows *rows) {
    const kernels *k = kernels_get();
    int gates = l->ldw, lds = 2 * l->ld, lde = (int)l->cache;
    time_steps time = recurrent_steps(rows, own->envs);
    k->dense(rows->count, l->in, gates, in->x, in->ld, parameters + l->weight, l->ldw, parameters + l->bias,
             ACTIVATION_NONE, own->cache + layer_at(rows->first, lde), lde * rows->stride, NULL);
    for (int t = 0; t < time.steps; t++) {
        int first = rows->first + t * own->envs;
        for (int row = first; row < first + time.block; row++)
            if (own->start[row]) memset(own->state + layer_at(row, lds), 0, (size_t)lds * sizeof(float));
        k->dense(time.block, l->out, gates, own->state + layer_at(first, lds), lds, parameters + l->hidden_weight,
                 l->ldw, NULL, ACTIVATION_NONE, own->scratch, gates, NULL);
        for (int b = 0; b < time.block; b++) {
            int row = first + b;
            float *sums = own->cache + layer_at(row, lde);
            k->add((size_t)gates, own->scratch + layer_at(b, gates), sums);
            cell(k, l->ld, sums, own->state + layer_at(row, lds), own->state + layer_at(row + own->envs, lds),
                 own->output + layer_at(row, l->ld));
        }
    }
}

/* Gradients at the gates' sums from those at h and c of one row; dc becomes the gradient at the c before. */
static void cell_backward(int width, const float *gates, const float *before, const float *dh, float *dc,
                          float *d_gates) {
    size_t n = (size_t)width;
    const float *i = gates, *f = gates + n, *g = gates + 2 * n, *o = gates + 3 * n, *tanh_c = gates + 4 * n,
                *c_before = before + n;
    for (size_t u = 0; u < n; u++) {
        float d_cell = dc[u] + dh[u] * o[u] * (1 - tanh_c[u] * tanh_c[u]);
        d_gates[u] = d_cell * g[u] * (i[u] * (1 - i[u]));
        d_gates[n + u] = d_cell * c_before[u] * (f[u] * (1 - f[u]));
        d_gates[2 * n + u] = d_cell * i[u] * (1 - g[u] * g[u]);
        d_gates[3 * n + u] = dh[u] * tanh_c[u] * (o[u] * (1 - o[u]));
        dc[u] = d_cell * f[u];
    }
}

/* Back through time: d_gates [count, 4 ld] of every row, the recurrent path inside. `transposed` holds U transposed. */
static void back_through_time(const net_layer *l, const layer_buffers *own, const float *delta, const layer_rows *rows,
                              const float *transposed, float *d_gates, float *dh, float *dc) {
    const kernels *k = kernels_get();
    int gates = l->ldw, lds = 2 * l->ld;
    size_t n = (size_t)l->ld;
    time_steps time = recurrent_steps(rows, own->envs);
    memset(dc, 0, (size_t)time.block * n * sizeof *dc);
    for (int t = time.steps; t-- > 0;) {
        int first = rows->first + t * own->envs, i = t * time.block;
        bool last = t == time.steps - 1;
        for (int b = 0; b < time.block; b++) {
            int row = first + b;
            float *h = dh + (size_t)b * n, *c = dc + (size_t)b * n;
            const float *from_above = delta + layer_at(i + b, l->ld);
            if (last || own->start[row + own->envs]) { /* nothing comes back from another episode */
                memcpy(h, from_above, n * sizeof *h);
                memset(c, 0, n * sizeof *c);
            } else {
                k->add(n, from_above, h);
            }
            cell_backward(l->ld, own->cache + (size_t)row * l->cache, own->state + layer_at(row, lds), h, c,
                          d_gates + layer_at(i + b, gates));
        }
        if (t > 0)
            k->dense(time.block, gates, l->out, d_gates + layer_at(i, gates), gates, transposed, layer_stride(l->out),
                     NULL, ACTIVATION_NONE, dh, l->ld, NULL);
    }
}

static void backward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                     const float *delta, const layer_rows *rows, bool accumulate, float *gradient) {
    const kernels *k = kernels_get();
    int gates = l->ldw, lds = 2 * l->ld, ldt = layer_stride(l->in);
    float *dh = own->scratch, *dc = dh + layer_at(own->envs, l->ld), *d = dc + layer_at(own->envs, l->ld);
    float *transposed_hh = own->transposed, *transposed_ih = transposed_hh + layer_at(gates, layer_stride(l->out));
    if (!own->is_transposed) {
        k->transpose(l->out, gates, parameters + l->hidden_weight, l->ldw, transposed_hh, layer_stride(l->out));
        if (in->gradient) k->transpose(l->in, gates, parameters + l->weight, l->ldw, transposed_ih, ldt);
    }
    own->is_transposed = true;
    back_through_time(l, own, delta, rows, transposed_hh, d, dh, dc);
    k->weight_gradient(rows->count, l->in, gates, in->x, in->ld, d, gates, accumulate, gradient + l->weight, l->ldw);
    k->weight_gradient(rows->count, l->out, gates, own->state + layer_at(rows->first, lds), lds * rows->stride, d,
                       gates, accumulate, gradient + l->hidden_weight, l->ldw);
    k->bias_gradient(rows->count, gates, d, gates, accumulate, gradient + l->bias);
    if (!in->gradient) return;
    k->input_gradient(rows->count, gates, l->in, d, gates, transposed_ih, ldt, in->activation, in->x, in->sums,
                      in->gradient, in->ld);
}

static size_t scratch(const net_layer *l, int rows, int envs) {
    return 2 * layer_at(envs, l->ld) + layer_at(rows, l->ldw);
}

static size_t transposed(const net_layer *l, bool is_first) {
    return layer_at(l->ldw, layer_stride(l->out)) + (is_first ? 0 : layer_at(l->ldw, layer_stride(l->in)));
}

static double multiply_adds(const net_layer *l) {
    return 4.0 * (l->in + l->out + 1) * l->out;
}

static const layer_option options[] = {
    {"forget_bias", LAYER_OPTION_REAL, offsetof(layer_spec, forget_bias), -100, 100},
    {0},
};

const layer_kind layer_lstm = {
    .name = "lstm",
    .largest = 4096,
    .options = options,
    .defaults = {.forget_bias = 1},
    .plan = plan,
    .init = init,
    .forward = forward,
    .backward = backward,
    .backward_by_row = true,
    .scratch = scratch,
    .transposed = transposed,
    .multiply_adds = multiply_adds,
};
