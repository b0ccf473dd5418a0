/* SPDX-License-Identifier: MIT
 * TensorBoard's file of a run: own encoder of the little that scalars need.
 *
 * A file is a row of records: length (u64), masked crc32c of it, the event, masked crc32c of that (TFRecord). An event
 * is a protocol buffer: wall_time = 1 (double), step = 2, file_version = 3 (the first event only), summary = 5 { value
 * = 1 { tag = 1, simple_value = 2 (float) } }. */
#ifndef RECORD_EVENTS_H
#define RECORD_EVENTS_H

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <stdint.h>

/* An open file, and the event that is being put together. */
typedef struct events_log {
    file_log file;
    text_buffer values, record; /* the summary of the present event; the whole record */
} events_log;

/* Opens the one events file of `folder`. resume_step -1: a new run, a new file. Else the file that is there is cut
 * after its last whole event with step <= resume_step; a new one begins when there is none, several are an error. */
int events_open(events_log *log, const char *folder, int64_t resume_step, error *e);

/* One event: begin, any number of scalars, end, which appends it to the file. */
void events_begin(events_log *log);
void events_scalar(events_log *log, const char *tag, float value);
int events_end(events_log *log, int64_t step, error *e);

void events_close(events_log *log);

/* Cyclic redundancy check with the Castagnoli polynomial (RFC 3720, appendix B.4). */
uint32_t events_crc32c(const void *bytes, size_t count);

#endif
