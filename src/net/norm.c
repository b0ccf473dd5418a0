/* SPDX-License-Identifier: MIT
 * Layer normalization (Ba et al., 1607.06450): y = w (x - mean) / sqrt(var + eps) + b over the features of a row,
 * population variance, eps 1e-5. Sums run in sixteen partial sums of fixed membership. */
#include "net/layer.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

static const float epsilon = 1e-5f;

static size_t at(int row, int ld) {
    return (size_t)row * (size_t)ld;
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

void norm_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                  const layer_rows *rows) {
    const float *w = parameters + l->weight, *b = parameters + l->bias;
    int n = l->out;
    for (int i = 0; i < rows->count; i++) {
        int row = rows->first + i * rows->stride;
        const float *x = below->x + at(i, below->ld);
        float *y = own->output + at(row, l->ld), *moments = own->extra + (size_t)row * l->extra;
        float mean = sum(n, x) / (float)n;
        float scale = 1 / sqrtf(sum_of_products(n, x, mean, x, mean) / (float)n + epsilon);
        for (int k = 0; k < n; k++) y[k] = (x[k] - mean) * scale * w[k] + b[k];
        moments[0] = mean, moments[1] = scale;
    }
}

/* With u = (x - mean) scale and g = delta w:  dx = scale (g - mean(g) - u mean(g u)) */
static void input_gradient(int n, const float *x, const float *w, const float *delta, float mean, float scale,
                           float *dx) {
    for (int k = 0; k < n; k++) dx[k] = delta[k] * w[k];
    float g = sum(n, dx) / (float)n, gu = sum_of_products(n, dx, 0, x, mean) * scale / (float)n;
    for (int k = 0; k < n; k++) dx[k] = scale * (dx[k] - g - (x[k] - mean) * scale * gu);
}

void norm_backward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                   const float *delta, const layer_rows *rows, bool accumulate, float *gradient) {
    const kernels *kernel = kernels_get();
    float *dw = gradient + l->weight;
    size_t width = (size_t)l->ld;
    kernel->column_sum(rows->count, l->out, delta, l->ld, accumulate, gradient + l->bias);
    if (!accumulate) memset(dw, 0, width * sizeof *dw);
    for (int i = 0; i < rows->count; i++) {
        const float *x = below->x + at(i, below->ld), *d = delta + at(i, l->ld);
        const float *moments = own->extra + (size_t)layer_row(rows, i) * l->extra;
        float mean = moments[0], scale = moments[1];
        for (int k = 0; k < l->out; k++) dw[k] += d[k] * ((x[k] - mean) * scale);
        if (!below->delta) continue;
        float *dx = below->delta + at(i, below->ld);
        input_gradient(l->out, x, parameters + l->weight, d, mean, scale, dx);
        memset(dx + l->out, 0, (width - (size_t)l->out) * sizeof *dx);
        if (below->activation != ACTIVATION_NONE)
            kernel->activate_backward(below->activation, width, x,
                                      below->extra ? below->extra + at(i, below->ld) : NULL, dx);
    }
}
