/* SPDX-License-Identifier: MIT
 * --vary: which keys a sweep varies, and through which values. */
#include "cli/vary.h"

#include "base/number.h"

#include <math.h>
#include <stdint.h>
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

int vary_parse(sweep_axis *a, const char *text, error *e) {
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
