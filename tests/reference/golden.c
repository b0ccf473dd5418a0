/* SPDX-License-Identifier: MIT
 * Reads the golden files that tools/golden wrote. */
#include "reference/golden.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void missing(const char *what, const char *name) {
    fprintf(stderr, "golden: %s: %s\n", what, name);
    abort();
}

/* What follows the NAME of a tensor line, and its numbers. */
static void read_tensor(FILE *file, const char *name, const char *shape, golden_tensor *t) {
    *t = (golden_tensor){.elements = 1};
    snprintf(t->name, sizeof t->name, "%s", name);
    int d, used;
    for (; t->dims < GOLDEN_DIMS && sscanf(shape, "%d%n", &d, &used) == 1; shape += used) {
        t->shape[t->dims++] = d;
        t->elements *= d;
    }
    t->value = calloc((size_t)t->elements + 1, sizeof *t->value);
    for (int i = 0; i < t->elements; i++)
        if (fscanf(file, "%lf", &t->value[i]) != 1) missing("too few numbers", name);
}

golden *golden_load(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) missing("cannot open", path);
    golden *g = calloc(1, sizeof *g);
    char line[512], name[GOLDEN_NAME];
    int used;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "set %47s %n", name, &used) == 1) {
            g->setting = realloc(g->setting, (size_t)(g->settings + 1) * sizeof *g->setting);
            golden_setting *s = &g->setting[g->settings++];
            snprintf(s->key, sizeof s->key, "%s", name);
            snprintf(s->value, sizeof s->value, "%.95s", line + used);
        } else if (sscanf(line, "tensor %47s %n", name, &used) == 1) {
            g->tensor = realloc(g->tensor, (size_t)(g->tensors + 1) * sizeof *g->tensor);
            read_tensor(file, name, line + used, &g->tensor[g->tensors++]);
        } else if (line[0] && line[0] != '#') {
            missing("a line that is no part of a case", line);
        }
    }
    fclose(file);
    return g;
}

void golden_free(golden *g) {
    for (int i = 0; i < g->tensors; i++) free(g->tensor[i].value);
    free(g->tensor);
    free(g->setting);
    free(g);
}

static const golden_setting *find_setting(const golden *g, const char *key) {
    for (int i = 0; i < g->settings; i++)
        if (!strcmp(g->setting[i].key, key)) return &g->setting[i];
    return NULL;
}

static const golden_tensor *find_tensor(const golden *g, const char *name) {
    for (int i = 0; i < g->tensors; i++)
        if (!strcmp(g->tensor[i].name, name)) return &g->tensor[i];
    return NULL;
}

bool golden_has(const golden *g, const char *key) {
    return find_setting(g, key) != NULL;
}
bool golden_has_tensor(const golden *g, const char *name) {
    return find_tensor(g, name) != NULL;
}

const char *golden_text(const golden *g, const char *key) {
    const golden_setting *s = find_setting(g, key);
    if (!s) missing("no such setting", key);
    return s->value;
}

double golden_number(const golden *g, const char *key) {
    return strtod(golden_text(g, key), NULL);
}

const golden_tensor *golden_get(const golden *g, const char *format, ...) {
    char name[GOLDEN_NAME];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    const golden_tensor *t = find_tensor(g, name);
    if (!t) missing("no such tensor", name);
    return t;
}
