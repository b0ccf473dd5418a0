/* SPDX-License-Identifier: MIT
 * Plots as SVG: curves, bars, intervals, points. */
#include "report/plot.h"

#include "report/axis.h"
#include "report/report.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 760, HEIGHT = 400, LEFT = 72, TOP = 40, BOTTOM = 52, RIGHT = 16, LEGEND = 190, LABEL_LETTER = 7 };

static const char grid[] = "#e3e7eb", frame[] = "#8c959f";

static void grid_and_ticks(text_buffer *svg, const axis *x, const axis *y) {
    char text[32];
    for (int i = 0; i < x->tick_count; i++) {
        double at = axis_pixel(x, x->ticks[i]);
        svg_line(svg, at, y->start, at, y->end, grid, 1);
        axis_number(text, x->ticks[i]);
        svg_text(svg, at, y->start + 17, "middle", 12, false, text);
    }
    for (int i = 0; y->tick_count && i < y->tick_count; i++) {
        double at = axis_pixel(y, y->ticks[i]);
        svg_line(svg, x->start, at, x->end, at, grid, 1);
        axis_number(text, y->ticks[i]);
        svg_text(svg, x->start - 7, at + 4, "end", 12, false, text);
    }
    svg_line(svg, x->start, y->start, x->end, y->start, frame, 1);
    svg_line(svg, x->start, y->start, x->start, y->end, frame, 1);
}

static bool shown(const plot_series *s, size_t i, const axis *x, const axis *y) {
    return axis_can_show(x, s->x[i]) && axis_can_show(y, s->y[i]);
}

static double held(const axis *y, double value) {
    return fmin(fmax(value, y->low), y->high);
}

/* The band: forth along high, back along low, over each stretch where both are known. */
static void draw_band(text_buffer *svg, const plot_series *s, const axis *x, const axis *y) {
    for (size_t i = 0; i < s->n;) {
        size_t first = i;
        while (i < s->n && shown(s, i, x, y) && isfinite(s->low[i]) && isfinite(s->high[i])) i++;
        if (i - first < 2) {
            i += i == first;
            continue;
        }
        text_printf(svg, "<polygon fill=\"%s\" fill-opacity=\"0.18\" points=\"", svg_color(s->color));
        for (size_t k = first; k < i; k++)
            text_printf(svg, "%.1f,%.1f ", axis_pixel(x, s->x[k]), axis_pixel(y, held(y, s->high[k])));
        for (size_t k = i; k-- > first;)
            text_printf(svg, "%.1f,%.1f ", axis_pixel(x, s->x[k]), axis_pixel(y, held(y, s->low[k])));
        text_append(svg, "\"/>");
    }
}

static void draw_line(text_buffer *svg, const plot_series *s, const axis *x, const axis *y) {
    if (s->low && s->high) draw_band(svg, s, x, y);
    bool dashed = s->style == PLOT_DASHED;
    text_printf(svg, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s d=\"", svg_color(s->color),
                dashed ? "1.2" : "2", dashed ? " stroke-dasharray=\"5 4\"" : " stroke-linejoin=\"round\"");
    bool pen_down = false;
    for (size_t i = 0; i < s->n; i++) {
        bool now = shown(s, i, x, y);
        if (now) text_printf(svg, "%c%.1f %.1f", pen_down ? 'L' : 'M', axis_pixel(x, s->x[i]), axis_pixel(y, s->y[i]));
        pen_down = now;
    }
    text_append(svg, "\"/>");
}

static void draw_points(text_buffer *svg, const plot_series *s, const axis *x, const axis *y) {
    for (size_t i = 0; i < s->n; i++) {
        if (!shown(s, i, x, y)) continue;
        double at = axis_pixel(x, s->x[i]);
        if (s->low && s->high && isfinite(s->low[i]) && isfinite(s->high[i]))
            svg_line(svg, at, axis_pixel(y, held(y, s->low[i])), at, axis_pixel(y, held(y, s->high[i])),
                     svg_color(s->color), 1.6);
        text_printf(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\" fill=\"%s\" fill-opacity=\"%s\"/>", at,
                    axis_pixel(y, s->y[i]), s->n > 60 ? "3" : "4", svg_color(s->color),
                    s->n > 20 && !s->low ? "0.6" : "1");
    }
}

static double bar_end(const plot_series *s, size_t i) {
    if (i + 1 < s->n) return s->x[i + 1];
    return s->x[i] + (s->n > 1 ? s->x[i] - s->x[i - 1] : 1);
}

static void draw_steps(text_buffer *svg, const plot_series *s, const axis *x, const axis *y) {
    double base = axis_pixel(y, y->low);
    text_printf(svg, "<path fill=\"%s\" fill-opacity=\"0.25\" stroke=\"%s\" stroke-width=\"1.6\" d=\"",
                svg_color(s->color), svg_color(s->color));
    for (size_t i = 0; i < s->n; i++) {
        if (!axis_can_show(x, s->x[i])) continue;
        double top = axis_can_show(y, s->y[i]) ? axis_pixel(y, s->y[i]) : base;
        text_printf(svg, "M%.1f %.1fV%.1fH%.1fV%.1f", axis_pixel(x, s->x[i]), base, top, axis_pixel(x, bar_end(s, i)),
                    base);
    }
    text_append(svg, "\"/>");
}

static void draw_legend(text_buffer *svg, const plot *p, double left) {
    double y = TOP + 12;
    for (size_t k = 0; k < p->series_count; k++) {
        const plot_series *s = &p->series[k];
        if (!s->name) continue;
        if (s->style == PLOT_POINTS)
            text_printf(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>", left + 11, y - 4,
                        svg_color(s->color));
        else
            text_printf(svg,
                        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%s\"%s/>",
                        left, y - 4, left + 22, y - 4, svg_color(s->color), s->style == PLOT_DASHED ? "1.2" : "3",
                        s->style == PLOT_DASHED ? " stroke-dasharray=\"5 4\"" : "");
        svg_text(svg, left + 28, y, "start", 12, false, s->name);
        y += 19;
    }
}

void plot_draw(text_buffer *svg, const plot *p) {
    size_t named = 0, longest = 0;
    for (size_t k = 0; k < p->series_count; k++)
        if (p->series[k].name) named++, longest = (size_t)fmax((double)longest, (double)strlen(p->series[k].name));
    double right = WIDTH - RIGHT - (named > 0 ? LEGEND : 0);
    double width = fmax(WIDTH, right + 50 + LABEL_LETTER * (double)longest); /* names are never cut */
    double height = fmax(HEIGHT, TOP + 19.0 * (double)named + 20);
    axis x = axis_new(p->x_log, LEFT, right), y = axis_new(p->y_log, height - BOTTOM, TOP);
    x.doubling = p->x_doubling;
    for (size_t k = 0; k < p->series_count; k++) {
        const plot_series *s = &p->series[k];
        for (size_t i = 0; i < s->n; i++) {
            if (!shown(s, i, &x, &y)) continue;
            axis_hold(&x, s->x[i]);
            axis_hold(&y, s->y[i]);
            if (s->style == PLOT_STEPS) axis_hold(&x, bar_end(s, i));
            if (s->low && s->high) axis_hold(&y, s->low[i]), axis_hold(&y, s->high[i]);
        }
    }
    if (!isnan(p->rule)) axis_hold(&y, p->rule);
    if (p->y_zero && !p->y_log) axis_hold(&y, 0);
    axis_finish(&x, 0, 6);
    axis_finish(&y, p->y_zero ? 0 : -INFINITY, 6);

    svg_begin(svg, width, height, p->title);
    grid_and_ticks(svg, &x, &y);
    svg_text(svg, 0.5 * (LEFT + right), height - 12, "middle", 13, false, p->x_label);
    svg_text(svg, 18, 0.5 * (TOP + height - BOTTOM), "middle", 13, true, p->y_label);
    if (!isnan(p->rule)) {
        double at = axis_pixel(&y, p->rule);
        text_printf(svg,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#444\" stroke-dasharray=\"2 4\"/>",
                    (int)LEFT, at, right, at);
        if (p->rule_name) svg_text(svg, right - 4, at - 5, "end", 11, false, p->rule_name);
    }
    for (size_t k = 0; k < p->series_count; k++) switch (p->series[k].style) {
        case PLOT_LINE:
        case PLOT_DASHED:
            draw_line(svg, &p->series[k], &x, &y);
            break;
        case PLOT_POINTS:
            draw_points(svg, &p->series[k], &x, &y);
            break;
        case PLOT_STEPS:
            draw_steps(svg, &p->series[k], &x, &y);
            break;
        }
    if (named > 0) draw_legend(svg, p, right + 14);
    svg_end(svg);
}

/* ---- Rows ---- */

enum { ROW = 24 };

/* Pixels left of the bars for the longest of the labels. */
static double label_width(size_t longest) {
    return fmin(300, 24 + LABEL_LETTER * fmax(6, (double)longest));
}

static size_t longer(size_t longest, const char *label) {
    size_t letters = strlen(label);
    return letters > longest ? letters : longest;
}

void plot_intervals(text_buffer *svg, const char *title, const char *x_label, bool x_log, size_t rows,
                    const plot_row *row) {
    size_t longest = 0;
    for (size_t r = 0; r < rows; r++) longest = longer(longest, row[r].label);
    double left = label_width(longest);
    double height = TOP + ROW * (double)rows + BOTTOM;
    axis x = axis_new(x_log, left, WIDTH - 2 * RIGHT), y = {.start = height - BOTTOM, .end = TOP};
    for (size_t r = 0; r < rows; r++) {
        axis_hold(&x, row[r].value);
        axis_hold(&x, row[r].range.low);
        axis_hold(&x, row[r].range.high);
    }
    axis_finish(&x, 0, 7);
    svg_begin(svg, WIDTH, height, title);
    grid_and_ticks(svg, &x, &y);
    svg_text(svg, 0.5 * (left + WIDTH - 2 * RIGHT), height - 12, "middle", 13, false, x_label);
    for (size_t r = 0; r < rows; r++) {
        double at = TOP + ROW * ((double)r + 0.5);
        svg_text(svg, left - 8, at + 4, "end", 12, false, row[r].label);
        if (axis_can_show(&x, row[r].range.low) && axis_can_show(&x, row[r].range.high))
            svg_line(svg, axis_pixel(&x, row[r].range.low), at, axis_pixel(&x, row[r].range.high), at,
                     svg_color(row[r].color), 3);
        if (axis_can_show(&x, row[r].value))
            text_printf(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>", axis_pixel(&x, row[r].value), at,
                        svg_color(row[r].color));
    }
    svg_end(svg);
}

void plot_shares(text_buffer *svg, const char *title, size_t parts, const char *const *names, size_t rows,
                 const char *const *labels, const double *shares) {
    size_t longest = 0;
    for (size_t r = 0; r < rows; r++) longest = longer(longest, labels[r]);
    double left = label_width(longest), right = WIDTH - 2 * RIGHT, height = TOP + 24 + ROW * (double)rows + 16,
           at = left;
    svg_begin(svg, WIDTH, height, title);
    for (size_t p = 0; p < parts; p++) {
        text_printf(svg, "<rect x=\"%.1f\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>", at, (int)TOP,
                    svg_color((int)p));
        svg_text(svg, at + 17, TOP + 10, "start", 12, false, names[p]);
        at += 34 + LABEL_LETTER * (double)strlen(names[p]);
    }
    for (size_t r = 0; r < rows; r++) {
        double x = left, y = TOP + 24 + ROW * (double)r;
        svg_text(svg, left - 8, y + 15, "end", 12, false, labels[r]);
        for (size_t p = 0; p < parts; p++) {
            double share = shares[r * parts + p], width = share * (right - left);
            if (!(share > 0)) continue;
            text_printf(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", x, y + 2, width,
                        (int)ROW - 4, svg_color((int)p));
            if (share >= 0.05)
                text_printf(
                    svg,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\" fill=\"#fff\">%.0f %%</text>",
                    x + 0.5 * width, y + 15, 100 * share);
            x += width;
        }
    }
    svg_end(svg);
}
