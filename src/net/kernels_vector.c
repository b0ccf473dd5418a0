/* SPDX-License-Identifier: MIT
 * The kernels with vectors: one source, compiled once an instruction set (cmake/core.cmake), each into a table of its
 * own. What is computed, and in which order, is kernels_reference.c's; here is only how to do it fast. */
#include "net/kernels.h"

#include "base/memory.h"
#include "net/kernels_functions.h"
#include "net/kernels_heads.h"
#include "net/kernels_product.h"
#include "net/kernels_tables.h"
#include "net/vector.h"
#include "net/vector_math.h"

#if A3C_ISA_avx512
#define TABLE kernels_avx512
#define TABLE_NAME "avx512"
#elif A3C_ISA_avx2
#define TABLE kernels_avx2
#define TABLE_NAME "avx2"
#else
#define TABLE kernels_portable
#define TABLE_NAME "portable"
#endif

static void dense(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, const float *b,
                  activation f, float *y, int ldy, float *z) {
    size_t width = line_floats((size_t)out), stride = (size_t)ldy;
    bool relu = f == ACTIVATION_RELU && !z, later = f != ACTIVATION_NONE && !relu;
    product_shape p = {
        .depth = (size_t)in, .a_row = (size_t)ldx, .a_step = 1, .b_step = (size_t)ldw, .c_row = stride, .relu = relu};
    float *sums = z ? z : y;
    multiply(&p, (size_t)rows, (size_t)out, x, w, sums, b, NULL);
    if (!later && sums == y) return;
    OF_ISA(activate_rows)(f, (size_t)rows, width, stride, sums, y);
}

static void input_gradient(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, activation f,
                           const float *h, const float *z, float *y, int ldy) {
    size_t width = line_floats((size_t)out), stride = (size_t)ldy;
    bool tanh = f == ACTIVATION_TANH, at_once = tanh || f == ACTIVATION_RELU;
    product_shape p = {
        .depth = (size_t)in, .a_row = (size_t)ldx, .a_step = 1, .b_step = (size_t)ldw, .c_row = stride, .tanh = tanh};
    multiply(&p, (size_t)rows, (size_t)out, x, w, y, NULL, at_once ? h : NULL);
    if (f == ACTIVATION_NONE || at_once) return;
    for (size_t i = 0; i < (size_t)rows * stride; i += stride)
        OF_ISA(activate_backward)(f, width, h + i, z ? z + i : NULL, y + i);
}

static void weight_gradient(int rows, int in, int out, const float *x, int ldx, const float *d, int ldd,
                            bool accumulate, float *dw, int ldw) {
    product_shape p = {.depth = (size_t)rows,
                       .a_row = 1,
                       .a_step = (size_t)ldx,
                       .b_step = (size_t)ldd,
                       .c_row = (size_t)ldw,
                       .init_row = (size_t)ldw};
    multiply_outer(&p, (size_t)in, (size_t)out, x, d, dw, accumulate);
}

/* of `vectors` columns of vectors, at most four: so many sums do not wait for each other */
INLINE void columns_sum(size_t rows, const float *d, size_t ldd, bool accumulate, float *db, size_t vectors) {
    vec sum[4];
    for (size_t j = 0; j < vectors; j++) sum[j] = accumulate ? vec_load(db + j * LANES) : vec_zero();
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < vectors; j++) sum[j] += vec_load(d + r * ldd + j * LANES);
    for (size_t j = 0; j < vectors; j++) vec_store(db + j * LANES, sum[j]);
}

static void bias_gradient(int rows, int out, const float *d, int ldd, bool accumulate, float *db) {
    size_t width = line_floats((size_t)out), o = 0, n = (size_t)rows, step = (size_t)ldd;
    for (; o + 4 * LANES <= width; o += 4 * LANES) columns_sum(n, d + o, step, accumulate, db + o, 4);
    for (; o < width; o += LANES) columns_sum(n, d + o, step, accumulate, db + o, 1);
}

/* t[i] = column i of the STRIP rows w[.][0 .. 4), i = 0 .. 3 */
#if LANES >= 8
enum { STRIP = 8 };
typedef float strip __attribute__((vector_size(32)));

INLINE __m256 rows_beside(const float *low, const float *high) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(low)), _mm_load_ps(high), 1);
}

INLINE void transpose_strip(const float *w, size_t ldw, strip t[4]) {
    const float *middle = w + 4 * ldw;
    __m256 a = rows_beside(w, middle), b = rows_beside(w + ldw, middle + ldw);
    __m256 c = rows_beside(w + 2 * ldw, middle + 2 * ldw), d = rows_beside(w + 3 * ldw, middle + 3 * ldw);
    __m256 ab_low = _mm256_unpacklo_ps(a, b), ab_high = _mm256_unpackhi_ps(a, b);
    __m256 cd_low = _mm256_unpacklo_ps(c, d), cd_high = _mm256_unpackhi_ps(c, d);
    t[0] = (strip)_mm256_shuffle_ps(ab_low, cd_low, 0x44);
    t[1] = (strip)_mm256_shuffle_ps(ab_low, cd_low, 0xee);
    t[2] = (strip)_mm256_shuffle_ps(ab_high, cd_high, 0x44);
    t[3] = (strip)_mm256_shuffle_ps(ab_high, cd_high, 0xee);
}
#else
enum { STRIP = 4 };
typedef quad strip;

INLINE void transpose_strip(const float *w, size_t ldw, strip t[4]) {
    for (size_t i = 0; i < 4; i++) t[i] = *(const quad *)(w + i * ldw);
    quad_transpose(t);
}
#endif

/* the same where only the first `rows` rows exist; the others are 0 */
static void transpose_part(size_t rows, const float *w, size_t ldw, strip t[4]) {
    quad padded[STRIP];
    for (size_t i = 0; i < STRIP; i++) padded[i] = i < rows ? *(const quad *)(w + i * ldw) : (quad){0};
    transpose_strip((const float *)padded, 4, t);
}

/* In blocks of a cache line by a cache line, so that each line is touched in one go. */
static void transpose(int in, int out, const float *w, int ldw, float *t, int ldt) {
    size_t rows = (size_t)in, columns = (size_t)out, from = (size_t)ldw, to = (size_t)ldt;
    for (size_t first = 0; first < columns; first += LINE_FLOATS) {
        for (size_t k = 0; k < line_floats(rows); k += STRIP) {
            for (size_t o = first; o < least(first + LINE_FLOATS, columns); o += 4) {
                strip s[4];
                if (k + STRIP <= rows)
                    transpose_strip(w + k * from + o, from, s);
                else
                    transpose_part(k < rows ? rows - k : 0, w + k * from + o, from, s);
                for (size_t i = 0; i < least(4, columns - o); i++) *(strip *)(t + (o + i) * to + k) = s[i];
            }
        }
    }
}

enum { CHUNK = 1024 };

/* sum += the squares of `chunks` times n floats, a chunk from one to the next: their sums do not wait for each other */
INLINE double add_squares(double sum, size_t chunks, size_t n, const float *x) {
    vec s[4][16 / LANES] = {{{0}}};
    for (size_t k = 0; k < n; k += LANES) {
        for (size_t c = 0; c < chunks; c++) {
            vec part = vec_load(x + c * CHUNK + k);
            s[c][k / LANES % (16 / LANES)] = vec_fma(part, part, s[c][k / LANES % (16 / LANES)]);
        }
    }
    for (size_t c = 0; c < chunks; c++) {
        quad q = vec_quarter(s[c]);
        sum += (double)((q[0] + q[2]) + (q[1] + q[3]));
    }
    return sum;
}

static double sum_of_squares(size_t n, const float *x) {
    double sum = 0;
    size_t i = 0;
    for (; i + 4 * CHUNK <= n; i += 4 * CHUNK) sum = add_squares(sum, 4, CHUNK, x + i);
    for (; i < n; i += CHUNK) sum = add_squares(sum, 1, least(CHUNK, n - i), x + i);
    return sum;
}

static void add(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i += LANES) vec_store(y + i, vec_load(y + i) + vec_load(x + i));
}

INLINE void rmsprop_steps(size_t n, float *p, float *s, const float *g, float scale, float rate, float decay,
                          float epsilon, bool inside) {
    float rest = 1 - decay;
    for (size_t i = 0; i < n; i += LANES) {
        vec d = vec_load(g + i) * scale;
        vec mean = decay * vec_load(s + i) + rest * (d * d);
        vec root = inside ? vec_sqrt(mean + epsilon) : vec_sqrt(mean) + epsilon;
        vec_store(s + i, mean);
        vec_store(p + i, vec_load(p + i) - (rate * d) / root);
    }
}

static void rmsprop(size_t n, float *p, float *s, const float *g, float scale, float rate, float decay, float epsilon,
                    bool inside) {
    if (inside)
        rmsprop_steps(n, p, s, g, scale, rate, decay, epsilon, true);
    else
        rmsprop_steps(n, p, s, g, scale, rate, decay, epsilon, false);
}

static void adam(size_t n, float *p, float *m, float *v, const float *g, float scale, float rate1, float root2,
                 float b1, float b2, float epsilon) {
    float rest1 = 1 - b1, rest2 = 1 - b2;
    for (size_t i = 0; i < n; i += LANES) {
        vec d = vec_load(g + i) * scale;
        vec first = b1 * vec_load(m + i) + rest1 * d;
        vec second = b2 * vec_load(v + i) + rest2 * (d * d);
        vec_store(m + i, first);
        vec_store(v + i, second);
        vec_store(p + i, vec_load(p + i) - (rate1 * first) / (vec_sqrt(second) * root2 + epsilon));
    }
}

static void sgd(size_t n, float *p, float *m, const float *g, float scale, float rate, float momentum) {
    for (size_t i = 0; i < n; i += LANES) {
        vec moment = momentum * vec_load(m + i) + vec_load(g + i) * scale;
        vec_store(m + i, moment);
        vec_store(p + i, vec_load(p + i) - rate * moment);
    }
}

const kernels TABLE = {
    .name = TABLE_NAME,
    .dense = dense,
    .input_gradient = input_gradient,
    .dot = dot,
    .weight_gradient = weight_gradient,
    .bias_gradient = bias_gradient,
    .transpose = transpose,
    .exp = OF_ISA(exp_each),
    .log = OF_ISA(log_each),
    .tanh = OF_ISA(tanh_each),
    .sigmoid = OF_ISA(sigmoid_each),
    .activate = OF_ISA(activate),
    .activate_backward = OF_ISA(activate_backward),
    .softmax = softmax,
    .sum_of_squares = sum_of_squares,
    .add = add,
    .rmsprop = rmsprop,
    .adam = adam,
    .sgd = sgd,
};
