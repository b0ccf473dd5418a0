/* SPDX-License-Identifier: MIT
 * Inside settings/: YAML from the schema. */
#ifndef SETTINGS_WRITE_H
#define SETTINGS_WRITE_H

#include "base/text.h"

#include <stdbool.h>

/* Every key with its default, both modes'; with meanings and ranges as comments, or bare. */
void write_defaults(text_buffer *out, bool commented);

/* A text in double quotes, escaped where YAML wants it. */
void write_quoted(const char *text, text_buffer *out);

#endif
