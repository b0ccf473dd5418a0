/* SPDX-License-Identifier: MIT
 * A batch of samples for the reference, and the reference's answer to it. */
#include "reference/batch.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double *numbers(size_t n) {
    return calloc(n + 1, sizeof(double));
}

static double *copy(const golden *g, const char *name, size_t n) {
    double *x = numbers(n);
    if (golden_has_tensor(g, name)) memcpy(x, golden_get(g, "%s", name)->value, n * sizeof *x);
    return x;
}

static unsigned char *flags(const golden *g, const char *name, size_t n) {
    unsigned char *x = calloc(n + 1, 1);
    for (size_t i = 0; i < n && golden_has_tensor(g, name); i++)
        x[i] = (unsigned char)golden_get(g, "%s", name)->value[i];
    return x;
}

static void allocate(batch *b) {
    size_t rows = (size_t)batch_rows(b);
    b->input = numbers(rows * (size_t)b->input_size);
    b->action = numbers(rows * (size_t)b->dims);
    b->advantage = numbers(rows);
    b->target = numbers(rows);
    b->old_log_probability = numbers(rows);
    b->state = numbers((size_t)(b->envs * b->state_size));
    b->start = calloc(rows + 1, 1);
}

static head_kind head_named(const char *name) {
    static const char *const names[] = {"categorical", "multi_discrete", "gaussian", "gaussian_softplus", "gsde"};
    for (int i = 0; i < 5; i++)
        if (!strcmp(name, names[i])) return (head_kind)i;
    fprintf(stderr, "no such head: %s\n", name);
    abort();
}

static void vtrace_from_golden(const golden *g, batch *b) {
    size_t rows = (size_t)batch_rows(b);
    b->discount = golden_number(g, "discount"), b->lambda = golden_number(g, "lambda");
    b->rho_clip = golden_number(g, "rho_clip"), b->c_clip = golden_number(g, "c_clip");
    b->done = flags(g, "done", rows);
    b->reward = copy(g, "reward", rows);
    b->final_input = copy(g, "final_input", rows * (size_t)b->input_size);
}

batch batch_from_golden(const golden *g) {
    batch b = {.spec = reference_golden_spec(g), .head = head_named(golden_text(g, "head"))};
    b.steps = (int)golden_number(g, "steps");
    b.envs = (int)golden_number(g, "envs");
    b.loss = (loss_spec){golden_number(g, "value_coef"), golden_number(g, "entropy_coef"),
                         !strcmp(golden_text(g, "reduction"), "sum")};
    b.ppo_clip = strcmp(golden_text(g, "loss"), "ppo") ? 0 : golden_number(g, "clip");
    const char *at = golden_text(g, "choices");
    for (int used; b.dims < NET_DIMS && sscanf(at, "%d%n", &b.n[b.dims], &used) == 1; at += used) b.dims++;
    if (b.head >= HEAD_GAUSSIAN) b.dims = b.n[0];
    size_t rows = (size_t)batch_rows(&b);
    b.input_size = golden_get(g, "input")->elements / (int)rows;
    b.state_size = golden_has_tensor(g, "state") ? golden_get(g, "state")->elements / b.envs : 0;
    b.input = copy(g, "input", rows * (size_t)b.input_size);
    b.action = copy(g, "action", rows * (size_t)b.dims);
    b.advantage = copy(g, "advantage", rows);
    b.target = copy(g, "target", rows);
    b.old_log_probability = copy(g, "old_log_probability", rows);
    b.state = copy(g, "state", (size_t)(b.envs * b.state_size));
    b.start = flags(g, "start", rows);
    if (golden_has_tensor(g, "allowed")) b.allowed = flags(g, "allowed", rows * (size_t)b.spec.policy_outputs);
    if (golden_has_tensor(g, "done")) vtrace_from_golden(g, &b);
    return b;
}

/* splitmix64: in (0, 1) */
static double uniform(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 12) + 0.5) * 0x1p-52;
}

void batch_normal(int n, double *x, double scale, unsigned seed) {
    uint64_t state = seed;
    for (int i = 0; i < n; i++) {
        double radius = sqrt(-2 * log(uniform(&state)));
        x[i] = (float)(scale * radius * cos(2 * 3.141592653589793 * uniform(&state)));
    }
}

batch batch_random(const batch *like, int state_size, unsigned seed) {
    batch b = *like;
    uint64_t state = seed;
    b.state_size = state_size;
    b.input_size = b.spec.input == INPUT_DISCRETE ? b.spec.input_dims : 1;
    for (int d = 0; d < b.spec.input_dims && b.spec.input != INPUT_DISCRETE; d++) b.input_size *= b.spec.input_shape[d];
    allocate(&b);
    int rows = batch_rows(&b);
    batch_normal(rows * b.input_size, b.input, 1, seed + 1);
    batch_normal(rows * b.dims, b.action, 1, seed + 2);
    batch_normal(rows, b.advantage, 1, seed + 3);
    batch_normal(rows, b.target, 1, seed + 4);
    batch_normal(b.envs * state_size, b.state, 0.5, seed + 5);
    for (int i = 0; i < rows * b.input_size && b.spec.input == INPUT_DISCRETE; i++)
        b.input[i] = floor(uniform(&state) * b.spec.input_shape[i % b.input_size]);
    for (int i = 0; i < rows * b.dims && b.head < HEAD_GAUSSIAN; i++)
        b.action[i] = floor(uniform(&state) * b.n[i % b.dims]);
    for (int i = 0; i < rows && state_size; i++) b.start[i] = uniform(&state) < 0.2;
    return b;
}

void batch_free(batch *b) {
    free(b->input), free(b->action), free(b->advantage), free(b->target), free(b->old_log_probability);
    free(b->state), free(b->start), free(b->allowed);
    free(b->done), free(b->reward), free(b->final_input);
}

static head_result head_of(const reference_network *network, const batch *b, int row, const var *outputs,
                           const double *features) {
    const double *action = b->action + row * b->dims;
    const unsigned char *mask = b->allowed ? b->allowed + row * b->spec.policy_outputs : NULL;
    int index[NET_DIMS] = {0};
    var log_std[NET_DIMS] = {0};
    for (int d = 0; d < b->dims; d++) index[d] = (int)action[d];
    switch (b->head) {
    case HEAD_CATEGORICAL:
        return head_categorical(b->n[0], outputs, index[0], mask);
    case HEAD_MULTI_DISCRETE:
        return head_multi_discrete(b->dims, b->n, outputs, index, mask);
    case HEAD_GAUSSIAN_SOFTPLUS:
        return head_gaussian_softplus(b->dims, outputs, outputs + b->dims, 0, action);
    case HEAD_GSDE:
        head_gsde_log_std(b->dims, reference_features(network), features,
                          reference_parameter(network, "policy.log_std", 0), log_std);
        return head_gaussian(b->dims, outputs, log_std, action);
    default:
        for (int d = 0; d < b->dims; d++) log_std[d] = reference_parameter(network, "policy.log_std", d);
        return head_gaussian(b->dims, outputs, log_std, action);
    }
}

typedef struct workspace {
    var *policy, *value;
    head_result *head;
} workspace;

static loss_result forward(reference_network *network, const batch *b, workspace *w, double *state_after) {
    int rows = batch_rows(b), outputs = b->spec.policy_outputs, wide = reference_features(network);
    double *features = numbers((size_t)(rows * wide));
    w->policy = calloc((size_t)(rows * outputs), sizeof *w->policy);
    w->value = calloc((size_t)rows, sizeof *w->value);
    w->head = calloc((size_t)rows, sizeof *w->head);
    reference_place(network);
    reference_forward(network, b->steps, b->envs, b->input, b->start, b->state, w->policy, w->value, features,
                      state_after);
    for (int r = 0; r < rows; r++) w->head[r] = head_of(network, b, r, w->policy + r * outputs, features + r * wide);
    free(features);
    return b->ppo_clip > 0 ? loss_ppo(&b->loss, b->ppo_clip, rows, w->head, w->value, b->old_log_probability,
                                      b->advantage, b->target)
                           : loss_actor_critic(&b->loss, rows, w->head, w->value, b->advantage, b->target);
}

static void workspace_free(workspace *w) {
    free(w->policy), free(w->value), free(w->head);
}

double batch_loss(reference_network *network, const batch *b) {
    workspace w;
    loss_result l = forward(network, b, &w, NULL);
    workspace_free(&w);
    return var_value(l.total);
}

answer batch_answer(reference_network *network, const batch *b) {
    size_t rows = (size_t)batch_rows(b), outputs = (size_t)b->spec.policy_outputs;
    answer a = {.policy = numbers(rows * outputs),
                .value = numbers(rows),
                .log_probability = numbers(rows),
                .entropy = numbers(rows),
                .state_after = numbers((size_t)(b->envs * b->state_size)),
                .gradient = numbers((size_t)network->size)};
    workspace w;
    loss_result l = forward(network, b, &w, a.state_after);
    a.loss = var_value(l.total);
    a.policy_loss = var_value(l.policy), a.value_loss = var_value(l.value), a.entropy_sum = var_value(l.entropy);
    for (size_t k = 0; k < rows * outputs; k++) a.policy[k] = var_value(w.policy[k]);
    for (size_t r = 0; r < rows; r++) {
        a.value[r] = var_value(w.value[r]);
        a.log_probability[r] = var_value(w.head[r].log_probability);
        a.entropy[r] = var_value(w.head[r].entropy);
    }
    tape_backward(l.total);
    reference_gradient(network, a.gradient);
    workspace_free(&w);
    return a;
}

void answer_free(answer *a) {
    free(a->policy), free(a->value), free(a->log_probability), free(a->entropy), free(a->state_after),
        free(a->gradient);
}
