/* SPDX-License-Identifier: MIT
 * The kernels of a network's heads: few outputs, each a dot product, and the categorical distribution. Included by
 * kernels_vector.c only. */
#ifndef NET_KERNELS_HEADS_H
#define NET_KERNELS_HEADS_H

#include "net/kernels_tables.h"
#include "net/kernels_tile.h"
#include "net/vector_math.h"

enum {
    SUMS = 16 / LANES,                            /* vectors of a dot product's sixteen partial sums */
    DOT_ROWS = 4,                                 /* rows of x at once, */
    DOT_COLUMNS = VECTOR_REGISTERS == 32 ? 4 : 2, /* times rows of w: their sums fit the registers */
    ACTIONS_MOST = 64,                            /* that the vectors of softmax have room for */
};

/* part[i][j]: the partial sums of x[i] . w[j], R by C of them, over n floats */
typedef void dot_tile(size_t n, const float *x, size_t ldx, const float *w, size_t ldw, vec part[DOT_ROWS][4][SUMS]);

#define DOT_W(i, j) vec b##j = vec_load(w + j * ldw + k);
#define DOT_ZERO(i, j) vec s##i##_##j = vec_zero();
#define DOT_PART(i, j) part[i][j][lane / LANES] = s##i##_##j;
#define DOT_ZERO_ROW(i, C) COLUMNS_##C(DOT_ZERO, i)
#define DOT_PART_ROW(i, C) COLUMNS_##C(DOT_PART, i)
#define DOT_FMA_ROW(i, C)                                                                                              \
    {                                                                                                                  \
        vec x##i = vec_load(x + i * ldx + k);                                                                          \
        COLUMNS_##C(TILE_FMA, i)                                                                                       \
    }
#define DOT_TILE(R, C)                                                                                                 \
    static void dot_##R##x##C(size_t n, const float *x, size_t ldx, const float *w, size_t ldw,                        \
                              vec part[DOT_ROWS][4][SUMS]) {                                                           \
        for (size_t lane = 0; lane < 16; lane += LANES) {                                                              \
            ROWS_##R(DOT_ZERO_ROW, C) for (size_t k = lane; k < n; k += 16){                                           \
                COLUMNS_##C(DOT_W, 0) ROWS_##R(DOT_FMA_ROW, C)} ROWS_##R(DOT_PART_ROW, C)                              \
        }                                                                                                              \
    }
/* clang-format off */
DOT_TILE(1, 1)
DOT_TILE(1, 2)
DOT_TILE(1, 3)
DOT_TILE(1, 4)
#if VECTOR_REGISTERS == 32
DOT_TILE(4, 1)
DOT_TILE(4, 2)
DOT_TILE(4, 3)
DOT_TILE(4, 4)
static dot_tile *const four_rows[] = {NULL, dot_4x1, dot_4x2, dot_4x3, dot_4x4};
#else
DOT_TILE(4, 1)
DOT_TILE(4, 2)
static dot_tile *const four_rows[] = {NULL, dot_4x1, dot_4x2};
#endif
/* clang-format on */
static dot_tile *const one_row[] = {NULL, dot_1x1, dot_1x2, dot_1x3, dot_1x4};

/* (v[0] + v[2]) + (v[1] + v[3]) of each of four vectors of four */
static inline quad quad_sums(quad v0, quad v1, quad v2, quad v3) {
    quad v[4] = {v0, v1, v2, v3};
    quad_transpose(v);
    return (v[0] + v[2]) + (v[1] + v[3]);
}

/* q[i] = x[i] . w[0 .. 3] for four rows, or for one; 0 where `count` says that there is no row of w */
static inline void dot_four_rows(size_t n, const float *x, size_t ldx, const float *w, size_t ldw, size_t count,
                                 quad q[4]) {
    vec part[DOT_ROWS][4][SUMS];
    for (size_t j = 0; j < 4; j++) q[j] = (quad){0};
    for (size_t j = 0; j < count; j += DOT_COLUMNS) {
        size_t columns = least(count - j, DOT_COLUMNS);
        four_rows[columns](n, x, ldx, w + j * ldw, ldw, part);
        for (size_t c = 0; c < columns; c++) {
            q[j + c] = quad_sums(vec_quarter(part[0][c]), vec_quarter(part[1][c]), vec_quarter(part[2][c]),
                                 vec_quarter(part[3][c]));
        }
    }
    quad_transpose(q);
}

static inline quad dot_one_row(size_t n, const float *x, const float *w, size_t ldw, size_t count) {
    vec part[DOT_ROWS][4][SUMS];
    quad v[4];
    one_row[count](n, x, 0, w, ldw, part);
    for (size_t j = 0; j < 4; j++) v[j] = j < count ? vec_quarter(part[0][j]) : (quad){0};
    return quad_sums(v[0], v[1], v[2], v[3]);
}

/* four floats of y: q + bias where there is an output, else 0 */
static inline void store_outputs(float *y, quad q, const float *b, size_t count) {
    static const int32_t there[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
    int32_t mask __attribute__((vector_size(16)));
    memcpy(&mask, there + 4 - count, sizeof mask);
    if (b) q += *(const quad *)b;
    *(quad *)y = (quad)((__typeof__(mask))q & mask);
}

static void dot(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, const float *b, float *y,
                int ldy) {
    size_t depth = line_floats((size_t)in), width = line_floats((size_t)out), n = (size_t)rows;
    for (size_t r = 0, part; r < n; r += part) {
        part = n - r < DOT_ROWS ? 1 : DOT_ROWS;
        const float *of = x + r * (size_t)ldx;
        float *to = y + r * (size_t)ldy;
        for (size_t j = 0; j < width; j += 4) {
            quad q[4] = {{0}};
            size_t count = j < (size_t)out ? least((size_t)out - j, 4) : 0;
            const float *rows_of_w = w + j * (size_t)ldw;
            if (count > 0 && part == 1) q[0] = dot_one_row(depth, of, rows_of_w, (size_t)ldw, count);
            if (count > 0 && part > 1) dot_four_rows(depth, of, (size_t)ldx, rows_of_w, (size_t)ldw, count, q);
            for (size_t i = 0; i < part; i++) store_outputs(to + i * (size_t)ldy + j, q[i], b ? b + j : NULL, count);
        }
    }
}

/* LANES rows of n logits, one a lane: columns[j] has logit j of each. Returns their entropies. */
static inline vec softmax_lanes(size_t n, vec *columns, vec *probability) {
    vec largest = columns[0], sum = vec_zero(), plogp = vec_zero();
    for (size_t j = 1; j < n; j++) largest = vec_select(largest < columns[j], columns[j], largest);
    for (size_t j = 0; j < n; j++) sum += vec_exp(columns[j] - largest);
    vec log_sum = vec_log(sum);
    for (size_t j = 0; j < n; j++) {
        columns[j] = (columns[j] - largest) - log_sum;
        probability[j] = vec_exp(columns[j]);
        plogp = vec_select(probability[j] > 0, vec_fma(probability[j], columns[j], plogp), plogp);
    }
    return 0 - plogp;
}

/* row[j] = lane i of columns[j], and 0 up to the padded width. The first line by itself: GCC 12 makes the whole loop
 * `rep stos`, which takes longer than all the rest of a short row. */
static inline void store_lane(float *row, size_t n, const vec *columns, size_t i) {
    for (size_t j = 0; j < 16; j += LANES) vec_store(row + j, vec_zero());
    for (size_t j = 16; j < line_floats(n); j += LANES) vec_store(row + j, vec_zero());
    for (size_t j = 0; j < n; j++) row[j] = ((const float *)&columns[j])[i];
}

static void softmax(int rows, int n, const float *logits, int ld, float *log_probability, float *probability,
                    float *entropy) {
    size_t actions = (size_t)n, stride = (size_t)ld;
    if (actions > ACTIONS_MOST) {
        kernels_reference.softmax(rows, n, logits, ld, log_probability, probability, entropy);
        return;
    }
    vec columns[ACTIONS_MOST], p[ACTIONS_MOST];
    for (size_t j = 0; j < actions; j++) columns[j] = vec_zero();
    for (size_t first = 0; first < (size_t)rows; first += LANES) {
        size_t count = least(LANES, (size_t)rows - first);
        if (count == 1) { /* what was just written lane by lane and is read as a vector would have to wait */
            for (size_t j = 0; j < actions; j++) columns[j] = vec_set(logits[first * stride + j]);
        }
        for (size_t i = 0; count > 1 && i < count; i++) {
            for (size_t j = 0; j < actions; j++) ((float *)&columns[j])[i] = logits[(first + i) * stride + j];
        }
        vec entropies = softmax_lanes(actions, columns, p);
        memcpy(entropy + first, &entropies, count * sizeof *entropy);
        for (size_t i = 0; i < count; i++) {
            store_lane(log_probability + (first + i) * stride, actions, columns, i);
            store_lane(probability + (first + i) * stride, actions, p, i);
        }
    }
}

#endif
