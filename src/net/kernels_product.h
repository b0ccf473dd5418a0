/* SPDX-License-Identifier: MIT
 * The matrix products, cut into tiles and streams. Included by kernels_vector.c only.
 *
 * The cut depends on the sizes, the bits do not: every sum takes its terms in the order of k in any cut, and what is
 * written between two blocks of k is the sum itself, in single precision as in the register. */
#ifndef NET_KERNELS_PRODUCT_H
#define NET_KERNELS_PRODUCT_H

#include "base/memory.h"
#include "net/kernels_tables.h"
#include "net/kernels_tile.h"

enum {
    DEPTH_BLOCK = 256,       /* k's of one pass over the sums */
    WEIGHTS_BLOCK = 1 << 16, /* floats of b kept in the L2 cache while all rows of a are multiplied with them */
    ROWS_BLOCK = 48,         /* rows of a kept in the L1 cache while they meet those weights */
    STREAM_BLOCK = 8192,     /* floats of sums that the streams finish before they take the next, */
    STREAM_ROWS = 16,        /* and rows, at least */
    STREAM_DEPTH = 32,       /* for more k's a tile of sums in registers is faster */
    ALIASED_STRIDE = 256,    /* floats: rows this far apart share few sets of the L1 cache and evict sums */
    PACK_STRIDE = 1024,      /* floats: rows this far apart fall into one set; copying b first pays */
    PACK_ROWS = 512,         /* for at least this many rows of a */
};

static inline size_t ceiling(size_t a, size_t b) {
    return (a + b - 1) / b;
}

/* `total` cut into the fewest parts of at most `most`, as even as can be: the size of the first */
static inline size_t even_part(size_t total, size_t most) {
    if (total <= most) return total; /* a division is a good part of a small product */
    return ceiling(total, ceiling(total, most));
}

/* the most columns whose shapes have enough rows for `rows`; few rows in one tile, so that b passes by once */
static inline size_t columns_for(const size_t *rows_most, size_t rows) {
    size_t columns = COLUMNS_MOST, wanted = least(rows, rows_most[USUAL_COLUMNS]);
    if (rows <= ROWS_AT_ONCE) wanted = rows;
    while (columns > 1 && rows_most[columns] < wanted) columns--;
    return columns;
}

/* panel[k][:] = b[k][:], contiguous */
static void pack(size_t depth, size_t floats, const float *b, size_t b_step, float *panel) {
    for (size_t k = 0; k < depth; k++, b += b_step, panel += floats) {
        for (size_t o = 0; o < floats; o += LANES) vec_store(panel + o, vec_load(b + o));
    }
}

/* c[rows, columns] = init + a[rows, depth] b[depth, columns], then relu or mask: one panel of at most COLUMNS_MOST
 * vectors */
static void multiply_panel(const product_shape *p, size_t rows, size_t columns, const float *a, const float *b,
                           float *c, const float *init, const float *mask) {
    if (p->depth <= stream_rows[columns]) {
        streams[p->depth][columns](p, rows, a, b, c, init, mask);
        return;
    }
    uint32_t n = (uint32_t)rows, most = (uint32_t)tile_rows[columns];
    if (n <= most) {
        tiles[n][columns](p, a, b, c, init, mask);
        return;
    }
    uint32_t parts = (n + most - 1) / most, least_rows = n / parts, longer = n % parts; /* as even as can be */
    for (size_t part; parts > 0; parts--) {
        part = least_rows + (longer > 0);
        longer -= longer > 0;
        tiles[part][columns](p, a, b, c, init, mask);
        a += part * p->a_row, c += part * p->c_row;
        if (init) init += part * p->init_row;
        if (mask) mask += part * p->c_row;
    }
}

/* the same for any width, in floats, a multiple of 16, and few enough weights to stay in the L2 cache */
static void multiply_block(const product_shape *p, size_t rows, size_t width, const float *a, const float *b, float *c,
                           const float *init, const float *mask) {
    size_t most = columns_for(tile_rows, rows), columns;
    for (size_t i = 0, part; i < rows; i += part) {
        part = even_part(rows - i, ROWS_BLOCK);
        for (size_t o = 0; o < width; o += columns * LANES) {
            size_t at = i * p->c_row + o;
            columns = even_part((width - o) / LANES, most);
            multiply_panel(p, part, columns, a + i * p->a_row, b + o, c + at, init ? init + i * p->init_row + o : NULL,
                           mask ? mask + at : NULL);
        }
    }
}

/* the same for many rows and a stride of b that is bad for caches: b is copied first, a panel's columns side by side */
__attribute__((noinline)) static void multiply_packed(product_shape p, size_t rows, size_t width, const float *a,
                                                      const float *b, float *c, const float *init, const float *mask) {
    float packed[WEIGHTS_BLOCK] __attribute__((aligned(64)));
    size_t b_step = p.b_step, columns;
    for (size_t i = 0, part; i < rows; i += part) {
        part = even_part(rows - i, ROWS_BLOCK);
        for (size_t o = 0; o < width; o += p.b_step) {
            size_t at = i * p.c_row + o;
            columns = even_part((width - o) / LANES, USUAL_COLUMNS);
            p.b_step = columns * LANES;
            float *panel = packed + o * p.depth;
            if (i == 0) pack(p.depth, p.b_step, b + o, b_step, panel);
            multiply_panel(&p, part, columns, a + i * p.a_row, panel, c + at, init ? init + i * p.init_row + o : NULL,
                           mask ? mask + at : NULL);
        }
    }
}

/* the same for any depth */
static void multiply_padded(const product_shape *shape, size_t rows, size_t width, const float *a, const float *b,
                            float *c, const float *init, const float *mask) {
    size_t columns = width / LANES; /* the small products first: for them every step on the way counts */
    bool one_panel =
        columns <= USUAL_COLUMNS ? rows <= ROWS_BLOCK : columns <= COLUMNS_MOST && rows <= tile_rows[columns];
    if (one_panel && rows > 0 && shape->depth <= DEPTH_BLOCK) {
        multiply_panel(shape, rows, columns, a, b, c, init, mask);
        return;
    }
    bool pack_it = rows >= PACK_ROWS && shape->b_step % PACK_STRIDE == 0;
    if (shape->depth <= DEPTH_BLOCK && shape->depth * width <= WEIGHTS_BLOCK && !pack_it) {
        multiply_block(shape, rows, width, a, b, c, init, mask);
        return;
    }
    for (size_t k = 0; k < shape->depth; k += DEPTH_BLOCK) {
        product_shape p = *shape;
        bool last = shape->depth - k <= DEPTH_BLOCK;
        p.depth = least(shape->depth - k, DEPTH_BLOCK);
        p.relu = shape->relu && last;
        if (k > 0) init = c, p.init_row = p.c_row;
        size_t block = WEIGHTS_BLOCK / p.depth / 256 * 256;
        for (size_t o = 0; o < width; o += block) {
            size_t part = least(block, width - o);
            const float *a_k = a + k * p.a_step, *b_k = b + k * p.b_step + o;
            const float *init_o = init ? init + o : NULL, *mask_o = mask && last ? mask + o : NULL;
            if (pack_it)
                multiply_packed(p, rows, part, a_k, b_k, c + o, init_o, mask_o);
            else
                multiply_block(&p, rows, part, a_k, b_k, c + o, init_o, mask_o);
        }
    }
}

/* c[rows, width] (+)= a^T b, a [depth, rows], b [depth, width], for few k's: a block of sums stays in the L1 cache
 * while the k's pass over it, a stream at a time */
static void multiply_streams(const product_shape *p, size_t rows, size_t width, const float *a, const float *b,
                             float *c, bool accumulate) {
    size_t most = columns_for(stream_rows, p->depth), columns;
    size_t block = rows * width <= STREAM_BLOCK ? rows : STREAM_BLOCK / width;
    if (block < STREAM_ROWS) block = STREAM_ROWS;
    for (size_t i = 0; i < rows; i += block) {
        for (size_t o = 0; o < width; o += columns * LANES) {
            float *sums = c + i * p->c_row + o;
            columns = even_part((width - o) / LANES, most);
            for (size_t k = 0, part; k < p->depth; k += part) {
                part = even_part(p->depth - k, stream_rows[columns]);
                streams[part][columns](p, least(block, rows - i), a + k * p->a_step + i, b + k * p->b_step + o, sums,
                                       accumulate || k > 0 ? sums : NULL, NULL);
            }
        }
    }
}

static void multiply_outer_padded(const product_shape *p, size_t rows, size_t width, const float *a, const float *b,
                                  float *c, bool accumulate) {
    if (p->depth <= stream_rows[USUAL_COLUMNS] || (p->depth <= STREAM_DEPTH && p->c_row % ALIASED_STRIDE != 0)) {
        multiply_streams(p, rows, width, a, b, c, accumulate);
    } else {
        multiply_padded(p, rows, width, a, b, c, accumulate ? c : NULL, NULL);
    }
}

#if A3C_ISA_avx512
enum { HALF = 8 };

/* Columns that do not fill a vector by half: the last ones with vectors of eight, their padding set to 0. */
static inline bool half_filled(size_t rows, size_t out) {
    return rows >= 4 && out % 16 != 0 && out % 16 <= HALF;
}

static void clear_last_half(size_t rows, float *c, size_t c_row) {
    for (size_t i = 0; i < rows; i++) _mm256_store_ps(c + i * c_row + HALF, _mm256_setzero_ps());
}

static void multiply(const product_shape *p, size_t rows, size_t out, const float *a, const float *b, float *c,
                     const float *init, const float *mask) {
    size_t whole = out / 16 * 16;
    if (!half_filled(rows, out)) {
        multiply_padded(p, rows, line_floats(out), a, b, c, init, mask);
        return;
    }
    if (whole > 0) multiply_padded(p, rows, whole, a, b, c, init, mask);
    kernels_avx2_multiply(p, rows, HALF, a, b + whole, c + whole, init ? init + whole : NULL,
                          mask ? mask + whole : NULL);
    clear_last_half(rows, c + whole, p->c_row);
}

static void multiply_outer(const product_shape *p, size_t rows, size_t out, const float *a, const float *b, float *c,
                           bool accumulate) {
    size_t whole = out / 16 * 16;
    if (!half_filled(p->depth, out)) {
        multiply_outer_padded(p, rows, line_floats(out), a, b, c, accumulate);
        return;
    }
    if (whole > 0) multiply_outer_padded(p, rows, whole, a, b, c, accumulate);
    kernels_avx2_multiply_outer(p, rows, HALF, a, b + whole, c + whole, accumulate);
    clear_last_half(rows, c + whole, p->c_row);
}
#else
static void multiply(const product_shape *p, size_t rows, size_t out, const float *a, const float *b, float *c,
                     const float *init, const float *mask) {
    multiply_padded(p, rows, line_floats(out), a, b, c, init, mask);
}

static void multiply_outer(const product_shape *p, size_t rows, size_t out, const float *a, const float *b, float *c,
                           bool accumulate) {
    multiply_outer_padded(p, rows, line_floats(out), a, b, c, accumulate);
}
#endif

#if A3C_ISA_avx2
void kernels_avx2_multiply(const product_shape *shape, size_t rows, size_t width, const float *a, const float *b,
                           float *c, const float *init, const float *mask) {
    multiply_padded(shape, rows, width, a, b, c, init, mask);
}

void kernels_avx2_multiply_outer(const product_shape *shape, size_t rows, size_t width, const float *a, const float *b,
                                 float *c, bool accumulate) {
    multiply_outer_padded(shape, rows, width, a, b, c, accumulate);
}
#endif

#endif
