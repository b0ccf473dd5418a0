/* SPDX-License-Identifier: MIT
 * A learning curve in text, in bounded memory. */
#include "record/curve.h"

#include "base/memory.h"
#include "record/format.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* A Braille cell is two dots wide and four high; U+2800 plus a bit a dot. */
enum { BRAILLE_WIDTH = 2, BRAILLE_HEIGHT = 4, BRAILLE_BASE = 0x2800 };
static const unsigned char braille_bits[BRAILLE_HEIGHT][BRAILLE_WIDTH] = {
    {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

static void halve(curve *c) {
    for (int i = 0; i < c->count / 2; i++) {
        c->x[i] = 0.5 * (c->x[2 * i] + c->x[2 * i + 1]);
        c->y[i] = 0.5 * (c->y[2 * i] + c->y[2 * i + 1]);
    }
    c->count /= 2;
    c->every *= 2;
}

void curve_add(curve *c, double x, double y) {
    if (!isfinite(x) || !isfinite(y)) return;
    if (c->every == 0) c->every = 1;
    if (c->count == CURVE_POINTS) halve(c);
    if (c->pending == 0) c->x[c->count] = c->y[c->count] = 0;
    c->x[c->count] += x;
    c->y[c->count] += y;
    if (++c->pending < c->every) return;
    c->x[c->count] /= c->every;
    c->y[c->count] /= c->every;
    c->pending = 0;
    c->count++;
}

/* y at x by straight lines between the points; *segment is where the search begins and ends, for growing x. */
static double value_at(const curve *c, double x, int *segment) {
    while (*segment < c->count - 2 && c->x[*segment + 1] < x) ++*segment;
    double x0 = c->x[*segment], x1 = c->x[*segment + 1], y0 = c->y[*segment], y1 = c->y[*segment + 1];
    double part = x1 > x0 ? fmin(fmax((x - x0) / (x1 - x0), 0), 1) : 1;
    return y0 + part * (y1 - y0);
}

/* Marks the dots of the line in `dots` [rows, columns], row 0 at the top. */
static void rasterize(const curve *c, double low, double high, unsigned char *dots, int rows, int columns) {
    double first = c->x[0], last = c->x[c->count - 1];
    int segment = 0, before = -1;
    for (int column = 0; column < columns; column++) {
        double x = first + (last - first) * column / (columns - 1);
        double height = high > low ? (value_at(c, x, &segment) - low) / (high - low) : 0.5;
        int row = (int)lround((1 - height) * (rows - 1));
        int from = before < 0 || before == row ? row : before < row ? before + 1 : row;
        int to = before > row ? before - 1 : row;
        for (int r = from; r <= to; r++) dots[r * columns + column] = 1;
        before = row;
    }
}

static void put_cell(text_buffer *out, const unsigned char *dots, int columns, int row, int column, bool braille) {
    if (!braille) {
        text_append(out, dots[row * columns + column] ? "*" : " ");
        return;
    }
    unsigned code = BRAILLE_BASE;
    for (int r = 0; r < BRAILLE_HEIGHT; r++)
        for (int i = 0; i < BRAILLE_WIDTH; i++)
            if (dots[(row * BRAILLE_HEIGHT + r) * columns + column * BRAILLE_WIDTH + i]) code |= braille_bits[r][i];
    const unsigned char utf8[] = {0xE0 | code >> 12, 0x80 | (code >> 6 & 0x3F), 0x80 | (code & 0x3F)};
    text_append_bytes(out, utf8, sizeof utf8);
}

static void put_x_scale(const curve *c, text_buffer *out, int width, const char *indent, int margin) {
    char first[WORDS_SIZE], last[WORDS_SIZE];
    words_count(first, (int64_t)c->x[0]);
    words_count(last, (int64_t)c->x[c->count - 1]);
    int gap = width - (int)strlen(first) - (int)strlen(last);
    text_printf(out, "%s%*s%s%*s%s\n", indent, margin, "", first, gap > 1 ? gap : 1, "", last);
}

void curve_draw(const curve *c, text_buffer *out, int width, int height, bool braille, const char *indent) {
    if (c->count < 2 || width < 2 || height < 2) return;
    double low = c->y[0], high = c->y[0];
    for (int i = 1; i < c->count; i++) {
        low = fmin(low, c->y[i]);
        high = fmax(high, c->y[i]);
    }
    char top[WORDS_SIZE], bottom[WORDS_SIZE];
    words_value(top, high);
    words_value(bottom, low);
    int label = (int)strlen(strlen(top) > strlen(bottom) ? top : bottom);
    int columns = braille ? width * BRAILLE_WIDTH : width, rows = braille ? height * BRAILLE_HEIGHT : height;
    unsigned char *dots = memory_array(unsigned char, (size_t)(rows * columns));
    rasterize(c, low, high, dots, rows, columns);
    for (int row = 0; row < height; row++) {
        text_printf(out, "%s%*s ", indent, label, row == 0 ? top : row == height - 1 ? bottom : "");
        for (int column = 0; column < width; column++) put_cell(out, dots, columns, row, column, braille);
        text_append(out, "\n");
    }
    memory_free(dots);
    put_x_scale(c, out, width, indent, label + 1);
}
