/* SPDX-License-Identifier: MIT
 * Acting without learning: forward passes for some environments at once, with recurrent state carried along. */
#ifndef TRAINER_ACTOR_H
#define TRAINER_ACTOR_H

#include "trainer/plan.h"

typedef struct actor {
    const plan *plan;
    int lanes;
    void *memory;
    net_tape tape;            /* rows 0 .. lanes-1 are the present ones */
    distribution_rows rows;
} actor;

actor *actor_new(const plan *p, int lanes);
void actor_free(actor *a);

/* Where lane i's observation is to be written: float[net.input_size]. */
float *actor_observation(actor *a, int lane);
/* Lane i starts a new episode: its recurrent state is zero. */
void actor_start(actor *a, int lane);
/* Distributions and values of all lanes for their observations; recurrent state moves on. */
void actor_forward(actor *a, const float *parameters);
float actor_value(const actor *a, int lane);
/* One action [dims]; stream NULL: greedy. */
void actor_act(actor *a, int lane, random_stream *stream, action_word *action);

#endif
