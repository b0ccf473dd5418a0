/* SPDX-License-Identifier: MIT
 * The memory of a tape, and the recurrent state that goes into it and out of it. */
#include "net/layer.h"

#include <string.h>

/* ---- One pass over the arrays, which counts or places them ---- */

typedef struct placer {
    float *memory; /* NULL: count */
    size_t used;
} placer;

static float *place(placer *p, size_t floats) {
    float *pointer = p->memory ? p->memory + p->used : NULL;
    p->used += line_floats(floats);
    return floats ? pointer : NULL;
}

static void place_layer(placer *p, const net_layer *l, bool is_first, size_t rows, size_t envs, layer_buffers *own) {
    own->output = place(p, rows * (size_t)l->ld);
    own->cache = place(p, rows * l->cache);
    if (l->state) own->state = place(p, (rows + envs) * l->state);
    own->transposed = l->kind->transposed ? place(p, l->kind->transposed(l, is_first)) : NULL;
}

/* The heads, whose outputs are the policy and the value: side by side in the rows of one array when both share one. */
static void place_heads(placer *p, const net *net, size_t rows, net_tape *t) {
    for (int i = 0; i < net->heads; i++) {
        const net_layer *l = &net->head[i];
        t->head[i].transposed = place(p, l->kind->transposed(l, net->tower[i].layers == 0));
    }
    t->policy = t->head[0].output = place(p, rows * (size_t)net->policy_ld);
    t->d_policy = place(p, rows * (size_t)net->policy_ld);
    if (net->heads == 2) {
        t->value = t->head[1].output = place(p, rows * (size_t)net->value_ld);
        t->d_value = place(p, rows * (size_t)net->value_ld);
    } else if (p->memory) {
        t->value = t->policy + net->spec.policy_outputs;
        t->d_value = t->d_policy + net->spec.policy_outputs;
    }
}

static size_t place_all(const net *net, int rows, int envs, float *memory, net_tape *t) {
    placer p = {memory, 0};
    size_t r = (size_t)rows, scratch = 0;
    bool keeps_sums = false;
    *t = (net_tape){.rows = rows, .envs = envs};
    t->input = place(&p, r * (size_t)net->input_ld);
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            size_t wanted = l->kind->scratch ? l->kind->scratch(l, rows, envs) : 0;
            place_layer(&p, l, j == 0, r, (size_t)envs, &t->layer[i][j]);
            keeps_sums |= l->activation == ACTIVATION_SILU;
            if (wanted > scratch) scratch = wanted;
        }
    place_heads(&p, net, r, t);
    for (int i = 0; i < 2; i++) t->delta[i] = place(&p, r * (size_t)net->widest_ld);
    t->gathered[0] = place(&p, r * (size_t)net->widest_ld);
    t->gathered[1] = place(&p, keeps_sums ? r * (size_t)net->widest_ld : 0);
    t->gathered[2] = place(&p, r * (size_t)(net->policy_ld > net->value_ld ? net->policy_ld : net->value_ld));
    float *shared = place(&p, scratch);
    t->start = (uint8_t *)place(&p, (r + 3) / 4);
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            layer_buffers *own = &t->layer[i][j];
            own->scratch = shared, own->start = t->start, own->envs = envs;
        }
    return p.used;
}

size_t net_tape_bytes(const net *net, int rows, int envs) {
    net_tape unused;
    return place_all(net, rows, envs, NULL, &unused) * sizeof(float);
}

void net_tape_place(const net *net, int rows, int envs, void *memory, net_tape *tape) {
    place_all(net, rows, envs, (float *)memory, tape);
}

/* ---- Recurrent state ---- */

void net_state_load(const net *net, net_tape *tape, int env, const float *state) {
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            size_t n = net->tower[i].layer[j].state;
            if (n) memcpy(tape->layer[i][j].state + n * (size_t)env, state, n * sizeof *state);
            state += n;
        }
}

void net_state_save(const net *net, const net_tape *tape, int t, int env, float *state) {
    size_t row = (size_t)(t + 1) * (size_t)tape->envs + (size_t)env;
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            size_t n = net->tower[i].layer[j].state;
            if (n) memcpy(state, tape->layer[i][j].state + n * row, n * sizeof *state);
            state += n;
        }
}

void net_state_carry(const net *net, net_tape *tape) {
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            size_t n = net->tower[i].layer[j].state * (size_t)tape->envs;
            float *state = tape->layer[i][j].state;
            if (n) memcpy(state, state + n, n * sizeof *state);
        }
}
