/* SPDX-License-Identifier: MIT
 * A backward pass in two halves, for threads that share one gradient. A weight's gradient is a sum over samples of an
 * input times a gradient with respect to an output: its factors. First each thread finds the factors of its own samples,
 * and keeps them; then the rows of all weights are cut among the threads, and each sums its rows over all samples, in one
 * order. So nothing is added up twice, and the bits do not depend on how many threads there are. */
#ifndef NET_FACTORS_H
#define NET_FACTORS_H

#include "net/net.h"

/* One layer's: x [rows, ldx], delta [rows, layer.ld]. */
typedef struct factors_layer {
    const float *x, *delta;
    int ldx;
    float *x_room, *delta_room; /* [rows, ..] memory for those that the tape does not keep */
} factors_layer;

typedef struct factors {
    int rows;
    factors_layer layer[2][NET_LAYERS], head[2]; /* by tower */
} factors;

/* Floats per sample of all factors; 0: this network's backward pass cannot be taken in halves. */
size_t factors_width(const net *net);

/* Memory for so many rows (zeroed, 64-byte aligned), and the pointers into it. */
size_t factors_bytes(const net *net, int rows);
void factors_place(const net *net, int rows, void *memory, factors *f);

/* The factors of environments first .. first + envs - 1, one after the other, each over time steps 0 .. steps - 1, from
 * tape->d_policy and d_value. They point into the tape as well. */
void factors_find(const net *net, const float *parameters, net_tape *tape, int first, int envs, int steps, factors *f);

/* A place in the rows of all weights, in the order of the parameters. */
typedef struct factors_cut {
    int layer, row; /* counted over towers, then heads */
    size_t offset;  /* in the parameters */
} factors_cut;

/* Where part i of `parts` begins; parts cost about the same. Part `parts` begins at the end. */
factors_cut factors_part(const net *net, int parts, int i);

/* gradient [net.size]: of the rows between two cuts, over the samples of list[0 .. count - 1], in that order. `own`: the
 * calling thread's tape, for scratch. */
void factors_sum(const net *net, const factors *const *list, int count, net_tape *own, factors_cut from, factors_cut to,
                 float *gradient);

#endif
