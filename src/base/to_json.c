/* SPDX-License-Identifier: MIT
 * Strict JSON, written piece by piece. */
#include "base/to_json.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits that are always written: most values need as many. */
enum { NUMBER_SIZE = 32, FLOAT_DIGITS = 6, DOUBLE_DIGITS = 15 };

/* A minus sign keeps its zero ("-0" alone is read as the integer 0). */
static bool is_negative_zero(double value) {
    return value == 0 && signbit(value);
}

void to_json_double(text_buffer *t, double value) {
    char number[NUMBER_SIZE] = "null";
    if (is_negative_zero(value))
        strcpy(number, "-0.0");
    else if (isfinite(value))
        number_write_shortest(value, DOUBLE_DIGITS, number, sizeof number);
    text_append(t, number);
}

void to_json_float(text_buffer *t, float value) {
    char number[NUMBER_SIZE] = "null";
    if (is_negative_zero((double)value))
        strcpy(number, "-0.0");
    else if (isfinite(value))
        number_write_float(value, FLOAT_DIGITS, number, sizeof number);
    text_append(t, number);
}

void to_json_bool(text_buffer *t, bool value) {
    text_append(t, value ? "true" : "false");
}

/* Bytes of the UTF-8 sequence that begins here, 0 when it is none (RFC 3629: no overlong forms, no surrogates). */
static int sequence_length(const unsigned char *s) {
    int length = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;
    for (int i = 1; i < length; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xED && s[1] > 0x9F;
    bool beyond = s[0] == 0xF4 && s[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
}

void to_json_string(text_buffer *t, const char *string) {
    text_append(t, "\"");
    for (const unsigned char *s = (const unsigned char *)string; *s;) {
        int length = sequence_length(s);
        if (length == 0)
            text_append(t, "\\ufffd");
        else if (*s == '"' || *s == '\\')
            text_printf(t, "\\%c", *s);
        else if (*s == '\n')
            text_append(t, "\\n");
        else if (*s < 0x20 || *s == 0x7F)
            text_printf(t, "\\u%04x", *s);
        else
            text_append_bytes(t, s, (size_t)length);
        s += length ? length : 1;
    }
    text_append(t, "\"");
}

static bool follows(const text_buffer *t, char opening) {
    return t->length > 0 && t->data[t->length - 1] == opening;
}

void to_json_key(text_buffer *t, const char *key) {
    text_printf(t, "%s\"%s\": ", follows(t, '{') ? "" : ", ", key);
}

void to_json_item(text_buffer *t) {
    if (!follows(t, '[')) text_append(t, ", ");
}
