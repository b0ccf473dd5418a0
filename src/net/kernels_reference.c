/* SPDX-License-Identifier: MIT
 * The kernels as plain loops, one element after the other: the oracle that every instruction set is compared with, bit
 * for bit, and the place to read what a kernel computes. */
#include "net/kernels.h"

#include <math.h>

#include "base/memory.h"
#include "net/kernels_tables.h"
#include "net/math.h"

static float activated(activation f, float z) {
    switch (f) {
    case ACTIVATION_RELU:
        return z < 0 ? 0 : z;
    case ACTIVATION_TANH:
        return math_tanh(z);
    case ACTIVATION_SILU:
        return math_silu(z);
    case ACTIVATION_NONE:
        break;
    }
    return z;
}

/* d f'(z), h = f(z) */
static float differentiated(activation f, float d, const float *h, const float *z, size_t i) {
    switch (f) {
    case ACTIVATION_RELU:
        return h[i] > 0 ? d : 0;
    case ACTIVATION_TANH:
        return d * fmaf(-h[i], h[i], 1);
    case ACTIVATION_SILU:
        return d * math_silu_derivative(z[i]);
    case ACTIVATION_NONE:
        break;
    }
    return d;
}

/* init + sum_k a[k * step] w[k][0] */
static float product(int n, const float *a, size_t step, const float *w, size_t ldw, float init) {
    for (int k = 0; k < n; k++) init = fmaf(a[(size_t)k * step], w[(size_t)k * ldw], init);
    return init;
}

static void dense(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, const float *b,
                  activation f, float *y, int ldy, float *z) {
    size_t width = line_floats((size_t)out);
    for (size_t r = 0; r < (size_t)rows; r++) {
        for (size_t o = 0; o < width; o++) {
            float sum = product(in, x + r * (size_t)ldx, 1, w + o, (size_t)ldw, b ? b[o] : 0);
            if (z) z[r * (size_t)ldy + o] = sum;
            y[r * (size_t)ldy + o] = activated(f, sum);
        }
    }
}

static void input_gradient(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, activation f,
                           const float *h, const float *z, float *y, int ldy) {
    size_t width = line_floats((size_t)out);
    for (size_t r = 0; r < (size_t)rows; r++) {
        for (size_t o = 0; o < width; o++) {
            size_t i = r * (size_t)ldy + o;
            y[i] = differentiated(f, product(in, x + r * (size_t)ldx, 1, w + o, (size_t)ldw, 0), h, z, i);
        }
    }
}

/* sixteen partial sums -> one */
static float combined(const float s[LINE_FLOATS]) {
    return (((s[0] + s[8]) + (s[4] + s[12])) + ((s[2] + s[10]) + (s[6] + s[14]))) +
           (((s[1] + s[9]) + (s[5] + s[13])) + ((s[3] + s[11]) + (s[7] + s[15])));
}

static float dot_product(size_t n, const float *a, const float *b) {
    float sums[LINE_FLOATS] = {0};
    for (size_t k = 0; k < n; k++) sums[k % LINE_FLOATS] = fmaf(a[k], b[k], sums[k % LINE_FLOATS]);
    return combined(sums);
}

static void dot(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, const float *b, float *y,
                int ldy) {
    for (size_t r = 0; r < (size_t)rows; r++) {
        for (size_t j = 0; j < line_floats((size_t)out); j++) {
            float *result = &y[r * (size_t)ldy + j];
            if (j >= (size_t)out) {
                *result = 0;
                continue;
            }
            *result = dot_product(line_floats((size_t)in), x + r * (size_t)ldx, w + j * (size_t)ldw);
            if (b) *result += b[j];
        }
    }
}

static void weight_gradient(int rows, int in, int out, const float *x, int ldx, const float *d, int ldd,
                            bool accumulate, float *dw, int ldw) {
    for (size_t k = 0; k < (size_t)in; k++) {
        for (size_t o = 0; o < line_floats((size_t)out); o++) {
            float *sum = &dw[k * (size_t)ldw + o];
            *sum = product(rows, x + k, (size_t)ldx, d + o, (size_t)ldd, accumulate ? *sum : 0);
        }
    }
}

static void bias_gradient(int rows, int out, const float *d, int ldd, bool accumulate, float *db) {
    for (size_t o = 0; o < line_floats((size_t)out); o++) {
        float sum = accumulate ? db[o] : 0;
        for (size_t r = 0; r < (size_t)rows; r++) sum += d[r * (size_t)ldd + o];
        db[o] = sum;
    }
}

static void transpose(int in, int out, const float *w, int ldw, float *t, int ldt) {
    for (size_t o = 0; o < (size_t)out; o++) {
        for (size_t k = 0; k < line_floats((size_t)in); k++) {
            t[o * (size_t)ldt + k] = k < (size_t)in ? w[k * (size_t)ldw + o] : 0;
        }
    }
}

static void exp_each(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = math_exp(x[i]);
}

static void log_each(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = math_log(x[i]);
}

static void tanh_each(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = math_tanh(x[i]);
}

static void sigmoid_each(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = math_sigmoid(x[i]);
}

static void activate(activation f, size_t n, const float *z, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = activated(f, z[i]);
}

static void activate_backward(activation f, size_t n, const float *h, const float *z, float *d) {
    for (size_t i = 0; i < n; i++) d[i] = differentiated(f, d[i], h, z, i);
}

static void softmax_row(int n, const float *logits, float *log_probability, float *probability, float *entropy) {
    float largest = logits[0], sum = 0, plogp = 0;
    for (int i = 1; i < n; i++) largest = largest < logits[i] ? logits[i] : largest;
    for (int i = 0; i < n; i++) sum += math_exp(logits[i] - largest);
    float log_sum = math_log(sum);
    for (int i = 0; i < n; i++) {
        log_probability[i] = (logits[i] - largest) - log_sum;
        probability[i] = math_exp(log_probability[i]);
        if (probability[i] > 0) plogp = fmaf(probability[i], log_probability[i], plogp);
    }
    *entropy = 0 - plogp;
}

static void softmax(int rows, int n, const float *logits, int ld, float *log_probability, float *probability,
                    float *entropy) {
    for (size_t r = 0; r < (size_t)rows; r++) {
        size_t row = r * (size_t)ld;
        softmax_row(n, logits + row, log_probability + row, probability + row, entropy + r);
        for (size_t i = row + (size_t)n; i < row + line_floats((size_t)n); i++) log_probability[i] = probability[i] = 0;
    }
}

static double sum_of_squares(size_t n, const float *x) {
    enum { CHUNK = 1024 };
    double sum = 0;
    for (size_t i = 0; i < n; i += CHUNK) sum += (double)dot_product(n - i < CHUNK ? n - i : CHUNK, x + i, x + i);
    return sum;
}

static void add(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

static void rmsprop(size_t n, float *p, float *s, const float *g, float scale, float rate, float decay, float epsilon,
                    bool inside) {
    for (size_t i = 0; i < n; i++) {
        float d = g[i] * scale;
        s[i] = decay * s[i] + (1 - decay) * (d * d);
        float root = inside ? sqrtf(s[i] + epsilon) : sqrtf(s[i]) + epsilon;
        p[i] -= (rate * d) / root;
    }
}

static void adam(size_t n, float *p, float *m, float *v, const float *g, float scale, float rate1, float root2,
                 float b1, float b2, float epsilon) {
    for (size_t i = 0; i < n; i++) {
        float d = g[i] * scale;
        m[i] = b1 * m[i] + (1 - b1) * d;
        v[i] = b2 * v[i] + (1 - b2) * (d * d);
        p[i] -= (rate1 * m[i]) / (sqrtf(v[i]) * root2 + epsilon);
    }
}

static void sgd(size_t n, float *p, float *m, const float *g, float scale, float rate, float momentum) {
    for (size_t i = 0; i < n; i++) {
        m[i] = momentum * m[i] + g[i] * scale;
        p[i] -= rate * m[i];
    }
}

const kernels kernels_reference = {
    .name = "reference",
    .dense = dense,
    .input_gradient = input_gradient,
    .dot = dot,
    .weight_gradient = weight_gradient,
    .bias_gradient = bias_gradient,
    .transpose = transpose,
    .exp = exp_each,
    .log = log_each,
    .tanh = tanh_each,
    .sigmoid = sigmoid_each,
    .activate = activate,
    .activate_backward = activate_backward,
    .softmax = softmax,
    .sum_of_squares = sum_of_squares,
    .add = add,
    .rmsprop = rmsprop,
    .adam = adam,
    .sgd = sgd,
};
