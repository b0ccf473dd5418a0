/* SPDX-License-Identifier: MIT
 * The matrix products of every instruction set against the plain reference, bit for bit, and the choice among the sets.
 */
#include "test_kernels.h"

#include <sys/wait.h>
#include <unistd.h>

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

static void test_input_gradient(void **unused) {
    (void)unused;
    for (int i = 0; i < SHAPES; i++) {
        int rows = draw_size(90), in = draw_size(i % 10 ? 160 : 700), out = draw_size(150);
        matrix x = matrix_new(rows, in), w = matrix_new(in, out), y = matrix_new(rows, out);
        matrix h = matrix_copy(y), z = matrix_copy(y), expected = matrix_copy(y);
        activation f = draw_activation();
        for (int j = 0; j < rows * y.stride; j++) z.at[j] = 3 * z.at[j];
        if (f == ACTIVATION_RELU) reference()->activate(f, (size_t)(rows * y.stride), z.at, h.at);
        reference()->input_gradient(rows, in, out, x.at, x.stride, w.at, w.stride, f, h.at,
                                    f == ACTIVATION_SILU ? z.at : NULL, expected.at, y.stride);
        FOR_EACH_TABLE(k) {
            matrix got = matrix_copy(y);
            k->input_gradient(rows, in, out, x.at, x.stride, w.at, w.stride, f, h.at,
                              f == ACTIVATION_SILU ? z.at : NULL, got.at, y.stride);
            assert_same(got, expected, "input_gradient", k->name);
            memory_free(got.at);
        }
        matrix all[] = {x, w, y, h, z, expected};
        for (size_t m = 0; m < sizeof all / sizeof *all; m++) memory_free(all[m].at);
    }
}

static void test_weight_gradient(void **unused) {
    (void)unused;
    for (int i = 0; i < SHAPES; i++) {
        int rows = draw_size(i % 10 ? 90 : 600), in = draw_size(160), out = draw_size(150);
        matrix x = matrix_new(rows, in), d = matrix_new(rows, out), w = matrix_new(in, out), b = matrix_new(1, out);
        matrix expected = matrix_copy(w), expected_b = matrix_copy(b);
        bool accumulate = draw() % 2;
        reference()->weight_gradient(rows, in, out, x.at, x.stride, d.at, d.stride, accumulate, expected.at, w.stride);
        reference()->bias_gradient(rows, out, d.at, d.stride, accumulate, expected_b.at);
        FOR_EACH_TABLE(k) {
            matrix got = matrix_copy(w), got_b = matrix_copy(b);
            k->weight_gradient(rows, in, out, x.at, x.stride, d.at, d.stride, accumulate, got.at, w.stride);
            k->bias_gradient(rows, out, d.at, d.stride, accumulate, got_b.at);
            assert_same(got, expected, "weight_gradient", k->name);
            assert_same(got_b, expected_b, "bias_gradient", k->name);
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
        reference()->weight_gradient(rows, in, out, x.at, x.stride, d.at, d.stride, true, dw.at, w.stride);
        for (const char *const *name = kernels_names; *name; name++) {
            const kernels *k = kernels_named(*name);
            if (!k || k == reference() || strcmp(*name, "portable") == 0) continue; /* portable: the same, and slow */
            memcpy(got.at, w.at, (size_t)in * (size_t)w.stride * sizeof *w.at);
            k->weight_gradient(rows, in, out, x.at, x.stride, d.at, d.stride, true, got.at, w.stride);
            assert_same(got, dw, "weight_gradient, large", k->name);
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
    kernels_get()->weight_gradient(rows, in, out, x.at, x.stride, y.at, y.stride, false, dw.at, w.stride);
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
        cmocka_unit_test(test_input_gradient),
        cmocka_unit_test(test_weight_gradient),
        cmocka_unit_test(test_dot_and_transpose),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_a_row_alone),
        cmocka_unit_test(test_products_mean_what_they_say),
        cmocka_unit_test(test_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
