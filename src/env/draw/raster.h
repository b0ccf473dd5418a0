/* SPDX-License-Identifier: MIT
 * A small raster with smooth edges: shapes in the units of a world, drawn into uint8_t[height][width][3] that the
 * caller owns. Colors are 0xRRGGBB. Edges are blended in a few steps only, so that a picture has few colors (a GIF has
 * 256). */
#ifndef ENV_DRAW_RASTER_H
#define ENV_DRAW_RASTER_H

#include <stdint.h>

typedef struct raster {
    uint8_t *rgb;
    int32_t width, height;
    double scale;     /* pixels a unit */
    double left, top; /* the world's coordinates of the picture's upper left corner */
    double up;        /* 1: y grows upward; -1: downward, as rows do */
} raster;

typedef struct raster_point {
    double x, y;
} raster_point;

enum {
    COLOR_BLACK = 0x000000,
    COLOR_WHITE = 0xffffff,
    COLOR_PAPER = 0xf7f5f0,
    COLOR_INK = 0x2b2d33,
    COLOR_GRAY = 0x9a9da3,
    COLOR_PALE = 0xd9dce1,
    COLOR_RED = 0xd1495b,
    COLOR_ORANGE = 0xedae49,
    COLOR_GREEN = 0x4c9f70,
    COLOR_BLUE = 0x2e86ab,
    COLOR_SKY = 0xbfdcec,
    COLOR_VIOLET = 0x8184cb,
    COLOR_SAND = 0xca9865
};

/* A view of the rectangle from (left, bottom) to (right, top), as large as fits with square pixels, in the middle of
 * the picture, which is filled with `background`. top < bottom: y grows downward. */
raster raster_view(uint8_t *rgb, int32_t width, int32_t height, double left, double right, double bottom, double top,
                   uint32_t background);

/* A view of rows x columns cells: cell (row, column) spans x from column to column + 1, y (downward) from row to row +
 * 1. */
raster raster_grid(uint8_t *rgb, int32_t width, int32_t height, int32_t rows, int32_t columns, uint32_t background);

/* Fills one cell of a grid up to whole pixels, with a line of the background around it where cells are large. */
void raster_cell(const raster *r, int32_t row, int32_t column, uint32_t color);

void raster_rectangle(const raster *r, double x0, double y0, double x1, double y1, uint32_t color);
void raster_circle(const raster *r, double x, double y, double radius, uint32_t color);
/* A line of a given thickness with round ends */
void raster_line(const raster *r, double x0, double y0, double x1, double y1, double thickness, uint32_t color);
/* A convex polygon of `count` points in any direction */
void raster_polygon(const raster *r, const raster_point *points, int count, uint32_t color);
/* A whole number, centered at (x, y), its digits `height` high */
void raster_number(const raster *r, int32_t number, double x, double y, double height, uint32_t color);

#endif
