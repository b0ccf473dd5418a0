/* SPDX-License-Identifier: MIT
 * Errors as values, warnings that are given once, and the end of a program whose own promise does not hold. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void printable(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if ((*c < 0x20 && *c != '\n') || *c == 0x7f) *c = '?';
}

int error_set(error *e, int status, const char *format, ...) {
    if (!e) return -1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(e->text, sizeof e->text, format, arguments);
    va_end(arguments);
    printable(e->text);
    e->status = status;
    e->key = NULL;
    return -1;
}

int error_at_key(error *e, const char *key, int entry) {
    if (!e) return -1;
    e->key = key;
    e->entry = entry;
    return -1;
}

int error_prefix(error *e, const char *format, ...) {
    if (!e) return -1;
    char rest[sizeof e->text];
    memcpy(rest, e->text, sizeof rest);
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(e->text, sizeof e->text, format, arguments);
    va_end(arguments);
    if (n >= 0 && (size_t)n < sizeof e->text) snprintf(e->text + n, sizeof e->text - (size_t)n, "%s", rest);
    printable(e->text);
    return -1;
}

void error_warn_once(int *said, const char *format, ...) {
    if (__atomic_exchange_n(said, 1, __ATOMIC_RELAXED)) return;
    char text[sizeof((error *)0)->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printable(text);
    fprintf(stderr, "warning: %s\n", text);
}

_Noreturn void check_failed(const char *condition, const char *file, int line) {
    fprintf(stderr, "%s:%d: this should not happen: %s does not hold\n", file, line, condition);
    abort();
}
