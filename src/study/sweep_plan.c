/* SPDX-License-Identifier: MIT
 * What is varied, and the cells that come of it. */
#include "study/sweep.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Draw number `draw` of a logarithmic axis: always the same for the same key and range. Three digits are enough to tell
 * draws apart and can be typed again. */
static void draw_value(const sweep_axis *a, size_t draw, char *text, size_t size) {
    random_stream stream =
        random_stream_new(hash_bytes(HASH_START, a->name, strlen(a->name)), (uint32_t)draw, RANDOM_SHUFFLE);
    snprintf(text, size, "%.4g", a->low * pow(a->high / a->low, random_uniform_double(&stream)));
}

/* Which value every axis has in a cell. */
typedef struct choice {
    size_t draw, value[SWEEP_AXES];
} choice;

/* The same as an integer where the key holds one. */
static void draw_integer(const sweep_axis *a, size_t draw, char *text, size_t size) {
    char real[32];
    draw_value(a, draw, real, sizeof real);
    double value = fmin(fmax(round(number_parse(real, NULL)), ceil(a->low)), floor(a->high));
    snprintf(text, size, "%.0f", value);
}

/* Draws are integers where the key refuses what is between two of them. */
static bool takes_reals(const sweep_request *r, const sweep_axis *a) {
    char between[32];
    snprintf(between, sizeof between, "%.17g", floor(a->low) + 0.5);
    const settings_override real = {"--vary", a->keys[0], between, false};
    error refused = {0};
    settings s;
    return study_settings_load(&s, &r->source, &real, 1, false, NULL, &refused) == 0 ||
           !strstr(refused.text, "integer");
}

/* Appends the overrides of one axis in a cell, and their values as `label`. `drawn` holds a draw. */
static size_t choose(settings_override *more, const sweep_axis *a, const choice *c, size_t i, char *drawn, size_t size,
                     char *label, size_t label_size) {
    *label = 0;
    if (a->log) {
        (a->integer ? draw_integer : draw_value)(a, c->draw, drawn, size);
        more[0] = (settings_override){"--vary", a->keys[0], drawn, false};
        snprintf(label, label_size, "%s", drawn);
        return 1;
    }
    for (size_t k = 0; k < a->key_count; k++) {
        const char *value = a->values[c->value[i]][k];
        more[k] = (settings_override){"--vary", a->keys[k], value, false};
        size_t used = strlen(label);
        snprintf(label + used, label_size - used, "%s%s", k ? "+" : "", value);
    }
    return a->key_count;
}

static int add_cell(study *s, const sweep_request *r, const choice *c, error *e) {
    settings_override more[4 * SWEEP_AXES];
    char drawn[SWEEP_AXES][32], labels[SWEEP_AXES][256], name[STUDY_NAME];
    bool *given = memory_array(bool, settings_keys());
    settings settings;
    size_t n = 0, length = (size_t)snprintf(name, sizeof name, "c%04zu", s->cell_count + 1);
    for (size_t i = 0; i < r->axis_count; i++) {
        n += choose(more + n, &r->axes[i], c, i, drawn[i], sizeof drawn[i], labels[i], sizeof labels[i]);
        if (length < sizeof name - 1)
            length += (size_t)snprintf(name + length, sizeof name - length, "-%.24s", labels[i]);
    }
    int failed = study_settings_load(&settings, &r->source, more, n, false, given, e);
    if (!failed) {
        uint64_t seed = study_settings_given(given, "seed") ? settings.seed : SWEEP_FIRST_SEED;
        size_t row = study_add(s, name, &settings, r->seeds, seed);
        for (size_t i = 0; i < r->axis_count; i++) {
            char column[256];
            snprintf(column, sizeof column, "vary:%.240s", r->axes[i].name);
            table_set(&s->plan, row, column, labels[i]);
        }
    }
    memory_free(given);
    return failed;
}

/* Whether one key is the other or a section of it. */
static bool overlap(const char *a, const char *b) {
    size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return strncmp(a, b, n) == 0 && (a[n] == 0 || a[n] == '.') && (b[n] == 0 || b[n] == '.');
}

/* What a cell would drop: seeds that are varied, a key that is varied twice, one that is set beside. */
static int refuse(const sweep_request *r, const sweep_axis *a, const char *key, error *e) {
    if (strcmp(key, "seed") == 0)
        return error_set(e, STATUS_USAGE,
                         "--vary: seed: every combination runs on the same seeds; --seeds N says how many of them");
    for (const sweep_axis *b = r->axes; b <= a; b++)
        for (size_t k = 0; k < b->key_count && b->keys[k] != key; k++)
            if (overlap(b->keys[k], key)) return error_set(e, STATUS_USAGE, "--vary: %s: the key is varied twice", key);
    for (size_t i = 0; i < r->source.override_count; i++)
        if (overlap(r->source.overrides[i].key, key))
            return error_set(e, STATUS_USAGE, "%s: %s: the key is varied by --vary too; leave out one of the two",
                             r->source.overrides[i].option, r->source.overrides[i].key);
    return 0;
}

int sweep_plan(study *s, const sweep_request *r, error *e) {
    size_t draws = 1, cells = 1;
    for (size_t i = 0; i < r->axis_count; i++)
        for (size_t k = 0; k < r->axes[i].key_count; k++)
            if (refuse(r, &r->axes[i], r->axes[i].keys[k], e)) return -1;
    for (size_t i = 0; i < r->axis_count; i++) {
        if (r->axes[i].log) {
            draws = (size_t)r->draws;
            r->axes[i].integer = !takes_reals(r, &r->axes[i]);
        } else
            cells *= r->axes[i].value_count;
        if (cells > SWEEP_CELLS || cells * draws > SWEEP_CELLS)
            return error_set(e, STATUS_USAGE, "--vary: more than %d cells", (int)SWEEP_CELLS);
    }
    for (size_t draw = 0; draw < draws; draw++)
        for (size_t cell = 0; cell < cells; cell++) {
            choice c = {.draw = draw};
            size_t rest = cell;
            for (size_t i = r->axis_count; i-- > 0;) {
                if (r->axes[i].log) continue;
                c.value[i] = rest % r->axes[i].value_count;
                rest /= r->axes[i].value_count;
            }
            if (add_cell(s, r, &c, e)) return -1;
        }
    return 0;
}
