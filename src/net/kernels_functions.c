/* SPDX-License-Identifier: MIT
 * The functions of net/math.h over arrays, compiled once an instruction set as kernels_vector.c is, but with the
 * compiler's scheduling of instructions before it gives out registers (cmake/core.cmake): that weaves the four chains
 * of `each` into each other, and would cost the products of matrices a tenth. */
#include "net/kernels_functions.h"

#include "net/vector_math.h"

typedef vec function_1(vec x);
typedef vec function_2(vec x, vec y);

/* y[i] = f(x[i]); `f` is inlined, four vectors at a time: their chains of operations are woven into each other
 * (cmake/core.cmake asks for it), for a processor looks ahead less far than one such chain is long. The last lanes pass
 * through vectors filled up with zeros: the same bits at any place. */
INLINE void each(size_t n, const float *x, float *y, function_1 *f) {
    enum { BLOCK = 4 * LANES };
    size_t whole = n / LANES * LANES, rest = (n - whole) * sizeof(float), i = 0;
    for (; i + BLOCK <= whole; i += BLOCK) {
        vec y0 = f(vec_load_any(x + i)), y1 = f(vec_load_any(x + i + LANES));
        vec y2 = f(vec_load_any(x + i + 2 * LANES)), y3 = f(vec_load_any(x + i + 3 * LANES));
        vec_store_any(y + i, y0), vec_store_any(y + i + LANES, y1);
        vec_store_any(y + i + 2 * LANES, y2), vec_store_any(y + i + 3 * LANES, y3);
    }
    for (; i < whole; i += LANES) vec_store_any(y + i, f(vec_load_any(x + i)));
    if (rest == 0) return;
    vec last = vec_zero();
    memcpy(&last, x + whole, rest);
    last = f(last);
    memcpy(y + whole, &last, rest);
}

/* d[i] = f(d[i], x[i]) */
INLINE void each_pair(size_t n, float *d, const float *x, function_2 *f) {
    size_t whole = n / LANES * LANES, rest = (n - whole) * sizeof(float);
    for (size_t i = 0; i < whole; i += LANES) vec_store_any(d + i, f(vec_load_any(d + i), vec_load_any(x + i)));
    if (rest == 0) return;
    vec last = vec_zero(), other = vec_zero();
    memcpy(&last, d + whole, rest);
    memcpy(&other, x + whole, rest);
    last = f(last, other);
    memcpy(d + whole, &last, rest);
}

void OF_ISA(exp_each)(size_t n, const float *x, float *y) {
    each(n, x, y, vec_exp);
}
void OF_ISA(log_each)(size_t n, const float *x, float *y) {
    each(n, x, y, vec_log);
}
void OF_ISA(tanh_each)(size_t n, const float *x, float *y) {
    each(n, x, y, vec_tanh);
}
void OF_ISA(sigmoid_each)(size_t n, const float *x, float *y) {
    each(n, x, y, vec_sigmoid);
}

/* rows of n, `stride` from one to the next: the function's constants are fetched once */
INLINE void each_row(size_t rows, size_t n, size_t stride, const float *x, float *y, function_1 *f) {
    for (size_t r = 0; r < rows; r++) each(n, x + r * stride, y + r * stride, f);
}

void OF_ISA(activate_rows)(activation f, size_t rows, size_t n, size_t stride, const float *z, float *y) {
    switch (f) {
    case ACTIVATION_NONE:
        for (size_t r = 0; y != z && r < rows; r++) memcpy(y + r * stride, z + r * stride, n * sizeof(float));
        break;
    case ACTIVATION_RELU:
        each_row(rows, n, stride, z, y, vec_relu);
        break;
    case ACTIVATION_TANH:
        each_row(rows, n, stride, z, y, vec_tanh);
        break;
    case ACTIVATION_SILU:
        each_row(rows, n, stride, z, y, vec_silu);
        break;
    }
}

void OF_ISA(activate)(activation f, size_t n, const float *z, float *y) {
    OF_ISA(activate_rows)(f, 1, n, 0, z, y);
}

INLINE vec backward_relu(vec d, vec h) {
    return vec_select(h > 0, d, vec_zero());
}
INLINE vec backward_silu(vec d, vec z) {
    return d * vec_silu_derivative(z);
}

void OF_ISA(activate_backward)(activation f, size_t n, const float *h, const float *z, float *d) {
    switch (f) {
    case ACTIVATION_NONE:
        break;
    case ACTIVATION_RELU:
        each_pair(n, d, h, backward_relu);
        break;
    case ACTIVATION_TANH:
        each_pair(n, d, h, vec_tanh_backward);
        break;
    case ACTIVATION_SILU:
        each_pair(n, d, z, backward_silu);
        break;
    }
}
