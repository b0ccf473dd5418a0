/* SPDX-License-Identifier: MIT
 * What is varied, and the cells that come of it. */
#include "study/sweep.h"

#include "base/hash.h"
#include "base/number.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next word up to `sign` outside of brackets and quotes; cut in place. */
static char *next_word(char **rest, char sign) {
    char *word = *rest;
    if (!word) return NULL;
    int depth = 0;
    char quote = 0;
    for (char *c = word; *c; c++) {
        if (quote)
            quote = *c == quote ? 0 : quote;
        else if (*c == '"' || *c == '\'')
            quote = *c;
        else if (*c == '[' || *c == '{')
            depth++;
        else if (*c == ']' || *c == '}')
            depth--;
        else if (*c == sign && depth == 0) {
            *c = 0;
            *rest = c + 1;
            return word;
        }
    }
    *rest = NULL;
    return word;
}

static int read_log(sweep_axis *a, const char *range, error *e) {
    char *end;
    a->log = true;
    a->low = number_parse(range, &end);
    a->high = *end == ':' ? number_parse(end + 1, &end) : NAN;
    if (a->key_count != 1 || *end || !(a->low > 0) || !(a->high > a->low) || !isfinite(a->high))
        return error_set(e, STATUS_USAGE, "--vary: %s=log:%.60s: expected log:LOW:HIGH with 0 < LOW < HIGH", a->name,
                         range);
    return 0;
}

static int read_values(sweep_axis *a, char *list, error *e) {
    for (char *rest = list, *word; (word = next_word(&rest, ','));) {
        if (a->value_count == SWEEP_VALUES)
            return error_set(e, STATUS_USAGE, "--vary: %s: more than %d values", a->name, (int)SWEEP_VALUES);
        size_t n = 0;
        if (a->key_count == 1)
            a->values[a->value_count][n++] = word;
        else
            for (char *parts = word, *part; (part = next_word(&parts, '+'));)
                if (n < a->key_count)
                    a->values[a->value_count][n++] = part;
                else
                    n = SIZE_MAX / 2;
        if (n != a->key_count)
            return error_set(e, STATUS_USAGE, "--vary: %s: expected %zu values with + between them in each entry",
                             a->name, a->key_count);
        for (size_t i = 0; i < n; i++)
            if (!*a->values[a->value_count][i])
                return error_set(e, STATUS_USAGE, "--vary: %s: an empty value", a->name);
        a->value_count++;
    }
    return 0;
}

int sweep_parse_axis(sweep_axis *a, const char *text, error *e) {
    *a = (sweep_axis){0};
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return error_set(e, STATUS_USAGE, "--vary: '%.100s': expected KEY=log:LOW:HIGH or KEY=a,b,c", text);
    size_t length = (size_t)(equals - text);
    /* the name, then the keys, then the values, each with its 0 */
    if (2 * (length + 1) + strlen(equals) > sizeof a->text)
        return error_set(e, STATUS_USAGE, "--vary: '%.60s...': too long", text);
    memcpy(a->text, text, length);
    char *keys = a->text + length + 1, *values = keys + length + 1;
    memcpy(keys, text, length);
    strcpy(values, equals + 1);
    a->name = a->text;
    for (char *rest = keys, *key; (key = next_word(&rest, '+'));) {
        if (a->key_count == 4 || !*key)
            return error_set(e, STATUS_USAGE, "--vary: '%.100s': one to four keys with + between them", a->name);
        a->keys[a->key_count++] = key;
    }
    return strncmp(values, "log:", 4) == 0 ? read_log(a, values + 4, e) : read_values(a, values, e);
}

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

static int add_cell(study *s, const sweep_request *r, const choice *c, error *e) {
    settings_override overrides[64 + 4 * SWEEP_AXES];
    char drawn[SWEEP_AXES][32], labels[SWEEP_AXES][256], steps[24], name[STUDY_NAME];
    size_t n = 0;
    if (r->override_count > 56) return error_set(e, STATUS_USAGE, "--set: at most 56 of them");
    for (; n < r->override_count; n++) overrides[n] = r->overrides[n];
    snprintf(steps, sizeof steps, "%lld", (long long)r->steps);
    if (r->steps > 0) overrides[n++] = (settings_override){"--steps", "total_steps", steps, false};
    size_t length = (size_t)snprintf(name, sizeof name, "c%04zu", s->cell_count + 1);
    for (size_t i = 0; i < r->axis_count; i++) {
        const sweep_axis *a = &r->axes[i];
        labels[i][0] = 0;
        if (a->log) {
            draw_value(a, c->draw, drawn[i], sizeof drawn[i]);
            overrides[n++] = (settings_override){"--vary", a->keys[0], drawn[i], false};
            snprintf(labels[i], sizeof labels[i], "%s", drawn[i]);
        } else
            for (size_t k = 0; k < a->key_count; k++) {
                const char *value = a->values[c->value[i]][k];
                overrides[n++] = (settings_override){"--vary", a->keys[k], value, false};
                size_t used = strlen(labels[i]);
                snprintf(labels[i] + used, sizeof labels[i] - used, "%s%s", k ? "+" : "", value);
            }
        if (length < sizeof name - 1)
            length += (size_t)snprintf(name + length, sizeof name - length, "-%.24s", labels[i]);
    }
    const settings_request request = {.base = r->preset, .overrides = overrides, .override_count = n};
    settings settings;
    if (settings_load(&settings, &request, e)) return -1;
    settings.checkpoint.interval_steps = 0;
    settings.checkpoint.interval_seconds = 0;
    settings.eval.interval_steps = 0;
    size_t row = study_add(s, name, &settings, r->seeds, SWEEP_FIRST_SEED);
    for (size_t i = 0; i < r->axis_count; i++) {
        char column[256];
        snprintf(column, sizeof column, "vary:%.240s", r->axes[i].name);
        table_set(&s->plan, row, column, labels[i]);
    }
    return 0;
}

int sweep_plan(study *s, const sweep_request *r, error *e) {
    size_t draws = 1, cells = 1;
    for (size_t i = 0; i < r->axis_count; i++) {
        if (r->axes[i].log)
            draws = (size_t)r->draws;
        else
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
