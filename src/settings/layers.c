/* SPDX-License-Identifier: MIT
 * network.layers: a list of mappings, each with the key of its kind ({dense: 128}) and what that kind takes beside it.
 */
#include "settings/number.h"
#include "settings/reader.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"dense", "conv", "lstm", "layer_norm", NULL}; /* as layer_kind counts */
static const char *const activations[] = {"none", "relu", "tanh", "silu", NULL};  /* as activation counts */
enum { DENSE = 1 << LAYER_DENSE, CONV = 1 << LAYER_CONV, LSTM = 1 << LAYER_LSTM, NORM = 1 << LAYER_NORM };

/* Stacks of the literature, for which a name may stand. */
enum { STACK_LAYERS = 4 };
#define CONVOLUTION(n, k, s)                                                                                           \
    { .kind = LAYER_CONV, .size = n, .activation = ACTIVATION_RELU, .kernel = k, .stride = s }
#define DENSE_RELU(n)                                                                                                  \
    { .kind = LAYER_DENSE, .size = n, .activation = ACTIVATION_RELU }
static const struct {
    int count;
    layer_spec layers[STACK_LAYERS];
} stacks[] = {
    {3, {CONVOLUTION(16, 8, 4), CONVOLUTION(32, 4, 2), DENSE_RELU(256)}},                        /* 1602.01783 */
    {4, {CONVOLUTION(32, 8, 4), CONVOLUTION(64, 4, 2), CONVOLUTION(64, 3, 1), DENSE_RELU(512)}}, /* Mnih et al., 2015 */
    {2, {CONVOLUTION(16, 3, 1), DENSE_RELU(128)}},                                               /* 1903.03176 */
};
static const char *const stack_names[] = {"a3c", "dqn", "minatar", NULL};

/* What an entry may hold: rows like the schema's, of struct layer, for these kinds. */
typedef struct layer {
    int size;
    bool norm;
    int activation, kernel, stride, padding;
    double forget_bias;
} layer;

static const struct {
    unsigned kinds;
    setting row;
} members[] = {
    {DENSE, {.key = "dense", .kind = KIND_INT, .minimum = 1, .maximum = 4096, .offset = offsetof(layer, size)}},
    {CONV, {.key = "conv", .kind = KIND_INT, .minimum = 1, .maximum = 1024, .offset = offsetof(layer, size)}},
    {LSTM, {.key = "lstm", .kind = KIND_INT, .minimum = 1, .maximum = 4096, .offset = offsetof(layer, size)}},
    {NORM, {.key = "layer_norm", .kind = KIND_BOOL, .offset = offsetof(layer, norm)}},
    {DENSE | CONV,
     {.key = "activation", .kind = KIND_CHOICE, .choices = activations, .offset = offsetof(layer, activation)}},
    {CONV, {.key = "kernel", .kind = KIND_INT, .minimum = 1, .maximum = 64, .offset = offsetof(layer, kernel)}},
    {CONV, {.key = "stride", .kind = KIND_INT, .minimum = 1, .maximum = 64, .offset = offsetof(layer, stride)}},
    {CONV, {.key = "padding", .kind = KIND_INT, .minimum = 0, .maximum = 63, .offset = offsetof(layer, padding)}},
    {LSTM,
     {.key = "forget_bias",
      .kind = KIND_REAL,
      .minimum = -100,
      .maximum = 100,
      .offset = offsetof(layer, forget_bias)}},
};
enum { MEMBERS = sizeof members / sizeof *members };

/* The kind that an entry's keys name: exactly one. -1 with the error. */
static int entry_kind(const reader *r, document_node n, const char *key) {
    int kind = -1;
    for (size_t i = 0; i < document_size(r->document, n); i++) {
        document_node k = document_key(r->document, n, i);
        if (document_kind_of(r->document, k) != DOCUMENT_SCALAR) continue;
        for (int j = 0; kinds[j]; j++) {
            if (strcmp(document_text(r->document, k), kinds[j]) != 0) continue;
            if (kind >= 0)
                return reader_refuse(r, k, key, "expected one kind of layer, found %s beside %s", kinds[j],
                                     kinds[kind]);
            kind = j;
        }
    }
    if (kind < 0) return reader_refuse(r, n, key, "expected a layer: dense, conv, lstm or layer_norm");
    return kind;
}

static int refuse_member(const reader *r, document_node k, const char *key, const char *name, int kind) {
    const char *allowed[MEMBERS + 1];
    size_t count = 0;
    for (size_t i = 0; i < MEMBERS; i++)
        if (members[i].kinds & 1u << kind) allowed[count++] = members[i].row.key;
    allowed[count] = NULL;
    return reader_refuse(r, k, key, "a %s layer has no key %s%s", kinds[kind], reader_shown(name),
                         reader_hint(name, allowed));
}

static int read_member(const reader *r, document_node n, size_t i, const char *entry, int kind, unsigned *seen,
                       layer *out) {
    document_node k = document_key(r->document, n, i);
    if (document_kind_of(r->document, k) != DOCUMENT_SCALAR)
        return reader_refuse(r, k, entry, "expected the name of a key");
    const char *name = document_text(r->document, k);
    size_t m = 0;
    while (m < MEMBERS && !(strcmp(members[m].row.key, name) == 0 && members[m].kinds & 1u << kind)) m++;
    if (m == MEMBERS) return refuse_member(r, k, entry, name, kind);
    char key[SETTING_KEY_SIZE];
    snprintf(key, sizeof key, "%.40s.%.40s", entry, name);
    if (*seen & 1u << m) return reader_refuse(r, k, key, "the key is given twice");
    *seen |= 1u << m;
    return scalar_read(r, &members[m].row, key, document_child(r->document, n, i), (char *)out + members[m].row.offset);
}

static int read_entry(const reader *r, document_node n, int index, layer_spec *out) {
    char key[SETTING_KEY_SIZE];
    snprintf(key, sizeof key, "network.layers[%d]", index);
    if (document_kind_of(r->document, n) != DOCUMENT_MAPPING)
        return reader_refuse(r, n, key, "expected a layer such as {dense: 128, activation: tanh}");
    int kind = entry_kind(r, n, key);
    if (kind < 0) return -1;
    bool active = kind == LAYER_DENSE || kind == LAYER_CONV, conv = kind == LAYER_CONV;
    layer l = {.activation = active ? ACTIVATION_TANH : ACTIVATION_NONE,
               .kernel = conv ? 3 : 0,
               .stride = conv,
               .forget_bias = kind == LAYER_LSTM,
               .norm = true};
    unsigned seen = 0;
    for (size_t i = 0; i < document_size(r->document, n); i++)
        if (read_member(r, n, i, key, kind, &seen, &l)) return -1;
    if (!l.norm) return reader_refuse(r, n, key, "expected layer_norm: true, or no such entry");
    if (l.padding >= l.kernel && conv)
        return reader_refuse(r, n, key, "expected a padding below the kernel's %d", l.kernel);
    *out = (layer_spec){.kind = kind,
                        .size = l.size,
                        .activation = l.activation,
                        .kernel = l.kernel,
                        .stride = l.stride,
                        .padding = l.padding,
                        .forget_bias = (float)l.forget_bias};
    return 0;
}

static int read_stack(const reader *r, document_node n, settings *s) {
    const char *name = document_text(r->document, n);
    int k = 0;
    while (stack_names[k] && strcmp(stack_names[k], name) != 0) k++;
    if (!stack_names[k])
        return reader_refuse(r, n, "network.layers", "expected a list of layers, or a3c, dqn or minatar, found %s%s",
                             reader_shown(name), reader_hint(name, stack_names));
    memset(s->network.layers, 0, sizeof s->network.layers);
    memcpy(s->network.layers, stacks[k].layers, sizeof stacks[k].layers);
    s->network.layer_count = stacks[k].count;
    return 0;
}

int layers_read(const reader *r, document_node n, settings *s) {
    if (document_kind_of(r->document, n) == DOCUMENT_SCALAR && !document_empty(r->document, n))
        return read_stack(r, n, s);
    size_t count = document_kind_of(r->document, n) == DOCUMENT_LIST ? document_size(r->document, n) : 0;
    if (document_kind_of(r->document, n) != DOCUMENT_LIST || count > NET_LAYERS)
        return reader_refuse(r, n, "network.layers",
                             "%sexpected a list of up to %d layers such as {dense: 128, activation: tanh}",
                             document_empty(r->document, n) ? "a value is missing; " : "", NET_LAYERS);
    memset(s->network.layers, 0, sizeof s->network.layers);
    for (size_t i = 0; i < count; i++)
        if (read_entry(r, document_child(r->document, n, i), (int)i, &s->network.layers[i])) return -1;
    s->network.layer_count = (int)count;
    return 0;
}

static void write_layer(const layer_spec *l, text_buffer *out) {
    char bias[32];
    switch (l->kind) {
    case LAYER_DENSE:
        text_printf(out, "{dense: %d, activation: %s}", l->size, activations[l->activation]);
        break;
    case LAYER_CONV:
        text_printf(out, "{conv: %d, kernel: %d, stride: %d, padding: %d, activation: %s}", l->size, l->kernel,
                    l->stride, l->padding, activations[l->activation]);
        break;
    case LAYER_LSTM:
        number_write_real((double)l->forget_bias, bias, sizeof bias);
        text_printf(out, "{lstm: %d, forget_bias: %s}", l->size, bias);
        break;
    case LAYER_NORM:
        text_append(out, "{layer_norm: true}");
        break;
    }
}

void layers_write(const settings *s, text_buffer *out) {
    text_append(out, "[");
    for (int i = 0; i < s->network.layer_count; i++) {
        if (i) text_append(out, ", ");
        write_layer(&s->network.layers[i], out);
    }
    text_append(out, "]");
}
