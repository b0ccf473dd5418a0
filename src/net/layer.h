/* SPDX-License-Identifier: MIT
 * A kind of layer: its row in the table of kinds, and what the functions of a row are given. A file per kind.
 *
 * Forward, rows are first, first + stride, .. (count of them), so that a slice of a batch is a stride; a layer's own
 * arrays are indexed by row, its input begins at the first. Backward, the input and the gradients are lists of `count`
 * rows side by side; what the layer kept for itself is still indexed by row. */
#ifndef NET_LAYER_H
#define NET_LAYER_H

#include "base/memory.h"
#include "net/net.h"

/* Passed by pointer: copying a struct whose fields were just stored one by one stalls on store forwarding. */
typedef struct layer_rows {
    int first, count, stride;
    int steps; /* backward: this many rows are one environment's; then follow the next one's, which begin a row later */
} layer_rows;

static inline int layer_row(const layer_rows *rows, int i) {
    return rows->first + i / rows->steps + i % rows->steps * rows->stride;
}

/* Where a row of an array begins. */
static inline size_t layer_at(int row, int ld) {
    return (size_t)row * (size_t)ld;
}

/* What a layer reads, and for the backward pass where the gradient with respect to it goes, with the derivative of the
 * activation that made the input (ACTIVATION_NONE when there is none). */
typedef struct layer_input {
    const float *x;  /* the first row */
    int ld;          /* floats from one row to the next */
    float *gradient; /* [count, ld]; NULL: not wanted */
    activation activation;
    const float *sums; /* the input before its activation, as x; needed by SiLU, else NULL */
} layer_input;

/* A row stride for `floats` of memory that is the tape's own: rows a multiple of 1 KB apart share few sets of the
 * caches and evict each other, so a line is left between them. */
static inline int layer_stride(int floats) {
    int ld = (int)line_floats((size_t)floats);
    return ld % 256 ? ld : ld + LINE_FLOATS;
}

/* ---- Laying out ---- */

/* The shape of what one layer hands to the next. */
typedef struct layer_shape {
    bool planes, one_hot;        /* planes: C x H x W; one_hot: a discrete observation, an index per component */
    int channels, height, width; /* of planes */
    int features;
} layer_shape;

/* Where a layer is laid out. `shape` is that of its input, and of its output afterwards. */
typedef struct layer_site {
    net *net;
    const char *prefix; /* of its tensors' names: "trunk.0"; NULL: a head, whose tensors are named elsewhere */
    layer_shape shape;
    error *e;
} layer_site;

/* The offset of the next `floats` of the parameter vector, on a cache line. */
size_t layer_take(layer_site *site, size_t floats);
/* A tensor of the checkpoint: the caller fills in what it is (shape, stride). */
net_tensor *layer_tensor(layer_site *site, const char *name, tensor_role role, size_t offset);
/* A vector [n] */
void layer_vector(layer_site *site, const char *name, tensor_role role, size_t offset, int n);
/* A matrix [out, in] whose element (o, i) is at offset + o*stride_out + i*stride_in */
void layer_matrix(layer_site *site, const char *name, tensor_role role, size_t offset, int out, int in,
                  size_t stride_out, size_t stride_in);
/* `gates` matrices [out, in] side by side, gate g's column o at g*l->ld + o of rows l->ldw apart; the checkpoint shows
 * them as one [gates*out, in]. in 0: vectors [out], shown as [gates*out]. */
void layer_gates(layer_site *site, const net_layer *l, const char *name, tensor_role role, size_t offset, int gates,
                 int in);

/* ---- A row of the table ---- */

/* What network.layers may say of a layer beside its size. */
typedef enum layer_option_kind { LAYER_OPTION_INT, LAYER_OPTION_REAL, LAYER_OPTION_ACTIVATION } layer_option_kind;
typedef struct layer_option {
    const char *name; /* NULL ends a list */
    layer_option_kind kind;
    size_t offset;           /* in layer_spec: of an int, a double or an activation */
    double minimum, maximum; /* of a number */
} layer_option;

struct layer_kind {
    /* The settings: {dense: N, activation: tanh}; N is 1 .. largest, or `true` where largest is 0. */
    const char *name;
    int largest;
    const layer_option *options;
    layer_spec defaults;
    /* May be NULL. What is wrong with these options together: -1 with the error. */
    int (*check)(const layer_spec *spec, error *e);

    /* Fills in `l` (in, out, ld, offsets, cache, state, ..), takes its parameters, names its tensors, replaces the
     * site's shape. -1 with the error when it cannot read such an input. */
    int (*plan)(layer_site *site, const layer_spec *spec, net_layer *l);
    /* May be NULL. What the initial parameters are beyond the roles of the tensors. */
    void (*init)(const net_layer *l, float *parameters);

    /* Writes the rows' outputs, caches and states; padding of the output stays finite. */
    void (*forward)(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                    const layer_rows *rows);
    /* `delta` [count, l->ld]: the gradient with respect to the output before its activation. Parameters' gradients are
     * added to or overwritten, in order of the rows; in->gradient is overwritten, padding lanes with 0. */
    void (*backward)(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                     const float *delta, const layer_rows *rows, bool accumulate, float *gradient);
    /* The backward pass in halves (net/factors.h), over lists of `count` rows; all NULL where it cannot be taken so. The
     * gradient with respect to the input (a first layer needs none); and the parameters' gradients, of which those of
     * rows first .. end - 1 of the weight_rows that the weights have. The last row has the bias with it. `own` of the
     * second is the calling thread's: for scratch. */
    void (*input_gradient)(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                           const float *delta, int count);
    void (*weight_gradient)(const net_layer *l, const layer_input *in, layer_buffers *own, const float *delta,
                            int count, int first, int end, bool accumulate, float *gradient);
    int (*weight_rows)(const net_layer *l);
    bool backward_by_row; /* the backward pass reads the layer's own arrays (output, cache, state) by row */

    /* May be NULL: none. Floats of scratch that either pass needs. */
    size_t (*scratch)(const net_layer *l, int rows, int envs);
    /* May be NULL: none. Floats of transposed weights; is_first: no gradient with respect to the input is wanted. */
    size_t (*transposed)(const net_layer *l, bool is_first);
    /* Of one row's forward pass. */
    double (*multiply_adds)(const net_layer *l);
};

#endif
