/* SPDX-License-Identifier: MIT
 * A field is a key, its number << 3 | its wire type, and the value. */
#include "base/protobuf.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static void put_varint(text_buffer *t, uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_append_bytes(t, &(unsigned char){(unsigned char)(value | 0x80)}, 1);
    text_append_bytes(t, &(unsigned char){(unsigned char)value}, 1);
}

static void put_key(text_buffer *t, unsigned field, unsigned wire) {
    put_varint(t, field << 3 | wire);
}

void protobuf_integer(text_buffer *t, unsigned field, uint64_t value) {
    put_key(t, field, WIRE_VARINT);
    put_varint(t, value);
}

void protobuf_float(text_buffer *t, unsigned field, float value) {
    put_key(t, field, WIRE_32);
    text_append_bytes(t, &value, sizeof value);
}

void protobuf_double(text_buffer *t, unsigned field, double value) {
    put_key(t, field, WIRE_64);
    text_append_bytes(t, &value, sizeof value);
}

void protobuf_bytes(text_buffer *t, unsigned field, const void *bytes, size_t count) {
    put_key(t, field, WIRE_BYTES);
    put_varint(t, count);
    text_append_bytes(t, bytes, count);
}

void protobuf_string(text_buffer *t, unsigned field, const char *string) {
    protobuf_bytes(t, field, string, strlen(string));
}

void protobuf_message(text_buffer *t, unsigned field, const text_buffer *message) {
    protobuf_bytes(t, field, message->data, message->length);
}
