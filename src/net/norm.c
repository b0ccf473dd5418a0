/* SPDX-License-Identifier: MIT
 * Layer normalization (Ba et al., 1607.06450): y = w (x - mean) / sqrt(var + eps) + b over the features of a row,
 * population variance, eps 1e-5. Sums run in sixteen partial sums of fixed membership. */
#include "net/layer.h"

#include <math.h>
#include <string.h>

static const float epsilon = 1e-5f;

static int plan(layer_site *site, const layer_spec *spec, net_layer *l) {
    (void)spec;
    if (site->shape.one_hot)
        return error_set(site->e, STATUS_USAGE, "%s: layer normalization cannot read a discrete observation",
                         site->prefix);
    l->in = l->out = site->shape.features;
    l->ld = (int)line_floats((size_t)l->out);
    l->weight = layer_take(site, (size_t)l->ld);
    l->bias = layer_take(site, (size_t)l->ld);
    l->cache = LINE_FLOATS; /* mean and 1/sigma of the row */
    layer_vector(site, "weight", TENSOR_SCALE, l->weight, l->out);
    layer_vector(site, "bias", TENSOR_BIAS, l->bias, l->out);
    return 0;
}

typedef struct lanes {
    float sum[LINE_FLOATS];
} lanes;

static float total(lanes *s) {
    for (int half = LINE_FLOATS / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) s->sum[i] += s->sum[i + half];
    return s->sum[0];
}

static float sum(int n, const float *x) {
    lanes s = {{0}};
    for (int k = 0; k + LINE_FLOATS <= n; k += LINE_FLOATS)
        for (int i = 0; i < LINE_FLOATS; i++) s.sum[i] += x[k + i];
    for (int k = n - n % LINE_FLOATS; k < n; k++) s.sum[k % LINE_FLOATS] += x[k];
    return total(&s);
}

/* sum (x - c) (y - e) */
static float sum_of_products(int n, const float *x, float c, const float *y, float e) {
    lanes s = {{0}};
    for (int k = 0; k + LINE_FLOATS <= n; k += LINE_FLOATS)
        for (int i = 0; i < LINE_FLOATS; i++) s.sum[i] += (x[k + i] - c) * (y[k + i] - e);
    for (int k = n - n % LINE_FLOATS; k < n; k++) s.sum[k % LINE_FLOATS] += (x[k] - c) * (y[k] - e);
    return total(&s);
}

static void forward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                    const layer_rows *rows) {
    const float *w = parameters + l->weight, *b = parameters + l->bias;
    int n = l->out;
    for (int i = 0; i < rows->count; i++) {
        int row = rows->first + i * rows->stride;
        const float *x = in->x + layer_at(i, in->ld);
        float *y = own->output + layer_at(row, l->ld), *row_stats = own->cache + (size_t)row * l->cache;
        float mean = sum(n, x) / (float)n;
        float scale = 1 / sqrtf(sum_of_products(n, x, mean, x, mean) / (float)n + epsilon);
        for (int k = 0; k < n; k++) y[k] = (x[k] - mean) * scale * w[k] + b[k];
        row_stats[0] = mean, row_stats[1] = scale;
    }
}

/* With u = (x - mean) scale and g = delta w:  dx = scale (g - mean(g) - u mean(g u)) */
static void input_gradient(int n, const float *x, const float *w, const float *delta, float mean, float scale,
                           float *dx) {
    for (int k = 0; k < n; k++) dx[k] = delta[k] * w[k];
    float g = sum(n, dx) / (float)n, gu = sum_of_products(n, dx, 0, x, mean) * scale / (float)n;
    for (int k = 0; k < n; k++) dx[k] = scale * (dx[k] - g - (x[k] - mean) * scale * gu);
}

static void backward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                     const float *delta, const layer_rows *rows, bool accumulate, float *gradient) {
    const kernels *kernel = kernels_get();
    float *dw = gradient + l->weight;
    size_t width = (size_t)l->ld;
    kernel->bias_gradient(rows->count, l->out, delta, l->ld, accumulate, gradient + l->bias);
    if (!accumulate) memset(dw, 0, width * sizeof *dw);
    for (int i = 0; i < rows->count; i++) {
        const float *x = in->x + layer_at(i, in->ld), *d = delta + layer_at(i, l->ld);
        const float *row_stats = own->cache + (size_t)layer_row(rows, i) * l->cache;
        float mean = row_stats[0], scale = row_stats[1];
        for (int k = 0; k < l->out; k++) dw[k] += d[k] * ((x[k] - mean) * scale);
        if (!in->gradient) continue;
        float *dx = in->gradient + layer_at(i, in->ld);
        input_gradient(l->out, x, parameters + l->weight, d, mean, scale, dx);
        memset(dx + l->out, 0, (width - (size_t)l->out) * sizeof *dx);
        if (in->activation != ACTIVATION_NONE)
            kernel->activate_backward(in->activation, width, x, in->sums ? in->sums + layer_at(i, in->ld) : NULL, dx);
    }
}

static double multiply_adds(const net_layer *l) {
    return 2.0 * l->out;
}

const layer_kind layer_norm = {
    .name = "layer_norm",
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .backward_by_row = true,
    .multiply_adds = multiply_adds,
};
