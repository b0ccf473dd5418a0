/* SPDX-License-Identifier: MIT
 * One value of a kind, out of YAML and back into it. */
#include "base/number.h"
#include "settings/reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { EXPECTATION = 200, SHOWN = 64 };

int reader_refuse(const reader *r, document_node n, const char *key, const char *format, ...) {
    char words[768];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (r->command_line) return error_set(r->e, STATUS_USAGE, "%s: %s: %s", r->name, key, words);
    int line = 1, column = 1;
    if (n) document_place(r->document, n, &line, &column);
    return error_set(r->e, STATUS_USAGE, "%s:%d:%d: %s: %s", r->name, line, column, key, words);
}

/* Bytes of the UTF-8 character at `text`; 0 when it is none, or is a control character. */
static size_t printable_at(const char *text) {
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] < 0x80) return c[0] >= 0x20 && c[0] != 0x7f;
    size_t more = c[0] >= 0xf0 && c[0] < 0xf5 ? 3 : c[0] >= 0xe0 ? 2 : 1;
    if (c[0] < 0xc2 || c[0] >= 0xf5) return 0;
    for (size_t i = 1; i <= more; i++)
        if ((c[i] & 0xc0) != 0x80) return 0;
    return c[0] == 0xc2 && c[1] < 0xa0 ? 0 : more + 1;
}

static bool printable(const char *text) {
    for (size_t n; *text; text += n)
        if ((n = printable_at(text)) == 0) return false;
    return true;
}

static const char *shown(const char *text, const char *quote) {
    static _Thread_local char ring[4][SHOWN + 16];
    static _Thread_local int next;
    char *out = ring[next++ % 4];
    size_t used = strlen(strcpy(out, quote));
    while (*text && used < SHOWN) {
        size_t n = printable_at(text);
        if (n == 0)
            out[used++] = '?';
        else
            memcpy(out + used, text, n);
        used += n;
        text += n ? n : 1;
    }
    snprintf(out + used, sizeof ring[0] - used, "%s%s", *text ? "..." : "", quote);
    return out;
}

const char *reader_shown(const char *text) {
    return shown(text, "\"");
}

const char *reader_shown_key(const char *text) {
    return shown(text, "");
}

const char *reader_hint(const char *word, const char *const *list) {
    static _Thread_local char ring[4][SETTING_KEY_SIZE + 32];
    static _Thread_local int next;
    char *out = ring[next++ % 4];
    const char *near = text_closest(word, list);
    snprintf(out, sizeof ring[0], near ? "; did you mean %s?" : "%s", near ? near : "");
    return out;
}

document_node reader_half(const reader *r, document_node n, run_mode mode, const char *key) {
    const document *d = r->document;
    if (document_kind_of(d, n) != DOCUMENT_MAPPING || document_size(d, n) == 0) return n;
    document_node half[2] = {0, 0};
    for (size_t i = 0; i < document_size(d, n); i++) {
        document_node k = document_key(d, n, i);
        const char *name = document_kind_of(d, k) == DOCUMENT_SCALAR ? document_text(d, k) : "";
        int m = strcmp(name, "async") == 0 ? MODE_ASYNC : strcmp(name, "sync") == 0 ? MODE_SYNC : -1;
        if (m < 0) {
            reader_refuse(r, k, key, "expected one value, or one per mode: {async: A, sync: B}");
            return 0;
        }
        if (half[m]) {
            reader_refuse(r, k, key, "%s is given twice", name);
            return 0;
        }
        half[m] = document_child(d, n, i);
    }
    if (!half[MODE_ASYNC] || !half[MODE_SYNC]) {
        reader_refuse(r, n, key, "expected the values of both modes: {async: A, sync: B}");
        return 0;
    }
    return half[mode];
}

/* The text of a scalar that is not empty, or NULL with the error. */
static const char *scalar_text(const reader *r, document_node n, const char *key, const char *expected) {
    static const char *const kinds[] = {"one value", "a list", "a mapping"};
    document_kind kind = document_kind_of(r->document, n);
    if (kind != DOCUMENT_SCALAR) {
        reader_refuse(r, n, key, "expected %s, found %s", expected, kinds[kind]);
        return NULL;
    }
    if (document_empty(r->document, n)) {
        reader_refuse(r, n, key, "a value is missing; expected %s", expected);
        return NULL;
    }
    return document_text(r->document, n);
}

static int refuse_number(const reader *r, document_node n, const char *key, const char *text, number_result why,
                         const char *expected) {
    static const char *const reasons[] = {[NUMBER_NONE] = "",
                                          [NUMBER_OCTAL] = ": a number may not begin with 0, which some read as octal",
                                          [NUMBER_FRACTION] = ": this has a fraction",
                                          [NUMBER_TOO_LARGE] = ": this is too large",
                                          [NUMBER_TOO_SMALL] = ": this is too small"};
    bool quoted = document_quoted(r->document, n);
    return reader_refuse(r, n, key, "expected %s, found %s%s%s", expected, quoted ? "the quoted text " : "",
                         reader_shown(text), quoted ? "" : reasons[why]);
}

static int refuse_range(const reader *r, document_node n, const char *key, const char *text, const char *expected) {
    return reader_refuse(r, n, key, "expected %s, found %s, which is out of range", expected, reader_shown(text));
}

/* A number or the row's word. */
static int read_number(const reader *r, const setting *row, const char *key, document_node n, const char *text,
                       const char *expected, void *member) {
    bool quoted = document_quoted(r->document, n);
    number_result result = NUMBER_NONE;
    int64_t whole = 0;
    double real = 0;
    if (!quoted && (row->kind == KIND_INT || row->kind == KIND_LONG)) {
        result = number_read_integer(text, &whole);
        real = (double)whole;
    } else if (!quoted && row->kind == KIND_SEED) {
        uint64_t seed;
        result = number_read_unsigned(text, &seed);
        if (!result) memcpy(member, &seed, sizeof seed);
    } else if (!quoted) {
        result = number_read_real(text, &real);
    }
    if (result) return refuse_number(r, n, key, text, result, expected);
    if (row->kind != KIND_SEED && (real < row->minimum || real > row->maximum))
        return refuse_range(r, n, key, text, expected);
    if (row->kind == KIND_INT) *(int *)member = (int)whole;
    if (row->kind == KIND_LONG) *(int64_t *)member = whole;
    if (row->kind == KIND_REAL || row->kind == KIND_CLIP) *(double *)member = real + 0.0; /* -0 becomes 0 */
    return 0;
}

static int read_choice(const reader *r, const setting *row, const char *key, document_node n, const char *text,
                       const char *expected, void *member) {
    for (int i = 0; row->choices[i]; i++)
        if (strcmp(row->choices[i], text) == 0) {
            *(int *)member = i;
            return 0;
        }
    return reader_refuse(r, n, key, "expected %s, found %s%s", expected, reader_shown(text),
                         reader_hint(text, row->choices));
}

static int read_bool(const reader *r, const char *key, document_node n, const char *text, const char *expected,
                     void *member) {
    bool yes = strcmp(text, "true") == 0;
    if (document_quoted(r->document, n) || (!yes && strcmp(text, "false") != 0))
        return reader_refuse(r, n, key, "expected %s, found %s", expected, reader_shown(text));
    *(bool *)member = yes;
    return 0;
}

static int read_text(const reader *r, const char *key, document_node n, const char *text, char *out, size_t size) {
    if (!printable(text))
        return reader_refuse(r, n, key, "expected printable text in UTF-8, found %s", reader_shown(text));
    if (strlen(text) >= size)
        return reader_refuse(r, n, key, "expected at most %zu bytes, found %zu: %s", size - 1, strlen(text),
                             reader_shown(text));
    strcpy(out, text);
    return 0;
}

int scalar_read(const reader *r, const setting *row, const char *key, document_node n, void *member) {
    char expected[EXPECTATION];
    schema_expectation(row, expected, sizeof expected);
    const char *text = scalar_text(r, n, key, expected);
    if (!text) return -1;
    if (row->word && strcmp(text, row->word) == 0) {
        if (row->kind == KIND_INT) *(int *)member = (int)row->word_value;
        if (row->kind == KIND_REAL) *(double *)member = row->word_value;
        return 0;
    }
    switch (row->kind) {
    case KIND_CHOICE:
        return read_choice(r, row, key, n, text, expected, member);
    case KIND_BOOL:
        return read_bool(r, key, n, text, expected, member);
    case KIND_PATH:
        return read_text(r, key, n, text, member, SETTINGS_PATH);
    default:
        return read_number(r, row, key, n, text, expected, member);
    }
}

/* A list of texts, or one text alone, into `count` rows of `size` bytes. */
static int read_texts(const reader *r, const setting *row, document_node n, int most, size_t size, char *out,
                      int *count) {
    char expected[EXPECTATION];
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
        if (read_text(r, row->key, entry, text, out + i * size, size)) return -1;
    }
    *count = (int)entries;
    return 0;
}

int value_read_option(const reader *r, document_node n, const char *name, run_mode mode) {
    settings *s = &r->columns->mode[mode];
    char key[SETTING_KEY_SIZE];
    snprintf(key, sizeof key, "env.options.%.60s", printable(name) ? name : "?");
    document_node half = reader_half(r, n, mode, key);
    const char *text = half ? scalar_text(r, half, key, "a value of this option") : NULL;
    if (!text) return -1;
    int i = 0;
    while (i < s->env.option_count && strcmp(s->env.options[i].key, name) != 0) i++;
    if (i == A3C_ENV_OPTIONS) return reader_refuse(r, n, key, "expected at most %d options", A3C_ENV_OPTIONS);
    if (!*name || read_text(r, key, n, name, s->env.options[i].key, sizeof s->env.options[i].key) ||
        read_text(r, key, half, text, s->env.options[i].value, sizeof s->env.options[i].value))
        return *name ? -1 : reader_refuse(r, n, key, "expected the name of an option");
    if (i == s->env.option_count) s->env.option_count++;
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
        if (value_read_option(r, document_child(d, n, i), name, mode)) return -1;
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
