/* SPDX-License-Identifier: MIT
 * network.layers: a list of mappings, each with the key of its kind ({dense: 128}) and what that kind takes beside it.
 */
#include "base/number.h"
#include "net/layer.h"
#include "settings/reader.h"

#include <stdio.h>
#include <string.h>

static const char *const activations[] = {[ACTIVATION_NONE] = "none",
                                          [ACTIVATION_RELU] = "relu",
                                          [ACTIVATION_TANH] = "tanh",
                                          [ACTIVATION_SILU] = "silu",
                                          NULL};

/* Stacks of the literature, for which a name may stand. */
enum { STACK_LAYERS = 4 };
#define CONVOLUTION(n, k, s)                                                                                           \
    { .kind = &layer_conv, .size = n, .activation = ACTIVATION_RELU, .kernel = k, .stride = s }
#define DENSE_RELU(n)                                                                                                  \
    { .kind = &layer_dense, .size = n, .activation = ACTIVATION_RELU }
static const struct {
    int count;
    layer_spec layers[STACK_LAYERS];
} stacks[] = {
    {3, {CONVOLUTION(16, 8, 4), CONVOLUTION(32, 4, 2), DENSE_RELU(256)}},                        /* 1602.01783 */
    {4, {CONVOLUTION(32, 8, 4), CONVOLUTION(64, 4, 2), CONVOLUTION(64, 3, 1), DENSE_RELU(512)}}, /* Mnih et al., 2015 */
    {2, {CONVOLUTION(16, 3, 1), DENSE_RELU(128)}},                                               /* 1903.03176 */
};
static const char *const stack_names[] = {"a3c", "dqn", "minatar", NULL};

/* ---- Reading one entry, by the table of kinds ---- */

enum { OPTIONS = 16, NAME_SEEN = 1 << OPTIONS };

/* The kinds' names: "dense, conv, lstm or layer_norm". */
static void list_kinds(char *text, size_t size) {
    size_t used = 0;
    for (int i = 0; layer_kinds[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i == 0               ? ""
                                 : layer_kinds[i + 1] ? ", "
                                                      : " or ",
                                 layer_kinds[i]->name);
}

/* Whether some kind has an option of this name. */
static bool is_option(const char *name) {
    for (int i = 0; layer_kinds[i]; i++)
        for (const layer_option *o = layer_kinds[i]->options; o && o->name; o++)
            if (strcmp(o->name, name) == 0) return true;
    return false;
}

/* No key names a kind: the one that is nearest to a kind, else the first that is no option, is what was meant. */
static void refuse_kind(const reader *r, document_node n, const char *key) {
    const char *list[OPTIONS + 1], *hint = "";
    char names[256];
    int count = 0;
    for (; layer_kinds[count] && count < OPTIONS; count++) list[count] = layer_kinds[count]->name;
    list[count] = NULL;
    list_kinds(names, sizeof names);
    document_node meant = 0;
    for (size_t i = 0; i < document_size(r->document, n) && !*hint; i++) {
        document_node k = document_key(r->document, n, i);
        if (document_kind_of(r->document, k) != DOCUMENT_SCALAR) continue;
        hint = reader_hint(document_text(r->document, k), list);
        if (*hint || (!meant && !is_option(document_text(r->document, k)))) meant = k;
    }
    if (meant)
        reader_refuse(r, meant, key, "expected a layer: %s; found %s%s", names,
                      reader_shown(document_text(r->document, meant)), hint);
    else
        reader_refuse(r, n, key, "expected a layer: %s", names);
}

/* The kind that an entry's keys name: exactly one. NULL with the error. */
static const layer_kind *entry_kind(const reader *r, document_node n, const char *key) {
    const layer_kind *kind = NULL;
    for (size_t i = 0; i < document_size(r->document, n); i++) {
        document_node k = document_key(r->document, n, i);
        if (document_kind_of(r->document, k) != DOCUMENT_SCALAR) continue;
        const layer_kind *named = layer_kind_named(document_text(r->document, k));
        if (named && kind) {
            reader_refuse(r, k, key, "expected one kind of layer, found %s beside %s", named->name, kind->name);
            return NULL;
        }
        if (named) kind = named;
    }
    if (!kind) refuse_kind(r, n, key);
    return kind;
}

static int refuse_member(const reader *r, document_node k, const char *key, const char *name, const layer_kind *kind) {
    const char *allowed[OPTIONS + 2] = {kind->name};
    for (int i = 0; kind->options && kind->options[i].name; i++) allowed[i + 1] = kind->options[i].name;
    return reader_refuse(r, k, key, "a %s layer has no key %s%s", kind->name, reader_shown(name),
                         reader_hint(name, allowed));
}

/* An option as a row like the schema's, of layer_spec. */
static setting option_row(const layer_option *o) {
    static const setting_kind kinds[] = {
        [LAYER_OPTION_INT] = KIND_INT, [LAYER_OPTION_REAL] = KIND_REAL, [LAYER_OPTION_ACTIVATION] = KIND_CHOICE};
    return (setting){.key = o->name,
                     .kind = kinds[o->kind],
                     .minimum = o->minimum,
                     .maximum = o->maximum,
                     .choices = o->kind == LAYER_OPTION_ACTIVATION ? activations : NULL,
                     .offset = o->offset};
}

/* The value at the kind's own name: the size, or `true`, which makes 1. */
static int read_size(const reader *r, document_node n, const char *key, layer_spec *out) {
    const layer_kind *kind = out->kind;
    setting size = {.key = kind->name, .kind = KIND_INT, .minimum = 1, .maximum = kind->largest};
    if (kind->largest > 0) return scalar_read(r, &size, key, n, &out->size);
    bool on = false;
    int failed = scalar_read(r, &(setting){.key = kind->name, .kind = KIND_BOOL}, key, n, &on);
    out->size = on;
    return failed;
}

static int read_member(const reader *r, document_node n, size_t i, const char *entry, unsigned *seen, layer_spec *out) {
    document_node k = document_key(r->document, n, i), value = document_child(r->document, n, i);
    if (document_kind_of(r->document, k) != DOCUMENT_SCALAR)
        return reader_refuse(r, k, entry, "expected the name of a key");
    const char *name = document_text(r->document, k);
    const layer_option *o = out->kind->options;
    unsigned bit = strcmp(name, out->kind->name) == 0 ? NAME_SEEN : 1;
    for (; bit < NAME_SEEN && o && o->name && strcmp(o->name, name) != 0; o++) bit <<= 1;
    if (bit < NAME_SEEN && !(o && o->name)) return refuse_member(r, k, entry, name, out->kind);
    char key[SETTING_KEY_SIZE];
    snprintf(key, sizeof key, "%.40s.%.40s", entry, name);
    if (*seen & bit) return reader_refuse(r, k, key, "the key is given twice");
    *seen |= bit;
    if (bit == NAME_SEEN) return read_size(r, value, key, out);
    setting row = option_row(o);
    return scalar_read(r, &row, key, value, (char *)out + row.offset);
}

static int read_entry(const reader *r, document_node n, int index, layer_spec *out) {
    char key[SETTING_KEY_SIZE];
    snprintf(key, sizeof key, "network.layers[%d]", index);
    if (document_kind_of(r->document, n) != DOCUMENT_MAPPING)
        return reader_refuse(r, n, key, "expected a layer such as {dense: 128, activation: tanh}");
    const layer_kind *kind = entry_kind(r, n, key);
    if (!kind) return -1;
    *out = kind->defaults;
    out->kind = kind;
    unsigned seen = 0;
    for (size_t i = 0; i < document_size(r->document, n); i++)
        if (read_member(r, n, i, key, &seen, out)) return -1;
    if (out->size == 0) return reader_refuse(r, n, key, "expected %s: true, or no such entry", kind->name);
    error wrong = {0};
    if (kind->check && kind->check(out, &wrong)) return reader_refuse(r, n, key, "%s", wrong.text);
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

static void write_option(const layer_option *o, const layer_spec *l, text_buffer *out) {
    const char *member = (const char *)l + o->offset;
    char real[32];
    text_printf(out, ", %s: ", o->name);
    switch (o->kind) {
    case LAYER_OPTION_INT:
        text_printf(out, "%d", *(const int *)member);
        break;
    case LAYER_OPTION_REAL:
        number_write_real(*(const double *)member, real, sizeof real);
        text_append(out, real);
        break;
    case LAYER_OPTION_ACTIVATION:
        text_append(out, activations[*(const activation *)member]);
        break;
    }
}

void layers_write(const settings *s, text_buffer *out) {
    text_append(out, "[");
    for (int i = 0; i < s->network.layer_count; i++) {
        const layer_spec *l = &s->network.layers[i];
        text_printf(out, "%s{%s: ", i ? ", " : "", l->kind->name);
        if (l->kind->largest > 0)
            text_printf(out, "%d", l->size);
        else
            text_append(out, "true");
        for (const layer_option *o = l->kind->options; o && o->name; o++) write_option(o, l, out);
        text_append(out, "}");
    }
    text_append(out, "]");
}
