/* SPDX-License-Identifier: MIT
 * Writing strict JSON piece by piece (RFC 8259); reading is jansson's work.
 *
 * Pieces are appended to a text: json_key and json_item put the comma where one is needed, so an object is
 * text_append(t, "{"), then a key and a value each, then text_append(t, "}"). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/text.h"

#include <stdbool.h>

/* The shortest decimal number that reads back as exactly this one; null for NaN and the infinities, which JSON has not.
 * json_float reads back exactly as a float. */
void json_double(text_buffer *t, double value);
void json_float(text_buffer *t, float value);

void json_bool(text_buffer *t, bool value);

/* A quoted string. Bytes that are not UTF-8 become U+FFFD. */
void json_string(text_buffer *t, const char *string);

/* "key": with a comma before it unless it is the object's first; a literal without anything to escape. */
void json_key(text_buffer *t, const char *key);

/* The comma before an array's next item, nothing before its first. */
void json_item(text_buffer *t);

#endif
