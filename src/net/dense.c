/* SPDX-License-Identifier: MIT
 * Dense layers: y = f(W x + b). The first layer of a discrete observation adds up rows of its weights instead of
 * multiplying by ones and zeros; a layer of few outputs is a handful of dot products. */
#include "net/layer.h"

#include "base/memory.h"

#include <string.h>

static size_t at(int row, int ld) {
    return (size_t)row * (size_t)ld;
}

/* y = f(b + sum over components of the weight row that the component's index selects) */
static void one_hot_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                            const layer_rows *rows) {
    const kernels *k = kernels_get();
    for (int i = 0; i < rows->count; i++) {
        int row = rows->first + i * rows->stride;
        const float *index = below->x + at(i, below->ld);
        float *y = own->output + at(row, l->ld);
        memcpy(y, parameters + l->bias, sizeof *y * (size_t)l->ld);
        for (int c = 0; c < l->components; c++)
            k->add((size_t)l->ld, parameters + l->weight + at(l->component_base[c] + (int)index[c], l->ldw), y);
        if (own->extra) memcpy(own->extra + at(row, l->ld), y, sizeof *y * (size_t)l->ld);
        if (l->activation != ACTIVATION_NONE) k->activate(l->activation, (size_t)l->ld, y, y);
    }
}

/* dW[index] += delta of each row, in order of the rows */
static void one_hot_gradient(const net_layer *l, const layer_below *below, const float *delta, int count,
                             bool accumulate, float *weight) {
    const kernels *k = kernels_get();
    if (!accumulate) memset(weight, 0, sizeof *weight * at(l->in, l->ldw));
    for (int i = 0; i < count; i++) {
        const float *index = below->x + at(i, below->ld);
        for (int c = 0; c < l->components; c++)
            k->add((size_t)l->ld, delta + at(i, l->ld), weight + at(l->component_base[c] + (int)index[c], l->ldw));
    }
}

void dense_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                   const layer_rows *rows) {
    const kernels *k = kernels_get();
    if (l->sparse) {
        one_hot_forward(l, parameters, below, own, rows);
        return;
    }
    const float *x = below->x, *w = parameters + l->weight, *b = parameters + l->bias;
    float *y = own->output + at(rows->first, l->ld), *z = own->extra ? own->extra + at(rows->first, l->ld) : NULL;
    int ldx = below->ld, ldy = l->ld * rows->stride;
    if (!l->few) {
        k->dense(rows->count, l->in, l->out, x, ldx, w, l->ldw, b, l->activation, y, ldy, z);
        return;
    }
    k->dot(rows->count, l->in, l->out, x, ldx, w, l->ldw, b, y, ldy);
    for (int i = 0; l->activation != ACTIVATION_NONE && i < rows->count; i++) {
        if (z) memcpy(z + at(i, ldy), y + at(i, ldy), sizeof *y * (size_t)l->ld);
        k->activate(l->activation, (size_t)l->ld, y + at(i, ldy), y + at(i, ldy));
    }
}

void dense_backward(const net_layer *l, const float *parameters, const layer_below *below, const float *delta,
                    int count, bool accumulate, float *gradient, layer_turned turned) {
    const kernels *k = kernels_get();
    const float *x = below->x;
    float *dw = gradient + l->weight;
    if (l->sparse)
        one_hot_gradient(l, below, delta, count, accumulate, dw);
    else if (l->few)
        k->outer(count, l->out, l->in, delta, l->ld, x, below->ld, accumulate, dw, l->ldw);
    else
        k->outer(count, l->in, l->out, x, below->ld, delta, l->ld, accumulate, dw, l->ldw);
    k->column_sum(count, l->out, delta, l->ld, accumulate, gradient + l->bias);
    if (!below->delta) return;

    const float *w = parameters + l->weight;
    int ldw = l->ldw;
    if (!l->few) { /* the input gradient is a product with the transposed weights; few outputs are stored that way
                      already */
        ldw = layer_stride(l->in);
        if (!*turned.done) k->transpose(l->in, l->out, w, l->ldw, turned.weight, ldw);
        *turned.done = true;
        w = turned.weight;
    }
    k->dense_backward(count, l->out, l->in, delta, l->ld, w, ldw, below->activation, x, below->extra, below->delta,
                      below->ld);
}
