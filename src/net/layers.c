/* SPDX-License-Identifier: MIT
 * The table of the kinds of layers. */
#include "net/layer.h"

#include <string.h>

#define LAYER_ROW(name) &layer_##name,
const layer_kind *const layer_kinds[] = {LAYER_KINDS(LAYER_ROW) NULL};

const layer_kind *layer_kind_named(const char *name) {
    for (const layer_kind *const *kind = layer_kinds; *kind; kind++)
        if (strcmp((*kind)->name, name) == 0) return *kind;
    return NULL;
}
