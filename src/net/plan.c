/* SPDX-License-Identifier: MIT
 * Laying a network out: shapes, offsets of parameters, the named tensors of a checkpoint, the memory of a tape. */
#include "net/layer.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int line(int n) {
    return (int)line_floats((size_t)n);
}

/* The next `floats` of the parameter vector, on a cache line. */
static size_t take(net *net, size_t floats) {
    size_t offset = net->size;
    net->size += line_floats(floats);
    return offset;
}

static net_tensor *add_tensor(net *net, size_t offset, const char *format, ...) {
    CHECK(net->tensor_count < NET_TENSORS);
    net_tensor *t = &net->tensor[net->tensor_count++];
    t->offset = offset;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->name, sizeof t->name, format, arguments);
    va_end(arguments);
    return t;
}

static void add_vector(net *net, const char *prefix, const char *name, size_t offset, int n) {
    net_tensor *t = add_tensor(net, offset, "%s.%s", prefix, name);
    t->dims = 1;
    t->shape[0] = n;
    t->stride[0] = 1;
    net->parameters += (size_t)n;
}

/* A matrix [out, in] whose element (o, i) is at offset + o*stride_out + i*stride_in. */
static void add_matrix(net *net, const char *prefix, const char *name, size_t offset, int out, int in,
                       size_t stride_out, size_t stride_in) {
    net_tensor *t = add_tensor(net, offset, "%s.%s", prefix, name);
    t->dims = 2;
    t->shape[0] = out;
    t->shape[1] = in;
    t->stride[0] = stride_out;
    t->stride[1] = stride_in;
    net->parameters += (size_t)out * (size_t)in;
}

/* Shape of what flows between layers. */
typedef struct flow {
    bool planes, one_hot;
    int channels, height, width, features;
} flow;

static int plan_dense(net *net, net_layer *l, const layer_spec *s, flow *f, const char *prefix) {
    l->in = f->features;
    l->out = s->size;
    l->sparse = f->one_hot;
    l->few = l->out < NET_FEW && !l->sparse;
    l->ld = line(l->out);
    l->ldw = l->few ? line(l->in) : l->ld;
    l->weight = take(net, (size_t)(l->few ? l->out : l->in) * (size_t)l->ldw);
    l->bias = take(net, (size_t)l->ld);
    l->extra = l->activation == ACTIVATION_SILU ? (size_t)l->ld : 0;
    if (l->sparse) {
        l->components = net->spec.input_dims;
        for (int c = 1; c < l->components; c++)
            l->component_base[c] = l->component_base[c - 1] + net->spec.input_shape[c - 1];
    }
    size_t ldw = (size_t)l->ldw;
    if (prefix) {
        add_matrix(net, prefix, "weight", l->weight, l->out, l->in, l->few ? ldw : 1, l->few ? 1 : ldw);
        add_vector(net, prefix, "bias", l->bias, l->out);
    }
    *f = (flow){.features = l->out};
    return 0;
}

static int plan_conv(net *net, net_layer *l, const layer_spec *s, flow *f, const char *prefix, error *e) {
    if (!f->planes) return error_set(e, STATUS_USAGE, "%s is a convolution, but its input is not an image", prefix);
    l->channels = f->channels, l->height = f->height, l->width = f->width;
    l->kernel = s->kernel, l->stride = s->stride, l->padding = s->padding;
    int h = f->height + 2 * s->padding - s->kernel, w = f->width + 2 * s->padding - s->kernel;
    if (h < 0 || w < 0)
        return error_set(e, STATUS_USAGE, "%s: a kernel of %d does not fit into a picture of %d x %d", prefix,
                         s->kernel, f->height, f->width);
    l->out_height = h / s->stride + 1, l->out_width = w / s->stride + 1;
    l->in = f->channels * s->kernel * s->kernel;
    l->out = s->size;
    l->ldw = line(l->out);
    l->ld = line(l->out * l->out_height * l->out_width);
    l->weight = take(net, (size_t)l->in * (size_t)l->ldw);
    l->bias = take(net, (size_t)l->ldw);
    l->extra = l->activation == ACTIVATION_SILU ? (size_t)l->ld : 0;
    int k = s->kernel;
    net_tensor *t = add_tensor(net, l->weight, "%s.weight", prefix);
    *t = (net_tensor){.dims = 4,
                      .shape = {l->out, f->channels, k, k},
                      .offset = l->weight,
                      .stride = {1, (size_t)(k * k * l->ldw), (size_t)(k * l->ldw), (size_t)l->ldw}};
    snprintf(t->name, sizeof t->name, "%s.weight", prefix);
    net->parameters += (size_t)l->out * (size_t)l->in;
    add_vector(net, prefix, "bias", l->bias, l->out);
    *f = (flow){.planes = true,
                .channels = l->out,
                .height = l->out_height,
                .width = l->out_width,
                .features = l->out * l->out_height * l->out_width};
    return 0;
}

static int plan_lstm(net *net, net_layer *l, const layer_spec *s, flow *f, const char *prefix, error *e) {
    if (f->one_hot)
        return error_set(e, STATUS_USAGE,
                         "%s: an LSTM cannot read a discrete observation directly: put a dense layer before it",
                         prefix);
    l->in = f->features;
    l->out = s->size;
    l->forget_bias = s->forget_bias;
    l->ld = line(l->out);
    l->ldw = 4 * l->ld; /* gates i, f, g, o, each padded to whole lines */
    l->weight = take(net, (size_t)l->in * (size_t)l->ldw);
    l->weight2 = take(net, (size_t)l->out * (size_t)l->ldw);
    l->bias = take(net, (size_t)l->ldw);
    l->extra = 5 * (size_t)l->ld; /* the four gates and tanh(c) */
    const char *names[2] = {"weight_ih", "weight_hh"};
    for (int m = 0; m < 2;
         m++) { /* [4H, in] with row g*H + h at column g*ld + h: seen as [4, H, in], flattened by the exporter */
        net_tensor *t = add_tensor(net, m ? l->weight2 : l->weight, "%s.%s", prefix, names[m]);
        t->dims = 3;
        t->joined = true;
        t->shape[0] = 4, t->shape[1] = l->out, t->shape[2] = m ? l->out : l->in;
        t->stride[0] = (size_t)l->ld, t->stride[1] = 1, t->stride[2] = (size_t)l->ldw;
        net->parameters += 4 * (size_t)l->out * (size_t)t->shape[2];
    }
    net_tensor *t = add_tensor(net, l->bias, "%s.bias", prefix);
    t->dims = 2;
    t->joined = true;
    t->shape[0] = 4, t->shape[1] = l->out;
    t->stride[0] = (size_t)l->ld, t->stride[1] = 1;
    net->parameters += 4 * (size_t)l->out;
    net->recurrent = true;
    net->state_size += 2 * (size_t)l->ld;
    *f = (flow){.features = l->out};
    return 0;
}

static int plan_norm(net *net, net_layer *l, flow *f, const char *prefix, error *e) {
    if (f->one_hot)
        return error_set(e, STATUS_USAGE, "%s: layer normalization cannot read a discrete observation", prefix);
    l->in = l->out = f->features;
    l->ld = line(l->out);
    l->weight = take(net, (size_t)l->ld);
    l->bias = take(net, (size_t)l->ld);
    l->extra = LINE_FLOATS; /* mean and 1/sigma of the row */
    add_vector(net, prefix, "weight", l->weight, l->out);
    add_vector(net, prefix, "bias", l->bias, l->out);
    return 0;
}

static flow input_flow(net *net) {
    const net_spec *s = &net->spec;
    flow f = {.features = 1};
    if (s->input == INPUT_DISCRETE) {
        f.one_hot = true;
        f.features = 0;
        for (int i = 0; i < s->input_dims; i++) f.features += s->input_shape[i];
        net->input_size = s->input_dims;
    } else {
        for (int i = 0; i < s->input_dims; i++) f.features *= s->input_shape[i];
        f.planes = s->input == INPUT_PLANES;
        if (f.planes) f.channels = s->input_shape[0], f.height = s->input_shape[1], f.width = s->input_shape[2];
        net->input_size = f.features;
    }
    net->input_ld = net->widest_ld = line(net->input_size);
    return f;
}

static int plan_tower(net *net, net_tower *tower, flow *f, const char *name, error *e) {
    tower->layers = net->spec.layers;
    for (int i = 0; i < tower->layers; i++) {
        const layer_spec *s = &net->spec.layer[i];
        net_layer *l = &tower->layer[i];
        char prefix[32];
        snprintf(prefix, sizeof prefix, "%s.%d", name, i);
        l->kind = s->kind;
        l->activation = s->kind == LAYER_DENSE || s->kind == LAYER_CONV ? s->activation : ACTIVATION_NONE;
        int failed = s->kind == LAYER_DENSE  ? plan_dense(net, l, s, f, prefix)
                     : s->kind == LAYER_CONV ? plan_conv(net, l, s, f, prefix, e)
                     : s->kind == LAYER_LSTM ? plan_lstm(net, l, s, f, prefix, e)
                                             : plan_norm(net, l, f, prefix, e);
        if (failed) return -1;
        if (l->ld > net->widest_ld) net->widest_ld = l->ld;
    }
    return 0;
}

/* The Gaussian's log standard deviations: one an action, or one an action and feature, rows of features padded to
 * lines. */
static void plan_log_std(net *net, int features) {
    int n = net->spec.log_std, ld = line(features);
    net->features = features;
    net->log_std_size = (size_t)(net->spec.log_std_features ? n * ld : n ? line(n) : 0);
    if (n) net->log_std = take(net, net->log_std_size);
    if (n && net->spec.log_std_features)
        add_matrix(net, "policy", "log_std", net->log_std, features, n, 1, (size_t)ld);
    else if (n)
        add_vector(net, "policy", "log_std", net->log_std, n);
}

/* A head of `outputs` rows, some of them the policy's, the last the value's when both share it. */
static void plan_head(net *net, net_layer *l, flow f, int policy, int value) {
    layer_spec s = {.kind = LAYER_DENSE, .size = policy + value};
    plan_dense(net, l, &s, &f, NULL);
    size_t out = l->few ? (size_t)l->ldw : 1, in = l->few ? 1 : (size_t)l->ldw;
    if (policy) {
        add_matrix(net, "policy", "weight", l->weight, policy, l->in, out, in);
        add_vector(net, "policy", "bias", l->bias, policy);
        plan_log_std(net, l->in);
    }
    if (value) {
        add_matrix(net, "value", "weight", l->weight + (size_t)policy * out, 1, l->in, out, in);
        add_vector(net, "value", "bias", l->bias + (size_t)policy, 1);
    }
    if (l->ld > net->widest_ld) net->widest_ld = l->ld;
}

int net_plan(net *net, const net_spec *spec, error *e) {
    memset(net, 0, sizeof *net);
    net->spec = *spec;
    CHECK(spec->layers <= NET_LAYERS && spec->policy_outputs > 0);
    flow input = input_flow(net), f[2] = {input, input};
    net->towers = spec->separate ? 2 : 1;
    net->heads = net->towers;
    static const char *const names[2][2] = {{"trunk", NULL}, {"actor", "critic"}};
    for (int i = 0; i < net->towers; i++)
        if (plan_tower(net, &net->tower[i], &f[i], names[net->towers - 1][i], e)) return -1;
    if (spec->log_std_features && f[0].one_hot)
        return error_set(
            e, STATUS_USAGE,
            "noise that depends on the state needs a layer before the policy when observations are discrete");
    if (spec->separate) {
        plan_head(net, &net->head[0], f[0], spec->policy_outputs, 0);
        plan_head(net, &net->head[1], f[1], 0, 1);
    } else {
        plan_head(net, &net->head[0], f[0], spec->policy_outputs, 1);
    }
    net->policy_ld = net->head[0].ld;
    net->value_ld = net->head[net->heads - 1].ld;
    return 0;
}

/* ---- Tape: one pass over the arrays, which counts or places them ---- */

typedef struct placer {
    float *memory;
    size_t used;
} placer;

static float *place(placer *p, size_t floats) {
    float *pointer = p->memory ? p->memory + p->used : NULL;
    p->used += line_floats(floats);
    return floats ? pointer : NULL;
}

static size_t layer_scratch(const net_layer *l, int rows, int envs) {
    return l->kind == LAYER_CONV ? conv_scratch(l) : l->kind == LAYER_LSTM ? lstm_scratch(l, rows, envs) : 0;
}

/* Floats of a layer's transposed weights; nobody wants the gradient below the first layer. */
static size_t turned_floats(const net_layer *l, bool is_first) {
    size_t in = is_first ? 0 : (size_t)layer_stride(l->in);
    switch (l->kind) {
    case LAYER_DENSE:
        return l->few ? 0 : (size_t)l->out * in;
    case LAYER_CONV:
        return (size_t)l->out * in;
    case LAYER_LSTM:
        return (size_t)l->ldw * ((size_t)layer_stride(l->out) + in);
    case LAYER_NORM:
        break;
    }
    return 0;
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
            t->output[i][j] = place(&p, r * (size_t)l->ld);
            t->extra[i][j] = place(&p, r * l->extra);
            if (l->kind == LAYER_LSTM) t->state[i][j] = place(&p, (r + (size_t)envs) * 2 * (size_t)l->ld);
            t->turned[i][j] = place(&p, turned_floats(l, j == 0));
            keeps_sums |= l->activation == ACTIVATION_SILU;
            size_t s = layer_scratch(l, rows, envs);
            if (s > scratch) scratch = s;
        }
    for (int i = 0; i < net->heads; i++)
        t->turned[i][NET_LAYERS] = place(&p, turned_floats(&net->head[i], net->tower[i].layers == 0));
    t->policy = place(&p, r * (size_t)net->policy_ld);
    t->d_policy = place(&p, r * (size_t)net->policy_ld);
    if (net->heads == 2) {
        t->value = place(&p, r * (size_t)net->value_ld);
        t->d_value = place(&p, r * (size_t)net->value_ld);
    } else if (memory) {
        t->value = t->policy + net->spec.policy_outputs;
        t->d_value = t->d_policy + net->spec.policy_outputs;
    }
    for (int i = 0; i < 2; i++) t->delta[i] = place(&p, r * (size_t)net->widest_ld);
    t->packed[0] = place(&p, r * (size_t)net->widest_ld);
    t->packed[1] = place(&p, keeps_sums ? r * (size_t)net->widest_ld : 0);
    t->packed[2] = place(&p, r * (size_t)(net->policy_ld > net->value_ld ? net->policy_ld : net->value_ld));
    t->scratch = place(&p, scratch);
    t->start = (uint8_t *)place(&p, (r + 3) / 4);
    return p.used;
}

size_t net_tape_bytes(const net *net, int rows, int envs) {
    net_tape unused;
    return place_all(net, rows, envs, NULL, &unused) * sizeof(float);
}

void net_tape_place(const net *net, int rows, int envs, void *memory, net_tape *tape) {
    place_all(net, rows, envs, (float *)memory, tape);
}

/* ---- Checkpoint order ---- */

size_t net_tensor_elements(const net_tensor *t) {
    size_t n = 1;
    for (int d = 0; d < t->dims; d++) n *= (size_t)t->shape[d];
    return n;
}

/* Where element k (row-major) of a tensor is. */
static size_t element(const net_tensor *t, size_t k) {
    size_t offset = t->offset;
    for (int d = t->dims; d-- > 0;) {
        offset += k % (size_t)t->shape[d] * t->stride[d];
        k /= (size_t)t->shape[d];
    }
    return offset;
}

void net_export(const net *net, const float *parameters, float *flat) {
    for (int i = 0; i < net->tensor_count; i++) {
        size_t n = net_tensor_elements(&net->tensor[i]);
        for (size_t k = 0; k < n; k++) *flat++ = parameters[element(&net->tensor[i], k)];
    }
}

void net_import(const net *net, const float *flat, float *parameters) {
    for (int i = 0; i < net->tensor_count; i++) {
        size_t n = net_tensor_elements(&net->tensor[i]);
        for (size_t k = 0; k < n; k++) parameters[element(&net->tensor[i], k)] = *flat++;
    }
}
