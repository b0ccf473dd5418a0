/* SPDX-License-Identifier: MIT
 * The files of a study's folder, written and read. */
#include "study/study_files.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/to_json.h"
#include "report/summary_row.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int study_file_write(const study *s, const char *path, error *e) {
    text_buffer t = {0};
    text_append(&t, "{");
    to_json_key(&t, "format");
    text_printf(&t, "%d", STUDY_FORMAT);
    to_json_key(&t, "kind");
    to_json_string(&t, s->kind);
    to_json_key(&t, "cells");
    text_append(&t, "[");
    for (size_t c = 0; c < s->cell_count; c++) {
        char *yaml = settings_text(&s->cells[c].settings);
        to_json_item(&t);
        text_append(&t, "\n{");
        to_json_key(&t, "name");
        to_json_string(&t, s->cells[c].name);
        to_json_key(&t, "runs");
        text_printf(&t, "%d", s->cells[c].runs);
        to_json_key(&t, "first_seed");
        text_printf(&t, "\"%llu\"", (unsigned long long)s->cells[c].first_seed);
        to_json_key(&t, "settings");
        to_json_string(&t, yaml);
        text_append(&t, "}");
        memory_free(yaml);
    }
    text_append(&t, "]}\n");
    int failed = file_replace(path, text_string(&t), t.length, e);
    text_free(&t);
    return failed;
}

/* ---- Comparing ---- */

static const char advice[] = "a study keeps its settings; choose another --out";

static int compare_settings(const study_cell *cell, const char *path, const char *former_text, error *e) {
    char *text = settings_text(&cell->settings);
    bool same = strcmp(text, former_text) == 0;
    memory_free(text);
    if (same) return 0;
    settings former;
    if (settings_parse(&former, path, former_text, strlen(former_text), e)) return -1;
    for (size_t k = 0; k < settings_keys(); k++) {
        char *now = settings_value(&cell->settings, k), *then = settings_value(&former, k);
        int differs = strcmp(now, then);
        if (differs)
            error_set(e, STATUS_USAGE, "%s: cell %s has %s: %.200s there and %.200s now; %s", path, cell->name,
                      settings_key(k), then, now, advice);
        memory_free(now);
        memory_free(then);
        if (differs) return -1;
    }
    return 0;
}

static int compare_cell(const study_cell *cell, const char *path, const json_t *former, bool *grown, error *e) {
    const char *name = json_string_value(json_object_get(former, "name")),
               *text = json_string_value(json_object_get(former, "settings")),
               *seed = json_string_value(json_object_get(former, "first_seed"));
    char now[24];
    snprintf(now, sizeof now, "%llu", (unsigned long long)cell->first_seed);
    if (!name || !text || !seed)
        return error_set(e, STATUS_USAGE, "%s: this is not a study.json of this program", path);
    if (strcmp(name, cell->name) != 0)
        return error_set(e, STATUS_USAGE, "%s: has the cell %.100s where %s is now; %s", path, name, cell->name,
                         advice);
    json_int_t runs = json_integer_value(json_object_get(former, "runs"));
    if (strcmp(seed, now) != 0)
        return error_set(e, STATUS_USAGE, "%s: cell %s has seeds from %.24s there and from %s now; %s", path, name,
                         seed, now, advice);
    if (cell->runs < runs)
        return error_set(e, STATUS_USAGE,
                         "%s: cell %s has %lld runs there and %d now; runs can be added, none is dropped", path, name,
                         (long long)runs, cell->runs);
    *grown = *grown || cell->runs > runs;
    return compare_settings(cell, path, text, e);
}

int study_file_compare(const study *s, const char *path, bool *grown, error *e) {
    json_error_t why;
    json_t *former = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!former) return error_set(e, STATUS_USAGE, "%s:%d: %s", path, why.line, why.text);
    const json_t *cells = json_object_get(former, "cells");
    const char *kind = json_string_value(json_object_get(former, "kind"));
    int failed = 0;
    if (json_integer_value(json_object_get(former, "format")) != STUDY_FORMAT || !kind || !json_is_array(cells))
        failed = error_set(e, STATUS_USAGE, "%s: this is not a study.json of this program", path);
    else if (strcmp(kind, s->kind) != 0)
        failed = error_set(e, STATUS_USAGE, "%s: is a study of the kind %.20s, not %s; choose another --out", path,
                           kind, s->kind);
    else if (json_array_size(cells) != s->cell_count)
        failed = error_set(e, STATUS_USAGE, "%s: has %zu cells, not %zu; %s", path, json_array_size(cells),
                           s->cell_count, advice);
    for (size_t c = 0; !failed && c < s->cell_count; c++)
        failed = compare_cell(&s->cells[c], path, json_array_get(cells, c), grown, e);
    json_decref(former);
    return failed;
}

/* ---- Paths and cells ---- */

int study_path(char *path, const study *s, const char *kind, size_t cell, int run, const char *ending, error *e) {
    int n = snprintf(path, STUDY_PATH, "%s/%s/%s-s%llu%s", s->folder, kind, s->cells[cell].name,
                     (unsigned long long)(s->cells[cell].first_seed + (uint64_t)run), ending);
    return n < STUDY_PATH ? 0 : error_set(e, STATUS_USAGE, "%.200s...: the path is too long", s->folder);
}

int study_cell_path(char *path, const study *s, size_t cell, error *e) {
    int n = snprintf(path, STUDY_PATH, "%s/cells/%s.yaml", s->folder, s->cells[cell].name);
    return n < STUDY_PATH ? 0 : error_set(e, STATUS_USAGE, "%.200s...: the path is too long", s->folder);
}

int study_write_cells(const study *s, error *e) {
    static const char *const folders[] = {"cells", "runs", "logs"};
    char path[STUDY_PATH];
    for (size_t i = 0; i < 3; i++)
        if (file_join(path, s->folder, folders[i], e) || file_make_folders(path, e)) return -1;
    for (size_t c = 0; c < s->cell_count; c++) {
        if (study_cell_path(path, s, c, e)) return -1;
        if (file_exists(path)) continue;
        char *yaml = settings_text(&s->cells[c].settings);
        int failed = file_replace(path, yaml, strlen(yaml), e);
        memory_free(yaml);
        if (failed) return -1;
    }
    return 0;
}

/* ---- What the runs left ---- */

static bool stopped_by(const json_t *summary, const char *cause) {
    const char *text = json_string_value(json_object_get(summary, "stopped_by"));
    return text && strcmp(text, cause) == 0;
}

bool study_is_done(const study *s, size_t cell, int run) {
    char folder[STUDY_PATH];
    if (study_path(folder, s, "runs", cell, run, "", NULL)) return false;
    json_t *summary = summary_json(folder);
    bool done = json_is_string(json_object_get(summary, "stopped_by")) && !stopped_by(summary, "signal") &&
                !stopped_by(summary, "error");
    json_decref(summary);
    return done;
}

bool study_was_tried(const study *s, size_t cell, int run) {
    char folder[STUDY_PATH], log[STUDY_PATH];
    if (study_path(folder, s, "runs", cell, run, "", NULL) || study_path(log, s, "logs", cell, run, ".txt", NULL))
        return false;
    json_t *summary = summary_json(folder);
    bool tried = file_exists(log) && !stopped_by(summary, "signal");
    json_decref(summary);
    return tried;
}

void study_read_message(const study *s, size_t cell, int run, table *runs, size_t row) {
    char path[STUDY_PATH], *text = NULL;
    size_t length;
    if (study_path(path, s, "logs", cell, run, ".txt", NULL) || file_read(path, 1 << 20, &text, &length, NULL)) return;
    while (length > 0 && text[length - 1] == '\n') text[--length] = 0;
    char *line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = ' ';
    if (*line) table_set(runs, row, "message", line);
    memory_free(text);
}
