/* SPDX-License-Identifier: MIT
 * Writes the wire format of protocol buffers: a message is its fields one after the other, a nested message is the
 * bytes of its own fields under its field's number. */
#ifndef BASE_PROTOBUF_H
#define BASE_PROTOBUF_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

/* Each appends one field to the message `t`. */
void protobuf_integer(text_buffer *t, unsigned field, uint64_t value); /* int32, int64, enum, bool: a varint */
void protobuf_float(text_buffer *t, unsigned field, float value);
void protobuf_double(text_buffer *t, unsigned field, double value);
void protobuf_string(text_buffer *t, unsigned field, const char *string);
void protobuf_bytes(text_buffer *t, unsigned field, const void *bytes, size_t count);
void protobuf_message(text_buffer *t, unsigned field, const text_buffer *message);

#endif
