/* SPDX-License-Identifier: MIT
 * TensorBoard's files of a run: own encoder of the little that scalars need.
 *
 * A file is a row of records: length (u64), masked crc32c of it, the event, masked crc32c of that (TFRecord). An event
 * is a protocol buffer: wall_time = 1 (double), step = 2, and one of file_version = 3 (the first event of a file),
 * summary = 5 { value = 1 { tag = 1, simple_value = 2 (float) or tensor = 8 } }, session_log = 7 { status = 1 }. */
#ifndef RECORD_EVENTS_H
#define RECORD_EVENTS_H

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <stdint.h>

/* An open file, and the event that is being put together. */
typedef struct events_log {
    file_log file;
    text_buffer tensor, value, values, record; /* of a counter; one value; all values of the event; the whole record */
} events_log;

/* Begins a new file in `folder`, one per process of the run, whose name sorts after those that are there. Its
 * first event says that a session starts, at step 0 or, unless it is -1, at resume_step: a reader drops what it has at or past it,
 * but for the very first start of a run, which some readers take for no restart. What earlier processes wrote is left alone, for a TensorBoard that is open keeps its place in it. */
int events_open(events_log *log, const char *folder, int64_t resume_step, error *e);

/* One event: begin, any number of scalars and counters, end, which appends it to the file. A counter is written as a
 * double, exact up to 2^53, and for readers that know no tensors as a float too. */
void events_begin(events_log *log);
void events_scalar(events_log *log, const char *tag, float value);
void events_counter(events_log *log, const char *tag, int64_t value);
int events_end(events_log *log, int64_t step, error *e);

void events_close(events_log *log);

/* Cyclic redundancy check with the Castagnoli polynomial (RFC 3720, appendix B.4). */
uint32_t events_crc32c(const void *bytes, size_t count);

#endif
