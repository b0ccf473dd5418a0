/* SPDX-License-Identifier: MIT
 * What a person sees of a run: one line that is drawn over itself on a terminal, plain lines now and then elsewhere,
 * and a closing summary with a small learning curve. */
#ifndef RECORD_PROGRESS_H
#define RECORD_PROGRESS_H

#include "record/curve.h"
#include "record/metrics.h"
#include "record/summary.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct progress {
    FILE *stream;  /* NULL: silent */
    bool terminal; /* the line may be drawn over */
    bool color;    /* a terminal, and NO_COLOR is not set */
    bool utf8;
    bool drawn; /* a line is there to be drawn over */
    int64_t total_steps;
    int64_t interval_ns; /* least time between two lines */
    int64_t last_ns;     /* clock_ns of the last line */
    curve returns;       /* return_mean against steps */
    text_buffer line;
} progress;

/* Where progress belongs: nowhere with --quiet, to stderr with --json, which owns stdout, else to stdout. */
FILE *progress_stream(bool quiet, bool json);

/* Starts; `stream` NULL: everything below is silent. */
void progress_open(progress *p, FILE *stream, int64_t total_steps);

/* Takes a row: remembers its return for the curve, and shows it when the last line is old enough. */
void progress_update(progress *p, const metrics *row);

/* Prints a line of its own, which stays; a warning stands out and begins with "warning: ". */
void progress_say(progress *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void progress_warn(progress *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Wipes the line, if one is drawn, and prints the closing summary. */
void progress_finish(progress *p, const summary *s);

/* What --quiet leaves of it: one line, with the result. */
void progress_result(FILE *stream, const summary *s);

/* Wipes the line and gives the memory back. */
void progress_close(progress *p);

#endif
