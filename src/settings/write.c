/* SPDX-License-Identifier: MIT
 * Settings as YAML and Markdown, from the schema. */
#include "settings/write.h"

#include "base/number.h"
#include "settings/reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { WIDTH = 118 };

void write_quoted(const char *text, text_buffer *out) {
    text_append(out, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            text_printf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            text_printf(out, "\\x%02X", c);
        else
            text_append_bytes(out, text, 1);
    }
    text_append(out, "\"");
}

/* A text, bare where no reader of YAML takes it for anything but its letters; numbers and truth values stay what they
 * are. */
static void write_text(const char *text, text_buffer *out) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.-+";
    bool bare =
        *text && *text != '-' && *text != '.' && strspn(text, plain) == strlen(text) && strcasecmp(text, "null") != 0;
    double number;
    bare = bare || number_read_real(text, &number) == NUMBER_OK;
    if (bare)
        text_append(out, text);
    else
        write_quoted(text, out);
}

static void write_real(const setting *row, double value, text_buffer *out) {
    char number[32];
    if (row->word && (value == row->word_value || (isnan(value) && isnan(row->word_value)))) {
        text_append(out, row->word);
        return;
    }
    number_write_real(value, number, sizeof number);
    text_append(out, number);
}

static void write_ids(const settings *s, text_buffer *out) {
    if (s->env.count != 1) text_append(out, "[");
    for (int i = 0; i < s->env.count; i++) {
        if (i) text_append(out, ", ");
        write_text(s->env.id[i], out);
    }
    if (s->env.count != 1) text_append(out, "]");
}

static void write_options(const settings *s, text_buffer *out) {
    text_append(out, "{");
    for (int i = 0; i < s->env.option_count; i++) {
        if (i) text_append(out, ", ");
        write_text(s->env.options[i].key, out);
        text_append(out, ": ");
        write_text(s->env.options[i].value, out);
    }
    text_append(out, "}");
}

static void write_mask(const settings *s, text_buffer *out) {
    text_append(out, "[");
    for (int i = 0; i < s->env.mask_count; i++) {
        if (i) text_append(out, ", ");
        write_text(s->env.mask[i], out);
    }
    text_append(out, "]");
}

void value_write(const settings *s, const setting *row, text_buffer *out) {
    const void *member = schema_member_const(s, row);
    switch (row->kind) {
    case KIND_INT: {
        int value = *(const int *)member;
        if (row->word && value == (int)row->word_value)
            text_append(out, row->word);
        else
            text_printf(out, "%d", value);
        break;
    }
    case KIND_LONG:
        text_printf(out, "%lld", (long long)*(const int64_t *)member);
        break;
    case KIND_SEED:
        text_printf(out, "%llu", (unsigned long long)*(const uint64_t *)member);
        break;
    case KIND_REAL:
        write_real(row, *(const double *)member, out);
        break;
    case KIND_BOOL:
        text_append(out, *(const bool *)member ? "true" : "false");
        break;
    case KIND_CHOICE:
        text_append(out, row->choices[*(const int *)member]);
        break;
    case KIND_PATH:
        write_quoted(member, out);
        break;
    case KIND_CLIP:
        if (s->env.reward_sign)
            text_append(out, row->word);
        else
            write_real(&(setting){.kind = KIND_REAL}, s->env.clip_reward, out);
        break;
    case KIND_IDS:
        write_ids(s, out);
        break;
    case KIND_OPTIONS:
        write_options(s, out);
        break;
    case KIND_MASK:
        write_mask(s, out);
        break;
    case KIND_LAYERS:
        layers_write(s, out);
        break;
    }
}

/* A comment, broken into lines of at most WIDTH columns. */
static void write_comment(const char *words, int indent, text_buffer *out) {
    while (*words) {
        size_t room = (size_t)(WIDTH - indent - 2), length = strlen(words);
        if (length > room) {
            length = room;
            while (length > 0 && words[length] != ' ') length--;
            CHECK(length > 0);
        }
        text_printf(out, "%*s# %.*s\n", indent, "", (int)length, words);
        words += length;
        while (*words == ' ') words++;
    }
}

/* What a key means, with unit and range: "gamma, what a reward one step later is worth (a number 0 .. 1)". */
static void describe(const setting *row, bool with_default, text_buffer *out) {
    char expected[256];
    schema_expectation(row, expected, sizeof expected);
    text_append(out, row->meaning);
    bool plain = row->kind == KIND_SEED || row->kind >= KIND_PATH;
    if (!plain || row->kind == KIND_CLIP)
        text_printf(out, " (%s%s%s)", expected, row->unit ? "; " : "", row->unit ? row->unit : "");
    if (with_default) text_printf(out, " [%s]", row->value);
}

/* The levels of a key that the key before did not have; returns the depth of its last part. */
static int write_sections(const char *key, const char *before, text_buffer *out) {
    int depth = 0;
    for (const char *dot = strchr(key, '.'); dot; dot = strchr(dot + 1, '.')) {
        const char *start = dot;
        while (start > key && start[-1] != '.') start--;
        size_t level = (size_t)(dot - key) + 1;
        if (strncmp(key, before, level) != 0) {
            if (depth == 0) text_append(out, "\n");
            text_printf(out, "%*s%.*s:\n", depth * 2, "", (int)(dot - start), start);
        }
        depth++;
    }
    return depth;
}

/* Every key; its value from `s`, or the default where `s` is NULL. */
static void write_all(const settings *s, bool commented, text_buffer *out) {
    const char *before = "";
    for (size_t i = 0; i < schema_count; i++) {
        const setting *row = &schema[i];
        int depth = write_sections(row->key, before, out);
        const char *dot = strrchr(row->key, '.');
        if (commented) {
            text_buffer words = {0};
            describe(row, false, &words);
            write_comment(text_string(&words), depth * 2, out);
            text_free(&words);
        }
        text_printf(out, "%*s%s: ", depth * 2, "", dot ? dot + 1 : row->key);
        if (s)
            value_write(s, row, out);
        else
            text_append(out, row->value);
        text_append(out, "\n");
        before = row->key;
    }
}

void write_defaults(text_buffer *out, bool commented) {
    write_all(NULL, commented, out);
}

char *settings_text(const settings *s) {
    text_buffer out = {0};
    text_append(&out, "# Settings of an a3c run, resolved: `a3c FILE` repeats it.\n");
    write_all(s, true, &out);
    return out.data;
}

char *settings_default_text(void) {
    text_buffer out = {0};
    text_append(
        &out, "# SPDX-License-Identifier: MIT\n"
              "# Every key of the settings with its meaning, its range and its default, made from the program's own "
              "table by\n"
              "# `a3c config --defaults`. A preset or file of one's own names only what differs. A key may carry a "
              "value per mode:\n"
              "# learning_rate: {async: 1e-3, sync: 3e-3}. On the command line: --set optimizer.learning_rate=1e-3\n");
    write_defaults(&out, true);
    return out.data;
}

char *settings_markdown(void) {
    text_buffer out = {0};
    text_append(&out, "# Settings\n\nEvery key, made from the program's own table by `a3c config --markdown`. A dot is "
                      "a level of nesting in YAML.\n\n"
                      "| key | default | expected | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < schema_count; i++) {
        char expected[256];
        schema_expectation(&schema[i], expected, sizeof expected);
        text_printf(&out, "| `%s` | `%s` | %s%s%s | %s |\n", schema[i].key, schema[i].value, expected,
                    schema[i].unit ? "; " : "", schema[i].unit ? schema[i].unit : "", schema[i].meaning);
    }
    return out.data;
}

size_t settings_keys(void) {
    return schema_count;
}

const char *settings_key(size_t k) {
    return schema[k].key;
}

char *settings_key_meaning(size_t k) {
    text_buffer out = {0};
    describe(&schema[k], true, &out);
    return out.data;
}

char *settings_value(const settings *s, size_t k) {
    text_buffer out = {0};
    value_write(s, &schema[k], &out);
    return out.data;
}
