/* SPDX-License-Identifier: MIT
 * Writing strict JSON piece by piece (RFC 8259); reading is jansson's work, whose json_ prefix this module leaves
 * alone.
 *
 * Pieces are appended to a text: to_json_key and to_json_item put the comma where one is needed, so an object is
 * text_append(t, "{"), then a key and a value each, then text_append(t, "}"). */
#ifndef BASE_TO_JSON_H
#define BASE_TO_JSON_H

#include "base/text.h"

#include <stdbool.h>

/* The shortest decimal number that reads back as exactly this one; null for NaN and the infinities, which JSON has not.
 * to_json_float reads back exactly as a float. */
void to_json_double(text_buffer *t, double value);
void to_json_float(text_buffer *t, float value);

void to_json_bool(text_buffer *t, bool value);

/* A quoted string. Bytes that are not UTF-8 become U+FFFD. */
void to_json_string(text_buffer *t, const char *string);

/* "key": with a comma before it unless it is the object's first; a literal without anything to escape. */
void to_json_key(text_buffer *t, const char *key);

/* The comma before an array's next item, nothing before its first. */
void to_json_item(text_buffer *t);

#endif
