/* SPDX-License-Identifier: MIT
 * The networks of net/net.h, forward, in double precision on the tape, written as their equations read: one row at a time, no
 * blocking, no padding. Parameters are one flat array in the order of the checkpoint, found by their names there. */
#ifndef REFERENCE_NETWORK_H
#define REFERENCE_NETWORK_H

#include "net/net.h"
#include "reference/golden.h"
#include "reference/tape.h"

typedef struct reference_tensor {
    char name[NET_NAME];
    int offset, elements;
} reference_tensor;

typedef struct reference_network {
    net_spec spec;
    int tensors, size;
    reference_tensor tensor[NET_TENSORS];
    double *parameter; /* [size], owned */
    var first;         /* parameter k is var first + k once placed */
} reference_network;

/* From a plan: tensors as the plan names them, parameters 0. */
reference_network reference_from_net(const net *net);
/* From a golden case: its `set` lines describe the network, its tensors param/NAME give names and values. */
reference_network reference_from_golden(const golden *g);
net_spec reference_golden_spec(const golden *g);
void reference_free(reference_network *network);

const reference_tensor *reference_find(const reference_network *network, const char *name);
/* The placed variable of element `index` of a tensor. */
var reference_parameter(const reference_network *network, const char *name, int index);

/* Clears the tape and puts the parameters on it; later nodes are differentiated with respect to them. */
void reference_place(reference_network *network);

/* Floats of recurrent state of one environment: h then c of each LSTM layer, h of each GRU, towers in order. */
int reference_state_size(const reference_network *network);

/* Forward pass of steps * envs rows, row t * envs + e: input [rows, observation], start [rows] (1: the state is zero before
 * the row; NULL: never), state [envs, state size] before the first row (NULL: zero) -> policy [rows, policy_outputs] and
 * value [rows]; the policy head's inputs [rows, reference_features] and state_after [envs, state size] may be NULL. */
void reference_forward(const reference_network *network, int steps, int envs, const double *input,
                       const unsigned char *start, const double *state, var *policy, var *value, double *features,
                       double *state_after);
int reference_features(const reference_network *network);

/* After tape_backward: gradient [size]. */
void reference_gradient(const reference_network *network, double *gradient);

#endif
