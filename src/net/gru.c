/* SPDX-License-Identifier: MIT
 * Gated recurrent unit (Cho et al., 1406.1078), as PyTorch's, whose reset gate acts after the product:
 *   r, z = sigmoid(W x + b + U h' + c),  n = tanh(W_n x + b_n + r (U_n h' + c_n)),  h = (1 - z) n + z h'
 * with h' of the time step before (the row an environment count earlier), zero where an episode starts.
 *
 * A row's `cache` holds r, z, n and q = U_n h' + c_n, each a padded width of cells; its `state` h. state of row r is what
 * the row reads (set to zero in place where an episode starts), that of row r + envs what it leaves. */
#include "net/recurrent.h"

#include <string.h>

static int plan(layer_site *site, const layer_spec *spec, net_layer *l) {
    if (site->shape.one_hot)
        return error_set(site->e, STATUS_USAGE,
                         "%s: a GRU cannot read a discrete observation directly: put a dense layer before it",
                         site->prefix);
    l->in = site->shape.features;
    l->out = spec->size;
    l->ld = (int)line_floats((size_t)l->out);
    l->ldw = 3 * l->ld; /* gates r, z, n, each padded to whole lines */
    l->weight = layer_take(site, layer_at(l->in, l->ldw));
    l->hidden_weight = layer_take(site, layer_at(l->out, l->ldw));
    l->bias = layer_take(site, (size_t)l->ldw);
    l->hidden_bias = layer_take(site, (size_t)l->ldw);
    l->cache = 4 * (size_t)l->ld;
    l->state = (size_t)l->ld;
    layer_gates(site, l, "weight_ih", TENSOR_WEIGHT, l->weight, 3, l->in);
    layer_gates(site, l, "weight_hh", TENSOR_WEIGHT, l->hidden_weight, 3, l->out);
    layer_gates(site, l, "bias_ih", TENSOR_BIAS, l->bias, 3, 0);
    layer_gates(site, l, "bias_hh", TENSOR_BIAS, l->hidden_bias, 3, 0);
    site->shape = (layer_shape){.features = l->out};
    return 0;
}

/* From the sums of the input's part (in `cache`) and of the state's part to h of one row. */
static void cell(const kernels *k, int width, float *cache, const float *hidden, const float *before, float *after,
                 float *output) {
    size_t width_floats = (size_t)width;
    float *r = cache, *z = cache + width_floats, *n = cache + 2 * width_floats, *q = cache + 3 * width_floats;
    k->add(2 * width_floats, hidden, r);
    k->sigmoid(2 * width_floats, r, r);
    memcpy(q, hidden + 2 * width_floats, width_floats * sizeof *q);
    for (size_t u = 0; u < width_floats; u++) n[u] += r[u] * q[u];
    k->tanh(width_floats, n, n);
    for (size_t u = 0; u < width_floats; u++) after[u] = output[u] = (1 - z[u]) * n[u] + z[u] * before[u];
}

static void forward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                    const layer_rows *rows) {
    const kernels *k = kernels_get();
    int gates = l->ldw, lds = l->ld, ldc = (int)l->cache;
    time_steps time = recurrent_steps(rows, own->envs);
    k->dense(rows->count, l->in, gates, in->x, in->ld, parameters + l->weight, gates, parameters + l->bias,
             ACTIVATION_NONE, own->cache + layer_at(rows->first, ldc), ldc * rows->stride, NULL);
    for (int t = 0; t < time.steps; t++) {
        int first = rows->first + t * own->envs;
        for (int row = first; row < first + time.block; row++)
            if (own->start[row]) memset(own->state + layer_at(row, lds), 0, (size_t)lds * sizeof(float));
        k->dense(time.block, l->out, gates, own->state + layer_at(first, lds), lds, parameters + l->hidden_weight,
                 gates, parameters + l->hidden_bias, ACTIVATION_NONE, own->scratch, gates, NULL);
        for (int row = first; row < first + time.block; row++)
            cell(k, l->ld, own->cache + layer_at(row, ldc), own->scratch + layer_at(row - first, gates),
                 own->state + layer_at(row, lds), own->state + layer_at(row + own->envs, lds),
                 own->output + layer_at(row, l->ld));
    }
}

/* Gradients with respect to the sums of the input's part (d_in) and of the state's part (d_hidden) from dh, that at h of
 * one row, which becomes what reaches the h before past the gates. */
static void cell_backward(int width, const float *cache, const float *before, float *dh, float *d_in, float *d_hidden) {
    size_t n = (size_t)width;
    const float *r = cache, *z = cache + n, *candidate = cache + 2 * n, *q = cache + 3 * n;
    for (size_t u = 0; u < n; u++) {
        float d_sum = dh[u] * (1 - z[u]) * (1 - candidate[u] * candidate[u]); /* at the candidate's */
        float d_update = dh[u] * (before[u] - candidate[u]) * (z[u] * (1 - z[u]));
        float d_reset = d_sum * q[u] * (r[u] * (1 - r[u]));
        d_in[u] = d_hidden[u] = d_reset;
        d_in[n + u] = d_hidden[n + u] = d_update;
        d_in[2 * n + u] = d_sum;
        d_hidden[2 * n + u] = d_sum * r[u];
        dh[u] *= z[u];
    }
}

/* The backward pass's arrays in its scratch. */
typedef struct scratch_arrays {
    float *dh;              /* [envs, ld] gradient at the h that the steps before leave */
    float *product;         /* [envs, ld] the part of it that came through the gates */
    float *d_in, *d_hidden; /* [rows, gates] */
} scratch_arrays;

static scratch_arrays arrays_in(const net_layer *l, const layer_buffers *own, int rows) {
    scratch_arrays a = {.dh = own->scratch};
    a.product = a.dh + layer_at(own->envs, l->ld);
    a.d_in = a.product + layer_at(own->envs, l->ld);
    a.d_hidden = a.d_in + layer_at(rows, l->ldw);
    return a;
}

static size_t scratch(const net_layer *l, int rows, int envs) {
    return 2 * layer_at(envs, l->ld) + 2 * layer_at(rows, l->ldw);
}

/* Back through time: d_in and d_hidden of every row. `transposed` holds U transposed. */
static void back_through_time(const net_layer *l, const layer_buffers *own, const float *delta, const layer_rows *rows,
                              const float *transposed, const scratch_arrays *a) {
    const kernels *k = kernels_get();
    int gates = l->ldw, ld = l->ld;
    size_t width = (size_t)ld;
    time_steps time = recurrent_steps(rows, own->envs);
    for (int t = time.steps; t-- > 0;) {
        int first = rows->first + t * own->envs, i = t * time.block;
        for (int b = 0; b < time.block; b++) {
            int row = first + b;
            float *dh = a->dh + layer_at(b, ld);
            const float *from_above = delta + layer_at(i + b, ld);
            if (t == time.steps - 1 || own->start[row + own->envs]) /* nothing comes back from another episode */
                memcpy(dh, from_above, width * sizeof *dh);
            else
                k->add(width, a->product + layer_at(b, ld), dh), k->add(width, from_above, dh);
            cell_backward(ld, own->cache + layer_at(row, (int)l->cache), own->state + layer_at(row, ld), dh,
                          a->d_in + layer_at(i + b, gates), a->d_hidden + layer_at(i + b, gates));
        }
        if (t > 0)
            k->dense(time.block, gates, l->out, a->d_hidden + layer_at(i, gates), gates, transposed,
                     layer_stride(l->out), NULL, ACTIVATION_NONE, a->product, ld, NULL);
    }
}

static void backward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                     const float *delta, const layer_rows *rows, bool accumulate, float *gradient) {
    const kernels *k = kernels_get();
    int gates = l->ldw, count = rows->count, ldt = layer_stride(l->in), ldh = layer_stride(l->out);
    scratch_arrays a = arrays_in(l, own, count);
    float *transposed_hh = own->transposed, *transposed_ih = transposed_hh + layer_at(gates, ldh);
    if (!own->is_transposed) {
        k->transpose(l->out, gates, parameters + l->hidden_weight, gates, transposed_hh, ldh);
        if (in->gradient) k->transpose(l->in, gates, parameters + l->weight, gates, transposed_ih, ldt);
    }
    own->is_transposed = true;
    back_through_time(l, own, delta, rows, transposed_hh, &a);
    k->weight_gradient(count, l->in, gates, in->x, in->ld, a.d_in, gates, accumulate, gradient + l->weight, gates);
    k->weight_gradient(count, l->out, gates, own->state + layer_at(rows->first, l->ld), l->ld * rows->stride,
                       a.d_hidden, gates, accumulate, gradient + l->hidden_weight, gates);
    k->bias_gradient(count, gates, a.d_in, gates, accumulate, gradient + l->bias);
    k->bias_gradient(count, gates, a.d_hidden, gates, accumulate, gradient + l->hidden_bias);
    if (!in->gradient) return;
    k->input_gradient(count, gates, l->in, a.d_in, gates, transposed_ih, ldt, in->activation, in->x, in->sums,
                      in->gradient, in->ld);
}

static size_t transposed(const net_layer *l, bool is_first) {
    return layer_at(l->ldw, layer_stride(l->out)) + (is_first ? 0 : layer_at(l->ldw, layer_stride(l->in)));
}

static double multiply_adds(const net_layer *l) {
    return 3.0 * (l->in + l->out + 2) * l->out;
}

const layer_kind layer_gru = {
    .name = "gru",
    .largest = 4096,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .backward_by_row = true,
    .scratch = scratch,
    .transposed = transposed,
    .multiply_adds = multiply_adds,
};
