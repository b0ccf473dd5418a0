/* SPDX-License-Identifier: MIT
 * Two-dimensional convolution over planar pictures C x H x W, as matrix products: the patch under the kernel becomes a
 * row of `patches` (C*k*k numbers), a position's outputs are that row times the weights. Positions of one or several
 * pictures are taken in chunks that stay in the cache; the outputs are turned from [position, channel] to planes.
 *
 * A chunk is positions q .. q + n - 1 of the batch, position q being place q mod P of picture q / P, P =
 * out_height*out_width. */
#include "net/layer.h"

#include "base/memory.h"

#include <string.h>

enum { PATCH_FLOATS = 32 << 10 }; /* of a chunk: 128 KiB */

static size_t at(int row, int ld) {
    return (size_t)row * (size_t)ld;
}
static int line(int n) {
    return (int)line_floats((size_t)n);
}
static int places(const net_layer *l) {
    return l->out_height * l->out_width;
}

/* Positions a chunk holds: whole lines of them. */
static int chunk_positions(const net_layer *l) {
    int n = PATCH_FLOATS / line(l->in) / LINE_FLOATS * LINE_FLOATS;
    return n < LINE_FLOATS ? LINE_FLOATS : n;
}

/* The arrays of a pass in its scratch. */
typedef struct chunk_arrays {
    int capacity, ld; /* positions; row stride of patches */
    float *patches;   /* [capacity, ld] */
    float *outputs;   /* [capacity, ldw] position by position */
    float *planes;    /* [out, capacity] channel by channel */
} chunk_arrays;

static chunk_arrays arrays_in(const net_layer *l, float *scratch) {
    chunk_arrays a = {.capacity = chunk_positions(l), .ld = line(l->in), .patches = scratch};
    a.outputs = a.patches + at(a.capacity, a.ld);
    a.planes = a.outputs + at(a.capacity, l->ldw);
    return a;
}

size_t conv_scratch(const net_layer *l) {
    return (size_t)chunk_positions(l) * ((size_t)line(l->in) + (size_t)l->ldw + (size_t)l->out);
}

/* ---- Patches ---- */

static inline void copy_run(int n, const float *from, float *to) {
    for (int i = 0; i < n; i++) to[i] = from[i];
}

static inline void add_run(int n, const float *from, float *to) {
    for (int i = 0; i < n; i++) to[i] += from[i];
}

/* Three floats by one move of four: the fourth is overwritten by who comes next, or cleared (gather_chunk). What is
 * read behind a picture's last float belongs to the tape still. */
static inline void copy_three(const float *from, float *to) {
    memcpy(to, from, 4 * sizeof *to);
}

/* The inner loops over one patch that lies inside the picture, k known when compiled for the usual kernels. */
static inline __attribute__((always_inline)) void gather_inside(const net_layer *l, int k, const float *corner,
                                                                float *patch) {
    for (int c = 0; c < l->channels; c++, corner += at(l->height, l->width))
        for (int y = 0; y < k; y++, patch += k) {
            if (k == 3)
                copy_three(corner + at(y, l->width), patch);
            else
                copy_run(k, corner + at(y, l->width), patch);
        }
}

static inline __attribute__((always_inline)) void scatter_inside(const net_layer *l, int k, const float *patch,
                                                                 float *corner) {
    for (int c = 0; c < l->channels; c++, corner += at(l->height, l->width))
        for (int y = 0; y < k; y++, patch += k) add_run(k, patch, corner + at(y, l->width));
}

/* The same where the patch hangs over the picture's edge: its top left corner is at (top, left), which may be negative.
 */
static void gather_edge(const net_layer *l, const float *picture, int top, int left, float *patch) {
    for (int c = 0; c < l->channels; c++)
        for (int y = top; y < top + l->kernel; y++)
            for (int x = left; x < left + l->kernel; x++) {
                bool inside = y >= 0 && y < l->height && x >= 0 && x < l->width;
                *patch++ = inside ? picture[at(c * l->height + y, l->width) + (size_t)x] : 0;
            }
}

static void scatter_edge(const net_layer *l, const float *patch, int top, int left, float *picture) {
    for (int c = 0; c < l->channels; c++)
        for (int y = top; y < top + l->kernel; y++)
            for (int x = left; x < left + l->kernel; x++, patch++)
                if (y >= 0 && y < l->height && x >= 0 && x < l->width)
                    picture[at(c * l->height + y, l->width) + (size_t)x] += *patch;
}

static bool patch_corner(const net_layer *l, int place, int *top, int *left) {
    *top = place / l->out_width * l->stride - l->padding;
    *left = place % l->out_width * l->stride - l->padding;
    return *top >= 0 && *left >= 0 && *top + l->kernel <= l->height && *left + l->kernel <= l->width;
}

static void gather(const net_layer *l, const float *picture, int place, float *patch) {
    int top, left;
    if (!patch_corner(l, place, &top, &left)) {
        gather_edge(l, picture, top, left, patch);
        return;
    }
    const float *corner = picture + at(top, l->width) + (size_t)left;
    switch (l->kernel) {
    case 3:
        gather_inside(l, 3, corner, patch);
        break;
    case 4:
        gather_inside(l, 4, corner, patch);
        break;
    case 8:
        gather_inside(l, 8, corner, patch);
        break;
    default:
        gather_inside(l, l->kernel, corner, patch);
        break;
    }
}

static void scatter(const net_layer *l, const float *patch, int place, float *picture) {
    int top, left;
    if (!patch_corner(l, place, &top, &left)) {
        scatter_edge(l, patch, top, left, picture);
        return;
    }
    float *corner = picture + at(top, l->width) + (size_t)left;
    switch (l->kernel) {
    case 3:
        scatter_inside(l, 3, patch, corner);
        break;
    case 4:
        scatter_inside(l, 4, patch, corner);
        break;
    case 8:
        scatter_inside(l, 8, patch, corner);
        break;
    default:
        scatter_inside(l, l->kernel, patch, corner);
        break;
    }
}

/* A run of a chunk's positions that belong to one picture, the batch's number `picture`. */
typedef struct run {
    int picture, place, from, count;
} run;

/* The run that begins at position q + from of a chunk of n. */
static run run_at(const net_layer *l, int q, int from, int n) {
    int p = places(l), place = (q + from) % p, count = p - place;
    return (run){(q + from) / p, place, from, count < n - from ? count : n - from};
}

/* Pictures x [batch, ldx] */
static void gather_chunk(const net_layer *l, const float *x, int ldx, int q, int n, const chunk_arrays *a) {
    for (int from = 0; from < n;) {
        run r = run_at(l, q, from, n);
        for (int i = 0; i < r.count; i++, from++) {
            float *patch = a->patches + at(from, a->ld);
            memset(patch + a->ld - LINE_FLOATS, 0, LINE_FLOATS * sizeof *patch);
            gather(l, x + at(r.picture, ldx), r.place + i, patch);
            patch[l->in] = 0; /* of the padding, or what follows this patch and is written later */
        }
    }
}

/* ---- Passes ---- */

/* Positions to planes, and the activation. */
static void store_chunk(const net_layer *l, const layer_own *own, const layer_rows *rows, int q, int n,
                        const chunk_arrays *a) {
    const kernels *k = kernels_get();
    k->transpose(n, l->out, a->outputs, l->ldw, a->planes, a->capacity);
    for (int from = 0; from < n;) {
        run r = run_at(l, q, from, n);
        for (int o = 0; o < l->out; o++) {
            const float *z = a->planes + at(o, a->capacity) + from;
            size_t to = at(rows->first + r.picture * rows->stride, l->ld) + at(o, places(l)) + (size_t)r.place;
            if (own->extra) memcpy(own->extra + to, z, (size_t)r.count * sizeof *z);
            if (l->activation == ACTIVATION_NONE)
                memcpy(own->output + to, z, (size_t)r.count * sizeof *z);
            else
                k->activate(l->activation, (size_t)r.count, z, own->output + to);
        }
        from += r.count;
    }
}

void conv_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                  const layer_rows *rows, float *scratch) {
    chunk_arrays a = arrays_in(l, scratch);
    int positions = rows->count * places(l);
    for (int q = 0; q < positions; q += a.capacity) {
        int n = positions - q < a.capacity ? positions - q : a.capacity;
        gather_chunk(l, below->x, below->ld, q, n, &a);
        kernels_get()->dense(n, l->in, l->out, a.patches, a.ld, parameters + l->weight, l->ldw, parameters + l->bias,
                             ACTIVATION_NONE, a.outputs, l->ldw, NULL);
        store_chunk(l, own, rows, q, n, &a);
    }
}

/* Planes of the gradient to positions: outputs [n, ldw]. */
static void load_chunk(const net_layer *l, const float *delta, int q, int n, const chunk_arrays *a) {
    for (int from = 0; from < n;) {
        run r = run_at(l, q, from, n);
        for (int o = 0; o < l->out; o++)
            memcpy(a->planes + at(o, a->capacity) + from,
                   delta + at(r.picture, l->ld) + at(o, places(l)) + (size_t)r.place, (size_t)r.count * sizeof *delta);
        from += r.count;
    }
    kernels_get()->transpose(l->out, n, a->planes, a->capacity, a->outputs, l->ldw);
}

void conv_backward(const net_layer *l, const float *parameters, const layer_below *below, const float *delta, int count,
                   bool accumulate, float *gradient, layer_turned turned, float *scratch) {
    const kernels *k = kernels_get();
    chunk_arrays a = arrays_in(l, scratch);
    int positions = count * places(l);
    size_t below_size = at(count, below->ld);
    if (below->delta) {
        if (!*turned.done)
            k->transpose(l->in, l->out, parameters + l->weight, l->ldw, turned.weight, layer_stride(l->in));
        *turned.done = true;
        memset(below->delta, 0, below_size * sizeof *delta);
    }
    for (int q = 0; q < positions; q += a.capacity) {
        int n = positions - q < a.capacity ? positions - q : a.capacity;
        bool add = accumulate || q > 0;
        gather_chunk(l, below->x, below->ld, q, n, &a);
        load_chunk(l, delta, q, n, &a);
        k->outer(n, l->in, l->out, a.patches, a.ld, a.outputs, l->ldw, add, gradient + l->weight, l->ldw);
        k->column_sum(n, l->out, a.outputs, l->ldw, add, gradient + l->bias);
        if (!below->delta) continue;
        k->dense(n, l->out, l->in, a.outputs, l->ldw, turned.weight, layer_stride(l->in), NULL, ACTIVATION_NONE,
                 a.patches, a.ld, NULL);
        for (int from = 0; from < n;) {
            run r = run_at(l, q, from, n);
            for (int i = 0; i < r.count; i++, from++)
                scatter(l, a.patches + at(from, a.ld), r.place + i, below->delta + at(r.picture, below->ld));
        }
    }
    if (below->delta && below->activation != ACTIVATION_NONE)
        k->activate_backward(below->activation, below_size, below->x, below->extra, below->delta);
}
