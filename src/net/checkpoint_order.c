/* SPDX-License-Identifier: MIT
 * Checkpoint order: parameters tensor by tensor, row-major, without padding. */
#include "net/net.h"

size_t net_tensor_elements(const net_tensor *t) {
    size_t n = 1;
    for (int d = 0; d < t->dims; d++) n *= (size_t)t->shape[d];
    return n;
}

int net_tensor_shape(const net_tensor *t, int64_t shape[4]) {
    int dims = 0;
    for (int d = 0; d < t->dims; d++) {
        if (d == 1 && t->joined)
            shape[0] *= t->shape[1];
        else
            shape[dims++] = t->shape[d];
    }
    return dims;
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

void net_flatten(const net *net, const float *parameters, float *flat) {
    for (int i = 0; i < net->tensor_count; i++) {
        size_t n = net_tensor_elements(&net->tensor[i]);
        for (size_t k = 0; k < n; k++) *flat++ = parameters[element(&net->tensor[i], k)];
    }
}

void net_unflatten(const net *net, const float *flat, float *parameters) {
    for (int i = 0; i < net->tensor_count; i++) {
        size_t n = net_tensor_elements(&net->tensor[i]);
        for (size_t k = 0; k < n; k++) parameters[element(&net->tensor[i], k)] = *flat++;
    }
}
