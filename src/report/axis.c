/* SPDX-License-Identifier: MIT
 * The axes of plots, their ticks and labels, and the SVG pieces that all plots share. */
#include "report/axis.h"

#include "report/plot.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>

axis axis_new(bool log, double start, double end) {
    return (axis){.log = log, .low = INFINITY, .high = -INFINITY, .start = start, .end = end};
}

bool axis_can_show(const axis *a, double value) {
    return isfinite(value) && (!a->log || value > 0);
}

void axis_hold(axis *a, double value) {
    if (!axis_can_show(a, value)) return;
    a->low = fmin(a->low, value);
    a->high = fmax(a->high, value);
}

static void linear_ticks(axis *a, int wanted) {
    double rough = (a->high - a->low) / wanted, power = pow(10, floor(log10(rough))), step = 10 * power;
    if (rough <= power)
        step = power;
    else if (rough <= 2 * power)
        step = 2 * power;
    else if (rough <= 5 * power)
        step = 5 * power;
    for (double k = ceil(a->low / step - 1e-9); k * step <= a->high + 1e-9 * step && a->tick_count < AXIS_TICKS; k++)
        a->ticks[a->tick_count++] = k * step;
}

static void doubling_ticks(axis *a) {
    for (double k = ceil(log2(a->low)); exp2(k) <= a->high && a->tick_count < AXIS_TICKS; k++)
        a->ticks[a->tick_count++] = exp2(k);
}

/* Decades; with fewer than two of them 1, 2, 5 in each. */
static void log_ticks(axis *a) {
    static const double within[] = {1, 2, 5};
    double decades = log10(a->high / a->low);
    int every = decades > 8 ? 2 : 1;
    for (double k = floor(log10(a->low)); k <= ceil(log10(a->high)); k += every)
        for (int i = 0; i < (decades < 2.5 ? 3 : 1); i++) {
            double value = within[i] * pow(10, k);
            if (value >= a->low * 0.999999 && value <= a->high * 1.000001 && a->tick_count < AXIS_TICKS)
                a->ticks[a->tick_count++] = value;
        }
}

void axis_finish(axis *a, double floor, int wanted) {
    if (a->low > a->high) {
        a->low = a->log ? 1 : 0;
        a->high = a->log ? 10 : 1;
    }
    if (a->log) {
        double margin = a->high / a->low < 1.5 ? 1.5 : pow(a->high / a->low, 0.04);
        a->low /= margin;
        a->high *= margin;
        if (a->doubling)
            doubling_ticks(a);
        else
            log_ticks(a);
        return;
    }
    bool above = a->low >= floor;
    double margin = 0.04 * (a->high - a->low);
    if (!(margin > 1e-9 * fabs(a->high))) margin = a->high != 0 ? 0.1 * fabs(a->high) : 0.5;
    a->low -= margin;
    a->high += margin;
    if (above) a->low = fmax(a->low, floor);
    linear_ticks(a, wanted);
}

double axis_pixel(const axis *a, double value) {
    double part = a->log ? log(value / a->low) / log(a->high / a->low) : (value - a->low) / (a->high - a->low);
    return a->start + part * (a->end - a->start);
}

void axis_number(char *text, double value) {
    static const struct {
        double unit;
        const char *suffix;
    } units[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    double size = fabs(value);
    for (int i = 0; i < 3; i++)
        if (size >= units[i].unit * 0.9999 && (i < 2 || size >= 1e4 * 0.9999)) {
            snprintf(text, 32, "%.4g%s", value / units[i].unit, units[i].suffix);
            return;
        }
    snprintf(text, 32, "%.4g", size < 1e-12 ? 0 : value);
}

const char *svg_color(int k) {
    /* Okabe and Ito's colors, told apart by the color-blind too */
    static const char *const colors[PLOT_COLORS] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                    "#e69f00", "#56b4e9", "#7a5c00", "#555555"};
    return colors[(k % PLOT_COLORS + PLOT_COLORS) % PLOT_COLORS];
}

void svg_begin(text_buffer *svg, double width, double height, const char *title) {
    text_printf(svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
                "font-family=\"system-ui,'DejaVu Sans',sans-serif\" role=\"img\"><title>",
                width, height, width, height);
    report_escape(svg, title);
    text_printf(svg, "</title><rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\"/>", width, height);
    text_printf(svg, "<g font-weight=\"600\">");
    svg_text(svg, 12, 22, "start", 15, false, title);
    text_append(svg, "</g>");
}

void svg_end(text_buffer *svg) {
    text_append(svg, "</svg>\n");
}

void svg_text(text_buffer *svg, double x, double y, const char *anchor, int size, bool turned, const char *text) {
    text_printf(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"#1b1f24\"", x, y, anchor,
                size);
    if (turned) text_printf(svg, " transform=\"rotate(-90 %.1f %.1f)\"", x, y);
    text_append(svg, ">");
    report_escape(svg, text);
    text_append(svg, "</text>");
}

void svg_line(text_buffer *svg, double x1, double y1, double x2, double y2, const char *color, double width) {
    text_printf(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>", x1,
                y1, x2, y2, color, width);
}
