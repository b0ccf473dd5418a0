/* SPDX-License-Identifier: MIT
 * A learning curve in text: points as they come, in bounded memory, drawn with Braille dots or plain ASCII. */
#ifndef RECORD_CURVE_H
#define RECORD_CURVE_H

#include "base/text.h"

#include <stdbool.h>

enum { CURVE_POINTS = 512 };

/* Points with growing x; zeros are an empty curve. When it is full, neighbors are averaged in pairs, and from then on
 * as many of the points that come as one of those holds. */
typedef struct curve {
    int count;                               /* finished points */
    int every;                               /* how many samples a point is the mean of; 0 means 1 */
    int pending;                             /* samples of the point that is growing at [count] */
    double x[CURVE_POINTS], y[CURVE_POINTS]; /* sums while a point grows */
} curve;

/* Adds a sample; a y that is not finite is left out. Allocates nothing. */
void curve_add(curve *c, double x, double y);

/* Appends `height` lines of `width` cells with a scale at the left and one line of x below; nothing for fewer than two
 * points. Each line begins with `indent`. */
void curve_draw(const curve *c, text_buffer *out, int width, int height, bool braille, const char *indent);

#endif
