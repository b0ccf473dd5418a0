/* SPDX-License-Identifier: MIT
 * Inside net/: where a tape's rows lie. Row t*n + e of the input and of the heads lies at t*n + e. A hidden layer's lies
 * there too, or, after net_tape_by_environment, with its environment's other rows. */
#ifndef NET_TAPE_ROWS_H
#define NET_TAPE_ROWS_H

#include "net/layer.h"

/* How many of the `count` rows from `first` on, one after another, lie at one stride in the hidden layers' arrays. */
int tape_run(const net_tape *tape, int first, int count);

/* Where rows of one such run, or of one environment, lie in the hidden layers' arrays. */
void tape_hidden_rows(const net_tape *tape, const layer_rows *rows, layer_rows *hidden);

/* The list of these rows of x [rows, ld], which is a hidden layer's array or not: in place where they lie side by side,
 * else copied to `gathered`. NULL when x is. */
const float *tape_gather(const net_tape *tape, bool is_hidden, const float *x, int ld, const layer_rows *rows,
                         float *gathered);

/* What layer j of a tower (or its head, j = layers) reads: all rows of it. */
void tape_input(const net *net, const net_tape *tape, int tower, int j, layer_input *in);

#endif
