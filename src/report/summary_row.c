/* SPDX-License-Identifier: MIT
 * A run's summary.json as a row of a table. */
#include "report/summary_row.h"

#include "base/file.h"

#include <stdio.h>

json_t *summary_json(const char *folder) {
    char path[FILE_PATH_SIZE];
    if (file_join(path, folder, "summary.json", NULL)) return NULL;
    json_t *summary = json_load_file(path, 0, NULL);
    if (!summary) summary = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL); /* a seed beyond 2^63 */
    return summary;
}

/* A value under its name; a mapping's values as NAME_KEY. Lists have no place in a row. */
static void flatten(const char *prefix, json_t *object, table *runs, size_t row) {
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        char name[160];
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "_" : "", key);
        if (json_is_string(value))
            table_set(runs, row, name, json_string_value(value));
        else if (json_is_boolean(value))
            table_set(runs, row, name, json_is_true(value) ? "true" : "false");
        else if (json_is_integer(value)) {
            char text[32];
            snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
            table_set(runs, row, name, text);
        } else if (json_is_real(value))
            table_set_number(runs, row, name, json_real_value(value));
        else if (json_is_null(value))
            table_set(runs, row, name, "n/a");
        else if (json_is_object(value) && !*prefix)
            flatten(key, value, runs, row);
    }
}

void summary_row_read(const char *folder, table *runs, size_t row) {
    json_t *summary = summary_json(folder);
    if (json_is_object(summary)) flatten("", summary, runs, row);
    json_decref(summary);
}
