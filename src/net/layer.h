/* SPDX-License-Identifier: MIT
 * Inside net/: one layer's forward and backward pass, a file a kind.
 *
 * Forward, rows are first, first + stride, .. (count of them), so that a slice of a batch is a stride; a layer's own
 * arrays are indexed by row, its input begins at the first. Backward, the input and the gradients are lists of `count`
 * rows side by side; what the layer kept for itself is still indexed by row. */
#ifndef NET_LAYER_H
#define NET_LAYER_H

#include "base/memory.h"
#include "net/net.h"

/* Passed on by its address: four numbers just written one by one and read as a whole would have to wait for each other.
 */
typedef struct layer_rows {
    int first, count, stride;
    int steps; /* backward: so many rows are an environment's, then follow the next one's, which begin a row later */
} layer_rows;

static inline int layer_row(const layer_rows *rows, int i) {
    return rows->first + i / rows->steps + i % rows->steps * rows->stride;
}

/* What a layer reads below it: its input [rows, ld] and, for the backward pass, where the gradient below goes (NULL:
 * nobody wants it) with the derivative of the activation that made the input (ACTIVATION_NONE when there is none). */
typedef struct layer_below {
    const float *x; /* the first row */
    int ld;         /* floats from one row to the next */
    float *delta;   /* [count, ld] */
    activation activation;
    const float *extra; /* value before SiLU, as x */
} layer_below;

/* A row stride for `floats` of memory that is the tape's own: rows a multiple of 1 KB apart share few sets of the
 * caches and push each other out, so a line is left between them. */
static inline int layer_stride(int floats) {
    int ld = (int)line_floats((size_t)floats);
    return ld % 256 ? ld : ld + LINE_FLOATS;
}

/* A layer's transposed weights [out, layer_stride(in)], kept from one backward pass to the next while the parameters
 * are the same. */
typedef struct layer_turned {
    float *weight;
    bool *done;
} layer_turned;

/* Where a layer's own arrays are in a tape. */
typedef struct layer_own {
    float *output, *extra, *state; /* [rows, layer.ld], [rows, layer.extra], see net_tape */
    const uint8_t *start;
    int envs;
} layer_own;

void dense_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                   const layer_rows *rows);
/* `delta` [count, l->ld]: the gradient at the value before the activation. */
void dense_backward(const net_layer *l, const float *parameters, const layer_below *below, const float *delta,
                    int count, bool accumulate, float *gradient, layer_turned turned);

void conv_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                  const layer_rows *rows, float *scratch);
void conv_backward(const net_layer *l, const float *parameters, const layer_below *below, const float *delta, int count,
                   bool accumulate, float *gradient, layer_turned turned, float *scratch);
/* Floats of scratch either pass needs. */
size_t conv_scratch(const net_layer *l);

void norm_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                  const layer_rows *rows);
void norm_backward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                   const float *delta, const layer_rows *rows, bool accumulate, float *gradient);

void lstm_forward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                  const layer_rows *rows, float *scratch);
/* `delta` [count, l->ld]: the gradient at the output h. */
void lstm_backward(const net_layer *l, const float *parameters, const layer_below *below, const layer_own *own,
                   const float *delta, const layer_rows *rows, bool accumulate, float *gradient, layer_turned turned,
                   float *scratch);
size_t lstm_scratch(const net_layer *l, int rows, int envs);

#endif
