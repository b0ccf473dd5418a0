/* SPDX-License-Identifier: MIT
 * Acting without learning: forward passes for some environments at once, with recurrent state carried along. */
#ifndef POLICY_ACTOR_H
#define POLICY_ACTOR_H

#include "policy/plan.h"

/* A policy that does not change while it acts. */
typedef struct acting {
    const plan *plan;
    const float *parameters; /* [net.size] */
    const double *moments;   /* [running_stats_size(input_size)] of observations where they are normalized, else NULL */
} acting;

typedef struct actor {
    const plan *plan;
    const float *parameters;
    float *observation;  /* [lanes, input_ld] raw */
    float *mean, *scale; /* [input_ld] of the normalization */
    bool normalized;
    uint8_t *allowed;    /* [lanes, outputs]; 1 but for what actor_mask forbade */
    float *noise;        /* [lanes, distribution_noise_size] exploration noise that lasts, */
    int32_t *noise_left; /* [lanes] and for how many steps it still does */
    int lanes;
    void *memory;
    net_tape tape; /* rows 0 .. lanes-1 are the present ones */
    distribution_rows rows;
} actor;

/* What `a` points to must outlive the actor. */
actor *actor_new(const acting *a, int lanes);
void actor_free(actor *a);

/* Where lane i's observation is to be written: float[net.input_size]. */
float *actor_observation(actor *a, int lane);
/* Where lane i's allowed actions are written, uint8_t[outputs] (env_action_mask), before actor_forward; all are allowed
 * at first. */
uint8_t *actor_allowed(actor *a, int lane);
/* Lane i starts a new episode: its recurrent state is zero, its noise is drawn anew. */
void actor_start(actor *a, int lane);
/* Distributions and values of all lanes for their observations; recurrent state moves on. */
void actor_forward(actor *a);
float actor_value(const actor *a, int lane);
/* One action [dims]; stream NULL: greedy. */
void actor_act(actor *a, int lane, random_stream *stream, action_word *action);

#endif
