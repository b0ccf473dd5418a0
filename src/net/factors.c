/* SPDX-License-Identifier: MIT
 * The backward pass in halves: factors of all weights' gradients, then the gradients row by row. */
#include "net/factors.h"

#include "net/tape_rows.h"

/* ---- The layers in the order of the parameters ---- */

static int layer_count(const net *net) {
    return net->towers * net->tower[0].layers + net->heads;
}

/* Layer k, its tower and its place there (the head's: after the layers). */
static const net_layer *layer_of(const net *net, int k, int *tower, int *j) {
    int layers = net->tower[0].layers;
    bool head = k >= net->towers * layers;
    *tower = head ? k - net->towers * layers : k / layers;
    *j = head ? layers : k % layers;
    return head ? &net->head[*tower] : &net->tower[*tower].layer[*j];
}

static factors_layer *factors_of(const net *net, factors *f, int tower, int j) {
    return j == net->tower[tower].layers ? &f->head[tower] : &f->layer[tower][j];
}

/* Row stride of what a layer reads. */
static int input_ld(const net *net, int tower, int j) {
    return j > 0 ? net->tower[tower].layer[j - 1].ld : net->input_ld;
}

size_t factors_width(const net *net) {
    size_t width = 0;
    if (net->recurrent || net->spec.log_std) return 0;
    for (int k = 0, tower, j; k < layer_count(net); k++) {
        const net_layer *l = layer_of(net, k, &tower, &j);
        if (!l->kind->weight_gradient || (j > 0 && !l->kind->input_gradient)) return 0;
        width += (size_t)(input_ld(net, tower, j) + l->ld);
    }
    return width;
}

/* ---- Memory ---- */

static size_t place(const net *net, int rows, float *memory, factors *f) {
    size_t used = 0;
    for (int k = 0, tower, j; k < layer_count(net); k++) {
        const net_layer *l = layer_of(net, k, &tower, &j);
        size_t x = layer_at(rows, input_ld(net, tower, j)), delta = layer_at(rows, l->ld);
        if (memory) {
            factors_layer *one = factors_of(net, f, tower, j);
            one->x_room = memory + used;
            one->delta_room = memory + used + x;
        }
        used += x + delta;
    }
    return used;
}

size_t factors_bytes(const net *net, int rows) {
    return place(net, rows, NULL, NULL) * sizeof(float);
}

void factors_place(const net *net, int rows, void *memory, factors *f) {
    *f = (factors){0};
    place(net, rows, memory, f);
}

/* ---- Factors ---- */

/* What layer j of a tower reads, as a list of rows, and where the gradient with respect to it goes: the delta of the
 * layer before. */
static layer_input input_list(const net *net, net_tape *tape, int tower, int j, const layer_rows *rows, factors *f) {
    factors_layer *one = factors_of(net, f, tower, j);
    layer_input in;
    tape_input(net, tape, tower, j, &in);
    in.x = one->x = tape_gather(tape, j > 0, in.x, in.ld, rows, one->x_room);
    in.sums = tape_gather(tape, j > 0, in.sums, in.ld, rows, tape->gathered[1]);
    in.gradient = j > 0 ? f->layer[tower][j - 1].delta_room : NULL;
    one->ldx = in.ld;
    return in;
}

void factors_find(const net *net, const float *parameters, net_tape *tape, int first, int envs, int steps, factors *f) {
    layer_rows rows = {first, envs * steps, tape->envs, steps};
    f->rows = rows.count;
    for (int i = 0; i < net->towers; i++) {
        const net_tower *tower = &net->tower[i];
        factors_layer *one = &f->head[i];
        one->delta =
            tape_gather(tape, false, i == 0 ? tape->d_policy : tape->d_value, net->head[i].ld, &rows, one->delta_room);
        for (int j = tower->layers; j >= 0; j--) {
            const net_layer *l = j == tower->layers ? &net->head[i] : &tower->layer[j];
            layer_buffers *own = j == tower->layers ? &tape->head[i] : &tape->layer[i][j];
            layer_input in = input_list(net, tape, i, j, &rows, f);
            if (j == 0) break;
            l->kind->input_gradient(l, parameters, &in, own, factors_of(net, f, i, j)->delta, rows.count);
            f->layer[i][j - 1].delta = in.gradient;
        }
    }
}

/* ---- Gradients ---- */

/* What a layer's gradient costs: multiply-adds, which come slower where they are too few to be cut. */
static double cost(const net_layer *l) {
    return l->kind->multiply_adds(l) * (l->kind->weight_rows(l) == 1 ? 1.5 : 1);
}

static double cost_before(const net *net, int layer) {
    double sum = 0;
    for (int k = 0, tower, j; k < layer; k++) sum += cost(layer_of(net, k, &tower, &j));
    return sum;
}

factors_cut factors_part(const net *net, int parts, int i) {
    enum { ALIGN = 16 }; /* rows, for the sake of the kernels */
    int layers = layer_count(net), k = 0, tower, j;
    if (i == parts) return (factors_cut){layers, 0, net->size};
    double wanted = cost_before(net, layers) * i / parts;
    while (cost_before(net, k + 1) <= wanted) k++;
    const net_layer *l = layer_of(net, k, &tower, &j);
    double share = (wanted - cost_before(net, k)) / cost(l);
    int rows = l->kind->weight_rows(l), row = (int)(share * rows) / ALIGN * ALIGN;
    return (factors_cut){k, row, l->weight + layer_at(row, l->ldw)};
}

void factors_sum(const net *net, const factors *const *list, int count, net_tape *own, factors_cut from, factors_cut to,
                 float *gradient) {
    for (int k = from.layer, tower, j; k <= to.layer && k < layer_count(net); k++) {
        const net_layer *l = layer_of(net, k, &tower, &j);
        bool head = j == net->tower[tower].layers;
        int first = k == from.layer ? from.row : 0, end = k == to.layer ? to.row : l->kind->weight_rows(l);
        for (int i = 0; i < count && first < end; i++) {
            const factors_layer *one = head ? &list[i]->head[tower] : &list[i]->layer[tower][j];
            layer_input in = {.x = one->x, .ld = one->ldx};
            l->kind->weight_gradient(l, &in, head ? &own->head[tower] : &own->layer[tower][j], one->delta,
                                     list[i]->rows, first, end, i > 0, gradient);
        }
    }
}
