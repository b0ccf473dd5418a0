/* SPDX-License-Identifier: MIT
 * The passes through a whole network: towers of layers, then the heads; back from the heads through the towers. */
#include "net/tape_rows.h"

#include <string.h>

const float *net_features(const net *net, const net_tape *tape) {
    layer_input in;
    tape_input(net, tape, 0, net->tower[0].layers, &in);
    return in.x;
}

/* ---- Forward ---- */

/* The same, from the first of these rows on, row after row. */
static void input_rows(const net *net, const net_tape *tape, int tower, int j, const layer_rows *rows,
                       layer_input *in) {
    tape_input(net, tape, tower, j, in);
    in->x += layer_at(rows->first, in->ld);
    in->ld *= rows->stride;
}

static void forward(const net *net, const float *parameters, net_tape *tape, const layer_rows *rows) {
    layer_input in;
    layer_rows hidden; /* the same rows in the hidden layers' arrays */
    tape_hidden_rows(tape, rows, &hidden);
    for (int i = 0; i < net->towers; i++) {
        const net_tower *tower = &net->tower[i];
        const layer_rows *from = rows;
        for (int j = 0; j < tower->layers; j++, from = &hidden) {
            const net_layer *l = &tower->layer[j];
            input_rows(net, tape, i, j, from, &in);
            l->kind->forward(l, parameters, &in, &tape->layer[i][j], &hidden);
        }
        const net_layer *head = &net->head[i];
        input_rows(net, tape, i, tower->layers, from, &in);
        head->kind->forward(head, parameters, &in, &tape->head[i], rows);
    }
}

/* The parameters may be others than before. */
static void forget_transposed(const net *net, net_tape *tape) {
    for (int i = 0; i < net->towers; i++) {
        for (int j = 0; j < net->tower[i].layers; j++) tape->layer[i][j].is_transposed = false;
        tape->head[i].is_transposed = false;
    }
}

void net_forward_rows(const net *net, const float *parameters, net_tape *tape, int first, int count, int stride) {
    forget_transposed(net, tape);
    for (int part; count > 0; first += part, count -= part) {
        part = stride == 1 ? tape_run(tape, first, count) : count;
        forward(net, parameters, tape, &(layer_rows){first, part, stride, part});
    }
}

void net_forward(const net *net, const float *parameters, net_tape *tape, int row, int count) {
    net_forward_rows(net, parameters, tape, row, count, 1);
}

/* ---- Backward ---- */

/* What layer j reads as a list of these rows, and `gradient`, where the gradient with respect to it goes. */
static void input_list(const net *net, const net_tape *tape, int tower, int j, const layer_rows *rows, float *gradient,
                       layer_input *in) {
    tape_input(net, tape, tower, j, in);
    in->x = tape_gather(tape, j > 0, in->x, in->ld, rows, tape->gathered[0]);
    in->sums = tape_gather(tape, j > 0, in->sums, in->ld, rows, tape->gathered[1]);
    in->gradient = j > 0 ? gradient : NULL;
}

static void backward(const net *net, const float *parameters, net_tape *tape, const layer_rows *rows, bool accumulate,
                     float *gradient) {
    layer_input in;
    for (int i = 0; i < net->towers; i++) {
        const net_tower *tower = &net->tower[i];
        const net_layer *head = &net->head[i];
        float *delta = tape->delta[0], *next = tape->delta[1];
        const float *loss =
            tape_gather(tape, false, i == 0 ? tape->d_policy : tape->d_value, head->ld, rows, tape->gathered[2]);
        input_list(net, tape, i, tower->layers, rows, delta, &in);
        head->kind->backward(head, parameters, &in, &tape->head[i], loss, rows, accumulate, gradient);
        for (int j = tower->layers; j-- > 0;) {
            const net_layer *l = &tower->layer[j];
            input_list(net, tape, i, j, rows, next, &in);
            l->kind->backward(l, parameters, &in, &tape->layer[i][j], delta, rows, accumulate, gradient);
            float *used = delta;
            delta = next, next = used;
        }
    }
}

void net_backward(const net *net, const float *parameters, net_tape *tape, int first, int count, int stride,
                  bool accumulate, float *gradient) {
    backward(net, parameters, tape, &(layer_rows){first, count, stride, count}, accumulate, gradient);
}

void net_backward_envs(const net *net, const float *parameters, net_tape *tape, int first, int envs, int steps,
                       bool accumulate, float *gradient) {
    int together = net->recurrent ? 1 : envs; /* back through time goes one environment after the other */
    for (int e = 0; e < envs; e += together)
        backward(net, parameters, tape, &(layer_rows){first + e, together * steps, tape->envs, steps},
                 accumulate || e > 0, gradient);
}
