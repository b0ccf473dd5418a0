/* SPDX-License-Identifier: MIT
 * The kernels of every instruction set against the plain reference, bit for bit; the reference against double
 * precision. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cmocka.h>

#include "base/memory.h"
#include "net/kernels.h"

enum { AREA = 1 << 19, SHAPES = 150 };

static uint64_t state = 1;

/* splitmix64 */
static uint64_t draw(void) {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static float uniform(void) {
    return (float)(draw() >> 40) * 0x1p-23f - 1.0f;
}

/* small more often than large, 16 and its neighbours often */
static int draw_size(int most) {
    static const int special[] = {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64, 80, 96, 100, 112, 127, 128, 129};
    int size = draw() % 3 ? special[draw() % (sizeof special / sizeof *special)] : 1 + (int)(draw() % (uint64_t)most);
    return size < most ? size : most;
}

static int padded(int n) {
    return (int)line_floats((size_t)n);
}

typedef struct matrix {
    float *at;
    int rows, columns, stride;
} matrix;

/* random values, zeros past the last column */
static matrix matrix_with_stride(int rows, int columns, int stride) {
    matrix m = {.rows = rows, .columns = columns, .stride = stride};
    m.at = memory_array(float, (size_t)rows *(size_t)m.stride);
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) m.at[r * m.stride + c] = uniform();
    }
    return m;
}

/* the stride sometimes wider than the row */
static matrix matrix_new(int rows, int columns) {
    return matrix_with_stride(rows, columns, padded(columns) + (draw() % 3 == 0 ? 16 : 0));
}

static matrix matrix_copy(matrix m) {
    float *at = memory_array(float, (size_t)m.rows *(size_t)m.stride);
    memcpy(at, m.at, (size_t)m.rows * (size_t)m.stride * sizeof *at);
    return (matrix){.at = at, .rows = m.rows, .columns = m.columns, .stride = m.stride};
}

static bool same_bits(const float *a, const float *b, size_t n, const char *what, const char *isa) {
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) && isnan(b[i])) continue;
        if (memcmp(a + i, b + i, sizeof *a) == 0) continue;
        fprintf(stderr, "%s, %s: element %zu of %zu is %a, the reference has %a\n", what, isa, i, n, (double)a[i],
                (double)b[i]);
        return false;
    }
    return true;
}

static void assert_same(matrix a, matrix b, const char *what, const char *isa) {
    assert_true(same_bits(a.at, b.at, (size_t)a.rows * (size_t)a.stride, what, isa));
}

#define FOR_EACH_TABLE(k)                                                                                              \
    for (const char *const *name_ = kernels_names; *name_; name_++)                                                    \
        for (const kernels *k = kernels_named(*name_); k; k = NULL)

static const kernels *reference(void) {
    const kernels *k = kernels_named("reference");
    assert_non_null(k);
    return k;
}

static activation draw_activation(void) {
    return (activation)(draw() % 4);
}

static void test_dense(void **unused) {
    (void)unused;
    for (int i = 0; i < SHAPES; i++) {
        int rows = draw_size(90), in = draw_size(i % 10 ? 160 : 700), out = draw_size(150);
        matrix x = matrix_new(rows, in), w = matrix_new(in, out), b = matrix_new(1, out), y = matrix_new(rows, out);
        matrix z = matrix_copy(y), expected = matrix_copy(y), expected_z = matrix_copy(y);
        activation f = draw_activation();
        bool bias = draw() % 4, keep = f == ACTIVATION_SILU || draw() % 2;
        reference()->dense(rows, in, out, x.at, x.stride, w.at, w.stride, bias ? b.at : NULL, f, expected.at, y.stride,
                           keep ? expected_z.at : NULL);
        FOR_EACH_TABLE(k) {
            matrix got = matrix_copy(y), got_z = matrix_copy(y);
            k->dense(rows, in, out, x.at, x.stride, w.at, w.stride, bias ? b.at : NULL, f, got.at, y.stride,
                     keep ? got_z.at : NULL);
            assert_same(got, expected, "dense", k->name);
            assert_same(got_z, expected_z, "dense, before the activation", k->name);
            memory_free(got.at);
            memory_free(got_z.at);
        }
        matrix all[] = {x, w, b, y, z, expected, expected_z};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

static void test_dense_backward(void **unused) {
    (void)unused;
    for (int i = 0; i < SHAPES; i++) {
        int rows = draw_size(90), in = draw_size(i % 10 ? 160 : 700), out = draw_size(150);
        matrix x = matrix_new(rows, in), w = matrix_new(in, out), y = matrix_new(rows, out);
        matrix h = matrix_copy(y), z = matrix_copy(y), expected = matrix_copy(y);
        activation f = draw_activation();
        for (int j = 0; j < rows * y.stride; j++) z.at[j] = 3 * z.at[j];
        if (f == ACTIVATION_RELU) reference()->activate(f, (size_t)(rows * y.stride), z.at, h.at);
        reference()->dense_backward(rows, in, out, x.at, x.stride, w.at, w.stride, f, h.at,
                                    f == ACTIVATION_SILU ? z.at : NULL, expected.at, y.stride);
        FOR_EACH_TABLE(k) {
            matrix got = matrix_copy(y);
            k->dense_backward(rows, in, out, x.at, x.stride, w.at, w.stride, f, h.at,
                              f == ACTIVATION_SILU ? z.at : NULL, got.at, y.stride);
            assert_same(got, expected, "dense_backward", k->name);
            memory_free(got.at);
        }
        matrix all[] = {x, w, y, h, z, expected};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

static void test_outer(void **unused) {
    (void)unused;
    for (int i = 0; i < SHAPES; i++) {
        int rows = draw_size(i % 10 ? 90 : 600), in = draw_size(160), out = draw_size(150);
        matrix x = matrix_new(rows, in), d = matrix_new(rows, out), w = matrix_new(in, out), b = matrix_new(1, out);
        matrix expected = matrix_copy(w), expected_b = matrix_copy(b);
        bool accumulate = draw() % 2;
        reference()->outer(rows, in, out, x.at, x.stride, d.at, d.stride, accumulate, expected.at, w.stride);
        reference()->column_sum(rows, out, d.at, d.stride, accumulate, expected_b.at);
        FOR_EACH_TABLE(k) {
            matrix got = matrix_copy(w), got_b = matrix_copy(b);
            k->outer(rows, in, out, x.at, x.stride, d.at, d.stride, accumulate, got.at, w.stride);
            k->column_sum(rows, out, d.at, d.stride, accumulate, got_b.at);
            assert_same(got, expected, "outer", k->name);
            assert_same(got_b, expected_b, "column_sum", k->name);
            memory_free(got.at);
            memory_free(got_b.at);
        }
        matrix all[] = {x, d, w, b, expected, expected_b};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

static void test_dot_and_transpose(void **unused) {
    (void)unused;
    for (int i = 0; i < SHAPES; i++) {
        int rows = draw_size(40), in = draw_size(300), out = draw_size(i % 2 ? 40 : 7);
        matrix x = matrix_new(rows, in), w = matrix_new(out, in), b = matrix_new(1, out), y = matrix_new(rows, out);
        matrix t = matrix_new(in, out), expected = matrix_copy(y), expected_t = matrix_copy(t);
        bool bias = draw() % 4;
        reference()->dot(rows, in, out, x.at, x.stride, w.at, w.stride, bias ? b.at : NULL, expected.at, y.stride);
        reference()->transpose(out, in, w.at, w.stride, expected_t.at, t.stride);
        FOR_EACH_TABLE(k) {
            matrix got = matrix_copy(y), got_t = matrix_copy(t);
            k->dot(rows, in, out, x.at, x.stride, w.at, w.stride, bias ? b.at : NULL, got.at, y.stride);
            k->transpose(out, in, w.at, w.stride, got_t.at, t.stride);
            assert_same(got, expected, "dot", k->name);
            assert_same(got_t, expected_t, "transpose", k->name);
            memory_free(got.at);
            memory_free(got_t.at);
        }
        matrix all[] = {x, w, b, y, t, expected, expected_t};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

/* sizes that are cut: many k's, rows 1024 floats apart, and enough rows for the weights to be copied */
static void test_large(void **unused) {
    (void)unused;
    const int sizes[][3] = {{3, 700, 200}, {520, 300, 40}, {40, 530, 70}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int rows = sizes[i][0], in = sizes[i][1], out = sizes[i][2];
        matrix x = matrix_new(rows, in), w = matrix_with_stride(in, out, 1024), b = matrix_new(1, out);
        matrix d = matrix_with_stride(rows, out, 1024), y = matrix_copy(d), expected = matrix_copy(d);
        matrix dw = matrix_copy(w), got = matrix_copy(w);
        reference()->dense(rows, in, out, x.at, x.stride, w.at, w.stride, b.at, ACTIVATION_RELU, expected.at, y.stride,
                           NULL);
        reference()->outer(rows, in, out, x.at, x.stride, d.at, d.stride, true, dw.at, w.stride);
        for (const char *const *name = kernels_names; *name; name++) {
            const kernels *k = kernels_named(*name);
            if (!k || k == reference() || strcmp(*name, "portable") == 0) continue; /* portable: the same, and slow */
            memcpy(got.at, w.at, (size_t)in * (size_t)w.stride * sizeof *w.at);
            k->outer(rows, in, out, x.at, x.stride, d.at, d.stride, true, got.at, w.stride);
            assert_same(got, dw, "outer, large", k->name);
            k->dense(rows, in, out, x.at, x.stride, w.at, w.stride, b.at, ACTIVATION_RELU, y.at, y.stride, NULL);
            assert_same(y, expected, "dense, large", k->name);
        }
        matrix all[] = {x, w, b, d, y, expected, dw, got};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

/* The bits of a row do not depend on the rows beside it, nor on its place among them. */
static void test_a_row_alone(void **unused) {
    (void)unused;
    enum { ROWS = 37 };
    for (int i = 0; i < 40; i++) {
        int in = draw_size(i % 8 ? 160 : 600), out = draw_size(150);
        matrix x = matrix_new(ROWS, in), w = matrix_new(in, out), b = matrix_new(1, out), y = matrix_new(ROWS, out);
        FOR_EACH_TABLE(k) {
            matrix one = matrix_copy(y);
            k->dense(ROWS, in, out, x.at, x.stride, w.at, w.stride, b.at, ACTIVATION_TANH, y.at, y.stride, NULL);
            for (int r = 0; r < ROWS; r++) {
                k->dense(1, in, out, x.at + r * x.stride, x.stride, w.at, w.stride, b.at, ACTIVATION_TANH,
                         one.at + r * y.stride, y.stride, NULL);
            }
            assert_same(one, y, "a row alone", k->name);
            memory_free(one.at);
        }
        matrix all[] = {x, w, b, y};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

/* what is computed, not only that all agree: against sums in double precision */
static void test_products_mean_what_they_say(void **unused) {
    (void)unused;
    int rows = 13, in = 129, out = 35;
    matrix x = matrix_new(rows, in), w = matrix_new(in, out), b = matrix_new(1, out), y = matrix_new(rows, out);
    matrix dw = matrix_copy(w);
    kernels_get()->dense(rows, in, out, x.at, x.stride, w.at, w.stride, b.at, ACTIVATION_TANH, y.at, y.stride, NULL);
    kernels_get()->outer(rows, in, out, x.at, x.stride, y.at, y.stride, false, dw.at, w.stride);
    for (int o = 0; o < out; o++) {
        for (int r = 0; r < rows; r++) {
            double sum = (double)b.at[o];
            for (int k = 0; k < in; k++) sum += (double)x.at[r * x.stride + k] * (double)w.at[k * w.stride + o];
            assert_true(fabs(tanh(sum) - (double)y.at[r * y.stride + o]) < 1e-5);
        }
        for (int k = 0; k < in; k++) {
            double sum = 0;
            for (int r = 0; r < rows; r++) sum += (double)x.at[r * x.stride + k] * (double)y.at[r * y.stride + o];
            assert_true(fabs(sum - (double)dw.at[k * w.stride + o]) < 1e-5);
        }
    }
    matrix all[] = {x, w, b, y, dw};
    for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
}

static float from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static bool flushing; /* denormals are zero in this thread: then none comes out of arithmetic, and none goes in */

/* floats of all signs and exponents from a random start, infinities and not-a-numbers among them */
static size_t all_kinds_of_floats(float *x) {
    enum { STEP = 1 << 14 };
    size_t n = 0;
    for (uint64_t bits = draw() % STEP; bits < 1ull << 32; bits += STEP) {
        bool denormal = (bits & 0x7f800000) == 0 && (bits & 0x007fffff) != 0;
        if (!flushing || !denormal) x[n++] = from_bits((uint32_t)bits);
    }
    static const float special[] = {0.0f,    -0.0f,    INFINITY, -INFINITY, NAN,       FLT_MIN,
                                    FLT_MAX, -FLT_MAX, 1.0f,     -1.0f,     88.72284f, -103.98f};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) x[n++] = special[i];
    return n;
}

typedef void elementwise(size_t n, const float *x, float *y);

static void test_functions(void **unused) {
    (void)unused;
    float *x = memory_array(float, AREA), *got = memory_array(float, AREA), *expected = memory_array(float, AREA);
    size_t n = all_kinds_of_floats(x);
    FOR_EACH_TABLE(k) {
        elementwise *theirs[] = {reference()->exp, reference()->log, reference()->tanh, reference()->sigmoid};
        elementwise *ours[] = {k->exp, k->log, k->tanh, k->sigmoid};
        static const char *const names[] = {"exp", "log", "tanh", "sigmoid"};
        for (int f = 0; f < 4; f++) {
            theirs[f](n, x, expected);
            ours[f](n, x, got);
            assert_true(same_bits(got, expected, n, names[f], k->name));
            /* any length, any alignment, in place, nothing written past the end */
            memcpy(got, x, n * sizeof *x);
            for (size_t i = 0, part; i + 40 < 3000; i += part) {
                part = draw() % 40;
                ours[f](part, got + i, got + i);
                assert_true(same_bits(got + i, expected + i, part, names[f], k->name));
                assert_memory_equal(got + i + part, x + i + part, 4 * sizeof *x);
            }
        }
        for (int f = ACTIVATION_NONE; f <= ACTIVATION_SILU; f++) {
            reference()->activate((activation)f, n, x, expected);
            k->activate((activation)f, n, x, got);
            assert_true(same_bits(got, expected, n, "activate", k->name));
            for (size_t i = 0; i < n; i++) got[i] = expected[i] = (float)(i % 7) - 3;
            reference()->activate_backward((activation)f, n, x + 1, x, expected);
            k->activate_backward((activation)f, n, x + 1, x, got);
            assert_true(same_bits(got, expected, n, "activate_backward", k->name));
        }
    }
    memory_free(x);
    memory_free(got);
    memory_free(expected);
}

/* the threads that compute flush denormals to zero: then too all tables agree */
static void test_flushed_denormals(void **unused) {
#if defined(__x86_64__)
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x40 };
    unsigned control = _mm_getcsr();
    flushing = true;
    _mm_setcsr(control | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
    test_functions(unused);
    float *p[3], *g = memory_array(float, AREA), *expected[3];
    size_t n = all_kinds_of_floats(g) / 16 * 16;
    for (int i = 0; i < 3; i++) p[i] = memory_array(float, AREA), expected[i] = memory_array(float, AREA);
    FOR_EACH_TABLE(k) {
        for (int i = 0; i < 3; i++) {
            for (size_t j = 0; j < n; j++) p[i][j] = expected[i][j] = g[(j * 2654435761u) % n];
        }
        k->adam(n, p[0], p[1], p[2], g, 0.5f, 1e-3f, 1.5f, 0.9f, 0.999f, 1e-8f);
        reference()->adam(n, expected[0], expected[1], expected[2], g, 0.5f, 1e-3f, 1.5f, 0.9f, 0.999f, 1e-8f);
        k->rmsprop(n, p[0], p[2], g, 0.5f, 1e-3f, 0.99f, 1e-8f, false);
        reference()->rmsprop(n, expected[0], expected[2], g, 0.5f, 1e-3f, 0.99f, 1e-8f, false);
        for (int i = 0; i < 3; i++) assert_true(same_bits(p[i], expected[i], n, "flushed denormals", k->name));
    }
    for (int i = 0; i < 3; i++) {
        memory_free(p[i]);
        memory_free(expected[i]);
    }
    memory_free(g);
    flushing = false;
    _mm_setcsr(control);
#else
    (void)unused;
    skip();
#endif
}

static double true_sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

/* the largest error of y = f(x) in units in the last place of the true value, over the floats from low to high */
static double worst_error(elementwise *f, double (*truth)(double), float low, float high, float *at) {
    enum { PART = 4096, COUNT = 400 };
    static float x[PART], y[PART];
    double worst = 0;
    for (int part = 0; part < COUNT; part++) {
        for (int i = 0; i < PART; i++) {
            x[i] = part % 2 ? from_bits((uint32_t)draw()) : low + (high - low) * (0.5f + 0.5f * uniform());
            if (!(x[i] >= low && x[i] <= high)) x[i] = low + (high - low) * (0.5f + 0.5f * uniform());
        }
        f(PART, x, y);
        for (int i = 0; i < PART; i++) {
            double t = truth((double)x[i]);
            int exponent;
            frexp(t, &exponent);
            double ulp = ldexp(1, exponent - 24 < -149 ? -149 : exponent - 24), error = fabs((double)y[i] - t) / ulp;
            if (!(error <= worst)) worst = error, *at = x[i];
        }
    }
    return worst;
}

static void test_errors_in_ulp(void **unused) {
    (void)unused;
    const struct {
        const char *name;
        elementwise *f;
        double (*truth)(double);
        float low, high;
    } functions[] = {
        {"exp", reference()->exp, exp, -103, 88.72f},    {"log", reference()->log, log, FLT_TRUE_MIN, FLT_MAX},
        {"log near 1", reference()->log, log, 0.5f, 2},  {"tanh", reference()->tanh, tanh, -30, 30},
        {"tanh near 0", reference()->tanh, tanh, -1, 1}, {"sigmoid", reference()->sigmoid, true_sigmoid, -103, 103},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        float at = 0;
        double error = worst_error(functions[i].f, functions[i].truth, functions[i].low, functions[i].high, &at);
        printf("%s: at most %.3f ulp, at %a\n", functions[i].name, error, (double)at);
        assert_true(error <= 2);
    }
}

static void test_edges(void **unused) {
    (void)unused;
    const float x[] = {INFINITY, -INFINITY, NAN, 0.0f, -0.0f, 89.0f, -104.0f, 1000.0f, -1000.0f};
    enum { N = sizeof x / sizeof *x };
    float y[N];
    FOR_EACH_TABLE(k) {
        k->exp(N, x, y);
        assert_true(y[0] == INFINITY && y[1] == 0 && isnan(y[2]) && y[3] == 1 && y[4] == 1 && y[5] == INFINITY &&
                    y[6] == 0);
        assert_true(y[7] == INFINITY && y[8] == 0);
        k->tanh(N, x, y);
        assert_true(y[0] == 1 && y[1] == -1 && isnan(y[2]) && y[3] == 0 && signbit(y[4]) && y[7] == 1 && y[8] == -1);
        k->sigmoid(N, x, y);
        assert_true(y[0] == 1 && y[1] == 0 && isnan(y[2]) && y[3] == 0.5f && y[4] == 0.5f && y[7] == 1 && y[8] == 0);
        k->log(N, x, y);
        assert_true(y[0] == INFINITY && isnan(y[1]) && isnan(y[2]) && y[3] == -INFINITY && y[4] == -INFINITY &&
                    isnan(y[8]));
        k->activate(ACTIVATION_RELU, N, x, y);
        assert_true(y[0] == INFINITY && y[1] == 0 && isnan(y[2]) && y[8] == 0);
    }
}

static void test_softmax(void **unused) {
    (void)unused;
    for (int i = 0; i < SHAPES; i++) {
        int rows = draw_size(70), n = draw_size(40);
        matrix logits = matrix_new(rows, n), log_p = matrix_copy(logits), p = matrix_copy(logits),
               entropy = matrix_new(1, rows);
        matrix expected_log_p = matrix_copy(logits), expected_p = matrix_copy(logits),
               expected_entropy = matrix_copy(entropy);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < n; c++) {
                float *logit = &logits.at[r * logits.stride + c];
                *logit = draw() % 5 == 0 && c > 0 ? -INFINITY : *logit * (draw() % 2 ? 5.0f : 60.0f);
            }
        }
        reference()->softmax(rows, n, logits.at, logits.stride, expected_log_p.at, expected_p.at, expected_entropy.at);
        FOR_EACH_TABLE(k) {
            k->softmax(rows, n, logits.at, logits.stride, log_p.at, p.at, entropy.at);
            assert_same(log_p, expected_log_p, "softmax, log probability", k->name);
            assert_same(p, expected_p, "softmax, probability", k->name);
            assert_same(entropy, expected_entropy, "softmax, entropy", k->name);
        }
        for (int r = 0; r < rows; r++) {
            double sum = 0, plogp = 0;
            for (int c = 0; c < n; c++) {
                double each = (double)p.at[r * p.stride + c];
                assert_true(logits.at[r * p.stride + c] > -INFINITY || each == 0);
                sum += each;
                plogp += each > 0 ? each * log(each) : 0;
            }
            assert_true(fabs(sum - 1) < 1e-5 && fabs(plogp + (double)entropy.at[r]) < 1e-5);
        }
        matrix all[] = {logits, log_p, p, entropy, expected_log_p, expected_p, expected_entropy};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

static void test_sums_and_optimizers(void **unused) {
    (void)unused;
    for (int i = 0; i < 30; i++) {
        int n = padded(draw_size(5000));
        matrix p = matrix_new(1, n), g = matrix_new(1, n), m = matrix_new(1, n), v = matrix_new(1, n);
        for (int j = 0; j < n; j++) v.at[j] = v.at[j] * v.at[j];
        float scale = fabsf(uniform());
        bool inside = draw() % 2;
        matrix start[] = {p, m, v};
        matrix expected[3][3], got[3];
        for (int kind = 0; kind < 3; kind++) {
            for (int j = 0; j < 3; j++) expected[kind][j] = matrix_copy(start[j]);
        }
        reference()->rmsprop((size_t)n, expected[0][0].at, expected[0][2].at, g.at, scale, 1e-3f, 0.99f, 1e-5f, inside);
        reference()->adam((size_t)n, expected[1][0].at, expected[1][1].at, expected[1][2].at, g.at, scale, 1e-2f, 3.1f,
                          0.9f, 0.999f, 1e-8f);
        reference()->sgd((size_t)n, expected[2][0].at, expected[2][1].at, g.at, scale, 1e-2f, 0.9f);
        double squares = reference()->sum_of_squares((size_t)n, g.at), exact = 0;
        for (int j = 0; j < n; j++) exact += (double)g.at[j] * (double)g.at[j];
        assert_true(fabs(squares - exact) <= 1e-5 * exact);
        matrix sum = matrix_copy(p);
        reference()->add((size_t)n, g.at, sum.at);
        FOR_EACH_TABLE(k) {
            for (int kind = 0; kind < 3; kind++) {
                for (int j = 0; j < 3; j++) got[j] = matrix_copy(start[j]);
                if (kind == 0) k->rmsprop((size_t)n, got[0].at, got[2].at, g.at, scale, 1e-3f, 0.99f, 1e-5f, inside);
                if (kind == 1) {
                    k->adam((size_t)n, got[0].at, got[1].at, got[2].at, g.at, scale, 1e-2f, 3.1f, 0.9f, 0.999f, 1e-8f);
                }
                if (kind == 2) k->sgd((size_t)n, got[0].at, got[1].at, g.at, scale, 1e-2f, 0.9f);
                static const char *const names[] = {"rmsprop", "adam", "sgd"};
                for (int j = 0; j < 3; j++) {
                    assert_same(got[j], expected[kind][j], names[kind], k->name);
                    memory_free(got[j].at);
                }
            }
            assert_true(k->sum_of_squares((size_t)n, g.at) == squares);
            matrix total = matrix_copy(p);
            k->add((size_t)n, g.at, total.at);
            assert_same(total, sum, "add", k->name);
            memory_free(total.at);
        }
        for (int kind = 0; kind < 3; kind++) {
            for (int j = 0; j < 3; j++) memory_free(expected[kind][j].at);
        }
        matrix all[] = {p, g, m, v, sum};
        for (size_t j = 0; j < sizeof all / sizeof *all; j++) memory_free(all[j].at);
    }
}

/* What A3C_ISA does is seen by a new process: this program with one argument prints the name in use and the complaint.
 */
static const char *program;

static void assert_choice(const char *isa, const char *name, const char *complaint) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        if (isa)
            setenv("A3C_ISA", isa, 1);
        else
            unsetenv("A3C_ISA");
        dup2(ends[1], 1);
        execl(program, program, "choice", (char *)NULL);
        _exit(9);
    }
    close(ends[1]);
    char text[512] = {0};
    size_t used = 0;
    for (ssize_t n; used < sizeof text - 1 && (n = read(ends[0], text + used, sizeof text - 1 - used)) > 0;)
        used += (size_t)n;
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    char expected[64];
    snprintf(expected, sizeof expected, "%s|", name);
    assert_memory_equal(text, expected, strlen(expected));
    if (complaint)
        assert_non_null(strstr(text, complaint));
    else
        assert_string_equal(text + strlen(expected), "fine\n");
}

static void test_choice(void **unused) {
    (void)unused;
    const char *best = NULL;
    for (const char *const *name = kernels_names; *name; name++) {
        if (!kernels_named(*name)) continue;
        if (!best) best = *name;
        assert_string_equal(kernels_named(*name)->name, *name);
        assert_choice(*name, *name, NULL);
    }
    assert_string_not_equal(best, "reference");
    assert_choice(NULL, best, NULL);
    assert_choice("sse9", best, "reference");
    assert_null(kernels_named("sse9"));
}

int main(int count, char **arguments) {
    program = "/proc/self/exe";
    if (count > 1 && strcmp(arguments[1], "choice") == 0) {
        const char *complaint = kernels_complaint();
        printf("%s|%s\n", kernels_get()->name, complaint ? complaint : "fine");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_dense_backward),
        cmocka_unit_test(test_outer),
        cmocka_unit_test(test_dot_and_transpose),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_a_row_alone),
        cmocka_unit_test(test_products_mean_what_they_say),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_flushed_denormals),
        cmocka_unit_test(test_errors_in_ulp),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_sums_and_optimizers),
        cmocka_unit_test(test_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
