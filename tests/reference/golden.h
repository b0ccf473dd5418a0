/* SPDX-License-Identifier: MIT
 * Golden files: one case a file, written by tools/golden/torch_network.py, read whole.
 *
 *     # comment
 *     set KEY VALUE...              a word or a line of words
 *     tensor NAME d0 d1 ..          followed by d0 * d1 * .. numbers, row-major
 *
 * The case lives until golden_free. What a test asks for must be there: a missing key or tensor aborts with its name. */
#ifndef REFERENCE_GOLDEN_H
#define REFERENCE_GOLDEN_H

#include <stdbool.h>

enum { GOLDEN_NAME = 48, GOLDEN_DIMS = 4, GOLDEN_TEXT = 96 };

typedef struct golden_tensor {
    char name[GOLDEN_NAME];
    int dims, shape[GOLDEN_DIMS];
    int elements;
    double *value; /* [elements] */
} golden_tensor;

typedef struct golden_setting {
    char key[GOLDEN_NAME], value[GOLDEN_TEXT];
} golden_setting;

typedef struct golden {
    int settings, tensors;
    golden_setting *setting; /* in the order of the file; a key may come several times (layer) */
    golden_tensor *tensor;
} golden;

golden *golden_load(const char *path);
void golden_free(golden *g);

bool golden_has(const golden *g, const char *key);
const char *golden_text(const golden *g, const char *key);
double golden_number(const golden *g, const char *key);
bool golden_has_tensor(const golden *g, const char *name);
/* Names may be given as a printf format: golden_get(g, "rmsprop.%d.loss", 3). */
const golden_tensor *golden_get(const golden *g, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
