/* SPDX-License-Identifier: MIT
 * The reference's networks. */
#include "reference/network.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 16384, CELLS = 4096 };

/* What flows from layer to layer for one row: `size` numbers, C x H x W of them when it is a picture. */
typedef struct signal {
    int size, channels, height, width;
    var x[WIDEST];
} signal;

static void add_tensor(reference_network *n, const char *name, int elements) {
    CHECK(n->tensors < NET_TENSORS);
    reference_tensor *t = &n->tensor[n->tensors++];
    snprintf(t->name, sizeof t->name, "%s", name);
    t->offset = n->size;
    t->elements = elements;
    n->size += elements;
}

reference_network reference_from_net(const net *net) {
    reference_network n = {.spec = net->spec};
    for (int i = 0; i < net->tensor_count; i++)
        add_tensor(&n, net->tensor[i].name, (int)net_tensor_elements(&net->tensor[i]));
    n.parameter = calloc((size_t)n.size, sizeof *n.parameter);
    return n;
}

static activation activation_named(const char *name) {
    static const char *const names[] = {"none", "relu", "tanh", "silu"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(name, names[i])) return (activation)i;
    fprintf(stderr, "no such activation: %s\n", name);
    abort();
}

/* "dense 8 tanh", "conv 4 relu KERNEL STRIDE PADDING", "lstm 8", "gru 8", "layer_norm" */
static layer_spec layer_named(const char *text) {
    layer_spec l = {0};
    char kind[16], function[16] = "none";
    sscanf(text, "%15s %d %15s %d %d %d", kind, &l.size, function, &l.kernel, &l.stride, &l.padding);
    l.kind = layer_kind_named(kind);
    CHECK(l.kind != NULL);
    l.activation = activation_named(function);
    return l;
}

net_spec reference_golden_spec(const golden *g) {
    net_spec s = {0};
    const char *input = golden_text(g, "input");
    char kind[16];
    int used;
    sscanf(input, "%15s%n", kind, &used);
    s.input = !strcmp(kind, "vector") ? INPUT_VECTOR : !strcmp(kind, "planes") ? INPUT_PLANES : INPUT_DISCRETE;
    for (const char *at = input + used;
         s.input_dims < NET_DIMS && sscanf(at, "%d%n", &s.input_shape[s.input_dims], &used) == 1; at += used)
        s.input_dims++;
    for (int i = 0; i < g->settings; i++)
        if (!strcmp(g->setting[i].key, "layer")) s.layer[s.layers++] = layer_named(g->setting[i].value);
    s.separate = !strcmp(golden_text(g, "trunk"), "separate");
    s.policy_outputs = (int)golden_number(g, "policy_outputs");
    s.log_std = (int)golden_number(g, "log_std");
    s.log_std_features = !strcmp(golden_text(g, "head"), "gsde");
    return s;
}

reference_network reference_from_golden(const golden *g) {
    reference_network n = {.spec = reference_golden_spec(g)};
    for (int i = 0; i < g->tensors; i++)
        if (!strncmp(g->tensor[i].name, "param/", 6)) add_tensor(&n, g->tensor[i].name + 6, g->tensor[i].elements);
    n.parameter = calloc((size_t)n.size, sizeof *n.parameter);
    for (int i = 0, k = 0; i < g->tensors; i++)
        if (!strncmp(g->tensor[i].name, "param/", 6)) {
            memcpy(n.parameter + n.tensor[k].offset, g->tensor[i].value,
                   (size_t)g->tensor[i].elements * sizeof(double));
            k++;
        }
    return n;
}

void reference_free(reference_network *network) {
    free(network->parameter);
    network->parameter = NULL;
}

const reference_tensor *reference_find(const reference_network *network, const char *name) {
    for (int i = 0; i < network->tensors; i++)
        if (!strcmp(network->tensor[i].name, name)) return &network->tensor[i];
    fprintf(stderr, "no such tensor: %s\n", name);
    abort();
}

void reference_place(reference_network *network) {
    tape_reset();
    network->first = var_new(network->parameter[0]);
    for (int i = 1; i < network->size; i++) var_new(network->parameter[i]);
}

void reference_gradient(const reference_network *network, double *gradient) {
    for (int i = 0; i < network->size; i++) gradient[i] = var_gradient(network->first + i);
}

var reference_parameter(const reference_network *network, const char *name, int index) {
    return network->first + reference_find(network, name)->offset + index;
}

/* The first variable of TOWER.INDEX.WHAT */
static var tensor_of(const reference_network *n, const char *tower, int index, const char *what) {
    char name[NET_NAME];
    snprintf(name, sizeof name, "%s.%d.%s", tower, index, what);
    return reference_parameter(n, name, 0);
}

static var activate(activation f, var z) {
    switch (f) {
    case ACTIVATION_RELU:
        return var_relu(z);
    case ACTIVATION_TANH:
        return var_tanh(z);
    case ACTIVATION_SILU:
        return var_silu(z);
    default:
        return z;
    }
}

/* b + w . x */
static var dot(int n, var w, const var *x, var b) {
    for (int k = 0; k < n; k++) b = var_fma(w + k, x[k], b);
    return b;
}

/* y_o = f(b_o + sum_k w_ok x_k) */
static void dense(int out, activation f, var w, var b, const signal *in, signal *y) {
    y->size = out;
    for (int o = 0; o < out; o++) y->x[o] = activate(f, dot(in->size, w + o * in->size, in->x, b + o));
    y->channels = y->height = y->width = 0;
}

/* y_{o,i,j} = f(b_o + sum_{c,u,v} w_{o,c,u,v} x_{c, i s + u - p, j s + v - p}), x = 0 outside the picture */
static void convolution(const layer_spec *l, var w, var b, const signal *in, signal *y) {
    int k = l->kernel, s = l->stride, p = l->padding;
    y->channels = l->size;
    y->height = (in->height + 2 * p - k) / s + 1;
    y->width = (in->width + 2 * p - k) / s + 1;
    y->size = y->channels * y->height * y->width;
    for (int o = 0, at = 0; o < l->size; o++)
        for (int i = 0; i < y->height; i++)
            for (int j = 0; j < y->width; j++, at++) {
                var z = b + o;
                for (int tap = 0; tap < in->channels * k * k; tap++) {
                    int c = tap / (k * k), row = i * s + tap / k % k - p, column = j * s + tap % k - p;
                    if (row < 0 || row >= in->height || column < 0 || column >= in->width) continue;
                    z = var_fma(w + o * in->channels * k * k + tap, in->x[(c * in->height + row) * in->width + column],
                                z);
                }
                y->x[at] = activate(l->activation, z);
            }
}

/* y = weight (x - mean) / sqrt(variance + 1e-5) + bias, over the features of a row, population variance */
static void normalize(activation f, var weight, var bias, const signal *in, signal *y) {
    int n = in->size;
    var sum = var_new(0), squares = var_new(0);
    for (int k = 0; k < n; k++) sum = var_add(sum, in->x[k]);
    var mean = var_affine(sum, 1.0 / n, 0);
    for (int k = 0; k < n; k++) squares = var_add(squares, var_square(var_subtract(in->x[k], mean)));
    var root = var_sqrt(var_affine(squares, 1.0 / n, 1e-5));
    *y = *in;
    for (int k = 0; k < n; k++)
        y->x[k] = activate(f, var_fma(weight + k, var_divide(var_subtract(in->x[k], mean), root), bias + k));
}

/* i, f, o = sigmoid, g = tanh of W_ih x + W_hh h + b;  c' = f c + i g,  h' = o tanh(c'): state holds h then c */
static void lstm(const reference_network *n, const char *tower, int index, const signal *in, var *state, signal *y) {
    int cells = n->spec.layer[index].size;
    var w = tensor_of(n, tower, index, "weight_ih"), u = tensor_of(n, tower, index, "weight_hh");
    var b = tensor_of(n, tower, index, "bias"), gate[4], next[2 * CELLS];
    CHECK(cells <= CELLS);
    for (int k = 0; k < cells; k++) {
        for (int g = 0; g < 4; g++) {
            int row = g * cells + k;
            var z = dot(cells, u + row * cells, state, dot(in->size, w + row * in->size, in->x, b + row));
            gate[g] = g == 2 ? var_tanh(z) : var_sigmoid(z);
        }
        next[cells + k] = var_fma(gate[1], state[cells + k], var_multiply(gate[0], gate[2]));
        next[k] = var_multiply(gate[3], var_tanh(next[cells + k]));
    }
    memcpy(state, next, (size_t)(2 * cells) * sizeof *state);
    memcpy(y->x, next, (size_t)cells * sizeof *state);
    y->size = cells;
    y->channels = y->height = y->width = 0;
}

/* r, z = sigmoid, n = tanh of W_ih x + b_ih + (r of n's) (W_hh h + b_hh);  h' = (1 - z) n + z h: state holds h */
static void gru(const reference_network *n, const char *tower, int index, const signal *in, var *state, signal *y) {
    int cells = n->spec.layer[index].size;
    var w = tensor_of(n, tower, index, "weight_ih"), u = tensor_of(n, tower, index, "weight_hh");
    var b = tensor_of(n, tower, index, "bias_ih"), c = tensor_of(n, tower, index, "bias_hh");
    for (int k = 0; k < cells; k++) {
        var from_input[3], from_state[3];
        for (int g = 0; g < 3; g++) {
            int row = g * cells + k;
            from_input[g] = dot(in->size, w + row * in->size, in->x, b + row);
            from_state[g] = dot(cells, u + row * cells, state, c + row);
        }
        var r = var_sigmoid(var_add(from_input[0], from_state[0]));
        var z = var_sigmoid(var_add(from_input[1], from_state[1]));
        var candidate = var_tanh(var_fma(r, from_state[2], from_input[2]));
        y->x[k] = var_fma(z, var_subtract(state[k], candidate), candidate);
    }
    memcpy(state, y->x, (size_t)cells * sizeof *state);
    y->size = cells;
    y->channels = y->height = y->width = 0;
}

static int layer_state(const layer_spec *l) {
    return l->kind == &layer_lstm ? 2 * l->size : l->kind == &layer_gru ? l->size : 0;
}

/* One row through one tower; `state` is that tower's recurrent state, replaced by the next. */
static void tower_forward(const reference_network *n, const char *tower, signal *at, var *state) {
    static signal next;
    for (int i = 0; i < n->spec.layers; i++) {
        const layer_spec *l = &n->spec.layer[i];
        if (layer_state(l) > 0) {
            (l->kind == &layer_gru ? gru : lstm)(n, tower, i, at, state, &next);
            state += layer_state(l);
        } else {
            var w = tensor_of(n, tower, i, "weight"), b = tensor_of(n, tower, i, "bias");
            if (l->kind == &layer_dense) dense(l->size, l->activation, w, b, at, &next);
            if (l->kind == &layer_conv) convolution(l, w, b, at, &next);
            if (l->kind == &layer_norm) normalize(l->activation, w, b, at, &next);
        }
        *at = next;
    }
}

static int tower_state(const reference_network *n) {
    int size = 0;
    for (int i = 0; i < n->spec.layers; i++) size += layer_state(&n->spec.layer[i]);
    return size;
}

int reference_state_size(const reference_network *network) {
    return tower_state(network) * (network->spec.separate ? 2 : 1);
}

/* An observation row as the network sees it; a discrete one becomes one-hot. Returns how many numbers were read. */
static int observe(const net_spec *s, const double *input, signal *at) {
    *at = (signal){0};
    if (s->input == INPUT_DISCRETE) {
        for (int d = 0; d < s->input_dims; d++)
            for (int k = 0; k < s->input_shape[d]; k++) at->x[at->size++] = var_new(k == (int)input[d]);
        return s->input_dims;
    }
    at->size = s->input_shape[0];
    if (s->input == INPUT_PLANES) {
        at->channels = s->input_shape[0], at->height = s->input_shape[1], at->width = s->input_shape[2];
        at->size = at->channels * at->height * at->width;
    }
    for (int k = 0; k < at->size; k++) at->x[k] = var_new(input[k]);
    return at->size;
}

int reference_features(const reference_network *network) {
    return reference_find(network, "policy.weight")->elements / network->spec.policy_outputs;
}

void reference_forward(const reference_network *network, int steps, int envs, const double *input,
                       const unsigned char *start, const double *state, var *policy, var *value, double *features,
                       double *state_after) {
    static const char *const separate[2] = {"actor", "critic"};
    static signal at, head;
    int per_tower = tower_state(network), per_env = reference_state_size(network),
        outputs = network->spec.policy_outputs;
    var *carried = calloc((size_t)(envs * per_env) + 1, sizeof *carried);
    for (int k = 0; k < envs * per_env; k++) carried[k] = var_new(state ? state[k] : 0);
    for (int row = 0; row < steps * envs; row++) {
        var *own = carried + row % envs * per_env;
        if (start && start[row])
            for (int k = 0; k < per_env; k++) own[k] = var_new(0);
        int read = 0;
        for (int tower = 0; tower < (network->spec.separate ? 2 : 1); tower++) {
            read = observe(&network->spec, input, &at);
            tower_forward(network, network->spec.separate ? separate[tower] : "trunk", &at, own + tower * per_tower);
            if (tower == 0) {
                for (int k = 0; features && k < at.size; k++) *features++ = var_value(at.x[k]);
                dense(outputs, ACTIVATION_NONE, reference_parameter(network, "policy.weight", 0),
                      reference_parameter(network, "policy.bias", 0), &at, &head);
                memcpy(policy + row * outputs, head.x, (size_t)outputs * sizeof *policy);
            }
            if (tower == (network->spec.separate ? 1 : 0)) {
                dense(1, ACTIVATION_NONE, reference_parameter(network, "value.weight", 0),
                      reference_parameter(network, "value.bias", 0), &at, &head);
                value[row] = head.x[0];
            }
        }
        input += read;
    }
    for (int k = 0; state_after && k < envs * per_env; k++) state_after[k] = var_value(carried[k]);
    free(carried);
}
