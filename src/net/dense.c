/* SPDX-License-Identifier: MIT
 * Dense layers: y = f(W x + b). The first layer of a discrete observation adds up rows of its weights instead of
 * multiplying by ones and zeros; a narrow layer is a handful of dot products. */
#include "net/layer.h"

#include <string.h>

static int plan(layer_site *site, const layer_spec *spec, net_layer *l) {
    l->activation = spec->activation;
    l->in = site->shape.features;
    l->out = spec->size;
    l->one_hot = site->shape.one_hot;
    l->narrow = l->out < NET_NARROW && !l->one_hot;
    l->ld = (int)line_floats((size_t)l->out);
    l->ldw = l->narrow ? (int)line_floats((size_t)l->in) : l->ld;
    l->weight = layer_take(site, layer_at(l->narrow ? l->out : l->in, l->ldw));
    l->bias = layer_take(site, (size_t)l->ld);
    l->cache = l->activation == ACTIVATION_SILU ? (size_t)l->ld : 0;
    if (l->one_hot) {
        const net_spec *s = &site->net->spec;
        l->components = s->input_dims;
        for (int c = 1; c < l->components; c++) l->component_base[c] = l->component_base[c - 1] + s->input_shape[c - 1];
    }
    if (site->prefix) {
        size_t ldw = (size_t)l->ldw;
        layer_matrix(site, "weight", TENSOR_WEIGHT, l->weight, l->out, l->in, l->narrow ? ldw : 1, l->narrow ? 1 : ldw);
        layer_vector(site, "bias", TENSOR_BIAS, l->bias, l->out);
    }
    site->shape = (layer_shape){.features = l->out};
    return 0;
}

/* y = f(b + sum over components of the weight row that the component's index selects) */
static void one_hot_forward(const net_layer *l, const float *parameters, const layer_input *in,
                            const layer_buffers *own, const layer_rows *rows) {
    const kernels *k = kernels_get();
    for (int i = 0; i < rows->count; i++) {
        int row = rows->first + i * rows->stride;
        const float *index = in->x + layer_at(i, in->ld);
        float *y = own->output + layer_at(row, l->ld);
        memcpy(y, parameters + l->bias, sizeof *y * (size_t)l->ld);
        for (int c = 0; c < l->components; c++)
            k->add((size_t)l->ld, parameters + l->weight + layer_at(l->component_base[c] + (int)index[c], l->ldw), y);
        if (own->cache) memcpy(own->cache + layer_at(row, l->ld), y, sizeof *y * (size_t)l->ld);
        if (l->activation != ACTIVATION_NONE) k->activate(l->activation, (size_t)l->ld, y, y);
    }
}

/* dW[index] += delta of each row, in order of the rows */
static void one_hot_gradient(const net_layer *l, const layer_input *in, const float *delta, int count, bool accumulate,
                             float *weight) {
    const kernels *k = kernels_get();
    if (!accumulate) memset(weight, 0, sizeof *weight * layer_at(l->in, l->ldw));
    for (int i = 0; i < count; i++) {
        const float *index = in->x + layer_at(i, in->ld);
        for (int c = 0; c < l->components; c++)
            k->add((size_t)l->ld, delta + layer_at(i, l->ld),
                   weight + layer_at(l->component_base[c] + (int)index[c], l->ldw));
    }
}

static void forward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                    const layer_rows *rows) {
    const kernels *k = kernels_get();
    if (l->one_hot) {
        one_hot_forward(l, parameters, in, own, rows);
        return;
    }
    const float *w = parameters + l->weight, *b = parameters + l->bias;
    float *y = own->output + layer_at(rows->first, l->ld);
    float *z = own->cache ? own->cache + layer_at(rows->first, l->ld) : NULL;
    int ldy = l->ld * rows->stride;
    if (!l->narrow) {
        k->dense(rows->count, l->in, l->out, in->x, in->ld, w, l->ldw, b, l->activation, y, ldy, z);
        return;
    }
    k->dot(rows->count, l->in, l->out, in->x, in->ld, w, l->ldw, b, y, ldy);
    for (int i = 0; l->activation != ACTIVATION_NONE && i < rows->count; i++) {
        if (z) memcpy(z + layer_at(i, ldy), y + layer_at(i, ldy), sizeof *y * (size_t)l->ld);
        k->activate(l->activation, (size_t)l->ld, y + layer_at(i, ldy), y + layer_at(i, ldy));
    }
}

/* Weights that lie output by output, or are picked out by an index, are not cut. */
static int weight_rows(const net_layer *l) {
    return l->one_hot || l->narrow ? 1 : l->in;
}

static void weight_gradient(const net_layer *l, const layer_input *in, layer_buffers *own, const float *delta,
                            int count, int first, int end, bool accumulate, float *gradient) {
    (void)own;
    const kernels *k = kernels_get();
    float *dw = gradient + l->weight;
    if (l->one_hot)
        one_hot_gradient(l, in, delta, count, accumulate, dw);
    else if (l->narrow)
        k->weight_gradient(count, l->out, l->in, delta, l->ld, in->x, in->ld, accumulate, dw, l->ldw);
    else
        k->weight_gradient(count, end - first, l->out, in->x + first, in->ld, delta, l->ld, accumulate,
                           dw + layer_at(first, l->ldw), l->ldw);
    if (end == weight_rows(l)) k->bias_gradient(count, l->out, delta, l->ld, accumulate, gradient + l->bias);
}

static void input_gradient(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                           const float *delta, int count) {
    const kernels *k = kernels_get();
    const float *w = parameters + l->weight;
    int ldw = l->ldw;
    if (!l->narrow) { /* a product with the transposed weights; a narrow layer's are stored that way already */
        ldw = layer_stride(l->in);
        if (!own->is_transposed) k->transpose(l->in, l->out, w, l->ldw, own->transposed, ldw);
        own->is_transposed = true;
        w = own->transposed;
    }
    k->input_gradient(count, l->out, l->in, delta, l->ld, w, ldw, in->activation, in->x, in->sums, in->gradient,
                      in->ld);
}

static void backward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                     const float *delta, const layer_rows *rows, bool accumulate, float *gradient) {
    weight_gradient(l, in, own, delta, rows->count, 0, weight_rows(l), accumulate, gradient);
    if (in->gradient) input_gradient(l, parameters, in, own, delta, rows->count);
}

static size_t transposed(const net_layer *l, bool is_first) {
    return is_first || l->narrow ? 0 : layer_at(l->out, layer_stride(l->in));
}

static double multiply_adds(const net_layer *l) {
    return (double)((l->one_hot ? l->components : l->in) + 1) * l->out;
}

static const layer_option options[] = {
    {"activation", LAYER_OPTION_ACTIVATION, offsetof(layer_spec, activation), 0, 0},
    {0},
};

const layer_kind layer_dense = {
    .name = "dense",
    .largest = 4096,
    .options = options,
    .defaults = {.activation = ACTIVATION_TANH},
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .input_gradient = input_gradient,
    .weight_gradient = weight_gradient,
    .weight_rows = weight_rows,
    .transposed = transposed,
    .multiply_adds = multiply_adds,
};
