/* SPDX-License-Identifier: MIT */
#include "record/events.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH_SIZE = 8, CRC_SIZE = 4, HEADER_SIZE = LENGTH_SIZE + CRC_SIZE, VALUES_CAPACITY = 4096, HOST_SIZE = 65 };

/* Protocol buffers: a field begins with its number << 3 | wire type. */
enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };
enum { EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_FILE_VERSION = 3, EVENT_SUMMARY = 5 };
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_SIMPLE = 2 };

static const char file_prefix[] = "events.out.tfevents.";
static const char file_version[] = "brain.Event:2";
static const size_t largest_file = (size_t)4 << 30;

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

static void put_varint(text_buffer *t, uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_append_bytes(t, &(unsigned char){(unsigned char)(value | 0x80)}, 1);
    text_append_bytes(t, &(unsigned char){(unsigned char)value}, 1);
}

static void put_key(text_buffer *t, unsigned field, unsigned wire) {
    put_varint(t, field << 3 | wire);
}

static void put_bytes(text_buffer *t, unsigned field, const void *bytes, size_t count) {
    put_key(t, field, WIRE_BYTES);
    put_varint(t, count);
    text_append_bytes(t, bytes, count);
}

/* Starts a record: room for its header, then the wall time. */
static void begin_record(text_buffer *record) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    text_clear(record);
    text_append_bytes(record, (char[HEADER_SIZE]){0}, HEADER_SIZE);
    put_key(record, EVENT_WALL_TIME, WIRE_64);
    text_append_bytes(record, &seconds, sizeof seconds);
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
    size_t length = strlen(tag);
    CHECK(length < 0x78); /* the value's length is one byte: key and length of the tag, key of the number, the number */
    put_key(&log->values, SUMMARY_VALUE, WIRE_BYTES);
    put_varint(&log->values, 2 + length + 1 + sizeof value);
    put_bytes(&log->values, VALUE_TAG, tag, length);
    put_key(&log->values, VALUE_SIMPLE, WIRE_32);
    text_append_bytes(&log->values, &value, sizeof value);
}

int events_end(events_log *log, int64_t step, error *e) {
    begin_record(&log->record);
    put_key(&log->record, EVENT_STEP, WIRE_VARINT);
    put_varint(&log->record, (uint64_t)step);
    put_bytes(&log->record, EVENT_SUMMARY, log->values.data, log->values.length);
    return end_record(log, e);
}

static int write_version(events_log *log, error *e) {
    begin_record(&log->record);
    put_bytes(&log->record, EVENT_FILE_VERSION, file_version, sizeof file_version - 1);
    return end_record(log, e);
}

/* ---- Cutting back ---- */

/* Reads a varint of `count` bytes at *at; false when it is cut or too long. */
static bool get_varint(const unsigned char *bytes, size_t count, size_t *at, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && *at < count; shift += 7) {
        unsigned char byte = bytes[(*at)++];
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

/* The step of an event, 0 when it has none, as protocol buffers leave out zeros; -1 when it is no event. */
static int64_t event_step(const unsigned char *event, size_t count) {
    uint64_t step = 0, key, value;
    for (size_t at = 0; at < count;) {
        if (!get_varint(event, count, &at, &key)) return -1;
        unsigned wire = key & 7;
        size_t skip = wire == WIRE_64 ? 8 : wire == WIRE_32 ? 4 : 0;
        if (wire == WIRE_VARINT || wire == WIRE_BYTES) {
            if (!get_varint(event, count, &at, &value)) return -1;
            if (key >> 3 == EVENT_STEP) step = value;
            if (wire == WIRE_BYTES) skip = value;
        } else if (skip == 0)
            return -1;
        if (skip > count - at) return -1;
        at += skip;
    }
    return step > INT64_MAX ? -1 : (int64_t)step;
}

/* Bytes of the record at the beginning of `bytes`, *step its step; 0 when there is no whole and sound one. */
static size_t record_size(const unsigned char *bytes, size_t count, int64_t *step) {
    uint64_t length;
    uint32_t crc;
    if (count < HEADER_SIZE + CRC_SIZE) return 0;
    memcpy(&length, bytes, LENGTH_SIZE);
    memcpy(&crc, bytes + LENGTH_SIZE, CRC_SIZE);
    if (crc != masked_crc(bytes, LENGTH_SIZE) || length > count - HEADER_SIZE - CRC_SIZE) return 0;
    memcpy(&crc, bytes + HEADER_SIZE + length, CRC_SIZE);
    if (crc != masked_crc(bytes + HEADER_SIZE, length)) return 0;
    *step = event_step(bytes + HEADER_SIZE, length);
    return *step < 0 ? 0 : HEADER_SIZE + length + CRC_SIZE;
}

/* Cuts the file after its last sound event up to `step`; *kept is how long it is then. */
static int cut_back(const char *path, int64_t step, size_t *kept, error *e) {
    char *bytes;
    size_t count;
    if (file_read(path, largest_file, &bytes, &count, e)) return -1;
    *kept = 0;
    for (;;) {
        int64_t found;
        size_t size = record_size((const unsigned char *)bytes + *kept, count - *kept, &found);
        if (size == 0 || found > step) break;
        *kept += size;
    }
    memory_free(bytes);
    return *kept < count ? file_truncate(path, *kept, e) : 0;
}

/* ---- Opening ---- */

/* The events file of the folder; path is "" when there is none. */
static int find_file(const char *folder, char *path, error *e) {
    path[0] = '\0';
    DIR *entries = opendir(folder);
    if (!entries) return error_set(e, STATUS_FAILED, "cannot look into %s: %s", folder, strerror(errno));
    int result = 0;
    for (struct dirent *entry; !result && (entry = readdir(entries));) {
        if (strncmp(entry->d_name, file_prefix, sizeof file_prefix - 1) != 0) continue;
        if (path[0])
            result =
                error_set(e, STATUS_FAILED, "%s has more than one TensorBoard file: keep the one of this run", folder);
        else
            result = file_join(path, folder, entry->d_name, e);
    }
    closedir(entries);
    return result;
}

static int name_file(const char *folder, char *path, error *e) {
    char host[HOST_SIZE], name[HOST_SIZE + 96];
    if (gethostname(host, sizeof host - 1)) strcpy(host, "localhost");
    host[sizeof host - 1] = '\0';
    for (char *c = host; *c; c++)
        if (*c == '/') *c = '-';
    snprintf(name, sizeof name, "%s%010lld.%s.%ld.0", file_prefix, (long long)time(NULL), host, (long)getpid());
    return file_join(path, folder, name, e);
}

int events_open(events_log *log, const char *folder, int64_t resume_step, error *e) {
    *log = (events_log){.file.descriptor = -1};
    char path[FILE_PATH_SIZE] = "";
    size_t kept = 0;
    if (resume_step >= 0 && find_file(folder, path, e)) return -1;
    if (path[0] && cut_back(path, resume_step, &kept, e)) return -1;
    if (!path[0] && name_file(folder, path, e)) return -1;
    if (file_log_open(&log->file, path, e)) return -1;
    text_reserve(&log->values, VALUES_CAPACITY);
    text_reserve(&log->record, VALUES_CAPACITY + HEADER_SIZE + CRC_SIZE);
    if (kept > 0 || write_version(log, e) == 0) return 0;
    events_close(log);
    return -1;
}

void events_close(events_log *log) {
    file_log_close(&log->file);
    text_free(&log->values);
    text_free(&log->record);
}
