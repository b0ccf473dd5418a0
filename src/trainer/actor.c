/* SPDX-License-Identifier: MIT */
#include "trainer/actor.h"

#include "base/memory.h"

#include <string.h>

actor *actor_new(const plan *p, int lanes) {
    actor *a = memory_new(sizeof *a);
    size_t tape = net_tape_bytes(&p->net, lanes, lanes), n = (size_t)lanes;
    size_t outputs = n * (size_t)p->net.policy_ld * sizeof(float);
    a->plan = p;
    a->lanes = lanes;
    a->memory = memory_new(tape + 2 * outputs + line_floats(n) * sizeof(float));
    net_tape_place(&p->net, lanes, lanes, a->memory, &a->tape);
    char *at = (char *)a->memory + tape;
    a->rows = (distribution_rows){.output = a->tape.policy, .ld = p->net.policy_ld, .log_probability = (float *)at,
                                  .probability = (float *)(at + outputs), .entropy = (float *)(at + 2 * outputs)};
    for (int i = 0; i < lanes; i++) actor_start(a, i);
    return a;
}

void actor_free(actor *a) {
    if (!a) return;
    memory_free(a->memory);
    memory_free(a);
}

float *actor_observation(actor *a, int lane) { return a->tape.input + (size_t)lane * (size_t)a->plan->net.input_ld; }

void actor_start(actor *a, int lane) { a->tape.start[lane] = 1; }

/* The state that a layer left at row + lanes becomes the one before the next row. */
static void carry_state(actor *a) {
    const net *net = &a->plan->net;
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            float *state = a->tape.state[i][j];
            size_t n = 2 * (size_t)net->tower[i].layer[j].ld * (size_t)a->lanes;
            if (state) memcpy(state, state + n, n * sizeof *state);
        }
}

void actor_forward(actor *a, const float *parameters) {
    net_forward(&a->plan->net, parameters, &a->tape, 0, a->lanes);
    distribution_evaluate(&a->plan->learning.distribution, parameters, &a->rows, 0, a->lanes);
    if (a->plan->net.recurrent) carry_state(a);
    memset(a->tape.start, 0, (size_t)a->lanes);
}

float actor_value(const actor *a, int lane) { return a->tape.value[(size_t)lane * (size_t)a->plan->net.value_ld]; }

void actor_act(actor *a, int lane, random_stream *stream, action_word *action) {
    const distribution *d = &a->plan->learning.distribution;
    if (stream) distribution_sample(d, &a->rows, lane, stream, action);
    else distribution_greedy(d, &a->rows, lane, action);
}
