/* SPDX-License-Identifier: MIT
 * Cells and the escape sequences that paint them (ECMA-48; synchronized output as terminals agreed on it, ?2026). */
#include "view/screen.h"

#include "base/memory.h"

#include <string.h>

static const screen_cell blank = {' ', SCREEN_DEFAULT, SCREEN_DEFAULT};
enum { UPPER_HALF = 0x2580, NEVER = -1 /* a color that no cell has */ };

static size_t cell_count(const screen *s) {
    return (size_t)s->columns * (size_t)s->rows;
}

void screen_make(screen *s, int32_t columns, int32_t rows, bool true_color) {
    *s = (screen){.columns = columns < 1 ? 1 : columns, .rows = rows < 1 ? 1 : rows, .true_color = true_color};
    s->drawn = memory_array(screen_cell, cell_count(s));
    s->shown = memory_array(screen_cell, cell_count(s));
    screen_clear(s);
    screen_forget(s);
}

void screen_free(screen *s) {
    memory_free(s->drawn);
    memory_free(s->shown);
    text_free(&s->out);
    *s = (screen){0};
}

void screen_clear(screen *s) {
    for (size_t i = 0; i < cell_count(s); i++) {
        s->drawn[i] = blank;
    }
}

void screen_forget(screen *s) {
    for (size_t i = 0; i < cell_count(s); i++) {
        s->shown[i] = (screen_cell){0, NEVER, NEVER};
    }
}

static screen_cell *cell_at(screen *s, int32_t row, int32_t column) {
    bool inside = row >= 0 && row < s->rows && column >= 0 && column < s->columns;
    return inside ? &s->drawn[row * s->columns + column] : NULL;
}

/* Reads one character of UTF-8 and returns how many bytes it took; what is no UTF-8 or a control character is a '?'. */
static int decode(const char *text, uint32_t *glyph) {
    const uint8_t *b = (const uint8_t *)text;
    int more = b[0] >= 0xf0 ? 3 : b[0] >= 0xe0 ? 2 : b[0] >= 0xc0 ? 1 : 0;
    uint32_t code = more > 0 ? b[0] & (0x3fu >> more) : b[0];
    for (int i = 1; i <= more; i++) {
        if ((b[i] & 0xc0) != 0x80) {
            *glyph = '?';
            return i;
        }
        code = code << 6 | (b[i] & 0x3f);
    }
    bool printable = code >= 0xa0 || (more == 0 && code >= 0x20 && code < 0x7f);
    *glyph = printable ? code : '?';
    return more + 1;
}

int32_t screen_text(screen *s, int32_t row, int32_t column, int32_t foreground, const char *text) {
    while (*text != 0) {
        uint32_t glyph;
        text += decode(text, &glyph);
        screen_cell *cell = cell_at(s, row, column++);
        if (cell != NULL) {
            *cell = (screen_cell){glyph, foreground, SCREEN_DEFAULT};
        }
    }
    return column;
}

static int32_t pixel_color(const uint8_t *pixel) {
    return pixel[0] << 16 | pixel[1] << 8 | pixel[2];
}

void screen_picture(screen *s, int32_t row, int32_t column, const uint8_t *rgb, int32_t width, int32_t height) {
    for (int32_t y = 0; y + 1 < height; y += 2) {
        for (int32_t x = 0; x < width; x++) {
            screen_cell *cell = cell_at(s, row + y / 2, column + x);
            if (cell != NULL) {
                const uint8_t *upper = rgb + 3 * ((size_t)y * (size_t)width + (size_t)x);
                *cell = (screen_cell){UPPER_HALF, pixel_color(upper), pixel_color(upper + 3 * (size_t)width)};
            }
        }
    }
}

/* ---- Sending ---- */

/* Squared distance of two colors */
static int distance(int r0, int g0, int b0, int r1, int g1, int b1) {
    return (r0 - r1) * (r0 - r1) + (g0 - g1) * (g0 - g1) + (b0 - b1) * (b0 - b1);
}

/* The level of the cube, 0, 95, 135, 175, 215, 255, that is nearest to a part of a color */
static int cube_level(int part) {
    return part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40;
}
static int cube_part(int level) {
    return level == 0 ? 0 : 55 + 40 * level;
}

int screen_palette(int32_t color) {
    int r = color >> 16 & 0xff, g = color >> 8 & 0xff, b = color & 0xff;
    int lr = cube_level(r), lg = cube_level(g), lb = cube_level(b);
    int mean = (r + g + b) / 3, gray = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10, level = 8 + 10 * gray;
    bool grayer =
        distance(r, g, b, level, level, level) < distance(r, g, b, cube_part(lr), cube_part(lg), cube_part(lb));
    return grayer ? 232 + gray : 16 + 36 * lr + 6 * lg + lb;
}

static void send_color(screen *s, int32_t color, bool background) {
    int layer = background ? 48 : 38;
    if (color == SCREEN_DEFAULT) {
        text_printf(&s->out, "\033[%dm", layer + 1);
    } else if (s->true_color) {
        int red = color >> 16, green = color >> 8 & 0xff, blue = color & 0xff;
        text_printf(&s->out, "\033[%d;2;%d;%d;%dm", layer, red, green, blue);
    } else {
        text_printf(&s->out, "\033[%d;5;%dm", layer, screen_palette(color));
    }
}

static void send_glyph(screen *s, uint32_t glyph) {
    char bytes[4];
    int count = 0;
    if (glyph < 0x80) {
        bytes[count++] = (char)glyph;
    } else if (glyph < 0x800) {
        bytes[count++] = (char)(0xc0 | glyph >> 6);
        bytes[count++] = (char)(0x80 | (glyph & 0x3f));
    } else {
        if (glyph < 0x10000) {
            bytes[count++] = (char)(0xe0 | glyph >> 12);
        } else {
            bytes[count++] = (char)(0xf0 | glyph >> 18);
            bytes[count++] = (char)(0x80 | (glyph >> 12 & 0x3f));
        }
        bytes[count++] = (char)(0x80 | (glyph >> 6 & 0x3f));
        bytes[count++] = (char)(0x80 | (glyph & 0x3f));
    }
    text_append_bytes(&s->out, bytes, (size_t)count);
}

static bool same(const screen_cell *a, const screen_cell *b) {
    return a->glyph == b->glyph && a->foreground == b->foreground && a->background == b->background;
}

const text_buffer *screen_update(screen *s) {
    int32_t foreground = NEVER, background = NEVER, at_row = -1, at_column = -1; /* of the terminal's cursor */
    text_clear(&s->out);
    for (int32_t row = 0; row < s->rows; row++) {
        for (int32_t column = 0; column < s->columns; column++) {
            const screen_cell *cell = &s->drawn[row * s->columns + column];
            if (same(cell, &s->shown[row * s->columns + column])) {
                continue;
            }
            if (s->out.length == 0) {
                text_append(&s->out, "\033[?2026h");
            }
            if (row != at_row || column != at_column) {
                text_printf(&s->out, "\033[%d;%dH", row + 1, column + 1);
            }
            if (cell->foreground != foreground) {
                send_color(s, foreground = cell->foreground, false);
            }
            if (cell->background != background) {
                send_color(s, background = cell->background, true);
            }
            send_glyph(s, cell->glyph);
            at_row = row;
            at_column = column + 1;
        }
    }
    if (s->out.length > 0) {
        text_append(&s->out, "\033[0m\033[?2026l");
        memcpy(s->shown, s->drawn, cell_count(s) * sizeof s->shown[0]);
    }
    return &s->out;
}
