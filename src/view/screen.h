/* SPDX-License-Identifier: MIT
 * A grid of character cells that is drawn into, compared with what the terminal shows, and sent as the fewest cells
 * that make the difference. A picture takes half blocks: a cell shows two pixels, one above the other, as foreground
 * and background of U+2580. Colors are 24 bits, or the nearest of the 256-color palette. Knows nothing of terminals'
 * modes: terminal.h does. */
#ifndef VIEW_SCREEN_H
#define VIEW_SCREEN_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { SCREEN_DEFAULT = 0x1000000 /* the terminal's own color; others are 0xRRGGBB */ };

typedef struct screen_cell {
    uint32_t glyph; /* Unicode */
    int32_t foreground, background;
} screen_cell;

typedef struct screen {
    int32_t columns, rows;
    bool true_color;
    screen_cell *drawn, *shown; /* screen_cell[rows][columns]: what is wanted, what the terminal has */
    text_buffer out;
} screen;

/* Makes an empty screen; everything is sent with the first screen_update. screen_free gives its memory back. */
void screen_make(screen *s, int32_t columns, int32_t rows, bool true_color);
void screen_free(screen *s);

/* Empties what is drawn, not what is shown. */
void screen_clear(screen *s);

/* Forgets what is shown, so that the next update sends everything. */
void screen_forget(screen *s);

/* Puts text (UTF-8, without control characters) at a cell, cut at the right edge; returns the column behind it. */
int32_t screen_text(screen *s, int32_t row, int32_t column, int32_t foreground, const char *text);

/* Puts a picture, rgb uint8_t[height][width][3] with an even height, with its upper left corner at a cell: `width`
 * columns and height / 2 rows, cut at the edges. */
void screen_picture(screen *s, int32_t row, int32_t column, const uint8_t *rgb, int32_t width, int32_t height);

/* The bytes that bring a terminal from what is shown to what is drawn, empty when nothing differs. They belong to the
 * screen and are valid until the next call; after it what was drawn counts as shown. */
const text_buffer *screen_update(screen *s);

/* The nearest of the 256 colors of xterm's palette: 16 .. 231 a cube of 6 x 6 x 6, 232 .. 255 grays. */
int screen_palette(int32_t color);

#endif
