/* SPDX-License-Identifier: MIT
 * Rows of metrics in the format of TensorBoard. */
#include "record/events.h"

#include "base/memory.h"
#include "base/protobuf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH_SIZE = 8, CRC_SIZE = 4, HEADER_SIZE = LENGTH_SIZE + CRC_SIZE, HOST_SIZE = 65 };
enum { VALUE_CAPACITY = 256, VALUES_CAPACITY = 4096 };

/* The fields of tensorboard/compat/proto: event, summary, tensor. */
enum { EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_FILE_VERSION = 3, EVENT_SUMMARY = 5, EVENT_SESSION_LOG = 7 };
enum { SESSION_STATUS = 1, SESSION_START = 1 };
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_TENSOR = 8, VALUE_METADATA = 9 };
enum { METADATA_PLUGIN = 1, PLUGIN_NAME = 1 };
enum { TENSOR_TYPE = 1, TENSOR_SHAPE = 2, TENSOR_CONTENT = 4, TYPE_DOUBLE = 2 };

static const char file_prefix[] = "events.out.tfevents.";
static const char file_version[] = "brain.Event:2";

/* ---- Framing ---- */

uint32_t events_crc32c(const void *bytes, size_t count) {
    /* the remainders of the sixteen half-bytes, polynomial 0x82F63B78 (reflected) */
    static const uint32_t table[16] = {0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
                                       0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
                                       0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75};
    uint32_t crc = 0xFFFFFFFF;
    const unsigned char *next = bytes;
    for (size_t i = 0; i < count; i++) {
        crc ^= next[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

/* As TFRecord stores it, so that a checksum of a text with checksums in it stays useful. */
static uint32_t masked_crc(const void *bytes, size_t count) {
    uint32_t crc = events_crc32c(bytes, count);
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

/* Starts a record: room for its header, then the wall time. */
static void begin_record(text_buffer *record) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    text_clear(record);
    text_append_bytes(record, (char[HEADER_SIZE]){0}, HEADER_SIZE);
    protobuf_double(record, EVENT_WALL_TIME, seconds);
}

/* Fills in the header, adds the checksum and appends the record to the file. */
static int end_record(events_log *log, error *e) {
    text_buffer *record = &log->record;
    uint64_t length = record->length - HEADER_SIZE;
    memcpy(record->data, &length, LENGTH_SIZE);
    uint32_t crc = masked_crc(record->data, LENGTH_SIZE);
    memcpy(record->data + LENGTH_SIZE, &crc, CRC_SIZE);
    crc = masked_crc(record->data + HEADER_SIZE, length);
    text_append_bytes(record, &crc, CRC_SIZE);
    return file_log_append(&log->file, record->data, record->length, e);
}

/* ---- Writing ---- */

void events_begin(events_log *log) {
    text_clear(&log->values);
}

void events_scalar(events_log *log, const char *tag, float value) {
    text_clear(&log->value);
    protobuf_string(&log->value, VALUE_TAG, tag);
    protobuf_float(&log->value, VALUE_SIMPLE, value);
    protobuf_message(&log->values, SUMMARY_VALUE, &log->value);
}

/* A reader takes the last of simple_value and tensor, which exclude each other. */
void events_counter(events_log *log, const char *tag, int64_t value) {
    static const char metadata[] = {
        METADATA_PLUGIN << 3 | 2, 9, PLUGIN_NAME << 3 | 2, 7, 's', 'c', 'a', 'l', 'a', 'r', 's'};
    double number = (double)value;
    text_clear(&log->value);
    protobuf_string(&log->value, VALUE_TAG, tag);
    protobuf_float(&log->value, VALUE_SIMPLE, (float)value);
    protobuf_bytes(&log->value, VALUE_METADATA, metadata, sizeof metadata);
    text_clear(&log->tensor);
    protobuf_integer(&log->tensor, TENSOR_TYPE, TYPE_DOUBLE);
    protobuf_bytes(&log->tensor, TENSOR_SHAPE, "", 0);
    protobuf_bytes(&log->tensor, TENSOR_CONTENT, &number, sizeof number);
    protobuf_message(&log->value, VALUE_TENSOR, &log->tensor);
    protobuf_message(&log->values, SUMMARY_VALUE, &log->value);
}

int events_end(events_log *log, int64_t step, error *e) {
    begin_record(&log->record);
    protobuf_integer(&log->record, EVENT_STEP, (uint64_t)step);
    protobuf_message(&log->record, EVENT_SUMMARY, &log->values);
    return end_record(log, e);
}

static int write_version(events_log *log, error *e) {
    begin_record(&log->record);
    protobuf_string(&log->record, EVENT_FILE_VERSION, file_version);
    return end_record(log, e);
}

static int write_session_start(events_log *log, int64_t step, error *e) {
    text_clear(&log->value);
    protobuf_integer(&log->value, SESSION_STATUS, SESSION_START);
    begin_record(&log->record);
    protobuf_integer(&log->record, EVENT_STEP, (uint64_t)step);
    protobuf_message(&log->record, EVENT_SESSION_LOG, &log->value);
    return end_record(log, e);
}

/* ---- Opening ---- */

/* The latest time, in seconds, that an events file of the folder has in its name; 0: there is none. Readers take files
 * in the order of their names. */
static int latest_file(const char *folder, long long *latest, error *e) {
    *latest = 0;
    DIR *entries = opendir(folder);
    if (!entries) return error_set(e, STATUS_FAILED, "cannot look into %s: %s", folder, strerror(errno));
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (strncmp(entry->d_name, file_prefix, sizeof file_prefix - 1) != 0) continue;
        long long time = strtoll(entry->d_name + sizeof file_prefix - 1, NULL, 10);
        if (time > *latest) *latest = time;
    }
    closedir(entries);
    return 0;
}

static int name_file(const char *folder, char *path, error *e) {
    long long latest, now = (long long)time(NULL);
    if (latest_file(folder, &latest, e)) return -1;
    if (now <= latest) now = latest + 1;
    char host[HOST_SIZE], name[HOST_SIZE + 96];
    if (gethostname(host, sizeof host - 1)) strcpy(host, "localhost");
    host[sizeof host - 1] = '\0';
    for (char *c = host; *c; c++)
        if (*c == '/') *c = '-';
    snprintf(name, sizeof name, "%s%010lld.%s.%ld.0", file_prefix, now, host, (long)getpid());
    return file_join(path, folder, name, e);
}

int events_open(events_log *log, const char *folder, int64_t resume_step, error *e) {
    *log = (events_log){.file.descriptor = -1};
    char path[FILE_PATH_SIZE];
    if (name_file(folder, path, e) || file_log_open(&log->file, path, e)) return -1;
    text_reserve(&log->tensor, VALUE_CAPACITY);
    text_reserve(&log->value, VALUE_CAPACITY);
    text_reserve(&log->values, VALUES_CAPACITY);
    text_reserve(&log->record, VALUES_CAPACITY + HEADER_SIZE + CRC_SIZE);
    if (write_version(log, e) == 0 && write_session_start(log, resume_step < 0 ? 0 : resume_step, e) == 0) return 0;
    events_close(log);
    return -1;
}

void events_close(events_log *log) {
    file_log_close(&log->file);
    text_free(&log->tensor);
    text_free(&log->value);
    text_free(&log->values);
    text_free(&log->record);
}
