/* SPDX-License-Identifier: MIT
 * Long short-term memory (Hochreiter and Schmidhuber, 1997, with Gers' forget gate), as PyTorch's:
 *   i, f, o = sigmoid(W x + U h' + b), g = tanh(W x + U h' + b),  c = f c' + i g,  h = o tanh(c)
 * with h', c' of the time step before (the row an environment count earlier), zero where an episode starts.
 *
 * A row's `extra` holds i, f, g, o and tanh(c), each a padded width of cells; its `state` h and c. state of row r is
 * what the row reads (set to zero in place where an episode starts), that of row r + envs what it leaves. */
#include "net/layer.h"

#include "base/memory.h"

#include <string.h>

static size_t at(int row, int ld) {
    return (size_t)row * (size_t)ld;
}

/* How rows fall into time steps: `block` rows of one step, `envs` rows from step to step. */
typedef struct time_steps {
    int steps, block;
} time_steps;

static time_steps split(const layer_rows *rows, int envs) {
    if (rows->stride == 1 && rows->count > envs) {
        CHECK(rows->count % envs == 0 && rows->first % envs == 0);
        return (time_steps){rows->count / envs, envs};
    }
    if (rows->stride == 1 && envs > 1) return (time_steps){1, rows->count};
    CHECK(rows->stride == envs);
    return (time_steps){rows->count, 1};
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

void lstm_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                  const layer_rows *rows, float *scratch) {
    const kernels *k = kernels_get();
    int gates = l->ldw, lds = 2 * l->ld, lde = (int)l->extra;
    time_steps time = split(rows, own->envs);
    k->dense(rows->count, l->in, gates, below->x, below->ld, parameters + l->weight, l->ldw, parameters + l->bias,
             ACTIVATION_NONE, own->extra + at(rows->first, lde), lde * rows->stride, NULL);
    for (int t = 0; t < time.steps; t++) {
        int first = rows->first + t * own->envs;
        for (int row = first; row < first + time.block; row++)
            if (own->start[row]) memset(own->state + at(row, lds), 0, (size_t)lds * sizeof(float));
        k->dense(time.block, l->out, gates, own->state + at(first, lds), lds, parameters + l->weight2, l->ldw, NULL,
                 ACTIVATION_NONE, scratch, gates, NULL);
        for (int b = 0; b < time.block; b++) {
            int row = first + b;
            float *sums = own->extra + at(row, lde);
            k->add((size_t)gates, scratch + at(b, gates), sums);
            cell(k, l->ld, sums, own->state + at(row, lds), own->state + at(row + own->envs, lds),
                 own->output + at(row, l->ld));
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

/* Back through time: d_gates [count, 4 ld] of every row, the recurrent path inside. `turned` holds U transposed. */
static void back_through_time(const net_layer *l, const layer_own *own, const float *delta, const layer_rows *rows,
                              const float *turned, float *d_gates, float *dh, float *dc) {
    const kernels *k = kernels_get();
    int gates = l->ldw, lds = 2 * l->ld;
    size_t n = (size_t)l->ld;
    time_steps time = split(rows, own->envs);
    memset(dc, 0, (size_t)time.block * n * sizeof *dc);
    for (int t = time.steps; t-- > 0;) {
        int first = rows->first + t * own->envs, i = t * time.block;
        bool last = t == time.steps - 1;
        for (int b = 0; b < time.block; b++) {
            int row = first + b;
            float *h = dh + (size_t)b * n, *c = dc + (size_t)b * n;
            const float *from_above = delta + at(i + b, l->ld);
            if (last || own->start[row + own->envs]) { /* nothing comes back from another episode */
                memcpy(h, from_above, n * sizeof *h);
                memset(c, 0, n * sizeof *c);
            } else {
                k->add(n, from_above, h);
            }
            cell_backward(l->ld, own->extra + (size_t)row * l->extra, own->state + at(row, lds), h, c,
                          d_gates + at(i + b, gates));
        }
        if (t > 0)
            k->dense(time.block, gates, l->out, d_gates + at(i, gates), gates, turned, layer_stride(l->out), NULL,
                     ACTIVATION_NONE, dh, l->ld, NULL);
    }
}

void lstm_backward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                   const float *delta, const layer_rows *rows, bool accumulate, float *gradient, layer_turned turned,
                   float *scratch) {
    const kernels *k = kernels_get();
    int gates = l->ldw, lds = 2 * l->ld, ldt = layer_stride(l->in);
    float *dh = scratch, *dc = dh + at(own->envs, l->ld), *d = dc + at(own->envs, l->ld);
    float *turned_hh = turned.weight, *turned_ih = turned_hh + at(gates, layer_stride(l->out));
    if (!*turned.done) {
        k->transpose(l->out, gates, parameters + l->weight2, l->ldw, turned_hh, layer_stride(l->out));
        if (below->delta) k->transpose(l->in, gates, parameters + l->weight, l->ldw, turned_ih, ldt);
    }
    *turned.done = true;
    back_through_time(l, own, delta, rows, turned_hh, d, dh, dc);
    k->outer(rows->count, l->in, gates, below->x, below->ld, d, gates, accumulate, gradient + l->weight, l->ldw);
    k->outer(rows->count, l->out, gates, own->state + at(rows->first, lds), lds * rows->stride, d, gates, accumulate,
             gradient + l->weight2, l->ldw);
    k->column_sum(rows->count, gates, d, gates, accumulate, gradient + l->bias);
    if (!below->delta) return;
    k->dense_backward(rows->count, gates, l->in, d, gates, turned_ih, ldt, below->activation, below->x, below->extra,
                      below->delta, below->ld);
}

size_t lstm_scratch(const net_layer *l, int rows, int envs) {
    return 2 * (size_t)envs * (size_t)l->ld + (size_t)rows * (size_t)l->ldw;
}
