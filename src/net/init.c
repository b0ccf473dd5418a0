/* SPDX-License-Identifier: MIT
 * Initial parameters. Orthogonal (Saxe et al., 1312.6120): rows of W orthonormal (columns where there are more rows),
 * times a gain. He (1502.01852): normal, sigma = sqrt(2 / fan_in). Xavier (Glorot and Bengio, 2010): uniform, +- sqrt(6
 * / (fan_in + fan_out)). Torch: uniform, +- 1 / sqrt(fan_in), biases too. Elsewhere biases are 0. */
#include "net/layer.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

typedef struct matrix {
    float *at;
    int rows, columns;
    const net_tensor *tensor;
    int part; /* gate of an LSTM */
} matrix;

/* A tensor as a matrix [rows, fan_in]: convolutions flatten all but the first dimension; an LSTM's four gates are four
 * matrices. */
static float *element(const matrix *m, int r, int c) {
    const net_tensor *t = m->tensor;
    if (t->joined) return m->at + (size_t)m->part * t->stride[0] + (size_t)r * t->stride[1] + (size_t)c * t->stride[2];
    size_t offset = (size_t)r * t->stride[0], k = (size_t)c;
    for (int d = t->dims; d-- > 1;) {
        offset += k % (size_t)t->shape[d] * t->stride[d];
        k /= (size_t)t->shape[d];
    }
    return m->at + offset;
}

/* Fills `q` [n, length] with n <= length orthonormal rows, from normal numbers by modified Gram-Schmidt, twice for
 * accuracy. */
static void orthonormal(double *q, int n, int length, random_stream *s) {
    for (int i = 0; i < n; i++) {
        double *v = q + (size_t)i * (size_t)length;
        for (int k = 0; k < length; k++) v[k] = random_normal(s);
        for (int pass = 0; pass < 2; pass++)
            for (int j = 0; j < i; j++) {
                const double *u = q + (size_t)j * (size_t)length;
                double dot = 0;
                for (int k = 0; k < length; k++) dot += u[k] * v[k];
                for (int k = 0; k < length; k++) v[k] -= dot * u[k];
            }
        double norm = 0;
        for (int k = 0; k < length; k++) norm += v[k] * v[k];
        norm = 1 / sqrt(norm);
        for (int k = 0; k < length; k++) v[k] *= norm;
    }
}

static void fill(const matrix *m, const net_init_spec *spec, double gain, random_stream *s, double *work) {
    int rows = m->rows, columns = m->columns, wide = columns >= rows;
    if (spec->kind == INIT_ORTHOGONAL) orthonormal(work, wide ? rows : columns, wide ? columns : rows, s);
    double bound = spec->kind == INIT_XAVIER ? sqrt(6.0 / (rows + columns)) : 1 / sqrt(columns);
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) {
            double v;
            switch (spec->kind) {
            case INIT_ORTHOGONAL:
                v = work[wide ? (size_t)r * (size_t)columns + (size_t)c : (size_t)c * (size_t)rows + (size_t)r];
                break;
            case INIT_HE:
                v = random_normal(s) * sqrt(2.0 / columns);
                break;
            default:
                v = bound * (2 * random_uniform_double(s) - 1);
                break;
            }
            *element(m, r, c) = (float)(gain * v);
        }
}

size_t net_init_work(const net *net) {
    size_t most = 1;
    for (int i = 0; i < net->tensor_count; i++) {
        size_t n = net_tensor_elements(&net->tensor[i]);
        if (n > most) most = n;
    }
    return most;
}

static int fan_in(const net_tensor *t) {
    int n = 1;
    for (int d = t->joined ? 2 : 1; d < t->dims; d++) n *= t->shape[d];
    return n;
}

static void fill_bias(const net_tensor *t, const net_init_spec *spec, int inputs, random_stream *s, float *at) {
    double bound = spec->kind == INIT_TORCH ? 1 / sqrt(inputs) : 0;
    int outer = t->joined ? t->shape[0] : 1, inner = t->joined ? t->shape[1] : t->shape[0];
    for (int i = 0; i < outer; i++)
        for (int j = 0; j < inner; j++) {
            float *b = at + (t->joined ? (size_t)i * t->stride[0] : 0) + (size_t)j;
            *b = (float)(bound * (2 * random_uniform_double(s) - 1));
        }
}

static void fill_log_std(const net_tensor *t, double log_std, float *at) {
    for (int k = 0; k < t->shape[0]; k++)
        for (int j = 0; j < (t->dims == 2 ? t->shape[1] : 1); j++)
            at[(size_t)k * t->stride[0] + (size_t)j * t->stride[1]] = (float)log_std;
}

static double gain_of(const net_tensor *t, const net_init_spec *spec) {
    if (strncmp(t->name, "policy", 6) == 0) return spec->policy_gain;
    if (strncmp(t->name, "value", 5) == 0) return spec->value_gain;
    return spec->hidden_gain;
}

static void fill_weight(const net_tensor *t, const net_init_spec *spec, random_stream *s, float *at, double *work) {
    int parts = t->joined ? t->shape[0] : 1;
    for (int p = 0; p < parts; p++) {
        matrix m = {at, t->joined ? t->shape[1] : t->shape[0], fan_in(t), t, p};
        fill(&m, spec, gain_of(t, spec), s, work);
    }
}

/* What a kind of layer wants beyond that. */
static void init_layers(const net *net, float *parameters) {
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            if (l->kind->init) l->kind->init(l, parameters);
        }
}

void net_init(const net *net, const net_init_spec *spec, uint64_t seed, float *parameters, double *work) {
    memset(parameters, 0, net->size * sizeof *parameters);
    int inputs = 1; /* of the weights before a bias */
    for (int i = 0; i < net->tensor_count; i++) {
        const net_tensor *t = &net->tensor[i];
        random_stream s = random_stream_new(seed, (uint32_t)i, RANDOM_INIT);
        float *at = parameters + t->offset;
        switch (t->role) {
        case TENSOR_WEIGHT:
            fill_weight(t, spec, &s, at, work);
            inputs = fan_in(t);
            break;
        case TENSOR_BIAS:
            fill_bias(t, spec, inputs, &s, at);
            break;
        case TENSOR_SCALE:
            for (int k = 0; k < t->shape[0]; k++) at[k] = 1;
            break;
        case TENSOR_LOG_STD:
            fill_log_std(t, spec->log_std, at);
            break;
        }
    }
    init_layers(net, parameters);
}
