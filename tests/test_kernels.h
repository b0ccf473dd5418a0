/* SPDX-License-Identifier: MIT
 * What the tests of the kernels share: random matrices, and the comparison of all tables with the reference. */
#ifndef TEST_KERNELS_H
#define TEST_KERNELS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "net/kernels.h"

enum { SHAPES = 150 }; /* random shapes a test */

static uint64_t test_state = 1;

/* splitmix64 */
static inline uint64_t draw(void) {
    uint64_t z = (test_state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static inline float uniform(void) {
    return (float)(draw() >> 40) * 0x1p-23f - 1.0f;
}

/* small more often than large, 16 and its neighbours often */
static inline int draw_size(int most) {
    static const int special[] = {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64, 80, 96, 100, 112, 127, 128, 129};
    int size = draw() % 3 ? special[draw() % (sizeof special / sizeof *special)] : 1 + (int)(draw() % (uint64_t)most);
    return size < most ? size : most;
}

static inline int padded(int n) {
    return (int)line_floats((size_t)n);
}

typedef struct matrix {
    float *at;
    int rows, columns, stride;
} matrix;

/* random values, zeros past the last column */
static inline matrix matrix_with_stride(int rows, int columns, int stride) {
    matrix m = {.rows = rows, .columns = columns, .stride = stride};
    m.at = memory_array(float, (size_t)(rows * m.stride));
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) m.at[r * m.stride + c] = uniform();
    }
    return m;
}

/* the stride sometimes wider than the row */
static inline matrix matrix_new(int rows, int columns) {
    return matrix_with_stride(rows, columns, padded(columns) + (draw() % 3 == 0 ? 16 : 0));
}

static inline matrix matrix_copy(matrix m) {
    float *at = memory_array(float, (size_t)(m.rows * m.stride));
    memcpy(at, m.at, (size_t)m.rows * (size_t)m.stride * sizeof *at);
    return (matrix){.at = at, .rows = m.rows, .columns = m.columns, .stride = m.stride};
}

static inline bool same_bits(const float *a, const float *b, size_t n, const char *what, const char *isa) {
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) && isnan(b[i])) continue;
        if (memcmp(a + i, b + i, sizeof *a) == 0) continue;
        fprintf(stderr, "%s, %s: element %zu of %zu is %a, the reference has %a\n", what, isa, i, n, (double)a[i],
                (double)b[i]);
        return false;
    }
    return true;
}

static inline void assert_same(matrix a, matrix b, const char *what, const char *isa) {
    assert_true(same_bits(a.at, b.at, (size_t)a.rows * (size_t)a.stride, what, isa));
}

#define FOR_EACH_TABLE(k)                                                                                              \
    for (const char *const *name_ = kernels_names; *name_; name_++)                                                    \
        for (const kernels *k = kernels_named(*name_); k; k = NULL)

static inline const kernels *reference(void) {
    const kernels *k = kernels_named("reference");
    assert_non_null(k);
    return k;
}

#endif
