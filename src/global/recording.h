/* SPDX-License-Identifier: MIT
 * The order of pulls and pushes of an asynchronous run (schedule.bin): 8 bytes magic "a3csched", then one little-endian
 * 32-bit word an event: worker * 2, + 1 for a push. */
#ifndef WORKER_RECORDING_H
#define WORKER_RECORDING_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct recording recording;

/* Starts schedule.bin at `path`, or goes on after its first `events` events (of a resumed run). NULL with the error. */
recording *recording_create(const char *path, int64_t events, error *e);
/* Appends an event. The caller holds the lock that orders pulls and pushes. */
void recording_add(recording *r, int worker, bool push);
int64_t recording_events(const recording *r);
/* Writes what is pending to the file. 0, or -1 with the error. */
int recording_flush(recording *r, error *e);
void recording_free(recording *r);

/* Reads a whole recording: *events words, memory_free'd by the caller; checked against `workers`. NULL with the error.
 */
uint32_t *recording_read(const char *path, int workers, size_t *events, error *e);

#endif
