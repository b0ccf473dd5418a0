/* SPDX-License-Identifier: MIT
 * Two-dimensional convolution over planar pictures C x H x W, as matrix products: the patch under the kernel becomes a
 * row of `patches` (C*k*k numbers), a position's outputs are that row times the weights. Positions of one or several
 * pictures are taken in chunks that stay in the cache; the outputs are turned from [position, channel] to planes.
 *
 * A chunk is positions q .. q + n - 1 of the batch, position q being place q mod P of picture q / P, P =
 * out_height*out_width. */
#include "net/layer.h"

#include <string.h>

enum { PATCH_FLOATS = 32 << 10 }; /* of a chunk: 128 KiB */

static int line(int n) {
    return (int)line_floats((size_t)n);
}
static int places(const net_layer *l) {
    return l->out_height * l->out_width;
}

/* ---- Laying out ---- */

static int check(const layer_spec *spec, error *e) {
    if (spec->padding < spec->kernel) return 0;
    return error_set(e, STATUS_USAGE, "expected a padding below the kernel's %d", spec->kernel);
}

static int plan(layer_site *site, const layer_spec *spec, net_layer *l) {
    const layer_shape in = site->shape;
    int k = spec->kernel;
    if (!in.planes)
        return error_set(site->e, STATUS_USAGE, "%s is a convolution, but its input is not an image", site->prefix);
    l->channels = in.channels, l->height = in.height, l->width = in.width;
    l->kernel = k, l->stride = spec->stride, l->padding = spec->padding;
    int h = in.height + 2 * spec->padding - k, w = in.width + 2 * spec->padding - k;
    if (h < 0 || w < 0)
        return error_set(site->e, STATUS_USAGE, "%s: a kernel of %d does not fit into a picture of %d x %d",
                         site->prefix, k, in.height, in.width);
    l->activation = spec->activation;
    l->out_height = h / spec->stride + 1, l->out_width = w / spec->stride + 1;
    l->in = in.channels * k * k;
    l->out = spec->size;
    l->ldw = line(l->out);
    l->ld = line(l->out * places(l));
    l->weight = layer_take(site, layer_at(l->in, l->ldw));
    l->bias = layer_take(site, (size_t)l->ldw);
    l->cache = l->activation == ACTIVATION_SILU ? (size_t)l->ld : 0;
    net_tensor *t = layer_tensor(site, "weight", TENSOR_WEIGHT, l->weight);
    t->dims = 4;
    t->shape[0] = l->out, t->shape[1] = in.channels, t->shape[2] = t->shape[3] = k;
    t->stride[0] = 1, t->stride[1] = layer_at(k * k, l->ldw);
    t->stride[2] = layer_at(k, l->ldw), t->stride[3] = (size_t)l->ldw;
    layer_vector(site, "bias", TENSOR_BIAS, l->bias, l->out);
    site->shape = (layer_shape){.planes = true,
                                .channels = l->out,
                                .height = l->out_height,
                                .width = l->out_width,
                                .features = l->out * places(l)};
    return 0;
}

/* ---- Chunks ---- */

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
    a.outputs = a.patches + layer_at(a.capacity, a.ld);
    a.planes = a.outputs + layer_at(a.capacity, l->ldw);
    return a;
}

static size_t scratch(const net_layer *l, int rows, int envs) {
    (void)rows, (void)envs;
    return (size_t)chunk_positions(l) * ((size_t)line(l->in) + (size_t)l->ldw + (size_t)l->out);
}

/* ---- Patches ---- */

static inline void copy_run(int n, const float *from, float *to) {
    for (int i = 0; i < n; i++) to[i] = from[i];
}

static inline void add_run(int n, const float *from, float *to) {
    for (int i = 0; i < n; i++) to[i] += from[i];
}

/* Copies 4 floats to move 3; the fourth is overwritten by the next patch or cleared (gather_chunk). The read past a
 * picture's last float stays inside the tape. */
static inline void copy_three(const float *from, float *to) {
    memcpy(to, from, 4 * sizeof *to);
}

/* The inner loops over one patch that lies inside the picture, k known when compiled for the usual kernels. */
static inline __attribute__((always_inline)) void gather_inside(const net_layer *l, int k, const float *corner,
                                                                float *patch) {
    for (int c = 0; c < l->channels; c++, corner += layer_at(l->height, l->width))
        for (int y = 0; y < k; y++, patch += k) {
            if (k == 3)
                copy_three(corner + layer_at(y, l->width), patch);
            else
                copy_run(k, corner + layer_at(y, l->width), patch);
        }
}

static inline __attribute__((always_inline)) void scatter_inside(const net_layer *l, int k, const float *patch,
                                                                 float *corner) {
    for (int c = 0; c < l->channels; c++, corner += layer_at(l->height, l->width))
        for (int y = 0; y < k; y++, patch += k) add_run(k, patch, corner + layer_at(y, l->width));
}

/* The same where the patch hangs over the picture's edge: its top left corner is at (top, left), which may be negative.
 */
static void gather_edge(const net_layer *l, const float *picture, int top, int left, float *patch) {
    for (int c = 0; c < l->channels; c++)
        for (int y = top; y < top + l->kernel; y++)
            for (int x = left; x < left + l->kernel; x++) {
                bool inside = y >= 0 && y < l->height && x >= 0 && x < l->width;
                *patch++ = inside ? picture[layer_at(c * l->height + y, l->width) + (size_t)x] : 0;
            }
}

static void scatter_edge(const net_layer *l, const float *patch, int top, int left, float *picture) {
    for (int c = 0; c < l->channels; c++)
        for (int y = top; y < top + l->kernel; y++)
            for (int x = left; x < left + l->kernel; x++, patch++)
                if (y >= 0 && y < l->height && x >= 0 && x < l->width)
                    picture[layer_at(c * l->height + y, l->width) + (size_t)x] += *patch;
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
    const float *corner = picture + layer_at(top, l->width) + (size_t)left;
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
    float *corner = picture + layer_at(top, l->width) + (size_t)left;
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
            float *patch = a->patches + layer_at(from, a->ld);
            memset(patch + a->ld - LINE_FLOATS, 0, LINE_FLOATS * sizeof *patch);
            gather(l, x + layer_at(r.picture, ldx), r.place + i, patch);
            patch[l->in] = 0; /* of the padding, or what follows this patch and is written later */
        }
    }
}

/* ---- Passes ---- */

/* Positions to planes, and the activation. */
static void store_chunk(const net_layer *l, const layer_buffers *own, const layer_rows *rows, int q, int n,
                        const chunk_arrays *a) {
    const kernels *k = kernels_get();
    k->transpose(n, l->out, a->outputs, l->ldw, a->planes, a->capacity);
    for (int from = 0; from < n;) {
        run r = run_at(l, q, from, n);
        for (int o = 0; o < l->out; o++) {
            const float *z = a->planes + layer_at(o, a->capacity) + from;
            size_t to =
                layer_at(rows->first + r.picture * rows->stride, l->ld) + layer_at(o, places(l)) + (size_t)r.place;
            if (own->cache) memcpy(own->cache + to, z, (size_t)r.count * sizeof *z);
            if (l->activation == ACTIVATION_NONE)
                memcpy(own->output + to, z, (size_t)r.count * sizeof *z);
            else
                k->activate(l->activation, (size_t)r.count, z, own->output + to);
        }
        from += r.count;
    }
}

static void forward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                    const layer_rows *rows) {
    chunk_arrays a = arrays_in(l, own->scratch);
    int positions = rows->count * places(l);
    for (int q = 0; q < positions; q += a.capacity) {
        int n = positions - q < a.capacity ? positions - q : a.capacity;
        gather_chunk(l, in->x, in->ld, q, n, &a);
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
            memcpy(a->planes + layer_at(o, a->capacity) + from,
                   delta + layer_at(r.picture, l->ld) + layer_at(o, places(l)) + (size_t)r.place,
                   (size_t)r.count * sizeof *delta);
        from += r.count;
    }
    kernels_get()->transpose(l->out, n, a->planes, a->capacity, a->outputs, l->ldw);
}

static void backward(const net_layer *l, const float *parameters, const layer_input *in, layer_buffers *own,
                     const float *delta, const layer_rows *rows, bool accumulate, float *gradient) {
    const kernels *k = kernels_get();
    chunk_arrays a = arrays_in(l, own->scratch);
    int positions = rows->count * places(l);
    size_t in_size = layer_at(rows->count, in->ld);
    if (in->gradient) {
        if (!own->is_transposed)
            k->transpose(l->in, l->out, parameters + l->weight, l->ldw, own->transposed, layer_stride(l->in));
        own->is_transposed = true;
        memset(in->gradient, 0, in_size * sizeof *delta);
    }
    for (int q = 0; q < positions; q += a.capacity) {
        int n = positions - q < a.capacity ? positions - q : a.capacity;
        bool add = accumulate || q > 0;
        gather_chunk(l, in->x, in->ld, q, n, &a);
        load_chunk(l, delta, q, n, &a);
        k->weight_gradient(n, l->in, l->out, a.patches, a.ld, a.outputs, l->ldw, add, gradient + l->weight, l->ldw);
        k->bias_gradient(n, l->out, a.outputs, l->ldw, add, gradient + l->bias);
        if (!in->gradient) continue;
        k->dense(n, l->out, l->in, a.outputs, l->ldw, own->transposed, layer_stride(l->in), NULL, ACTIVATION_NONE,
                 a.patches, a.ld, NULL);
        for (int from = 0; from < n;) {
            run r = run_at(l, q, from, n);
            for (int i = 0; i < r.count; i++, from++)
                scatter(l, a.patches + layer_at(from, a.ld), r.place + i, in->gradient + layer_at(r.picture, in->ld));
        }
    }
    if (in->gradient && in->activation != ACTIVATION_NONE)
        k->activate_backward(in->activation, in_size, in->x, in->sums, in->gradient);
}

/* Few rows, which are not cut. */
static int weight_rows(const net_layer *l) {
    (void)l;
    return 1;
}

static void weight_gradient(const net_layer *l, const layer_input *in, layer_buffers *own, const float *delta,
                            int count, int first, int end, bool accumulate, float *gradient) {
    (void)first, (void)end;
    backward(l, NULL, in, own, delta, &(layer_rows){0, count, 1, count}, accumulate, gradient);
}

static size_t transposed(const net_layer *l, bool is_first) {
    return is_first ? 0 : layer_at(l->out, layer_stride(l->in));
}

static double multiply_adds(const net_layer *l) {
    return (double)(l->in + 1) * l->out * places(l);
}

static const layer_option options[] = {
    {"kernel", LAYER_OPTION_INT, offsetof(layer_spec, kernel), 1, 64},
    {"stride", LAYER_OPTION_INT, offsetof(layer_spec, stride), 1, 64},
    {"padding", LAYER_OPTION_INT, offsetof(layer_spec, padding), 0, 63},
    {"activation", LAYER_OPTION_ACTIVATION, offsetof(layer_spec, activation), 0, 0},
    {0},
};

const layer_kind layer_conv = {
    .name = "conv",
    .largest = 1024,
    .options = options,
    .defaults = {.activation = ACTIVATION_TANH, .kernel = 3, .stride = 1},
    .check = check,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .weight_gradient = weight_gradient,
    .weight_rows = weight_rows,
    .scratch = scratch,
    .transposed = transposed,
    .multiply_adds = multiply_adds,
};
