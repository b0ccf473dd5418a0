/* SPDX-License-Identifier: MIT
 * The passes through a whole network: towers of layers, then the heads; back from the heads through the towers. */
#include "net/layer.h"

#include <string.h>

enum { ALIAS_FLOATS = 1024 };

static int time_steps(const net_tape *tape) {
    return tape->rows / tape->envs;
}

void net_tape_by_environment(const net *net, net_tape *tape) {
    int steps = time_steps(tape);
    if (net->recurrent || net->spec.log_std_features || tape->envs == 1 || steps < 2) return;
    bool alike = false; /* rows of environments so far apart that they fall into the same sets of the L1 cache */
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            if (net->tower[i].layer[j].kind == LAYER_NORM) return;
            alike |= (steps - 1) * net->tower[i].layer[j].ld % ALIAS_FLOATS == 0;
        }
    tape->env_rows = alike ? steps : steps - 1;
}

/* Where a row is in a hidden layer's arrays. The last time step, which only bootstraps, follows each environment's
 * others or, when no line is to be left between them, all environments'. */
static int held_row(const net_tape *tape, int row) {
    if (tape->env_rows == 0) return row;
    int t = row / tape->envs, env = row % tape->envs;
    return t == tape->env_rows ? row : env * tape->env_rows + t;
}

/* The same of rows of one time step or one environment. */
static void hold(const net_tape *tape, const layer_rows *rows, layer_rows *held) {
    held->first = held_row(tape, rows->first);
    held->count = rows->count;
    held->stride = rows->stride;
    held->steps = rows->steps;
    if (tape->env_rows > 0 && rows->first / tape->envs != tape->env_rows)
        held->stride = rows->stride == 1 ? tape->env_rows : 1;
}

/* What layer j reads, as whole arrays. */
static void below_layer(const net *net, const net_tape *tape, int tower, int j, layer_below *b) {
    const net_layer *l = j > 0 ? &net->tower[tower].layer[j - 1] : NULL;
    b->x = l ? tape->output[tower][j - 1] : tape->input;
    b->ld = l ? l->ld : net->input_ld;
    b->activation = l ? l->activation : ACTIVATION_NONE;
    b->extra = l && l->activation == ACTIVATION_SILU ? tape->extra[tower][j - 1] : NULL;
    b->delta = NULL;
}

/* The same from the first of these rows on, row after row. */
static void read_rows(const net *net, const net_tape *tape, int tower, int j, const layer_rows *rows, layer_below *b) {
    below_layer(net, tape, tower, j, b);
    b->x += (size_t)rows->first * (size_t)b->ld;
    b->ld *= rows->stride;
}

static layer_own own_arrays(const net_tape *tape, int tower, int j) {
    return (layer_own){.output = tape->output[tower][j],
                       .extra = tape->extra[tower][j],
                       .state = tape->state[tower][j],
                       .start = tape->start,
                       .envs = tape->envs};
}

const float *net_features(const net *net, const net_tape *tape) {
    int layers = net->tower[0].layers;
    return layers ? tape->output[0][layers - 1] : tape->input;
}

void net_forward(const net *net, const float *parameters, net_tape *tape, int row, int count) {
    net_forward_rows(net, parameters, tape, row, count, 1);
}

static void forward(const net *net, const float *parameters, net_tape *tape, const layer_rows *rows) {
    layer_rows held;
    layer_below below;
    hold(tape, rows, &held);
    for (int i = 0; i < net->towers; i++) {
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            layer_own own = own_arrays(tape, i, j);
            read_rows(net, tape, i, j, j > 0 ? &held : rows, &below);
            switch (l->kind) {
            case LAYER_DENSE:
                dense_forward(l, parameters, &below, &own, &held);
                break;
            case LAYER_CONV:
                conv_forward(l, parameters, &below, &own, &held, tape->scratch);
                break;
            case LAYER_LSTM:
                lstm_forward(l, parameters, &below, &own, &held, tape->scratch);
                break;
            case LAYER_NORM:
                norm_forward(l, parameters, &below, &own, &held);
                break;
            }
        }
        read_rows(net, tape, i, net->tower[i].layers, net->tower[i].layers > 0 ? &held : rows, &below);
        layer_own head = {.output = i == 0 ? tape->policy : tape->value};
        dense_forward(&net->head[i], parameters, &below, &head, rows);
    }
}

void net_forward_rows(const net *net, const float *parameters, net_tape *tape, int first, int count, int stride) {
    memset(tape->is_turned, 0, sizeof tape->is_turned); /* the parameters may be others than before */
    for (int part; count > 0; first += part, count -= part) {
        part = count;
        if (tape->env_rows > 0 && stride == 1 && part > tape->envs - first % tape->envs)
            part = tape->envs - first % tape->envs; /* time steps lie apart */
        forward(net, parameters, tape, &(layer_rows){first, part, stride, part});
    }
}

static layer_turned turned_weights(net_tape *tape, int tower, int j) {
    return (layer_turned){tape->turned[tower][j], &tape->is_turned[tower][j]};
}

/* The list of these rows of x [.., ld], an array of a hidden layer or not: in place where they lie side by side, else
 * copied to `packed`. */
static const float *list(const net_tape *tape, bool is_hidden, const float *x, int ld, const layer_rows *rows,
                         float *packed) {
    bool by_env = is_hidden && tape->env_rows > 0, beside = rows->stride == 1;
    if (by_env) beside = rows->stride == tape->envs && (rows->count == rows->steps || rows->steps == tape->env_rows);
    size_t n = (size_t)ld;
    if (!x || beside) return x ? x + (size_t)(by_env ? held_row(tape, rows->first) : rows->first) * n : NULL;
    for (int i = 0; i < rows->count; i++) {
        int row = layer_row(rows, i);
        memcpy(packed + (size_t)i * n, x + (size_t)(by_env ? held_row(tape, row) : row) * n, n * sizeof *x);
    }
    return packed;
}

static void list_below(const net *net, net_tape *tape, int tower, int j, const layer_rows *rows, float *delta,
                       layer_below *b) {
    below_layer(net, tape, tower, j, b);
    b->x = list(tape, j > 0, b->x, b->ld, rows, tape->packed[0]);
    b->extra = list(tape, j > 0, b->extra, b->ld, rows, tape->packed[1]);
    b->delta = j > 0 ? delta : NULL;
}

static void backward(const net *net, const float *parameters, net_tape *tape, const layer_rows *rows, bool accumulate,
                     float *gradient) {
    layer_below below;
    for (int i = 0; i < net->towers; i++) {
        int layers = net->tower[i].layers, side = 0;
        const net_layer *head = &net->head[i];
        const float *top = list(tape, false, i == 0 ? tape->d_policy : tape->d_value, head->ld, rows, tape->packed[2]);
        list_below(net, tape, i, layers, rows, tape->delta[side], &below);
        dense_backward(head, parameters, &below, top, rows->count, accumulate, gradient,
                       turned_weights(tape, i, NET_LAYERS));
        for (int j = layers; j-- > 0; side = 1 - side) {
            const net_layer *l = &net->tower[i].layer[j];
            layer_own own = own_arrays(tape, i, j);
            layer_turned turned = turned_weights(tape, i, j);
            float *delta = tape->delta[side];
            list_below(net, tape, i, j, rows, tape->delta[1 - side], &below);
            switch (l->kind) {
            case LAYER_DENSE:
                dense_backward(l, parameters, &below, delta, rows->count, accumulate, gradient, turned);
                break;
            case LAYER_CONV:
                conv_backward(l, parameters, &below, delta, rows->count, accumulate, gradient, turned, tape->scratch);
                break;
            case LAYER_LSTM:
                lstm_backward(l, parameters, &below, &own, delta, rows, accumulate, gradient, turned, tape->scratch);
                break;
            case LAYER_NORM:
                norm_backward(l, parameters, &below, &own, delta, rows, accumulate, gradient);
                break;
            }
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

void net_state_load(const net *net, net_tape *tape, int env, const float *state) {
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            if (l->kind != LAYER_LSTM) continue;
            size_t n = 2 * (size_t)l->ld;
            memcpy(tape->state[i][j] + n * (size_t)env, state, n * sizeof *state);
            state += n;
        }
}

void net_state_save(const net *net, const net_tape *tape, int t, int env, float *state) {
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            if (l->kind != LAYER_LSTM) continue;
            size_t n = 2 * (size_t)l->ld, row = (size_t)(t + 1) * (size_t)tape->envs + (size_t)env;
            memcpy(state, tape->state[i][j] + n * row, n * sizeof *state);
            state += n;
        }
}
