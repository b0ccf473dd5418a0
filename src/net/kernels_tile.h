/* SPDX-License-Identifier: MIT
 * The innermost loops of the matrix products, for the shapes that the registers have room for: the tile keeps sums in
 * registers and walks over k; the stream keeps weights in registers and walks over the rows of sums. Both add in the
 * order of k, so their bits agree. Macros, because every register must be a variable of its own: GCC 12 keeps an array
 * of vectors in memory when its size is only known after inlining (55 instead of 190 GFLOP/s). Included by
 * kernels_product.h only. */
#ifndef NET_KERNELS_TILE_H
#define NET_KERNELS_TILE_H

#include <stdbool.h>

#include "net/vector_math.h"

/* c[i][:] = init[i][:] + sum_k a[i][k] b[k][:], k in order from 0. Strides are in floats. */
typedef struct product_shape {
    size_t depth;           /* how many k */
    size_t a_row, a_step;   /* from a row i of a to the next; from k to k + 1 */
    size_t b_step;          /* from k to k + 1 */
    size_t c_row, init_row; /* from a row i to the next; init_row 0: the same row for all */
    bool relu;              /* max(0, .) in the end */
    bool tanh;              /* `mask` has the tanh of a layer below, whose derivative 1 - tanh^2 the sums are to get */
} product_shape;

/* C columns of vectors, R rows or k; m gets the index, C or R is handed on. */
#define COLUMNS_1(m, i) m(i, 0)
#define COLUMNS_2(m, i) COLUMNS_1(m, i) m(i, 1)
#define COLUMNS_3(m, i) COLUMNS_2(m, i) m(i, 2)
#define COLUMNS_4(m, i) COLUMNS_3(m, i) m(i, 3)
#define COLUMNS_5(m, i) COLUMNS_4(m, i) m(i, 4)
#define COLUMNS_6(m, i) COLUMNS_5(m, i) m(i, 5)
#define COLUMNS_7(m, i) COLUMNS_6(m, i) m(i, 6)
#define COLUMNS_8(m, i) COLUMNS_7(m, i) m(i, 7)

#define ROWS_1(m, C) m(0, C)
#define ROWS_2(m, C) ROWS_1(m, C) m(1, C)
#define ROWS_3(m, C) ROWS_2(m, C) m(2, C)
#define ROWS_4(m, C) ROWS_3(m, C) m(3, C)
#define ROWS_5(m, C) ROWS_4(m, C) m(4, C)
#define ROWS_6(m, C) ROWS_5(m, C) m(5, C)
#define ROWS_7(m, C) ROWS_6(m, C) m(6, C)
#define ROWS_8(m, C) ROWS_7(m, C) m(7, C)
#define ROWS_9(m, C) ROWS_8(m, C) m(8, C)
#define ROWS_10(m, C) ROWS_9(m, C) m(9, C)
#define ROWS_11(m, C) ROWS_10(m, C) m(10, C)
#define ROWS_12(m, C) ROWS_11(m, C) m(11, C)

/* The tile: R rows by C vectors of sums in registers. `init` NULL: from 0. `mask` (NULL: none) has the rows of c, the
 * layer's output below: a sum gets its activation's derivative, which for relu is 0 where it is not above 0. */
typedef void tile(const product_shape *p, const float *a, const float *b, float *c, const float *init,
                  const float *mask);

#define TILE_DECLARE(i, j) vec s##i##_##j;
#define TILE_START(i, j) s##i##_##j = vec_load(init + i * p->init_row + j * LANES);
#define TILE_ZERO(i, j) s##i##_##j = vec_zero();
#define TILE_B(i, j) vec b##j = vec_load(b + j * LANES);
#define TILE_FMA(i, j) s##i##_##j = vec_fma(x##i, b##j, s##i##_##j);
#define TILE_RELU(i, j) s##i##_##j = vec_max(vec_zero(), s##i##_##j);
#define TILE_MASK(i, j) s##i##_##j = vec_select(vec_load(mask + i * p->c_row + j * LANES) > 0, s##i##_##j, vec_zero());
#define TILE_SLOPE(i, j) s##i##_##j = vec_tanh_backward(s##i##_##j, vec_load(mask + i * p->c_row + j * LANES));
#define TILE_STORE(i, j) vec_store(c + i * p->c_row + j * LANES, s##i##_##j);

#define TILE_DECLARE_ROW(i, C) COLUMNS_##C(TILE_DECLARE, i)
#define TILE_START_ROW(i, C) COLUMNS_##C(TILE_START, i)
#define TILE_ZERO_ROW(i, C) COLUMNS_##C(TILE_ZERO, i)
#define TILE_RELU_ROW(i, C) COLUMNS_##C(TILE_RELU, i)
#define TILE_MASK_ROW(i, C) COLUMNS_##C(TILE_MASK, i)
#define TILE_SLOPE_ROW(i, C) COLUMNS_##C(TILE_SLOPE, i)
#define TILE_STORE_ROW(i, C) COLUMNS_##C(TILE_STORE, i)
/* every third row has a pointer, the two after it an index: that many integer registers there are */
#define TILE_FMA_ROW(i, C)                                                                                             \
    {                                                                                                                  \
        vec x##i = vec_set((i < 3 ? a : i < 6 ? a3 : i < 9 ? a6 : a9)[i % 3 * a_row]);                                 \
        COLUMNS_##C(TILE_FMA, i)                                                                                       \
    }

/* clang-format off */
#define TILE(R, C)                                                                                                     \
    static void tile_##R##x##C(const product_shape *p, const float *a, const float *b, float *c, const float *init,    \
                               const float *mask) {                                                                    \
        ROWS_##R(TILE_DECLARE_ROW, C)                                                                                  \
        if (init) {                                                                                                    \
            ROWS_##R(TILE_START_ROW, C)                                                                                \
        } else {                                                                                                       \
            ROWS_##R(TILE_ZERO_ROW, C)                                                                                 \
        }                                                                                                              \
        size_t a_row = p->a_row, a_step = p->a_step, b_step = p->b_step;                                               \
        const float *a3 = a + 3 * a_row, *a6 = a3 + 3 * a_row, *a9 = a6 + 3 * a_row;                                   \
        _Pragma("GCC unroll 2") for (size_t k = p->depth; k > 0; k--) {                                                \
            COLUMNS_##C(TILE_B, 0)                                                                                     \
            ROWS_##R(TILE_FMA_ROW, C)                                                                                  \
            a += a_step, a3 += a_step, a6 += a_step, a9 += a_step, b += b_step;                                        \
        }                                                                                                              \
        if (mask && p->tanh) { ROWS_##R(TILE_SLOPE_ROW, C) }                                                           \
        if (mask && !p->tanh) { ROWS_##R(TILE_MASK_ROW, C) }                                                           \
        if (p->relu) { ROWS_##R(TILE_RELU_ROW, C) }                                                                    \
        ROWS_##R(TILE_STORE_ROW, C)                                                                                    \
    }
/* clang-format on */

/* The stream: R k's by C vectors of b in registers, all the rows of c passing by; arguments as the tile's. A sum is
 * stored as soon as it is complete: all sums first and all stores then is a third slower where stores are the limit. */
typedef void stream(const product_shape *p, size_t rows, const float *a, const float *b, float *c, const float *init,
                    const float *mask);

#define STREAM_LOAD(i, j) vec w##i##_##j = vec_load(b + i * p->b_step + j * LANES);
#define STREAM_LOAD_ROW(i, C) COLUMNS_##C(STREAM_LOAD, i)
#define STREAM_X(i, C) vec x##i = vec_set(a[i * a_step]);
#define STREAM_FMA(i, j) s = vec_fma(x##i, w##i##_##j, s);
#define STREAM_STORE(i, j) vec_store(c + j * LANES, s);
#define STREAM_FINISH(i, j)                                                                                            \
    if (mask && p->tanh) s = vec_tanh_backward(s, vec_load(mask + j * LANES));                                         \
    if (mask && !p->tanh) s = vec_select(vec_load(mask + j * LANES) > 0, s, vec_zero());                               \
    if (relu) s = vec_max(vec_zero(), s);                                                                              \
    STREAM_STORE(i, j)
#define STREAM_FROM_0(R, j)                                                                                            \
    {                                                                                                                  \
        vec s = vec_zero();                                                                                            \
        ROWS_##R(STREAM_FMA, j) STREAM_STORE(0, j)                                                                     \
    }
#define STREAM_FROM_INIT(R, j)                                                                                         \
    {                                                                                                                  \
        vec s = vec_load(init + j * LANES);                                                                            \
        ROWS_##R(STREAM_FMA, j) STREAM_STORE(0, j)                                                                     \
    }
#define STREAM_ANY(R, j)                                                                                               \
    {                                                                                                                  \
        vec s = init ? vec_load(init + j * LANES) : vec_zero();                                                        \
        ROWS_##R(STREAM_FMA, j) STREAM_FINISH(0, j)                                                                    \
    }

/* clang-format off */
#define STREAM(R, C)                                                                                                   \
    static void stream_##R##x##C(const product_shape *p, size_t rows, const float *a, const float *b, float *c,        \
                                 const float *init, const float *mask) {                                               \
        size_t a_row = p->a_row, a_step = p->a_step, c_row = p->c_row, init_row = p->init_row;                         \
        bool relu = p->relu;                                                                                           \
        ROWS_##R(STREAM_LOAD_ROW, C)                                                                                   \
        if (!init && !mask && !relu) {                                                                                 \
            for (size_t i = 0; i < rows; i++, a += a_row, c += c_row) {                                                \
                ROWS_##R(STREAM_X, C) COLUMNS_##C(STREAM_FROM_0, R)                                                    \
            }                                                                                                          \
        } else if (!mask && !relu) {                                                                                   \
            for (size_t i = 0; i < rows; i++, a += a_row, c += c_row, init += init_row) {                              \
                ROWS_##R(STREAM_X, C) COLUMNS_##C(STREAM_FROM_INIT, R)                                                 \
            }                                                                                                          \
        } else {                                                                                                       \
            for (size_t i = 0; i < rows; i++, a += a_row, c += c_row) {                                                \
                ROWS_##R(STREAM_X, C) COLUMNS_##C(STREAM_ANY, R)                                                       \
                if (init) init += init_row;                                                                            \
                if (mask) mask += c_row;                                                                               \
            }                                                                                                          \
        }                                                                                                              \
    }
/* clang-format on */

/* The shapes that fit the registers: R C + C + 1 of them for a tile, R C + R + 1 for a stream; by the number of columns
 * C, the most rows R. USUAL_COLUMNS is the width that moves the least memory when rows are many; up to
 * ROWS_AT_ONCE rows are better taken by narrower tiles than by two. */
#define SHAPES_R1(m, C) m(1, C)
#define SHAPES_R2(m, C) SHAPES_R1(m, C) m(2, C)
#define SHAPES_R3(m, C) SHAPES_R2(m, C) m(3, C)
#define SHAPES_R4(m, C) SHAPES_R3(m, C) m(4, C)
#define SHAPES_R5(m, C) SHAPES_R4(m, C) m(5, C)
#define SHAPES_R6(m, C) SHAPES_R5(m, C) m(6, C)
#define SHAPES_R7(m, C) SHAPES_R6(m, C) m(7, C)
#define SHAPES_R8(m, C) SHAPES_R7(m, C) m(8, C)
#define SHAPES_R12(m, C) SHAPES_R8(m, C) m(9, C) m(10, C) m(11, C) m(12, C)
enum { ROWS_MOST = 12, COLUMNS_MOST = 8 };
#if VECTOR_REGISTERS == 32
enum { USUAL_COLUMNS = 4, ROWS_AT_ONCE = 8 };
static const size_t tile_rows[COLUMNS_MOST + 1] = {0, 12, 12, 8, 6, 3, 3, 3, 3};
static const size_t stream_rows[COLUMNS_MOST + 1] = {0, 8, 8, 7, 6, 3, 3, 3, 3};
#define WIDE_SHAPES(m) SHAPES_R6(m, 4) SHAPES_R3(m, 5) SHAPES_R3(m, 6) SHAPES_R3(m, 7) SHAPES_R3(m, 8)
#define TILE_SHAPES(m) SHAPES_R12(m, 1) SHAPES_R12(m, 2) SHAPES_R8(m, 3) WIDE_SHAPES(m)
#define STREAM_SHAPES(m) SHAPES_R8(m, 1) SHAPES_R8(m, 2) SHAPES_R7(m, 3) WIDE_SHAPES(m)
#else
enum { USUAL_COLUMNS = 2, ROWS_AT_ONCE = 0 };
static const size_t tile_rows[COLUMNS_MOST + 1] = {0, 12, 6, 4, 2, 1, 1, 1, 1};
static const size_t stream_rows[COLUMNS_MOST + 1] = {0, 7, 5, 3, 2, 1, 1, 1, 1};
#define WIDE_SHAPES(m) SHAPES_R2(m, 4) SHAPES_R1(m, 5) SHAPES_R1(m, 6) SHAPES_R1(m, 7) SHAPES_R1(m, 8)
#define TILE_SHAPES(m) SHAPES_R12(m, 1) SHAPES_R6(m, 2) SHAPES_R4(m, 3) WIDE_SHAPES(m)
#define STREAM_SHAPES(m) SHAPES_R7(m, 1) SHAPES_R5(m, 2) SHAPES_R3(m, 3) WIDE_SHAPES(m)
#endif

TILE_SHAPES(TILE)
STREAM_SHAPES(STREAM)
#define TILE_ENTRY(R, C) [R][C] = tile_##R##x##C,
#define STREAM_ENTRY(R, C) [R][C] = stream_##R##x##C,
static tile *const tiles[ROWS_MOST + 1][COLUMNS_MOST + 1] = {TILE_SHAPES(TILE_ENTRY)};
static stream *const streams[ROWS_MOST + 1][COLUMNS_MOST + 1] = {STREAM_SHAPES(STREAM_ENTRY)};

#endif
