/* SPDX-License-Identifier: MIT
 * JSON values, one per line, from a file or from another program. */
#include "cli/json_lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 60 };
static const char byte_order_mark[] = "\xef\xbb\xbf";

int lines_next(lines *l, json_t **value, error *e) {
    errno = 0;
    ssize_t length = getline(&l->text, &l->capacity, l->file);
    if (length < 0) return ferror(l->file) ? error_set(e, STATUS_FAILED, "%s: %s", l->name, strerror(errno)) : 0;
    l->number++;
    if (l->number == 1 && length >= 3 && memcmp(l->text, byte_order_mark, 3) == 0)
        memmove(l->text, l->text + 3, (size_t)(length -= 3) + 1);
    json_error_t problem;
    *value = json_loadb(l->text, (size_t)length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &problem);
    while (length > 0 && strchr("\r\n", l->text[length - 1])) l->text[--length] = '\0';
    l->length = (size_t)length;
    return 1;
}

bool lines_is_blank(const lines *l) {
    return strspn(l->text, " \t\r") == l->length; /* a byte 0 is not blank */
}

int lines_refuse(const lines *l, const char *expected, error *e) {
    char shown[SHOWN + 1];
    size_t n = 0;
    for (; n < SHOWN && l->text[n]; n++) shown[n] = l->text[n] >= 0x20 && l->text[n] < 0x7f ? l->text[n] : '?';
    shown[n] = '\0';
    return error_set(e, STATUS_USAGE, "%s:%" PRId64 ": expected %s, found %s%s", l->name, l->number, expected,
                     n ? shown : "nothing", l->text[n] ? "..." : "");
}

void lines_free(lines *l) {
    free(l->text);
}
