/* SPDX-License-Identifier: MIT
 * Laying a network out: shapes, offsets of parameters, the named tensors of a checkpoint. What a layer needs, its kind
 * says (net/layer.h); towers and heads are put together here. */
#include "net/layer.h"

#include <stdio.h>
#include <string.h>

/* ---- What a kind's plan calls ---- */

size_t layer_take(layer_site *site, size_t floats) {
    size_t offset = site->net->size;
    site->net->size += line_floats(floats);
    return offset;
}

net_tensor *layer_tensor(layer_site *site, const char *name, tensor_role role, size_t offset) {
    net *net = site->net;
    CHECK(net->tensor_count < NET_TENSORS);
    net_tensor *t = &net->tensor[net->tensor_count++];
    snprintf(t->name, sizeof t->name, "%s.%s", site->prefix, name);
    t->role = role;
    t->offset = offset;
    return t;
}

void layer_vector(layer_site *site, const char *name, tensor_role role, size_t offset, int n) {
    net_tensor *t = layer_tensor(site, name, role, offset);
    t->dims = 1;
    t->shape[0] = n;
    t->stride[0] = 1;
}

void layer_matrix(layer_site *site, const char *name, tensor_role role, size_t offset, int out, int in,
                  size_t stride_out, size_t stride_in) {
    net_tensor *t = layer_tensor(site, name, role, offset);
    t->dims = 2;
    t->shape[0] = out, t->shape[1] = in;
    t->stride[0] = stride_out, t->stride[1] = stride_in;
}

void layer_gates(layer_site *site, const net_layer *l, const char *name, tensor_role role, size_t offset, int gates,
                 int in) {
    net_tensor *t = layer_tensor(site, name, role, offset);
    t->dims = in ? 3 : 2;
    t->joined = true;
    t->shape[0] = gates, t->shape[1] = l->out;
    t->stride[0] = (size_t)l->ld, t->stride[1] = 1;
    if (in) t->shape[2] = in, t->stride[2] = (size_t)l->ldw;
}

/* ---- Towers and heads ---- */

static layer_shape plan_input(net *net) {
    const net_spec *s = &net->spec;
    layer_shape shape = {.features = 1};
    if (s->input == INPUT_DISCRETE) {
        shape.one_hot = true;
        shape.features = 0;
        for (int i = 0; i < s->input_dims; i++) shape.features += s->input_shape[i];
        net->input_size = s->input_dims;
    } else {
        for (int i = 0; i < s->input_dims; i++) shape.features *= s->input_shape[i];
        shape.planes = s->input == INPUT_PLANES;
        if (shape.planes)
            shape.channels = s->input_shape[0], shape.height = s->input_shape[1], shape.width = s->input_shape[2];
        net->input_size = shape.features;
    }
    net->input_ld = net->widest_ld = (int)line_floats((size_t)net->input_size);
    return shape;
}

/* `shape`: of the input, replaced by that of what the heads read. */
static int plan_tower(net *net, net_tower *tower, const char *name, layer_shape *shape, error *e) {
    tower->layers = net->spec.layers;
    for (int i = 0; i < tower->layers; i++) {
        const layer_spec *spec = &net->spec.layer[i];
        net_layer *l = &tower->layer[i];
        char prefix[32];
        snprintf(prefix, sizeof prefix, "%s.%d", name, i);
        layer_site site = {.net = net, .prefix = prefix, .shape = *shape, .e = e};
        l->kind = spec->kind;
        if (l->kind->plan(&site, spec, l)) return -1;
        *shape = site.shape;
        net->state_size += l->state;
        if (l->ld > net->widest_ld) net->widest_ld = l->ld;
    }
    return 0;
}

/* The Gaussian's log standard deviations: one per action, or one per action and feature, rows of features padded to
 * lines. */
static void plan_log_std(net *net, layer_site *site, int features) {
    int n = net->spec.log_std, ld = (int)line_floats((size_t)features);
    net->features = features;
    if (n == 0) return;
    net->log_std_size = net->spec.log_std_features ? layer_at(n, ld) : line_floats((size_t)n);
    net->log_std = layer_take(site, net->log_std_size);
    if (net->spec.log_std_features)
        layer_matrix(site, "log_std", TENSOR_LOG_STD, net->log_std, features, n, 1, (size_t)ld);
    else
        layer_vector(site, "log_std", TENSOR_LOG_STD, net->log_std, n);
}

/* A head, a dense layer of policy + value outputs; the value's is the last when both share it. */
static void plan_head(net *net, net_layer *l, layer_shape shape, int policy, int value) {
    layer_site site = {.net = net, .shape = shape};
    l->kind = &layer_dense;
    l->kind->plan(&site, &(layer_spec){.kind = l->kind, .size = policy + value}, l);
    size_t out = l->narrow ? (size_t)l->ldw : 1, in = l->narrow ? 1 : (size_t)l->ldw;
    if (policy) {
        site.prefix = "policy";
        layer_matrix(&site, "weight", TENSOR_WEIGHT, l->weight, policy, l->in, out, in);
        layer_vector(&site, "bias", TENSOR_BIAS, l->bias, policy);
        plan_log_std(net, &site, l->in);
    }
    if (value) {
        site.prefix = "value";
        layer_matrix(&site, "weight", TENSOR_WEIGHT, l->weight + (size_t)policy * out, 1, l->in, out, in);
        layer_vector(&site, "bias", TENSOR_BIAS, l->bias + (size_t)policy, 1);
    }
    if (l->ld > net->widest_ld) net->widest_ld = l->ld;
}

int net_plan(net *net, const net_spec *spec, error *e) {
    memset(net, 0, sizeof *net);
    net->spec = *spec;
    CHECK(spec->layers <= NET_LAYERS && spec->policy_outputs > 0);
    layer_shape input = plan_input(net), shape[2] = {input, input};
    net->towers = net->heads = spec->separate ? 2 : 1;
    static const char *const names[2][2] = {{"trunk", NULL}, {"actor", "critic"}};
    for (int i = 0; i < net->towers; i++)
        if (plan_tower(net, &net->tower[i], names[net->towers - 1][i], &shape[i], e)) return -1;
    if (spec->log_std_features && shape[0].one_hot)
        return error_set(
            e, STATUS_USAGE,
            "noise that depends on the state needs a layer before the policy when observations are discrete");
    plan_head(net, &net->head[0], shape[0], spec->policy_outputs, spec->separate ? 0 : 1);
    if (spec->separate) plan_head(net, &net->head[1], shape[1], 0, 1);
    net->policy_ld = net->head[0].ld;
    net->value_ld = net->head[net->heads - 1].ld;
    net->recurrent = net->state_size > 0;
    for (int i = 0; i < net->tensor_count; i++) net->parameters += net_tensor_elements(&net->tensor[i]);
    return 0;
}

double net_multiply_adds(const net *net) {
    double sum = 0;
    for (int i = 0; i < net->towers; i++) {
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            sum += l->kind->multiply_adds(l);
        }
        sum += net->head[i].kind->multiply_adds(&net->head[i]);
    }
    return sum;
}
