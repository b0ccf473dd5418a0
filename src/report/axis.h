/* SPDX-License-Identifier: MIT
 * An axis of a plot: the range that holds the data, round ticks, and where a value lands; and the few SVG pieces that
 * all plots share. */
#ifndef REPORT_AXIS_H
#define REPORT_AXIS_H

#include "base/text.h"

#include <stdbool.h>

enum { AXIS_TICKS = 32 };

typedef struct axis {
    bool log;
    bool doubling;     /* ticks of a logarithmic axis are powers of two */
    double low, high;  /* range in data units; empty while low > high */
    double start, end; /* pixels of low and high */
    int tick_count;
    double ticks[AXIS_TICKS];
} axis;

/* An axis without data yet, from pixel `start` to pixel `end`. */
axis axis_new(bool log, double start, double end);

/* Widens the range to hold a value; one that cannot be drawn is ignored. */
void axis_hold(axis *a, double value);

/* Ends the collection: a margin around the data (not below `floor`, if the data are not), and about `wanted` round
 * ticks. */
void axis_finish(axis *a, double floor, int wanted);

bool axis_can_show(const axis *a, double value);
double axis_pixel(const axis *a, double value);

/* A number as short as it can be read: 1.5M, 20k, 0.003. Written to text[32]. */
void axis_number(char *text, double value);

const char *svg_color(int k);
void svg_begin(text_buffer *svg, double width, double height, const char *title);
void svg_end(text_buffer *svg);
/* anchor: start, middle, end; turned: upward. */
void svg_text(text_buffer *svg, double x, double y, const char *anchor, int size, bool turned, const char *text);
void svg_line(text_buffer *svg, double x1, double y1, double x2, double y2, const char *color, double width);

#endif
