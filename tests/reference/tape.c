/* SPDX-License-Identifier: MIT
 * Reverse-mode differentiation of scalars in double precision. */
#include "reference/tape.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

typedef struct node {
    double value, adjoint;
    double partial[3]; /* d value / d parent */
    var parent[3];     /* -1: none */
} node;

static node *nodes;
static int count, capacity;

void tape_reset(void) {
    count = 0;
}

static var record(double value, var a, double da, var b, double db, var c, double dc) {
    if (count == capacity) {
        capacity = capacity ? 2 * capacity : 1 << 16;
        nodes = realloc(nodes, (size_t)capacity * sizeof *nodes);
        CHECK(nodes);
    }
    nodes[count] = (node){.value = value, .partial = {da, db, dc}, .parent = {a, b, c}};
    return count++;
}

static var unary(double value, var a, double derivative) {
    return record(value, a, derivative, -1, 0, -1, 0);
}

void tape_backward(var root) {
    for (int i = 0; i < count; i++) nodes[i].adjoint = 0;
    nodes[root].adjoint = 1;
    for (int i = root; i >= 0; i--) {
        if (nodes[i].adjoint == 0) continue;
        for (int k = 0; k < 3 && nodes[i].parent[k] >= 0; k++)
            nodes[nodes[i].parent[k]].adjoint += nodes[i].partial[k] * nodes[i].adjoint;
    }
}

var var_new(double value) {
    return record(value, -1, 0, -1, 0, -1, 0);
}
double var_value(var a) {
    return nodes[a].value;
}
double var_gradient(var a) {
    return nodes[a].adjoint;
}

var var_add(var a, var b) {
    return record(nodes[a].value + nodes[b].value, a, 1, b, 1, -1, 0);
}
var var_subtract(var a, var b) {
    return record(nodes[a].value - nodes[b].value, a, 1, b, -1, -1, 0);
}

var var_multiply(var a, var b) {
    double x = nodes[a].value, y = nodes[b].value;
    return record(x * y, a, y, b, x, -1, 0);
}

var var_divide(var a, var b) {
    double x = nodes[a].value, y = nodes[b].value;
    return record(x / y, a, 1 / y, b, -x / (y * y), -1, 0);
}

var var_fma(var a, var b, var c) {
    double x = nodes[a].value, y = nodes[b].value;
    return record(nodes[c].value + x * y, a, y, b, x, c, 1);
}

var var_affine(var a, double scale, double offset) {
    return unary(nodes[a].value * scale + offset, a, scale);
}

var var_square(var a) {
    return var_multiply(a, a);
}

var var_exp(var a) {
    double y = exp(nodes[a].value);
    return unary(y, a, y);
}

var var_log(var a) {
    return unary(log(nodes[a].value), a, 1 / nodes[a].value);
}

var var_sqrt(var a) {
    double y = sqrt(nodes[a].value);
    return unary(y, a, 0.5 / y);
}

var var_tanh(var a) {
    double y = tanh(nodes[a].value);
    return unary(y, a, 1 - y * y);
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

var var_sigmoid(var a) {
    double y = sigmoid(nodes[a].value);
    return unary(y, a, y * (1 - y));
}

var var_softplus(var a) {
    double x = nodes[a].value;
    return unary(fmax(x, 0) + log1p(exp(-fabs(x))), a, sigmoid(x));
}

var var_relu(var a) {
    return unary(fmax(nodes[a].value, 0), a, nodes[a].value > 0);
}
var var_silu(var a) {
    return var_multiply(a, var_sigmoid(a));
}

var var_minimum(var a, var b) {
    int first = nodes[a].value <= nodes[b].value;
    return record(fmin(nodes[a].value, nodes[b].value), a, first, b, !first, -1, 0);
}

var var_clamp(var a, double low, double high) {
    double x = nodes[a].value;
    return unary(fmin(fmax(x, low), high), a, x > low && x < high);
}
