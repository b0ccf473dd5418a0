/* SPDX-License-Identifier: MIT
 * The value of one key, out of YAML into a column of settings: by its row's kind. */
#include "settings/reader.h"

#include <stdio.h>
#include <string.h>

/* A list of texts, or one text alone, into `count` rows of `size` bytes. */
static int read_texts(const reader *r, const setting *row, document_node n, int most, size_t size, char *out,
                      int *count) {
    char expected[SETTINGS_EXPECTATION];
    schema_expectation(row, expected, sizeof expected);
    bool list = document_kind_of(r->document, n) == DOCUMENT_LIST;
    size_t entries = list ? document_size(r->document, n) : 1;
    if (entries > (size_t)most || (entries == 0 && row->kind == KIND_IDS))
        return reader_refuse(r, n, row->key, "expected %s, found a list of %zu; at most %d", expected, entries, most);
    for (size_t i = 0; i < entries; i++) {
        document_node entry = list ? document_child(r->document, n, i) : n;
        const char *text = scalar_text(r, entry, row->key, expected);
        if (!text) return -1;
        if (!*text) return reader_refuse(r, entry, row->key, "expected %s, found an empty text", expected);
        if (scalar_read_text(r, row->key, entry, text, out + i * size, size)) return -1;
    }
    *count = (int)entries;
    return 0;
}

int value_read_option(const reader *r, document_node k, document_node n, const char *name, run_mode mode) {
    settings *s = &r->columns->mode[mode];
    char key[SETTING_KEY_SIZE];
    snprintf(key, sizeof key, "env.options.%.60s", reader_printable(name) ? name : "?");
    document_node half = reader_half(r, n, mode, key);
    const char *text = half ? scalar_text(r, half, key, "a value of this option") : NULL;
    if (!text) return -1;
    int i = 0;
    while (i < s->env.option_count && strcmp(s->env.options[i].key, name) != 0) i++;
    if (i == A3C_ENV_OPTIONS) return reader_refuse(r, n, key, "expected at most %d options", A3C_ENV_OPTIONS);
    if (!*name || scalar_read_text(r, key, n, name, s->env.options[i].key, sizeof s->env.options[i].key) ||
        scalar_read_text(r, key, half, text, s->env.options[i].value, sizeof s->env.options[i].value))
        return *name ? -1 : reader_refuse(r, n, key, "expected the name of an option");
    if (i == s->env.option_count) s->env.option_count++;
    origin *from = &r->columns->from[SETTINGS_ROWS + i];
    *from = (origin){.name = r->name};
    if (!r->command_line && k) document_place(r->document, k, &from->line, &from->column);
    return 0;
}

/* A mapping of options takes the place of all that were given before. */
static int read_options(const reader *r, const setting *row, document_node n, run_mode mode) {
    const document *d = r->document;
    if (document_kind_of(d, n) != DOCUMENT_MAPPING)
        return reader_refuse(r, n, row->key,
                             document_empty(d, n) ? "a value is missing; expected a mapping, {} for none"
                                                  : "expected a mapping of the environment's options");
    settings *s = &r->columns->mode[mode];
    memset(s->env.options, 0, sizeof s->env.options);
    s->env.option_count = 0;
    for (size_t i = 0; i < document_size(d, n); i++) {
        document_node k = document_key(d, n, i);
        if (document_kind_of(d, k) != DOCUMENT_SCALAR)
            return reader_refuse(r, k, row->key, "expected the name of an option");
        const char *name = document_text(d, k);
        for (int j = 0; j < s->env.option_count; j++)
            if (strcmp(s->env.options[j].key, name) == 0)
                return reader_refuse(r, k, row->key, "%s is given twice", reader_shown(name));
        if (value_read_option(r, k, document_child(d, n, i), name, mode)) return -1;
    }
    return 0;
}

static int read_clip(const reader *r, const setting *row, document_node n, settings *s) {
    s->env.reward_sign = false;
    s->env.clip_reward = 0;
    if (document_kind_of(r->document, n) == DOCUMENT_SCALAR && strcmp(document_text(r->document, n), row->word) == 0) {
        s->env.reward_sign = true;
        return 0;
    }
    return scalar_read(r, row, row->key, n, &s->env.clip_reward);
}

int value_read(const reader *r, const setting *row, document_node n, run_mode mode) {
    settings *s = &r->columns->mode[mode];
    if (row->kind == KIND_OPTIONS) return read_options(r, row, n, mode);
    document_node half = reader_half(r, n, mode, row->key);
    if (!half) return -1;
    if (half != n && (row->offset == offsetof(settings, mode) || row->offset == offsetof(settings, format)))
        return reader_refuse(r, n, row->key, "expected one value for both modes");
    switch (row->kind) {
    case KIND_IDS: {
        memset(s->env.id, 0, sizeof s->env.id);
        s->env.on_command_line = r->command_line;
        return read_texts(r, row, half, SETTINGS_TASKS, SETTINGS_TEXT, s->env.id[0], &s->env.count);
    }
    case KIND_MASK:
        memset(s->env.mask, 0, sizeof s->env.mask);
        return read_texts(r, row, half, ENV_MASKED, sizeof s->env.mask[0], s->env.mask[0], &s->env.mask_count);
    case KIND_LAYERS:
        return layers_read(r, half, s);
    case KIND_CLIP:
        return read_clip(r, row, half, s);
    default:
        return scalar_read(r, row, row->key, half, schema_member(s, row));
    }
}
