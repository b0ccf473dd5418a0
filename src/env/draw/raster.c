/* SPDX-License-Identifier: MIT
 * Shapes by signed distance: a pixel is covered by 1/2 minus the distance of its center from the shape's edge, in
 * pixels. */
#include "env/draw/raster.h"

#include <math.h>
#include <stddef.h>

enum { BLEND_STEPS = 4, GAP_FROM = 8 /* cells this wide have a line around them */, DIGIT_COLUMNS = 3, DIGIT_ROWS = 5 };

static int32_t clamp(double value, int32_t high) {
    return value < 0 ? 0 : value > high ? high : (int32_t)value;
}

static void put(const raster *r, int32_t x, int32_t y, uint32_t color) {
    uint8_t *pixel = r->rgb + 3 * ((size_t)y * (size_t)r->width + (size_t)x);
    pixel[0] = (uint8_t)(color >> 16);
    pixel[1] = (uint8_t)(color >> 8);
    pixel[2] = (uint8_t)color;
}

static void blend(const raster *r, int32_t x, int32_t y, uint32_t color, double coverage) {
    int part = (int)lrint(fmin(fmax(coverage, 0), 1) * BLEND_STEPS);
    uint8_t *pixel = r->rgb + 3 * ((size_t)y * (size_t)r->width + (size_t)x);
    for (int i = 0; i < 3; i++) {
        int over = (int)(color >> (16 - 8 * i) & 0xff);
        pixel[i] = (uint8_t)((over * part + pixel[i] * (BLEND_STEPS - part)) / BLEND_STEPS);
    }
}

static double pixel_x(const raster *r, double x) {
    return (x - r->left) * r->scale;
}
static double pixel_y(const raster *r, double y) {
    return (r->top - y) * r->up * r->scale;
}

/* ---- Views ---- */

raster raster_view(uint8_t *rgb, int32_t width, int32_t height, double left, double right, double bottom, double top,
                   uint32_t background) {
    raster r = {.rgb = rgb, .width = width, .height = height, .up = top >= bottom ? 1 : -1};
    r.scale = fmin(width / (right - left), height / fabs(top - bottom));
    r.left = (left + right) / 2 - width / (2 * r.scale);
    r.top = (bottom + top) / 2 + r.up * height / (2 * r.scale);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            put(&r, x, y, background);
        }
    }
    return r;
}

raster raster_grid(uint8_t *rgb, int32_t width, int32_t height, int32_t rows, int32_t columns, uint32_t background) {
    return raster_view(rgb, width, height, 0, columns, rows, 0, background);
}

void raster_cell(const raster *r, int32_t row, int32_t column, uint32_t color) {
    int32_t gap = r->scale >= GAP_FROM;
    int32_t x0 = clamp(rint(pixel_x(r, column)), r->width), x1 = clamp(rint(pixel_x(r, column + 1)), r->width);
    int32_t y0 = clamp(rint(pixel_y(r, row)), r->height), y1 = clamp(rint(pixel_y(r, row + 1)), r->height);
    for (int32_t y = y0; y < y1 - gap; y++) {
        for (int32_t x = x0; x < x1 - gap; x++) {
            put(r, x, y, color);
        }
    }
}

/* ---- Shapes ---- */

/* Part of the pixel from i to i + 1 that lies between a and b */
static double overlap(double a, double b, int32_t i) {
    return fmax(0, fmin(b, i + 1) - fmax(a, i));
}

void raster_rectangle(const raster *r, double x0, double y0, double x1, double y1, uint32_t color) {
    double left = pixel_x(r, fmin(x0, x1)), right = pixel_x(r, fmax(x0, x1));
    double top = fmin(pixel_y(r, y0), pixel_y(r, y1)), bottom = fmax(pixel_y(r, y0), pixel_y(r, y1));
    for (int32_t y = clamp(top, r->height); y < clamp(ceil(bottom), r->height); y++) {
        for (int32_t x = clamp(left, r->width); x < clamp(ceil(right), r->width); x++) {
            blend(r, x, y, color, overlap(left, right, x) * overlap(top, bottom, y));
        }
    }
}

void raster_circle(const raster *r, double x, double y, double radius, uint32_t color) {
    raster_line(r, x, y, x, y, 2 * radius, color);
}

void raster_line(const raster *r, double x0, double y0, double x1, double y1, double thickness, uint32_t color) {
    double ax = pixel_x(r, x0), ay = pixel_y(r, y0), dx = pixel_x(r, x1) - ax, dy = pixel_y(r, y1) - ay;
    double radius = fmax(0.5, thickness * r->scale / 2), square = dx * dx + dy * dy, reach = radius + 1;
    int32_t bottom = clamp(ceil(fmax(ay, ay + dy) + reach), r->height);
    int32_t right = clamp(ceil(fmax(ax, ax + dx) + reach), r->width);
    for (int32_t y = clamp(fmin(ay, ay + dy) - reach, r->height); y < bottom; y++) {
        for (int32_t x = clamp(fmin(ax, ax + dx) - reach, r->width); x < right; x++) {
            double px = x + 0.5 - ax, py = y + 0.5 - ay;
            double along = square > 0 ? fmin(fmax((px * dx + py * dy) / square, 0), 1) : 0;
            blend(r, x, y, color, 0.5 + radius - hypot(px - along * dx, py - along * dy));
        }
    }
}

/* Distance of a point inward from the edge that begins at a, in pixels; `turn` is 1 or -1 by the polygon's
 * direction. */
static double inward(raster_point a, raster_point b, double turn, double x, double y) {
    double dx = b.x - a.x, dy = b.y - a.y;
    return turn * (dx * (y - a.y) - dy * (x - a.x)) / fmax(hypot(dx, dy), 1e-9);
}

void raster_polygon(const raster *r, const raster_point *points, int count, uint32_t color) {
    enum { MOST = 16 };
    raster_point at[MOST];
    double low_x = INFINITY, low_y = INFINITY, high_x = -INFINITY, high_y = -INFINITY, area = 0;
    count = count < MOST ? count : MOST;
    for (int i = 0; i < count; i++) {
        at[i] = (raster_point){pixel_x(r, points[i].x), pixel_y(r, points[i].y)};
        low_x = fmin(low_x, at[i].x);
        high_x = fmax(high_x, at[i].x);
        low_y = fmin(low_y, at[i].y);
        high_y = fmax(high_y, at[i].y);
    }
    for (int i = 0; i < count; i++) {
        raster_point a = at[i], b = at[(i + 1) % count];
        area += a.x * b.y - a.y * b.x;
    }
    for (int32_t y = clamp(low_y - 1, r->height); y < clamp(ceil(high_y + 1), r->height); y++) {
        for (int32_t x = clamp(low_x - 1, r->width); x < clamp(ceil(high_x + 1), r->width); x++) {
            double depth = INFINITY;
            for (int i = 0; i < count; i++) {
                depth = fmin(depth, inward(at[i], at[(i + 1) % count], area < 0 ? -1 : 1, x + 0.5, y + 0.5));
            }
            blend(r, x, y, color, 0.5 + depth);
        }
    }
}

/* ---- Digits ---- */

/* Five rows of three pixels, the top row in the highest bits */
static const uint16_t digits[10] = {075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111, 075757, 075717};

void raster_number(const raster *r, int32_t number, double x, double y, double height, uint32_t color) {
    int32_t shown[10], count = 0;
    int64_t left = number < 0 ? -(int64_t)number : number;
    do {
        shown[count++] = (int32_t)(left % 10);
        left /= 10;
    } while (left > 0);
    double unit = height / DIGIT_ROWS;
    double start = x - unit * ((DIGIT_COLUMNS + 1) * count - 1) / 2, top = y + r->up * height / 2;
    if (number < 0) {
        raster_rectangle(r, start - 3 * unit, y - unit / 2, start - unit, y + unit / 2, color);
    }
    for (int32_t i = 0; i < count; i++) {
        for (int32_t bit = 0; bit < DIGIT_ROWS * DIGIT_COLUMNS; bit++) {
            if (digits[shown[count - 1 - i]] >> (DIGIT_ROWS * DIGIT_COLUMNS - 1 - bit) & 1) {
                int32_t row = bit / DIGIT_COLUMNS, column = bit % DIGIT_COLUMNS;
                double cx = start + unit * ((DIGIT_COLUMNS + 1) * i + column);
                double cy = top - r->up * unit * row;
                raster_rectangle(r, cx, cy, cx + unit, cy - r->up * unit, color);
            }
        }
    }
}
