/* SPDX-License-Identifier: MIT
 * What every part of reading shares: refusals with their place, texts as they may be shown, and the two modes of a pair. */
#include "settings/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 64 };

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

bool reader_printable(const char *text) {
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
            static const char *const modes[] = {"async", "sync", NULL};
            reader_refuse(r, k, key, "expected one value, or one per mode: {async: A, sync: B}, found the key %s%s",
                          reader_shown(name), reader_hint(name, modes));
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
