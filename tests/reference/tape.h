/* SPDX-License-Identifier: MIT
 * Reverse-mode differentiation of scalars in double precision: the reference that the trainer's hand-written gradients are
 * held against. Everything the reference computes forward is differentiated by this one rule, so that no derivative of a
 * layer, head or loss is written twice.
 *
 * There is one tape. A `var` is a node on it and lives until tape_reset; programs that test use one thread. */
#ifndef REFERENCE_TAPE_H
#define REFERENCE_TAPE_H

typedef int var;

/* Forgets every node. */
void tape_reset(void);
/* d root / d node for every node of the tape; read with var_gradient. */
void tape_backward(var root);

/* A leaf: a constant or a variable with respect to which one differentiates. */
var var_new(double value);
double var_value(var a);
/* d root / d a after tape_backward(root). */
double var_gradient(var a);

var var_add(var a, var b);
var var_subtract(var a, var b);
var var_multiply(var a, var b);
var var_divide(var a, var b);
/* c + a b: a step of a dot product */
var var_fma(var a, var b, var c);
/* a scale + offset, scale and offset constant */
var var_affine(var a, double scale, double offset);
var var_square(var a);
var var_exp(var a);
var var_log(var a);
var var_sqrt(var a);
var var_tanh(var a);
var var_sigmoid(var a);
var var_softplus(var a); /* log(1 + e^a) */
var var_relu(var a);     /* derivative 0 at 0 */
var var_silu(var a);     /* a sigmoid(a) */
var var_minimum(var a, var b);
/* a where low < a < high, else the bound, with derivative 0 there */
var var_clamp(var a, double low, double high);

#endif
