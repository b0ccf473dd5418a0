/* SPDX-License-Identifier: MIT
 * Pictures of a study as SVG: own drawing, so that every machine gets the same picture and a report needs no other
 * program. A drawing is one <svg> element without ids, scripts or links, so that many may stand in one page. */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include "base/text.h"
#include "statistics/statistics.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum plot_style {
    PLOT_LINE,   /* a line, with a band between low and high where given */
    PLOT_DASHED, /* a thin dashed line: a law or a reference */
    PLOT_POINTS, /* points, with bars between low and high where given */
    PLOT_STEPS   /* a filled outline of a histogram: bar i from x[i] to x[i+1], the last as wide as the one before */
} plot_style;

/* x, y [n]; low, high [n] or NULL. A value that is not finite (or not above 0 on a logarithmic axis) is left out. */
typedef struct plot_series {
    const char *name; /* for the legend; NULL: not in it */
    plot_style style;
    int color; /* 0 .. PLOT_COLORS-1, further ones go round */
    size_t n;
    const double *x, *y, *low, *high;
} plot_series;

enum { PLOT_COLORS = 8 };

typedef struct plot {
    const char *title, *x_label, *y_label;
    bool x_log, y_log;
    bool x_doubling; /* ticks of a logarithmic x axis are powers of two: numbers of threads */
    bool y_zero;     /* the y axis begins at 0 */
    double rule;     /* a horizontal reference, NAN: none */
    const char *rule_name;
    size_t series_count;
    const plot_series *series;
} plot;

void plot_draw(text_buffer *svg, const plot *p);

/* Rows of a point and its interval, one below the other. */
typedef struct plot_row {
    const char *label;
    int color;
    double value;
    interval range;
} plot_row;

void plot_intervals(text_buffer *svg, const char *title, const char *x_label, bool x_log, size_t rows,
                    const plot_row *row);

/* Rows of shares that add up to 1, as stacked bars. shares [rows, parts]; names [parts], labels [rows]. */
void plot_shares(text_buffer *svg, const char *title, size_t parts, const char *const *names, size_t rows,
                 const char *const *labels, const double *shares);

#endif
