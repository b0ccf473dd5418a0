/* SPDX-License-Identifier: MIT
 * One row of metrics per logging interval, to metrics.jsonl and TensorBoard. */
#include "record/metrics.h"

#include "base/to_json.h"
#include "base/memory.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LINE_CAPACITY = 4096 };

static const char lines_name[] = "metrics.jsonl";
static const size_t largest_file = (size_t)4 << 30;

#define COLUMN(name)                                                                                                   \
    { #name, "train/" #name, offsetof(metrics, name) }
#define EVALUATION(name)                                                                                               \
    { "eval_" #name, "eval/" #name, offsetof(metrics, eval_##name) }
const metrics_column metrics_columns[METRICS_COLUMNS] = {
    COLUMN(time),
    COLUMN(steps_per_second),
    COLUMN(return_mean),
    COLUMN(return_std),
    COLUMN(episode_length_mean),
    COLUMN(policy_entropy),
    COLUMN(value_loss),
    COLUMN(policy_loss),
    COLUMN(explained_variance),
    COLUMN(grad_norm),
    COLUMN(learning_rate),
    COLUMN(staleness_mean),
    EVALUATION(return_mean),
    EVALUATION(return_std),
};

static double value_of(const metrics *row, const metrics_column *column) {
    double value;
    memcpy(&value, (const char *)row + column->offset, sizeof value);
    return value;
}

static void set_value(metrics *row, const metrics_column *column, double value) {
    memcpy((char *)row + column->offset, &value, sizeof value);
}

metrics metrics_unknown(void) {
    metrics row = {0};
    for (int i = 0; i < METRICS_COLUMNS; i++) set_value(&row, &metrics_columns[i], NAN);
    return row;
}

/* ---- Writing ---- */

static void make_line(text_buffer *line, const metrics *row) {
    text_clear(line);
    text_printf(line, "{\"step\": %" PRId64 ", \"update\": %" PRId64, row->step, row->update);
    for (int i = 0; i < METRICS_COLUMNS; i++) {
        to_json_key(line, metrics_columns[i].name);
        to_json_double(line, value_of(row, &metrics_columns[i]));
    }
    text_append(line, "}\n");
}

static int write_events(metrics_log *log, const metrics *row, error *e) {
    events_begin(&log->events);
    events_counter(&log->events, "train/update", row->update);
    for (int i = 0; i < METRICS_COLUMNS; i++) {
        double value = value_of(row, &metrics_columns[i]);
        if (isfinite(value)) events_scalar(&log->events, metrics_columns[i].tag, (float)value);
    }
    return events_end(&log->events, row->step, e);
}

int metrics_write(metrics_log *log, const metrics *row, error *e) {
    make_line(&log->line, row);
    if (file_log_append(&log->lines, log->line.data, log->line.length, e)) return -1;
    return write_events(log, row, e);
}

int metrics_flush(metrics_log *log, error *e) {
    return file_log_flush(&log->lines, e) || file_log_flush(&log->events.file, e) ? -1 : 0;
}

void metrics_close(metrics_log *log) {
    file_log_close(&log->lines);
    events_close(&log->events);
    text_free(&log->line);
}

/* ---- Reading back ---- */

static int parse_row(const char *line, size_t length, metrics *row) {
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    json_t *step = json_object_get(object, "step"), *update = json_object_get(object, "update");
    int result = json_is_integer(step) && json_is_integer(update) && json_integer_value(step) >= 0 ? 0 : -1;
    *row = metrics_unknown();
    row->step = json_integer_value(step);
    row->update = json_integer_value(update);
    for (int i = 0; i < METRICS_COLUMNS; i++) {
        const json_t *value = json_object_get(object, metrics_columns[i].name);
        if (json_is_number(value))
            set_value(row, &metrics_columns[i], json_number_value(value));
        else if (value && !json_is_null(value))
            result = -1;
    }
    json_decref(object);
    return result;
}

/* The whole lines of metrics.jsonl, one after the other. */
typedef struct reader {
    char path[FILE_PATH_SIZE], *bytes;
    size_t count, at, line;
} reader;

/* Reads the next row: 1, 0 at the end (what a torn last line has is left out), or -1 with the error. */
static int next_row(reader *r, metrics *row, error *e) {
    const char *line = r->bytes + r->at;
    const char *end = memchr(line, '\n', r->count - r->at);
    if (!end) return 0;
    r->line++;
    if (parse_row(line, (size_t)(end - line), row))
        return error_set(e, STATUS_FAILED, "%s:%zu: this line is not a row of metrics", r->path, r->line);
    r->at += (size_t)(end - line) + 1;
    return 1;
}

int metrics_read(const char *folder, metrics **rows, size_t *count, error *e) {
    *rows = NULL;
    *count = 0;
    reader r = {0};
    if (file_join(r.path, folder, lines_name, e) || file_read(r.path, largest_file, &r.bytes, &r.count, e)) return -1;
    size_t lines = 0;
    for (size_t i = 0; i < r.count; i++) lines += r.bytes[i] == '\n';
    *rows = memory_array(metrics, lines);
    int got;
    while ((got = next_row(&r, &(*rows)[*count < lines ? *count : 0], e)) == 1) ++*count;
    memory_free(r.bytes);
    if (got == 0) return 0;
    memory_free(*rows);
    *rows = NULL;
    *count = 0;
    return -1;
}

/* ---- Opening ---- */

/* Whether a line past the reader's place is a row at or before `step`: what lies between is then broken, not the remains of
 * a process that was killed. */
static bool rows_follow(reader *r, int64_t step) {
    metrics row;
    for (const char *end; (end = memchr(r->bytes + r->at, '\n', r->count - r->at));
         r->at = (size_t)(end - r->bytes) + 1) {
        const char *line = r->bytes + r->at;
        if (parse_row(line, (size_t)(end - line), &row) == 0 && row.step <= step) return true;
    }
    return false;
}

/* Cuts the file at `path` behind its last row at or before `step`, which becomes *last; whatever else follows, a row of
 * later steps, half a line, zeros that a power cut left, is dropped. *last has step -1 when no row is left. */
static int cut_back(const char *path, int64_t step, metrics *last, error *e) {
    reader r = {0};
    metrics row;
    error why = {0};
    if (file_join(r.path, "", path, e) || file_read(path, largest_file, &r.bytes, &r.count, e)) return -1;
    size_t kept = 0;
    int got;
    while ((got = next_row(&r, &row, &why)) == 1 && row.step <= step) kept = r.at, *last = row;
    bool broken = got < 0 && rows_follow(&r, step);
    memory_free(r.bytes);
    if (broken) return error_set(e, why.status, "%s", why.text);
    return kept < r.count ? file_truncate(path, kept, e) : 0;
}

int metrics_open(metrics_log *log, const char *folder, int64_t resume_step, int64_t last_row, error *e) {
    *log = (metrics_log){.lines.descriptor = -1, .events.file.descriptor = -1};
    char path[FILE_PATH_SIZE];
    metrics last = {.step = -1};
    if (file_join(path, folder, lines_name, e)) return -1;
    if (resume_step >= 0 && file_exists(path) && cut_back(path, last_row, &last, e)) return -1;
    if (file_log_open(&log->lines, path, e) || events_open(&log->events, folder, resume_step, e)) {
        metrics_close(log);
        return -1;
    }
    text_reserve(&log->line, LINE_CAPACITY);
    if (resume_step < 0 || last.step != resume_step) return 0;
    return write_events(log, &last, e); /* TensorBoard drops what it has at this step, too */
}
