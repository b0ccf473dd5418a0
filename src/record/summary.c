/* SPDX-License-Identifier: MIT
 * One table of the keys, in the order in which they are written, serves writing and reading. */
#include "record/summary.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/to_json.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum field_kind { FIELD_STRING, FIELD_INTEGER, FIELD_SEED, FIELD_DOUBLE, FIELD_BOOL } field_kind;

typedef struct field {
    const char *group; /* the object that the key is in; NULL: the summary itself */
    const char *key;
    field_kind kind;
    size_t offset, size;
} field;

#define FIELD(kind, name)                                                                                              \
    { NULL, #name, kind, offsetof(summary, name), sizeof((summary){0}.name) }
#define IN(group, name)                                                                                                \
    { #group, #name, FIELD_DOUBLE, offsetof(summary, group.name), sizeof(double) }
#define STRING(name) FIELD(FIELD_STRING, name)
#define INTEGER(name) FIELD(FIELD_INTEGER, name)
#define DOUBLE(name) FIELD(FIELD_DOUBLE, name)

static const field fields[] = {
    INTEGER(format),
    STRING(version),
    STRING(commit),
    STRING(compiler),
    STRING(cpu),
    INTEGER(cpus),
    STRING(env),
    STRING(mode),
    INTEGER(workers),
    INTEGER(threads),
    INTEGER(envs_per_worker),
    FIELD(FIELD_SEED, seed),
    INTEGER(steps),
    INTEGER(frames),
    INTEGER(updates),
    INTEGER(episodes),
    DOUBLE(wall_seconds),
    DOUBLE(steps_per_second),
    INTEGER(parameters),
    DOUBLE(return_mean),
    DOUBLE(return_std),
    FIELD(FIELD_BOOL, solved),
    INTEGER(solved_at_step),
    DOUBLE(solved_at_seconds),
    DOUBLE(eval_return_mean),
    DOUBLE(eval_return_std),
    DOUBLE(eval_return_min),
    DOUBLE(eval_return_max),
    INTEGER(eval_episodes),
    DOUBLE(eval_seconds),
    STRING(params_fingerprint),
    IN(staleness, mean),
    IN(staleness, p50),
    IN(staleness, p99),
    IN(staleness, max),
    IN(time, environment),
    IN(time, forward),
    IN(time, backward),
    IN(time, pull),
    IN(time, push),
    IN(time, wait),
    IN(time, other),
    INTEGER(involuntary_switches),
    STRING(stopped_by),
    STRING(asynchrony),
    DOUBLE(lost_updates),
    DOUBLE(lock_wait_seconds),
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

static const char file_name[] = "summary.json";
static const size_t largest_file = 16 << 20;

summary summary_unknown(void) {
    summary s = {0};
    const double unknown = NAN;
    const int64_t none = -1;
    for (int i = 0; i < FIELDS; i++) {
        char *place = (char *)&s + fields[i].offset;
        if (fields[i].kind == FIELD_DOUBLE) memcpy(place, &unknown, sizeof unknown);
        if (fields[i].kind == FIELD_INTEGER) memcpy(place, &none, sizeof none);
    }
    s.format = SUMMARY_FORMAT;
    return s;
}

/* ---- Writing ---- */

static void put_value(text_buffer *t, const summary *s, const field *f) {
    const char *place = (const char *)s + f->offset;
    int64_t integer;
    double number;
    switch (f->kind) {
    case FIELD_STRING:
        to_json_string(t, place);
        break;
    case FIELD_INTEGER:
        memcpy(&integer, place, sizeof integer);
        if (integer >= 0)
            text_printf(t, "%" PRId64, integer);
        else
            text_append(t, "null");
        break;
    case FIELD_SEED:
        text_printf(t, "%" PRIu64, s->seed);
        break;
    case FIELD_DOUBLE:
        memcpy(&number, place, sizeof number);
        to_json_double(t, number);
        break;
    case FIELD_BOOL:
        to_json_bool(t, s->solved);
        break;
    }
}

/* A key of the summary itself begins a line. */
static void put_key(text_buffer *t, const char *key) {
    text_append(t, t->length > 1 ? ",\n  " : "\n  ");
    text_printf(t, "\"%s\": ", key);
}

static void put_staleness_histogram(text_buffer *t, const summary *s) {
    put_key(t, "staleness_histogram");
    if (!s->staleness_histogram) {
        text_append(t, "null");
        return;
    }
    text_append(t, "[");
    for (int64_t i = 0; i < s->staleness_bins; i++) {
        to_json_item(t);
        text_printf(t, "%" PRId64, s->staleness_histogram[i]);
    }
    text_append(t, "]");
}

static void put_tasks(text_buffer *t, const summary *s) {
    put_key(t, "tasks");
    text_append(t, "[");
    for (int64_t i = 0; i < s->task_count; i++) {
        const summary_task *task = &s->tasks[i];
        to_json_item(t);
        text_append(t, "{");
        to_json_key(t, "env");
        to_json_string(t, task->env);
        to_json_key(t, "eval_return_mean");
        to_json_double(t, task->eval_return_mean);
        to_json_key(t, "eval_return_std");
        to_json_double(t, task->eval_return_std);
        to_json_key(t, "eval_episodes");
        text_printf(t, "%" PRId64 "}", task->eval_episodes);
    }
    text_append(t, "]");
}

static void put_evaluations(text_buffer *t, const summary *s) {
    put_key(t, "evaluations");
    text_append(t, "[");
    for (int64_t i = 0; i < s->evaluation_count; i++) {
        const summary_evaluation *one = &s->evaluations[i];
        to_json_item(t);
        text_append(t, "{");
        to_json_key(t, "step");
        text_printf(t, "%" PRId64, one->step);
        to_json_key(t, "eval_return_mean");
        to_json_double(t, one->eval_return_mean);
        to_json_key(t, "eval_return_std");
        to_json_double(t, one->eval_return_std);
        text_append(t, "}");
    }
    text_append(t, "]");
}

static void make_text(text_buffer *t, const summary *s) {
    const char *group = NULL;
    text_append(t, "{");
    for (int i = 0; i < FIELDS; i++) {
        const field *f = &fields[i];
        bool same = group && f->group && strcmp(group, f->group) == 0;
        if (group && !same) text_append(t, "}");
        if (f->group && !same) {
            put_key(t, f->group);
            text_append(t, "{");
        }
        if (f->group)
            to_json_key(t, f->key);
        else
            put_key(t, f->key);
        group = f->group;
        put_value(t, s, f);
    }
    put_staleness_histogram(t, s);
    if (s->task_count > 0) put_tasks(t, s);
    put_evaluations(t, s);
    text_append(t, "\n}\n");
}

int summary_write(const char *folder, const summary *s, error *e) {
    char path[FILE_PATH_SIZE];
    if (file_join(path, folder, file_name, e)) return -1;
    text_buffer t = {0};
    make_text(&t, s);
    int result = file_replace(path, t.data, t.length, e);
    text_free(&t);
    return result;
}

int summary_print(FILE *stream, const summary *s, error *e) {
    text_buffer t = {0};
    make_text(&t, s);
    int failed = fwrite(t.data, 1, t.length, stream) != t.length || fflush(stream);
    text_free(&t);
    return failed ? error_set(e, STATUS_FAILED, "cannot print the summary: %s", strerror(errno)) : 0;
}

/* ---- Reading ---- */

/* Stores one value; -1 when it has another type than the field. */
static int get_value(summary *s, const field *f, const json_t *value) {
    char *place = (char *)s + f->offset;
    bool fits = f->kind == FIELD_STRING ? json_is_string(value) && json_string_length(value) < f->size
                : f->kind == FIELD_BOOL ? json_is_boolean(value)
                                        : json_is_number(value);
    if (!fits) return -1;
    double number = json_number_value(value);
    int64_t integer = fabs(number) < 0x1p63 ? (int64_t)number : -1;
    if (f->kind == FIELD_STRING)
        memcpy(place, json_string_value(value), json_string_length(value) + 1);
    else if (f->kind == FIELD_BOOL)
        s->solved = json_is_true(value);
    else if (f->kind == FIELD_DOUBLE)
        memcpy(place, &number, sizeof number);
    else if (f->kind == FIELD_INTEGER)
        memcpy(place, &integer, sizeof integer);
    return 0;
}

static int get_fields(summary *s, const json_t *object, const char *path, error *e) {
    for (int i = 0; i < FIELDS; i++) {
        const field *f = &fields[i];
        const json_t *place = f->group ? json_object_get(object, f->group) : object;
        const json_t *value = json_object_get(place, f->key);
        if (value && !json_is_null(value) && get_value(s, f, value))
            return error_set(e, STATUS_FAILED, "%s: %s%s%s has a value of another type", path, f->group ? f->group : "",
                             f->group ? "." : "", f->key);
    }
    if (s->format <= SUMMARY_FORMAT) return 0;
    return error_set(e, STATUS_FAILED, "%s has format %" PRId64 ", this program reads up to %d", path, s->format,
                     SUMMARY_FORMAT);
}

/* A seed may be above what a signed integer or a double holds, so its digits are read from the text; a string's quotes
 * are escaped, so the key cannot be part of one. */
static uint64_t get_seed(const char *text) {
    const char *key = strstr(text, "\"seed\":");
    return key ? strtoull(key + strlen("\"seed\":"), NULL, 10) : 0;
}

int summary_read(const char *folder, summary *s, error *e) {
    char path[FILE_PATH_SIZE], *bytes;
    size_t count;
    *s = summary_unknown();
    if (file_join(path, folder, file_name, e) || file_read(path, largest_file, &bytes, &count, e)) return -1;
    json_error_t problem;
    json_t *object = json_loadb(bytes, count, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &problem);
    s->seed = get_seed(bytes);
    memory_free(bytes);
    if (!object) return error_set(e, STATUS_FAILED, "%s:%d:%d: %s", path, problem.line, problem.column, problem.text);
    int result = get_fields(s, object, path, e);
    json_decref(object);
    return result;
}
