/* SPDX-License-Identifier: MIT
 * The functions, the distribution and the optimizers of every instruction set against the plain reference, bit for bit;
 * the reference against double precision. */
#include "test_kernels.h"

#include <float.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { AREA = 1 << 19 };

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),     cmocka_unit_test(test_flushed_denormals),
        cmocka_unit_test(test_errors_in_ulp), cmocka_unit_test(test_edges),
        cmocka_unit_test(test_softmax),       cmocka_unit_test(test_sums_and_optimizers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
