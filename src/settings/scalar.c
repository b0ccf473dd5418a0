/* SPDX-License-Identifier: MIT
 * One scalar of YAML as a number, a choice, a truth value or a text, within its row's range. */
#include "base/number.h"
#include "settings/reader.h"

#include <string.h>

const char *scalar_text(const reader *r, document_node n, const char *key, const char *expected) {
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

int scalar_read_text(const reader *r, const char *key, document_node n, const char *text, char *out, size_t size) {
    if (!reader_printable(text))
        return reader_refuse(r, n, key, "expected printable text in UTF-8, found %s", reader_shown(text));
    if (strlen(text) >= size)
        return reader_refuse(r, n, key, "expected at most %zu bytes, found %zu: %s", size - 1, strlen(text),
                             reader_shown(text));
    strcpy(out, text);
    return 0;
}

int scalar_read(const reader *r, const setting *row, const char *key, document_node n, void *member) {
    char expected[SETTINGS_EXPECTATION];
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
        return scalar_read_text(r, key, n, text, member, SETTINGS_PATH);
    default:
        return read_number(r, row, key, n, text, expected, member);
    }
}
