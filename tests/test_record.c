/* SPDX-License-Identifier: MIT
 * What a run leaves in its folder: metrics.jsonl and the TensorBoard file, before and after a resume. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "record/metrics.h"
#include "scratch.h"

#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static char *content(const char *path, size_t *count) {
    char *bytes;
    error e = {0};
    if (file_read(path, 1 << 24, &bytes, count, &e)) fail_msg("%s", e.text);
    return bytes;
}

/* ---- metrics.jsonl ---- */

enum { INTERVAL = 1000, ROWS = 8 };

/* Row i of a run, from 1; two numbers are not known, one is infinite. */
static metrics make_row(int i) {
    metrics row = metrics_unknown();
    row.step = (int64_t)i * INTERVAL;
    row.update = i * 50;
    row.time = i / 7.0;
    row.steps_per_second = 1e6 / 3;
    if (i > 1) row.return_mean = -20.0 * i / 3;
    row.return_std = -0.0;
    row.episode_length_mean = 20;
    row.policy_entropy = 0.1 * i;
    row.value_loss = 1e-300;
    row.policy_loss = 123456789.125;
    row.explained_variance = 1;
    row.grad_norm = i == 3 ? INFINITY : 5e-324;
    row.learning_rate = 7e-4;
    return row;
}

static void write_rows(const char *folder, int64_t resume_step, int first, int last) {
    error e = {0};
    metrics_log log;
    if (metrics_open(&log, folder, resume_step, resume_step, &e)) fail_msg("%s", e.text);
    for (int i = first; i <= last; i++) {
        metrics row = make_row(i);
        assert_int_equal(metrics_write(&log, &row, &e), 0);
    }
    assert_int_equal(metrics_flush(&log, &e), 0);
    metrics_close(&log);
}

static void lines_are_strict_json(void **state) {
    static const char *const keys[] = {"step",
                                       "update",
                                       "time",
                                       "steps_per_second",
                                       "return_mean",
                                       "return_std",
                                       "episode_length_mean",
                                       "policy_entropy",
                                       "value_loss",
                                       "policy_loss",
                                       "explained_variance",
                                       "grad_norm",
                                       "learning_rate",
                                       "staleness_mean",
                                       "eval_return_mean",
                                       "eval_return_std"};
    write_rows(*state, -1, 1, ROWS);
    size_t count;
    char *bytes = content(scratch_path(*state, "metrics.jsonl"), &count), *line = bytes;
    for (int i = 1; i <= ROWS; i++, line = strchr(line, '\n') + 1) {
        json_t *object = json_loadb(line, strcspn(line, "\n"), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(object);
        size_t k = 0;
        const char *key;
        json_t *value;
        json_object_foreach(object, key, value) {
            assert_true(k < sizeof keys / sizeof keys[0]);
            assert_string_equal(key, keys[k++]);
            assert_true(json_is_number(value) || json_is_null(value));
        }
        assert_int_equal(k, sizeof keys / sizeof keys[0]);
        assert_int_equal(json_integer_value(json_object_get(object, "step")), i * INTERVAL);
        assert_int_equal(json_is_null(json_object_get(object, "return_mean")), i == 1);
        assert_int_equal(json_is_null(json_object_get(object, "grad_norm")), i == 3);
        assert_true(json_is_null(json_object_get(object, "staleness_mean")));
        json_decref(object);
    }
    assert_ptr_equal(line, bytes + count);
    memory_free(bytes);
}

static void rows_read_back(void **state) {
    error e = {0};
    metrics *rows;
    size_t count;
    write_rows(*state, -1, 1, ROWS);
    assert_int_equal(metrics_read(*state, &rows, &count, &e), 0);
    assert_int_equal(count, ROWS);
    for (int i = 1; i <= ROWS; i++) {
        metrics expected = make_row(i);
        const metrics *row = &rows[i - 1];
        assert_int_equal(row->step, expected.step);
        assert_int_equal(row->update, expected.update);
        for (int k = 0; k < METRICS_COLUMNS; k++) {
            double a, b;
            memcpy(&a, (const char *)row + metrics_columns[k].offset, sizeof a);
            memcpy(&b, (const char *)&expected + metrics_columns[k].offset, sizeof b);
            if (isfinite(b))
                assert_memory_equal(&a, &b, sizeof a); /* to the bit, the sign of a zero too */
            else
                assert_true(isnan(a));
        }
    }
    memory_free(rows);
    /* a folder without metrics, and a line that is none */
    assert_int_equal(metrics_read(scratch_path(*state, "absent"), &rows, &count, &e), -1);
    assert_int_equal(file_replace(scratch_path(*state, "metrics.jsonl"), "{\"step\": 1, \"update\": 1}\n{}\n", 28, &e),
                     0);
    assert_int_equal(metrics_read(*state, &rows, &count, &e), -1);
    assert_non_null(strstr(e.text, "metrics.jsonl:2:"));
    assert_null(rows);
}

/* ---- The TensorBoard file ---- */

/* The events files of a folder, in the order in which TensorBoard reads them. */
static glob_t find_events(const char *folder, size_t expected) {
    glob_t found;
    assert_int_equal(glob(scratch_path(folder, "events.out.tfevents.*"), 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, expected);
    return found;
}

static uint64_t varint(const unsigned char **at) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
}

/* Checksum by the definition, a bit at a time. */
static uint32_t masked_crc(const unsigned char *bytes, size_t count) {
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

/* What a reader of TensorBoard holds: one entry a row. */
typedef struct curve {
    int64_t steps[4 * ROWS];
    int rows, starts;
    void (*see)(int64_t step, const char *tag, double value);
} curve;

static void copy_field(void *to, size_t size, const unsigned char **at) {
    memcpy(to, *at, size);
    *at += size;
}

/* One value of a summary, a float or a tensor of one double; of both, the later counts. */
static void parse_value(curve *c, int64_t step, const unsigned char *at, const unsigned char *end) {
    static const unsigned char tensor[] = {1 << 3, 2, 2 << 3 | 2, 0, 4 << 3 | 2, 8}; /* DT_DOUBLE, shape [], 8 bytes */
    char tag[64] = {0};
    double number = NAN;
    while (at < end) {
        uint64_t key = varint(&at);
        if (key == (2 << 3 | 5)) {
            float value;
            copy_field(&value, sizeof value, &at);
            number = value;
            continue;
        }
        uint64_t length = varint(&at);
        assert_true(length < sizeof tag && at + length <= end);
        if (key == (1 << 3 | 2)) memcpy(tag, at, length);
        if (key == (8 << 3 | 2)) {
            assert_int_equal(length, sizeof tensor + sizeof number);
            assert_memory_equal(at, tensor, sizeof tensor);
            memcpy(&number, at + sizeof tensor, sizeof number);
        }
        at += length;
    }
    assert_ptr_equal(at, end);
    c->see(step, tag, number);
}

/* The reader's rule for a session's start: what it has at or past that step is dropped. */
static void start_session(curve *c, int64_t step) {
    int kept = 0;
    for (int i = 0; i < c->rows; i++)
        if (c->steps[i] < step) c->steps[kept++] = c->steps[i];
    c->rows = kept;
    c->starts++;
}

static void parse_event(curve *c, bool first, const unsigned char *event, size_t count) {
    const unsigned char *at = event, *end = event + count;
    double wall_time;
    assert_int_equal(varint(&at), 1 << 3 | 1);
    copy_field(&wall_time, sizeof wall_time, &at);
    assert_true(wall_time > 1.6e9 && wall_time < 1e10);
    if (first) {
        static const char version[] = "\x1a\x0d"
                                      "brain.Event:2";
        assert_int_equal(end - at, sizeof version - 1);
        assert_memory_equal(at, version, sizeof version - 1);
        return;
    }
    assert_int_equal(varint(&at), 2 << 3);
    int64_t step = (int64_t)varint(&at);
    uint64_t key = varint(&at), length = varint(&at);
    assert_ptr_equal(at + length, end);
    if (key == (7 << 3 | 2)) {
        assert_memory_equal(at, "\x08\x01", 2);
        start_session(c, step);
        return;
    }
    assert_int_equal(key, 5 << 3 | 2);
    c->steps[c->rows++] = step;
    while (at < end) {
        assert_int_equal(varint(&at), 1 << 3 | 2);
        length = varint(&at);
        parse_value(c, step, at, at + length);
        at += length;
    }
}

/* Reads one file; a torn record at its end, as a killed process leaves it, is left alone. */
static void read_events(curve *c, const char *path) {
    size_t count, at = 0;
    unsigned char *bytes = (unsigned char *)content(path, &count);
    while (at + 16 <= count) {
        uint64_t length;
        uint32_t crc[2];
        memcpy(&length, bytes + at, 8);
        memcpy(&crc[0], bytes + at + 8, 4);
        if (length > count - at - 16) break;
        memcpy(&crc[1], bytes + at + 12 + length, 4);
        assert_int_equal(crc[0], masked_crc(bytes + at, 8));
        assert_int_equal(crc[1], masked_crc(bytes + at + 12, length));
        parse_event(c, at == 0, bytes + at + 12, length);
        at += 16 + length;
    }
    memory_free(bytes);
}

/* All files together show the rows 1 .. last, once each. */
static curve check_events(const char *folder, size_t files, int last, void (*see)(int64_t, const char *, double)) {
    curve c = {.see = see};
    glob_t found = find_events(folder, files);
    for (size_t i = 0; i < files; i++) read_events(&c, found.gl_pathv[i]);
    globfree(&found);
    assert_int_equal(c.starts, files);
    assert_int_equal(c.rows, last);
    for (int i = 0; i < last; i++) assert_int_equal(c.steps[i], (i + 1) * INTERVAL);
    return c;
}

static int scalars_seen;

/* A scalar is the row's own number, as a float, under the name of its key. */
static void compare_scalar(int64_t step, const char *tag, double value) {
    metrics row = make_row((int)(step / INTERVAL));
    scalars_seen++;
    if (strcmp(tag, "train/update") == 0) {
        assert_true(value == (double)row.update);
        return;
    }
    for (int k = 0; k < METRICS_COLUMNS; k++) {
        bool eval = strncmp(metrics_columns[k].name, "eval_", 5) == 0;
        assert_memory_equal(metrics_columns[k].tag, eval ? "eval/" : "train/", eval ? 5 : 6);
        assert_string_equal(strchr(metrics_columns[k].tag, '/') + 1, metrics_columns[k].name + (eval ? 5 : 0));
        if (strcmp(tag, metrics_columns[k].tag) != 0) continue;
        double expected;
        memcpy(&expected, (const char *)&row + metrics_columns[k].offset, sizeof expected);
        assert_true((float)value == (float)expected);
        return;
    }
    fail_msg("unknown tag %s", tag);
}

static void ignore_scalar(int64_t step, const char *tag, double value) {
    (void)step;
    (void)tag;
    (void)value;
}

static void checksum(void **state) {
    (void)state;
    assert_int_equal(events_crc32c("123456789", 9), 0xE3069283); /* the check value of the polynomial */
    unsigned char zeros[32] = {0};
    assert_int_equal(events_crc32c(zeros, 32), 0x8A9136AA); /* RFC 3720, B.4 */
}

static void events_equal_rows(void **state) {
    scalars_seen = 0;
    write_rows(*state, -1, 1, ROWS);
    check_events(*state, 1, ROWS, compare_scalar);
    assert_int_equal(scalars_seen, ROWS * 12 - 2); /* without return_mean of the first and grad_norm of the third row */
}

/* ---- Resuming ---- */

static void append(const char *path, const void *bytes, size_t count) {
    FILE *out = fopen(path, "ab");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, count, out), count);
    assert_int_equal(fclose(out), 0);
}

/* Killed after `written` rows, with torn ends; resumed from row `checkpoint`: metrics.jsonl equals that of a run never
 * stopped, and a reader of the events shows the same curve. */
static void check_resume(const char *folder, int checkpoint, int written) {
    static const char *const ends[] = {"{\"step\": 12", "\n", "\0\0\0\0\0\0\n\0", "{\"step\": 12\n{\"upd"};
    static const size_t lengths[] = {11, 1, 8, 18};
    char whole[SCRATCH_PATH], cut[SCRATCH_PATH], path[SCRATCH_PATH];
    error e = {0};
    snprintf(whole, sizeof whole, "%s/whole-%d-%d", folder, checkpoint, written);
    assert_int_equal(file_make_folders(whole, &e), 0);
    write_rows(whole, -1, 1, ROWS);
    for (int i = 0; i < 4; i++) {
        snprintf(cut, sizeof cut, "%s/cut-%d-%d-%d", folder, checkpoint, written, i);
        assert_int_equal(file_make_folders(cut, &e), 0);
        write_rows(cut, -1, 1, written);
        glob_t found = find_events(cut, 1);
        snprintf(path, sizeof path, "%s", found.gl_pathv[0]);
        globfree(&found);
        append(path, "\x40\0\0\0\0\0\0\0\1\2\3\4\5\6\7\10\11\12", 18);
        append(scratch_path(cut, "metrics.jsonl"), ends[i], lengths[i]);
        size_t a_count, b_count;
        unsigned char *before = (unsigned char *)content(path, &a_count);
        write_rows(cut, (int64_t)checkpoint * INTERVAL, checkpoint + 1, ROWS);
        unsigned char *after = (unsigned char *)content(path, &b_count);
        assert_int_equal(a_count, b_count); /* a reader keeps its place */
        assert_memory_equal(before, after, a_count);
        memory_free(before);
        memory_free(after);
        char *a = content(scratch_path(whole, "metrics.jsonl"), &a_count);
        char *b = content(scratch_path(cut, "metrics.jsonl"), &b_count);
        assert_int_equal(a_count, b_count);
        assert_memory_equal(a, b, a_count);
        memory_free(a);
        memory_free(b);
        check_events(cut, 2, ROWS, compare_scalar);
    }
}

static void resumes_where_it_was(void **state) {
    check_resume(*state, 3, 6);
    check_resume(*state, 3, 3);
    check_resume(*state, 0, 2);
    check_resume(*state, ROWS, ROWS);
}

/* Three processes within one second: their files are read in the order in which they ran. */
static void resumes_again(void **state) {
    write_rows(*state, -1, 1, 4);
    write_rows(*state, 2 * INTERVAL, 3, 6);
    write_rows(*state, 5 * INTERVAL, 6, ROWS);
    check_events(*state, 3, ROWS, compare_scalar);
}

static void resumes_without_files(void **state) {
    write_rows(*state, 2 * INTERVAL, 3, ROWS);
    curve c = {.see = ignore_scalar};
    glob_t found = find_events(*state, 1);
    read_events(&c, found.gl_pathv[0]);
    globfree(&found);
    assert_int_equal(c.starts, 1);
    assert_int_equal(c.rows, ROWS - 2);
}

/* A step between two rows: what is at or before it stays. */
static void cuts_at_a_step_between(void **state) {
    metrics *rows;
    size_t count;
    write_rows(*state, -1, 1, ROWS);
    write_rows(*state, 4 * INTERVAL + 999, 1, 0);
    assert_int_equal(metrics_read(*state, &rows, &count, NULL), 0);
    assert_int_equal(count, 4);
    memory_free(rows);
    check_events(*state, 2, 4, ignore_scalar);
}

/* A broken line between rows that are kept is for a person to see. */
static void notices_damage(void **state) {
    size_t count;
    error e = {0};
    metrics_log log;
    write_rows(*state, -1, 1, ROWS);
    const char *lines = scratch_path(*state, "metrics.jsonl");
    char *bytes = content(lines, &count);
    bytes[count / 2] = '\n';
    assert_int_equal(file_replace(lines, bytes, count, &e), 0);
    memory_free(bytes);
    assert_int_equal(metrics_open(&log, *state, ROWS * INTERVAL, ROWS * INTERVAL, &e), -1);
    assert_non_null(strstr(e.text, "metrics.jsonl:"));
    e = (error){0};
    assert_int_equal(metrics_open(&log, *state, 2 * INTERVAL, 2 * INTERVAL, &e), 0);
    assert_int_equal(e.status, 0);
    metrics_close(&log);
}

/* A counter past what a float holds. */
static void see_counter(int64_t step, const char *tag, double value) {
    assert_int_equal(step, 7);
    if (strcmp(tag, "count") == 0) assert_true(value == 16777217);
}

static void counters_are_exact(void **state) {
    error e = {0};
    events_log log;
    assert_int_equal(events_open(&log, *state, -1, &e), 0);
    events_begin(&log);
    events_counter(&log, "count", 16777217);
    assert_int_equal(events_end(&log, 7, &e), 0);
    events_close(&log);
    curve c = {.see = see_counter};
    glob_t found = find_events(*state, 1);
    read_events(&c, found.gl_pathv[0]);
    globfree(&found);
    assert_int_equal(c.rows, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(lines_are_strict_json),  SCRATCH_TEST(rows_read_back),       cmocka_unit_test(checksum),
        SCRATCH_TEST(events_equal_rows),      SCRATCH_TEST(resumes_where_it_was), SCRATCH_TEST(resumes_without_files),
        SCRATCH_TEST(cuts_at_a_step_between), SCRATCH_TEST(notices_damage),       SCRATCH_TEST(resumes_again),
        SCRATCH_TEST(counters_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
